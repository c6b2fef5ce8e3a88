// The acknowledgement: settlement's signed word that it holds a till's journal up to an entry. Only on the strength of one may a
// till ever drop what it has accepted. It comes back with an upload and is never sung.

import { assertBytes } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { concatBytes } from './bytes.js';
import { type KeyVerdict, verifyByKeyId } from './configured-keys.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import { ACKNOWLEDGEMENT_BYTE_COUNT, HASH_BYTE_COUNT, MAX_UINT32, SIGNATURE_BYTE_COUNT } from './limits.js';
import { type Signer, signedInput, signWithEd25519 } from './token-signature.js';

/** What settlement signs. */
export interface AcknowledgementFields {
  /** which of settlement's keys signed, integer in [0, 65535]; it selects a configured key */
  readonly settlementKeyId: number;
  /** whose journal, integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** first entry acknowledged, integer in [1, lastSequence] */
  readonly firstSequence: number;
  /** last entry acknowledged, integer in [1, 2^32 - 1] */
  readonly lastSequence: number;
  /** of the journal after `lastSequence`, 32 bytes: that it was this journal, and not only one as long */
  readonly chainHash: Uint8Array;
  /** settlement's clock, Unix seconds, integer in [0, 2^32 - 1] */
  readonly timeSeconds: number;
}

/** A signed acknowledgement, 115 bytes. */
export interface Acknowledgement extends AcknowledgementFields {
  /** settlement's, 64 bytes */
  readonly signature: Uint8Array;
}

/** Why bytes are no acknowledgement. `sequence`: it begins with 0 or ends before it begins. */
export type AcknowledgementParseReason = 'length' | 'type' | 'version' | 'machine' | 'sequence';

export type AcknowledgementParseResult =
  | { readonly ok: true; readonly acknowledgement: Acknowledgement }
  | { readonly ok: false; readonly reason: AcknowledgementParseReason };

export type AcknowledgementVerdict = KeyVerdict<'settlement'>;

//   0    1            3         7          11         15                47         51              115
//  +----+------------+---------+----------+----------+-----------------+----------+---------------+
//  |0x61| settlement | machine | first    | last     | chain hash      | time     | settlement's  |
//  |    | key id 2   | id 4    | seq. 4   | seq. 4   | 32              | 4        | signature 64  |
//  +----+------------+---------+----------+----------+-----------------+----------+---------------+
const CHAIN_HASH_OFFSET = 15;
const SIGNATURE_OFFSET = 51;

type AcknowledgementInteger = Exclude<keyof AcknowledgementFields, 'chainHash'>;

const ACKNOWLEDGEMENT_INTEGERS: readonly IntegerField<AcknowledgementInteger, AcknowledgementParseReason>[] = [
  { name: 'settlementKeyId', offset: 1, byteCount: 2 },
  { name: 'machineId', offset: 3, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'machine' } },
  { name: 'firstSequence', offset: 7, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'sequence' } },
  { name: 'lastSequence', offset: 11, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'sequence' } },
  { name: 'timeSeconds', offset: 47, byteCount: 4 },
];

/**
 * The part of an acknowledgement that is signed (after the domain tag).
 *
 * @returns the first 51 bytes
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packAcknowledgementMessage(fields: AcknowledgementFields): Uint8Array {
  const bytes = new Uint8Array(SIGNATURE_OFFSET);
  assertBytes('acknowledgement.chainHash', fields.chainHash, HASH_BYTE_COUNT, HASH_BYTE_COUNT);
  packIntegers(bytes, ACKNOWLEDGEMENT_INTEGERS, fields, 'acknowledgement');
  if (fields.firstSequence > fields.lastSequence)
    throw new TillsongError(
      'ERR_RANGE',
      `acknowledgement.firstSequence: expected at most lastSequence ${fields.lastSequence}, got ${fields.firstSequence}`,
    );
  bytes[0] = LEAD_BYTES.acknowledgement;
  bytes.set(fields.chainHash, CHAIN_HASH_OFFSET);
  return bytes;
}

/**
 * @returns 115 bytes
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packAcknowledgement(acknowledgement: Acknowledgement): Uint8Array {
  const { signature } = acknowledgement;
  assertBytes('acknowledgement.signature', signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packAcknowledgementMessage(acknowledgement), signature);
}

/**
 * Strict: one accepted encoding per value. Says nothing about who signed.
 *
 * @param bytes - anything, from anybody
 * @returns the acknowledgement with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseAcknowledgement(bytes: Uint8Array): AcknowledgementParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  if (tokenTypeOf(bytes[0]) !== 'acknowledgement') return { ok: false, reason: 'type' };
  if (bytes[0] !== LEAD_BYTES.acknowledgement) return { ok: false, reason: 'version' };
  if (bytes.length !== ACKNOWLEDGEMENT_BYTE_COUNT) return { ok: false, reason: 'length' };

  const integers = parseIntegers(bytes, ACKNOWLEDGEMENT_INTEGERS);
  if (!integers.ok) return integers;
  const { values } = integers;
  if (values.firstSequence > values.lastSequence) return { ok: false, reason: 'sequence' };
  const chainHash = bytes.slice(CHAIN_HASH_OFFSET, CHAIN_HASH_OFFSET + HASH_BYTE_COUNT);
  return { ok: true, acknowledgement: { ...values, chainHash, signature: bytes.slice(SIGNATURE_OFFSET) } };
}

/**
 * @param settlement - holds the Ed25519 key that tills have configured as `fields.settlementKeyId`
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming a bad field, `ERR_STATE` when the signer's answer does
 *   not verify
 */
export async function signAcknowledgement(fields: AcknowledgementFields, settlement: Signer): Promise<Acknowledgement> {
  const message = packAcknowledgementMessage(fields);
  const own = { ...fields, chainHash: fields.chainHash.slice() };
  const input = signedInput('acknowledgement', message);
  return { ...own, signature: await signWithEd25519('settlement', settlement, input) };
}

/**
 * Whether settlement signed. That machine, range and chain hash are one's own is for the till to compare.
 *
 * @param settlementKeys - configured Ed25519 keys by id
 * @throws TillsongError when an acknowledgement is passed that could not have been parsed
 */
export function verifyAcknowledgement(
  acknowledgement: Acknowledgement,
  settlementKeys: ReadonlyMap<number, Uint8Array>,
): AcknowledgementVerdict {
  const { settlementKeyId: keyId, signature } = acknowledgement;
  const message = packAcknowledgementMessage(acknowledgement);
  return verifyByKeyId('settlement', settlementKeys, { keyId, domain: 'acknowledgement', message, signature });
}
