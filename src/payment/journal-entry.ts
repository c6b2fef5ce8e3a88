// What a till writes down, one entry after the other: a payment it accepted, and later what became of it. These bytes are
// what the journal keeps, what the chain of hashes runs over and what settlement reads, so there is one encoding each.
// Nothing here checks a signature: settlement verifies certificate, token and receipt again (the till is not trusted).

import { sha256 } from '@noble/hashes/sha2.js';
import { type Amount, makeAmount } from '../../codec/token/amount.js';
import { concatBytes } from '../../codec/token/bytes.js';
import { type IntegerField, packIntegers, parseIntegers } from '../../codec/token/integer-fields.js';
import { BEACON_LEAD_BYTES, CERTIFICATE_LEAD_BYTES, LEAD_BYTES } from '../../codec/token/lead-byte.js';
import {
  ANSWER_BYTE_COUNT,
  BEACON_BYTE_COUNT,
  CERTIFICATE_BYTE_COUNT,
  CERTIFICATE_ID_BYTE_COUNT,
  ES256_CERTIFICATE_BYTE_COUNT,
  MAX_COUNTER,
  MAX_CURRENCY,
  MAX_MINOR_UNITS,
  MAX_UINT32,
  MIN_CURRENCY,
  RECEIPT_BYTE_COUNT,
  SIGNED_BEACON_BYTE_COUNT,
  SPEND_BYTE_COUNT,
} from '../../codec/token/limits.js';
import { assertBytes, assertOneOf } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';

/** What became of an accepted payment. `unknown`: the till was stopped between journal and vend, and nobody may guess. */
export type JournalOutcome = 'vended' | 'failed' | 'unknown';

/** A payment that was accepted: written before the machine is told to vend. */
export interface AcceptedEntry {
  readonly kind: 'accepted';
  /** 1 for the first entry of a journal, one more with each, integer in [1, 2^32 - 1] */
  readonly sequence: number;
  /** the till's machine, integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** Unix seconds by the till's clock; without a trusted one, the latest time that it knows to have passed */
  readonly acceptedAtSeconds: number;
  /** what is charged */
  readonly amount: Amount;
  /** integer in [0, 65535] */
  readonly item: number;
  /** packed, 127 (Ed25519) or 128 bytes (ES256) */
  readonly certificate: Uint8Array;
  /** packed spend (84 bytes) or answer (76), without the certificate it came with */
  readonly token: Uint8Array;
  /** packed, 23 or 87 bytes: what an answer answered; undefined for a spend */
  readonly beacon: Uint8Array | undefined;
}

/**
 * What became of one. `unknown` may be followed by one `vended` or `failed`, and `vended` by one `failed` with a void: a refund. Every other
 * outcome is the last.
 */
export interface OutcomeEntry {
  readonly kind: 'outcome';
  readonly sequence: number;
  readonly machineId: number;
  /** the entry that it closes, smaller than `sequence` */
  readonly acceptedSequence: number;
  /** 8 bytes */
  readonly certificateId: Uint8Array;
  /** integer in [1, 65535] */
  readonly counter: number;
  readonly outcome: JournalOutcome;
  /** Unix seconds by the till's clock */
  readonly atSeconds: number;
  /** packed receipt or void, 83 bytes; never with `unknown` */
  readonly receipt: Uint8Array | undefined;
}

export type JournalEntry = AcceptedEntry | OutcomeEntry;

/**
 * Why bytes are no journal entry. `sequence`: it is 0, or an outcome comes before what it closes. `certificate`, `token`, `beacon`,
 * `receipt`: the part is missing, too much, or of a kind that does not belong there.
 */
export type JournalEntryParseReason =
  | 'length'
  | 'type'
  | 'version'
  | 'sequence'
  | 'machine'
  | 'amount'
  | 'currency'
  | 'counter'
  | 'outcome'
  | 'certificate'
  | 'token'
  | 'beacon'
  | 'receipt';

export type JournalEntryParseResult =
  | { readonly ok: true; readonly entry: JournalEntry }
  | { readonly ok: false; readonly reason: JournalEntryParseReason };

