// The deny-list delta: certificates that an issuer no longer stands for, in versions that only add. It comes back with an upload
// or by any other way, and is never sung. A delta without ids says only that nothing was added, and what time it is.

import { assertBytes } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { compareBytes, concatBytes } from './bytes.js';
import { type KeyVerdict, verifyByKeyId } from './configured-keys.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import {
  CERTIFICATE_ID_BYTE_COUNT,
  DENY_LIST_DELTA_BASE_BYTE_COUNT,
  MAX_DENY_LIST_DELTA,
  MAX_UINT32,
  SIGNATURE_BYTE_COUNT,
} from './limits.js';
import { type Signer, signedInput, signWithEd25519 } from './token-signature.js';

/** What an issuer signs. */
export interface DenyListDeltaFields {
  /** which of the issuer's keys signed, integer in [0, 65535]; it selects a configured key */
  readonly issuerKeyId: number;
  /** the version that it adds to, integer in [0, version - 1]; 0 is the empty list */
  readonly baseVersion: number;
  /** the version that it makes, integer in [1, 2^32 - 1] */
  readonly version: number;
  /** the issuer's clock, Unix seconds, integer in [0, 2^32 - 1] */
  readonly timeSeconds: number;
  /** what is added: up to 1024 ids of 8 bytes, each greater than the one before (as big-endian numbers) */
  readonly certificateIds: readonly Uint8Array[];
}

/** A signed delta, 81 bytes and 8 more for each id. */
export interface DenyListDelta extends DenyListDeltaFields {
  /** the issuer's, 64 bytes */
  readonly signature: Uint8Array;
}

/** Why bytes are no delta. `versions`: it does not lead to a later version. `order`: the ids are not ascending, or one is there twice. */
export type DenyListDeltaParseReason = 'length' | 'type' | 'version' | 'versions' | 'count' | 'order';

export type DenyListDeltaParseResult =
  | { readonly ok: true; readonly delta: DenyListDelta }
  | { readonly ok: false; readonly reason: DenyListDeltaParseReason };

export type DenyListDeltaVerdict = KeyVerdict<'issuer'>;

//   0    1          3          7          11        15        17                   17 + 8 n        81 + 8 n
//  +----+----------+----------+----------+---------+---------+--------------------+---------------+
//  |0x71| issuer   | base     | version  | time    | count n | n certificate ids, | issuer's      |
//  |    | key id 2 | version 4| 4        | 4       | 2       | ascending, 8 each  | signature 64  |
//  +----+----------+----------+----------+---------+---------+--------------------+---------------+
const IDS_OFFSET = DENY_LIST_DELTA_BASE_BYTE_COUNT - SIGNATURE_BYTE_COUNT;

type DenyListDeltaInteger = Exclude<keyof DenyListDeltaFields, 'certificateIds'> | 'count';

const DENY_LIST_INTEGERS: readonly IntegerField<DenyListDeltaInteger, DenyListDeltaParseReason>[] = [
  { name: 'issuerKeyId', offset: 1, byteCount: 2 },
  { name: 'baseVersion', offset: 3, byteCount: 4 },
  { name: 'version', offset: 7, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'versions' } },
  { name: 'timeSeconds', offset: 11, byteCount: 4 },
  { name: 'count', offset: 15, byteCount: 2, range: { min: 0, max: MAX_DENY_LIST_DELTA, reason: 'count' } },
];

/**
 * The part of a delta that is signed (after the domain tag).
 *
 * @returns 17 bytes and 8 for each id
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packDenyListDeltaMessage(fields: DenyListDeltaFields): Uint8Array {
  const { certificateIds, baseVersion, version } = fields;
  const head = new Uint8Array(IDS_OFFSET);
  packIntegers(head, DENY_LIST_INTEGERS, { ...fields, count: certificateIds.length }, 'denyListDelta');
  if (baseVersion >= version)
    throw new TillsongError(
      'ERR_RANGE',
      `denyListDelta.baseVersion: expected less than version ${version}, got ${baseVersion}`,
    );
  certificateIds.forEach((id, i) => {
    assertBytes(`denyListDelta.certificateIds[${i}]`, id, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
    if (i > 0 && compareBytes(certificateIds[i - 1], id) >= 0)
      throw new TillsongError(
        'ERR_RANGE',
        `denyListDelta.certificateIds[${i}]: expected more than the id before it, got less or the same`,
      );
  });
  head[0] = LEAD_BYTES['deny-list'];
  return concatBytes(head, ...certificateIds);
}

/**
 * @returns 81 bytes and 8 for each id
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packDenyListDelta(delta: DenyListDelta): Uint8Array {
  assertBytes('denyListDelta.signature', delta.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packDenyListDeltaMessage(delta), delta.signature);
}

/**
 * Strict: one accepted encoding per value. Says nothing about who signed.
 *
 * @param bytes - anything, from anybody
 * @returns the delta with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseDenyListDelta(bytes: Uint8Array): DenyListDeltaParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  if (tokenTypeOf(bytes[0]) !== 'deny-list') return { ok: false, reason: 'type' };
  if (bytes[0] !== LEAD_BYTES['deny-list']) return { ok: false, reason: 'version' };
  if (bytes.length < DENY_LIST_DELTA_BASE_BYTE_COUNT) return { ok: false, reason: 'length' };

  const integers = parseIntegers(bytes, DENY_LIST_INTEGERS);
  if (!integers.ok) return integers;
  const { count, ...values } = integers.values;
  const signatureOffset = IDS_OFFSET + count * CERTIFICATE_ID_BYTE_COUNT;
  if (bytes.length !== signatureOffset + SIGNATURE_BYTE_COUNT) return { ok: false, reason: 'length' };
  if (values.baseVersion >= values.version) return { ok: false, reason: 'versions' };
  const certificateIds = Array.from({ length: count }, (_, i) =>
    bytes.slice(IDS_OFFSET + i * CERTIFICATE_ID_BYTE_COUNT, IDS_OFFSET + (i + 1) * CERTIFICATE_ID_BYTE_COUNT),
  );
  const isAscending = certificateIds.every((id, i) => i === 0 || compareBytes(certificateIds[i - 1], id) < 0);
  if (!isAscending) return { ok: false, reason: 'order' };
  return { ok: true, delta: { ...values, certificateIds, signature: bytes.slice(signatureOffset) } };
}

/**
 * @param issuer - holds the Ed25519 key that tills have configured as `fields.issuerKeyId`
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming a bad field, `ERR_STATE` when the signer's answer does
 *   not verify
 */
export async function signDenyListDelta(fields: DenyListDeltaFields, issuer: Signer): Promise<DenyListDelta> {
  const message = packDenyListDeltaMessage(fields);
  const own = { ...fields, certificateIds: fields.certificateIds.map((id) => id.slice()) };
  return { ...own, signature: await signWithEd25519('issuer', issuer, signedInput('denyList', message)) };
}

/**
 * Whether the issuer signed. A till applies a delta only when `baseVersion` is the version it has.
 *
 * @param issuerKeys - configured Ed25519 keys by id
 * @throws TillsongError when a delta is passed that could not have been parsed
 */
export function verifyDenyListDelta(
  delta: DenyListDelta,
  issuerKeys: ReadonlyMap<number, Uint8Array>,
): DenyListDeltaVerdict {
  const { issuerKeyId: keyId, signature } = delta;
  const message = packDenyListDeltaMessage(delta);
  return verifyByKeyId('issuer', issuerKeys, { keyId, domain: 'denyList', message, signature });
}
