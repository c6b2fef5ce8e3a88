// The certificate: what an issuer says, while the phone is online, about a device key and its limits.
// Layout, packing and strict parsing; nothing here checks a signature (certificate-signature.ts does).

import { assertBytes, assertOneOf } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { concatBytes } from './bytes.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { CERTIFICATE_LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import {
  CERTIFICATE_ID_BYTE_COUNT,
  MAX_CURRENCY,
  MAX_MINOR_UNITS,
  MAX_PAYMENT_COUNT,
  MAX_VALIDITY_HOURS,
  MIN_CURRENCY,
  SIGNATURE_BYTE_COUNT,
} from './limits.js';
import { KEY_BYTE_COUNTS, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './token-signature.js';

/**
 * What the issuer vouches for, bits of `assuranceFlags`. The other bits are reserved and zero.
 *
 * - `HARDWARE_KEY`: the device key was made in secure hardware and cannot leave it, as the hardware attested
 * - `USER_VERIFICATION`: the hardware asks for a fingerprint, a face or a code before each signature
 * - `REGISTERED`: the holder's identity is registered with the issuer
 */
export const ASSURANCE_FLAGS = { HARDWARE_KEY: 0x01, USER_VERIFICATION: 0x02, REGISTERED: 0x04 } as const;
const ALL_ASSURANCE_FLAGS = 0x07;

/** What an issuer signs. */
export interface CertificateFields {
  /** algorithm of the device key; the issuer's own signature is always Ed25519 */
  readonly algorithm: SignatureAlgorithm;
  /** which of the issuer's keys signed, integer in [0, 65535]; it selects a configured key, it brings none */
  readonly issuerKeyId: number;
  /** 8 random bytes, new at each sync */
  readonly certificateId: Uint8Array;
  /** Unix seconds, integer in [0, 2^32 - 1] */
  readonly issuedAtSeconds: number;
  /** integer in [1, 65535]; the certificate ends this long after `issuedAtSeconds` */
  readonly validityHours: number;
  /** ISO 4217 numeric code of every amount under this certificate, integer in [1, 999] */
  readonly currency: number;
  /** most that one spend may be, integer in [1, maxCumulativeMinorUnits] */
  readonly maxPaymentMinorUnits: number;
  /** most that all spends together may be, integer in [1, 16777215] */
  readonly maxCumulativeMinorUnits: number;
  /** highest counter, integer in [1, 255] */
  readonly maxCount: number;
  /** operator or flight that may accept it, integer in [0, 2^32 - 1]; 0 = any */
  readonly audience: number;
  /** sum of `ASSURANCE_FLAGS` */
  readonly assuranceFlags: number;
  /** 32 bytes (Ed25519) or 33 (ES256, the compressed form of SEC1) */
  readonly deviceKey: Uint8Array;
}

/** A whole certificate: 127 bytes on the wire with an Ed25519 device key, 128 with ES256. */
export interface Certificate extends CertificateFields {
  /** the issuer's, 64 bytes */
  readonly signature: Uint8Array;
}

/**
 * Why bytes are no certificate. `type`, `version`, `algorithm`: the first byte names another kind, or one that this
 * version does not know. `limits`: a limit is 0, or one payment may be more than all together. `flags`: a reserved bit is set.
 */
export type CertificateParseReason =
  | 'length'
  | 'type'
  | 'version'
  | 'algorithm'
  | 'validity'
  | 'currency'
  | 'limits'
  | 'flags';

export type CertificateParseResult =
  | { readonly ok: true; readonly certificate: Certificate }
  | { readonly ok: false; readonly reason: CertificateParseReason };

//   0    1         3                  11         15        17        19            22            25
//  +----+---------+------------------+----------+---------+---------+-------------+-------------+-----+
//  |0x15| issuer  | certificate id   | issued   | validity| currency| max payment | max         | max |
//  |    | key id 2| 8                | at 4     | hours 2 | 2       | 3           | cumulative 3|cnt 1|
//  +----+---------+------------------+----------+---------+---------+-------------+-------------+-----+
//   26         30     31                                 63 (64)                                127 (128)
//  +----------+------+----------------------------------+-----------------------------------------+
//  | audience | flags| device key                       | issuer's signature                      |
//  | 4        | 1    | 32, or 33 behind lead byte 0x16  | 64                                      |
//  +----------+------+----------------------------------+-----------------------------------------+
const CERTIFICATE_ID_OFFSET = 3;
const DEVICE_KEY_OFFSET = 31;

type CertificateInteger = Exclude<keyof CertificateFields, 'algorithm' | 'certificateId' | 'deviceKey'>;

const CERTIFICATE_INTEGERS: readonly IntegerField<CertificateInteger, CertificateParseReason>[] = [
  { name: 'issuerKeyId', offset: 1, byteCount: 2 },
  { name: 'issuedAtSeconds', offset: 11, byteCount: 4 },
  { name: 'validityHours', offset: 15, byteCount: 2, range: { min: 1, max: MAX_VALIDITY_HOURS, reason: 'validity' } },
  { name: 'currency', offset: 17, byteCount: 2, range: { min: MIN_CURRENCY, max: MAX_CURRENCY, reason: 'currency' } },
  { name: 'maxPaymentMinorUnits', offset: 19, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'limits' } },
  {
    name: 'maxCumulativeMinorUnits',
    offset: 22,
    byteCount: 3,
    range: { min: 1, max: MAX_MINOR_UNITS, reason: 'limits' },
  },
  { name: 'maxCount', offset: 25, byteCount: 1, range: { min: 1, max: MAX_PAYMENT_COUNT, reason: 'limits' } },
  { name: 'audience', offset: 26, byteCount: 4 },
  { name: 'assuranceFlags', offset: 30, byteCount: 1, range: { min: 0, max: ALL_ASSURANCE_FLAGS, reason: 'flags' } },
];