/** SHA-256: the length of a link of the chain. */
export const CHAIN_HASH_BYTE_COUNT = 32;

/** @returns a journal's chain before its first entry: 32 zeros */
export function emptyChainHash(): Uint8Array {
  return new Uint8Array(CHAIN_HASH_BYTE_COUNT);
}

//   0    1          5          9              13       16         18     20
//  +----+----------+----------+--------------+--------+----------+------+--------------+-------+-------------------+
//  |0x81| sequence | machine  | accepted at  | amount | currency | item | certificate  | token | beacon, for an    |
//  |    | 4        | id 4     | 4            | 3      | 2        | 2    | 127 | 128    | 84|76 | answer: 23 | 87   |
//  +----+----------+----------+--------------+--------+----------+------+--------------+-------+-------------------+
//   0    1          5          9              13               21        23        24       28
//  +----+----------+----------+--------------+----------------+---------+---------+--------+-------------------+
//  |0x91| sequence | machine  | accepted     | certificate id | counter | outcome | at     | nothing, or       |
//  |    | 4        | id 4     | sequence 4   | 8              | 2       | 1       | 4      | receipt 83        |
//  +----+----------+----------+--------------+----------------+---------+---------+--------+-------------------+
const ACCEPTED_LEAD_BYTE = 0x81;
const OUTCOME_LEAD_BYTE = 0x91;
const ACCEPTED_HEAD_BYTE_COUNT = 20;
const CERTIFICATE_ID_OFFSET = 13;
const OUTCOME_HEAD_BYTE_COUNT = 28;

/** The wire's numbers of outcomes; 0 is none of them, as a cleared field would be. */
const OUTCOMES: readonly JournalOutcome[] = ['vended', 'failed', 'unknown'];

/** The first byte of an embedded part tells how long it is. */
type PartLengths = ReadonlyMap<number, number>;
const CERTIFICATE_LENGTHS: PartLengths = new Map([
  [CERTIFICATE_LEAD_BYTES.ed25519, CERTIFICATE_BYTE_COUNT],
  [CERTIFICATE_LEAD_BYTES.es256, ES256_CERTIFICATE_BYTE_COUNT],
]);
const TOKEN_LENGTHS: PartLengths = new Map([
  [LEAD_BYTES.spend, SPEND_BYTE_COUNT],
  [LEAD_BYTES.answer, ANSWER_BYTE_COUNT],
]);
const BEACON_LENGTHS: PartLengths = new Map([
  [BEACON_LEAD_BYTES.unsigned, BEACON_BYTE_COUNT],
  [BEACON_LEAD_BYTES.signed, SIGNED_BEACON_BYTE_COUNT],
]);
const RECEIPT_LENGTHS: PartLengths = new Map([[LEAD_BYTES.receipt, RECEIPT_BYTE_COUNT]]);

const HEAD_INTEGERS = [
  { name: 'sequence', offset: 1, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'sequence' } },
  { name: 'machineId', offset: 5, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'machine' } },
] as const;

type AcceptedInteger = 'sequence' | 'machineId' | 'acceptedAtSeconds' | 'minorUnits' | 'currency' | 'item';

const ACCEPTED_INTEGERS: readonly IntegerField<AcceptedInteger, JournalEntryParseReason>[] = [
  ...HEAD_INTEGERS,
  { name: 'acceptedAtSeconds', offset: 9, byteCount: 4 },
  { name: 'minorUnits', offset: 13, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'amount' } },
  { name: 'currency', offset: 16, byteCount: 2, range: { min: MIN_CURRENCY, max: MAX_CURRENCY, reason: 'currency' } },
  { name: 'item', offset: 18, byteCount: 2 },
];

type OutcomeInteger = 'sequence' | 'machineId' | 'acceptedSequence' | 'counter' | 'outcome' | 'atSeconds';

const OUTCOME_INTEGERS: readonly IntegerField<OutcomeInteger, JournalEntryParseReason>[] = [
  ...HEAD_INTEGERS,
  { name: 'acceptedSequence', offset: 9, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'sequence' } },
  { name: 'counter', offset: 21, byteCount: 2, range: { min: 1, max: MAX_COUNTER, reason: 'counter' } },
  { name: 'outcome', offset: 23, byteCount: 1, range: { min: 1, max: OUTCOMES.length, reason: 'outcome' } },
  { name: 'atSeconds', offset: 24, byteCount: 4 },
];

