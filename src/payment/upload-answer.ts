// What settlement answers to an upload, as JSON: what became of each entry or payment, and for a journal the signed range that is
// now settlement's to keep. Strict both ways, like the upload itself: a till believes nothing but the acknowledgement's signature.
//
//   {"version":1,"kind":"journal","acknowledgement":"61..","results":[{"sequence":1,"result":"recorded"},..],"denyList":{"version":3}}
//   {"version":1,"kind":"bill","results":[{"result":"claimed"},{"result":"refused","reason":"signature"}],"denyList":{"version":3}}

import { assertBytes, assertInteger, assertOneOf } from '../shared/assert.js';
import { toHex } from '../shared/hex.js';
import { isRecord, parseHex } from './json-fields.js';
import { MAX_ACKNOWLEDGEMENT_BYTES, MAX_REASON_CHARACTERS, MAX_SEQUENCE, MAX_UPLOAD_ENTRIES } from './upload-limits.js';

/**
 * What became of one entry or payment. Of a phone's payment it is the state that the payment is in, however often it is sent.
 *
 * - `recorded`: new, and charged or held as its outcome says
 * - `duplicate`: known with the same content, nothing changes; of a phone's payment: and its outcome is known
 * - `claimed`: a phone's payment whose delivery is not known yet, by no receipt and no journal
 * - `double-spend`: another payment of the same counter came first; both signatures are kept as the proof
 * - `late`: beyond expiry and grace, waits for a person
 * - `refused`: kept, but not charged, for the reason given
 * - `forked`: the journal says something else at this sequence than it said before; kept apart, waits for a person
 */
export const UPLOAD_RESULTS = [
  'recorded',
  'duplicate',
  'claimed',
  'double-spend',
  'late',
  'refused',
  'forked',
] as const;
export type UploadResult = (typeof UPLOAD_RESULTS)[number];

export interface PaymentResult {
  readonly result: UploadResult;
  /** why, with `refused`: one of `SettlementRefusal` */
  readonly reason?: string;
}

export interface EntryResult extends PaymentResult {
  readonly sequence: number;
}

export interface JournalAnswer {
  readonly kind: 'journal';
  /** packed and signed, of a beginning of what was sent; undefined when nothing of it can be acknowledged */
  readonly acknowledgement: Uint8Array | undefined;
  readonly results: readonly EntryResult[];
  /** of the deny list as settlement has it */
  readonly denyListVersion: number;
}

export interface BillAnswer {
  readonly kind: 'bill';
  /** one a payment, in the order sent */
  readonly results: readonly PaymentResult[];
  readonly denyListVersion: number;
}

export type UploadAnswer = JournalAnswer | BillAnswer;

export type UploadAnswerParseReason =
  | 'shape'
  | 'version'
  | 'kind'
  | 'acknowledgement'
  | 'count'
  | 'result'
  | 'deny-list';
export type UploadAnswerParseResult =
  | { readonly ok: true; readonly answer: UploadAnswer }
  | { readonly ok: false; readonly reason: UploadAnswerParseReason };

const VERSION = 1;

/**
 * @returns an object for `JSON.stringify`
 * @throws TillsongError naming the first bad field
 */
export function makeUploadAnswer(answer: UploadAnswer): Record<string, unknown> {
  assertOneOf('answer.kind', answer.kind, ['journal', 'bill']);
  assertInteger('answer.denyListVersion', answer.denyListVersion, 0, MAX_SEQUENCE);
  for (const [i, { result }] of answer.results.entries())
    assertOneOf(`answer.results[${i}].result`, result, UPLOAD_RESULTS);
  const made = { version: VERSION, kind: answer.kind };
  const denyList = { version: answer.denyListVersion };
  if (answer.kind === 'bill') return { ...made, results: [...answer.results], denyList };
  const { acknowledgement } = answer;
  if (acknowledgement !== undefined)
    assertBytes('answer.acknowledgement', acknowledgement, 1, MAX_ACKNOWLEDGEMENT_BYTES);
  const packed = acknowledgement === undefined ? {} : { acknowledgement: toHex(acknowledgement) };
  return { ...made, ...packed, results: [...answer.results], denyList };
}

/**
 * @param value - what `JSON.parse` gave for a server's answer
 * @returns the answer, or why this is none; never throws
 */
export function parseUploadAnswer(value: unknown): UploadAnswerParseResult {
  if (!isRecord(value)) return { ok: false, reason: 'shape' };
  if (value.version !== VERSION) return { ok: false, reason: 'version' };
  const { kind, denyList } = value;
  if (kind !== 'journal' && kind !== 'bill') return { ok: false, reason: 'kind' };
  if (!isRecord(denyList) || !isUint32(denyList.version)) return { ok: false, reason: 'deny-list' };
  const denyListVersion = denyList.version;
  if (!Array.isArray(value.results) || value.results.length > MAX_UPLOAD_ENTRIES) return { ok: false, reason: 'count' };
  if (kind === 'bill') {
    const results = parseAll(value.results, parsePaymentResult);
    return results ? { ok: true, answer: { kind, results, denyListVersion } } : { ok: false, reason: 'result' };
  }
  const hasAcknowledgement = value.acknowledgement !== undefined;
  const acknowledgement = hasAcknowledgement
    ? parseHex(value.acknowledgement, 1, MAX_ACKNOWLEDGEMENT_BYTES)
    : undefined;
  if (hasAcknowledgement && acknowledgement === undefined) return { ok: false, reason: 'acknowledgement' };
  const results = parseAll(value.results, parseEntryResult);
  if (results === undefined) return { ok: false, reason: 'result' };
  return { ok: true, answer: { kind, acknowledgement, results, denyListVersion } };
}

function parsePaymentResult(value: unknown): PaymentResult | undefined {
  if (!isRecord(value)) return undefined;
  const result = UPLOAD_RESULTS.find((known) => known === value.result);
  const { reason } = value;
  if (result === undefined) return undefined;
  if (reason === undefined) return { result };
  // Shown to people in a terminal: a server's text must not be able to move a cursor.
  if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARACTERS || !/^[a-z0-9-]+$/.test(reason))
    return undefined;
  return { result, reason };
}

function parseEntryResult(value: unknown): EntryResult | undefined {
  const parsed = parsePaymentResult(value);
  if (parsed === undefined || !isRecord(value) || !isUint32(value.sequence) || value.sequence === 0) return undefined;
  return { sequence: value.sequence, ...parsed };
}

function parseAll<T>(values: readonly unknown[], parse: (value: unknown) => T | undefined): readonly T[] | undefined {
  const all: T[] = [];
  for (const value of values) {
    const parsed = parse(value);
    if (parsed === undefined) return undefined;
    all.push(parsed);
  }
  return all;
}

function isUint32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_SEQUENCE;
}