/**
 * The part of a certificate that is signed.
 *
 * @returns the first 63 bytes, 64 with an ES256 device key
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packCertificateMessage(fields: CertificateFields): Uint8Array {
  assertOneOf('certificate.algorithm', fields.algorithm, SIGNATURE_ALGORITHMS);
  const keyByteCount = KEY_BYTE_COUNTS[fields.algorithm];
  const bytes = new Uint8Array(DEVICE_KEY_OFFSET + keyByteCount);
  assertBytes('certificate.certificateId', fields.certificateId, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
  assertBytes('certificate.deviceKey', fields.deviceKey, keyByteCount, keyByteCount);
  packIntegers(bytes, CERTIFICATE_INTEGERS, fields, 'certificate');
  if (fields.maxPaymentMinorUnits > fields.maxCumulativeMinorUnits)
    throw new TillsongError(
      'ERR_RANGE',
      `certificate.maxPaymentMinorUnits: expected at most maxCumulativeMinorUnits ${fields.maxCumulativeMinorUnits}, got ${fields.maxPaymentMinorUnits}`,
    );
  bytes[0] = CERTIFICATE_LEAD_BYTES[fields.algorithm];
  bytes.set(fields.certificateId, CERTIFICATE_ID_OFFSET);
  bytes.set(fields.deviceKey, DEVICE_KEY_OFFSET);
  return bytes;
}

/**
 * @returns 127 bytes, 128 with an ES256 device key
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packCertificate(certificate: Certificate): Uint8Array {
  assertBytes('certificate.signature', certificate.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packCertificateMessage(certificate), certificate.signature);
}

/**
 * Strict: one accepted encoding per value, so `packCertificate` of the result gives the same bytes again. Says nothing about
 * who signed.
 *
 * @param bytes - anything, from anybody
 * @returns the certificate with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseCertificate(bytes: Uint8Array): CertificateParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  const lead = bytes[0];
  if (tokenTypeOf(lead) !== 'certificate') return { ok: false, reason: 'type' };
  if (lead >> 2 !== CERTIFICATE_LEAD_BYTES.ed25519 >> 2) return { ok: false, reason: 'version' };
  const algorithm = SIGNATURE_ALGORITHMS.find((candidate) => CERTIFICATE_LEAD_BYTES[candidate] === lead);
  if (algorithm === undefined) return { ok: false, reason: 'algorithm' };
  const signatureOffset = DEVICE_KEY_OFFSET + KEY_BYTE_COUNTS[algorithm];
  if (bytes.length !== signatureOffset + SIGNATURE_BYTE_COUNT) return { ok: false, reason: 'length' };

  const integers = parseIntegers(bytes, CERTIFICATE_INTEGERS);
  if (!integers.ok) return integers;
  const { values } = integers;
  if (values.maxPaymentMinorUnits > values.maxCumulativeMinorUnits) return { ok: false, reason: 'limits' };
  const certificateId = bytes.slice(CERTIFICATE_ID_OFFSET, CERTIFICATE_ID_OFFSET + CERTIFICATE_ID_BYTE_COUNT);
  const deviceKey = bytes.slice(DEVICE_KEY_OFFSET, signatureOffset);
  const signature = bytes.slice(signatureOffset);
  return { ok: true, certificate: { algorithm, ...values, certificateId, deviceKey, signature } };
}

/** @returns the first Unix second at which the certificate is no longer valid; may exceed 32 bits */
export function certificateEndSeconds(certificate: CertificateFields): number {
  return certificate.issuedAtSeconds + certificate.validityHours * 3600;
}
