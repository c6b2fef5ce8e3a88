// The spend: one payment, signed by the phone offline and sung to one machine.
// Layout, packing and strict parsing; nothing here checks a signature (spend-signature.ts does).

import { assertBytes } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { concatBytes } from './bytes.js';
import {
  type CertificateReference,
  packReference,
  parseReference,
  type ReferenceParseReason,
} from './certificate-reference.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import {
  MAX_COUNTER,
  MAX_MINOR_UNITS,
  MAX_TIME_TO_LIVE_SECONDS,
  MAX_UINT32,
  SIGNATURE_BYTE_COUNT,
  SPEND_BYTE_COUNT,
} from './limits.js';

/** What a phone signs. The currency is the certificate's, which the signature covers too. */
export interface SpendFields {
  /** integer in [1, 65535], one more with each payment under a certificate */
  readonly counter: number;
  /** price of this payment, integer in [1, cumulativeMinorUnits] */
  readonly amountMinorUnits: number;
  /** all payments under the certificate so far, this one included, integer in [1, 16777215]; never falls */
  readonly cumulativeMinorUnits: number;
  /** the machine that may deliver, integer in [1, 2^32 - 1]; there is no "any machine" */
  readonly machineId: number;
  /** what is bought, integer in [0, 65535] */
  readonly item: number;
  /** when it was signed by the phone's clock, Unix seconds, integer in [0, 2^32 - 1] */
  readonly timeSeconds: number;
  /** integer in [1, 255]; the spend may be accepted this long after `timeSeconds` */
  readonly timeToLiveSeconds: number;
}

/** A signed spend, 84 bytes, without the certificate it travels with. */
export interface Spend extends SpendFields {
  /** by the device key of the certificate, 64 bytes */
  readonly signature: Uint8Array;
}

/** A spend as it travels: 211 bytes with the whole certificate (212 with an ES256 device key), 92 with its id. */
export interface SpendToken {
  readonly type: 'spend';
  readonly spend: Spend;
  readonly certificate: CertificateReference;
}

/**
 * Why bytes are no spend. `amount`: it is 0 or more than the cumulative amount. `certificate-...`: the spend is followed by
 * something as long as a certificate that is none.
 */
export type SpendParseReason =
  | 'type'
  | 'version'
  | 'counter'
  | 'amount'
  | 'machine'
  | 'time-to-live'
  | ReferenceParseReason;

export type SpendParseResult =
  | { readonly ok: true; readonly token: SpendToken }
  | { readonly ok: false; readonly reason: SpendParseReason };

//   0    1         3         6            9           13      15        19   20                      84
//  +----+---------+---------+------------+-----------+-------+---------+----+-----------------------+
//  |0x21| counter | amount  | cumulative | machine   | item  | time    | ttl| device signature      |
//  |    | 2       | 3       | after 3    | id 4      | 2     | 4       | 1  | 64                    |
//  +----+---------+---------+------------+-----------+-------+---------+----+-----------------------+
//   84                      92
//  +-----------------------+
//  | certificate id 8      |                                        a till that knows the certificate
//  +-----------------------+
//   84                                                                                       211 (212)
//  +-----------------------------------------------------------------------------------------------+
//  | certificate 127 (128)                                                           first contact |
//  +-----------------------------------------------------------------------------------------------+
const SIGNATURE_OFFSET = 20;

const SPEND_INTEGERS: readonly IntegerField<keyof SpendFields, SpendParseReason>[] = [
  { name: 'counter', offset: 1, byteCount: 2, range: { min: 1, max: MAX_COUNTER, reason: 'counter' } },
  { name: 'amountMinorUnits', offset: 3, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'amount' } },
  { name: 'cumulativeMinorUnits', offset: 6, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'amount' } },
  { name: 'machineId', offset: 9, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'machine' } },
  { name: 'item', offset: 13, byteCount: 2 },
  { name: 'timeSeconds', offset: 15, byteCount: 4 },
  {
    name: 'timeToLiveSeconds',
    offset: 19,
    byteCount: 1,
    range: { min: 1, max: MAX_TIME_TO_LIVE_SECONDS, reason: 'time-to-live' },
  },
];

/**
 * The part of a spend that is signed (after the domain tag and the certificate's hash).
 *
 * @returns the first 20 bytes
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` naming the first bad field
 */
export function packSpendMessage(fields: SpendFields): Uint8Array {
  const bytes = new Uint8Array(SIGNATURE_OFFSET);
  packIntegers(bytes, SPEND_INTEGERS, fields, 'spend');
  if (fields.amountMinorUnits > fields.cumulativeMinorUnits)
    throw new TillsongError(
      'ERR_RANGE',
      `spend.amountMinorUnits: expected at most cumulativeMinorUnits ${fields.cumulativeMinorUnits}, got ${fields.amountMinorUnits}`,
    );
  bytes[0] = LEAD_BYTES.spend;
  return bytes;
}

/**
 * @returns 211 or 212 bytes with the certificate inline, 92 bytes with its id
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packSpend({ spend, certificate }: Omit<SpendToken, 'type'>): Uint8Array {
  assertBytes('spend.signature', spend.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packSpendMessage(spend), spend.signature, packReference(certificate));
}

/**
 * Strict: one accepted encoding per value, so `packSpend` of the result gives the same bytes again. Says nothing about who signed.
 *
 * @param bytes - anything, from anybody
 * @returns the token with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseSpend(bytes: Uint8Array): SpendParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  if (tokenTypeOf(bytes[0]) !== 'spend') return { ok: false, reason: 'type' };
  if (bytes[0] !== LEAD_BYTES.spend) return { ok: false, reason: 'version' };
  if (bytes.length < SPEND_BYTE_COUNT) return { ok: false, reason: 'length' };
  const certificate = parseReference(bytes.subarray(SPEND_BYTE_COUNT));
  if (!certificate.ok) return certificate;

  const integers = parseIntegers(bytes, SPEND_INTEGERS);
  if (!integers.ok) return integers;
  const { values } = integers;
  if (values.amountMinorUnits > values.cumulativeMinorUnits) return { ok: false, reason: 'amount' };
  const spend = { ...values, signature: bytes.slice(SIGNATURE_OFFSET, SPEND_BYTE_COUNT) };
  return { ok: true, token: { type: 'spend', spend, certificate: certificate.reference } };
}