/**
 * @returns 223 to 318 bytes for an accepted payment, 28 or 111 for an outcome
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packJournalEntry(entry: JournalEntry): Uint8Array {
  assertOneOf('entry.kind', entry.kind, ['accepted', 'outcome']);
  return entry.kind === 'accepted' ? packAccepted(entry) : packOutcome(entry);
}

/**
 * Strict: one accepted encoding per value, so `packJournalEntry` of the result gives the same bytes again. The parts inside are
 * told by first byte and length only.
 *
 * @param bytes - anything, from anybody
 * @returns the entry with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseJournalEntry(bytes: Uint8Array): JournalEntryParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  const [lead] = bytes;
  if (lead === ACCEPTED_LEAD_BYTE) return parseAccepted(bytes);
  if (lead === OUTCOME_LEAD_BYTE) return parseOutcome(bytes);
  const isKnownType = lead >> 4 === ACCEPTED_LEAD_BYTE >> 4 || lead >> 4 === OUTCOME_LEAD_BYTE >> 4;
  return { ok: false, reason: isKnownType ? 'version' : 'type' };
}

/** @returns whether packed bytes are those of an accepted payment, without reading on */
export function isAcceptedEntry(packedEntry: Uint8Array): boolean {
  return packedEntry[0] === ACCEPTED_LEAD_BYTE;
}

/**
 * The next link of a journal's chain: whoever knows it knows every entry so far, in this order and without a gap.
 *
 * @param previous - the link before, 32 bytes; `emptyChainHash()` before the first entry
 * @returns SHA-256(previous || packedEntry)
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when previous is not 32 bytes
 */
export function chainHash(previous: Uint8Array, packedEntry: Uint8Array): Uint8Array {
  assertBytes('previous', previous, CHAIN_HASH_BYTE_COUNT, CHAIN_HASH_BYTE_COUNT);
  assertBytes('packedEntry', packedEntry, 1, Number.MAX_SAFE_INTEGER);
  return sha256(concatBytes(previous, packedEntry));
}

function packAccepted(entry: AcceptedEntry): Uint8Array {
  const { minorUnits, currency } = makeAmount(entry.amount?.minorUnits, entry.amount?.currency);
  const head = new Uint8Array(ACCEPTED_HEAD_BYTE_COUNT);
  packIntegers(head, ACCEPTED_INTEGERS, { ...entry, minorUnits, currency }, 'entry');
  head[0] = ACCEPTED_LEAD_BYTE;
  assertPart('entry.certificate', entry.certificate, CERTIFICATE_LENGTHS);
  assertPart('entry.token', entry.token, TOKEN_LENGTHS);
  const isAnswer = entry.token[0] === LEAD_BYTES.answer;
  if (isAnswer !== (entry.beacon !== undefined))
    throw new TillsongError(
      'ERR_TYPE',
      `entry.beacon: expected ${isAnswer ? 'the one that was answered' : 'none with a spend'}, got ${isAnswer ? 'none' : 'one'}`,
    );
  if (entry.beacon === undefined) return concatBytes(head, entry.certificate, entry.token);
  assertPart('entry.beacon', entry.beacon, BEACON_LENGTHS);
  return concatBytes(head, entry.certificate, entry.token, entry.beacon);
}

function packOutcome(entry: OutcomeEntry): Uint8Array {
  assertOneOf('entry.outcome', entry.outcome, OUTCOMES);
  assertBytes('entry.certificateId', entry.certificateId, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
  const head = new Uint8Array(OUTCOME_HEAD_BYTE_COUNT);
  packIntegers(head, OUTCOME_INTEGERS, { ...entry, outcome: OUTCOMES.indexOf(entry.outcome) + 1 }, 'entry');
  head[0] = OUTCOME_LEAD_BYTE;
  head.set(entry.certificateId, CERTIFICATE_ID_OFFSET);
  if (entry.acceptedSequence >= entry.sequence)
    throw new TillsongError(
      'ERR_RANGE',
      `entry.acceptedSequence: expected below sequence ${entry.sequence}, got ${entry.acceptedSequence}`,
    );
  if (entry.receipt === undefined) return head;
  assertPart('entry.receipt', entry.receipt, RECEIPT_LENGTHS);
  if (entry.outcome === 'unknown')
    throw new TillsongError('ERR_TYPE', 'entry.receipt: expected none with an unknown outcome, got one');
  return concatBytes(head, entry.receipt);
}

function parseAccepted(bytes: Uint8Array): JournalEntryParseResult {
  if (bytes.length < ACCEPTED_HEAD_BYTE_COUNT) return { ok: false, reason: 'length' };
  const integers = parseIntegers(bytes, ACCEPTED_INTEGERS);
  if (!integers.ok) return integers;
  const { minorUnits, currency, ...fields } = integers.values;

  const certificate = leadingPart(bytes, ACCEPTED_HEAD_BYTE_COUNT, CERTIFICATE_LENGTHS);
  if (certificate === undefined) return { ok: false, reason: 'certificate' };
  const tokenOffset = ACCEPTED_HEAD_BYTE_COUNT + certificate.length;
  const token = leadingPart(bytes, tokenOffset, TOKEN_LENGTHS);
  if (token === undefined) return { ok: false, reason: 'token' };
  const beaconOffset = tokenOffset + token.length;
  const beacon = token[0] === LEAD_BYTES.answer ? leadingPart(bytes, beaconOffset, BEACON_LENGTHS) : undefined;
  if (token[0] === LEAD_BYTES.answer && beacon === undefined) return { ok: false, reason: 'beacon' };
  if (bytes.length !== beaconOffset + (beacon?.length ?? 0)) return { ok: false, reason: 'length' };
  const amount = makeAmount(minorUnits, currency);
  return { ok: true, entry: { kind: 'accepted', ...fields, amount, certificate, token, beacon } };
}

function parseOutcome(bytes: Uint8Array): JournalEntryParseResult {
  if (bytes.length < OUTCOME_HEAD_BYTE_COUNT) return { ok: false, reason: 'length' };
  const integers = parseIntegers(bytes, OUTCOME_INTEGERS);
  if (!integers.ok) return integers;
  const { outcome: outcomeNumber, ...fields } = integers.values;
  if (fields.acceptedSequence >= fields.sequence) return { ok: false, reason: 'sequence' };
  const outcome = OUTCOMES[outcomeNumber - 1];

  const hasReceipt = bytes.length > OUTCOME_HEAD_BYTE_COUNT;
  const receipt = hasReceipt ? leadingPart(bytes, OUTCOME_HEAD_BYTE_COUNT, RECEIPT_LENGTHS) : undefined;
  if (hasReceipt && (receipt === undefined || outcome === 'unknown')) return { ok: false, reason: 'receipt' };
  if (bytes.length !== OUTCOME_HEAD_BYTE_COUNT + (receipt?.length ?? 0)) return { ok: false, reason: 'length' };
  const certificateId = bytes.slice(CERTIFICATE_ID_OFFSET, CERTIFICATE_ID_OFFSET + CERTIFICATE_ID_BYTE_COUNT);
  return { ok: true, entry: { kind: 'outcome', ...fields, outcome, certificateId, receipt } };
}

/** @returns a copy of the part that starts at offset, or undefined when none of these kinds does or it is cut off */
function leadingPart(bytes: Uint8Array, offset: number, lengths: PartLengths): Uint8Array | undefined {
  const length = lengths.get(bytes[offset]);
  if (length === undefined || offset + length > bytes.length) return undefined;
  return bytes.slice(offset, offset + length);
}

function assertPart(name: string, part: Uint8Array, lengths: PartLengths): void {
  assertBytes(name, part, 1, Number.MAX_SAFE_INTEGER);
  const length = lengths.get(part[0]);
  if (length === undefined)
    throw new TillsongError('ERR_TYPE', `${name}: expected the packed message, got first byte ${part[0]}`);
  assertBytes(name, part, length, length);
}
