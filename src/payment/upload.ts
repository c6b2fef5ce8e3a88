// What settlement is sent: a till's journal or a phone's bill, as JSON over HTTP or in a file. Strict both ways: exactly these keys,
// lower-case hex, bounded counts, one accepted form per value. What the bytes inside say is read later (settlement.ts), because
// settlement keeps an entry that it cannot use: nothing a till has written is lost over a bad neighbour.
//
//   {"version":1,"kind":"journal","machineId":7,"firstSequence":1,"previousHash":"00..","entries":["..",..],"signature":".."}
//   {"version":1,"kind":"bill","payments":[{"certificate":"..","token":"..","beacon":"..","receipt":".."},..]}

import { assertBytes, assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import { toHex } from '../shared/hex.js';
import { CHAIN_HASH_BYTE_COUNT } from './journal-entry.js';
import { isRecord, parseHex } from './json-fields.js';
import {
  MAX_CERTIFICATE_BYTES,
  MAX_JOURNAL_ENTRY_BYTES,
  MAX_PAYMENT_BYTES,
  MAX_SEQUENCE,
  MAX_UPLOAD_ENTRIES,
  SIGNATURE_BYTES,
} from './upload-limits.js';

/** A run of a till's journal without gaps, signed by the machine (`signJournalUpload`). */
export interface JournalUpload {
  readonly kind: 'journal';
  /** integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** sequence of the first entry, integer in [1, 2^32 - 1]; the others follow without gaps */
  readonly firstSequence: number;
  /** 32 bytes, the chain's hash after the entry before the first; zeros when firstSequence is 1 */
  readonly previousHash: Uint8Array;
  /** 1 to MAX_UPLOAD_ENTRIES packed journal entries, as `packJournalEntry` gives them */
  readonly entries: readonly Uint8Array[];
  /** the machine's, 64 bytes, over the range and the chain's hash after the last entry */
  readonly signature: Uint8Array;
}

/** One payment of a phone's bill. */
export interface BillPayment {
  /** packed certificate, 127 or 128 bytes */
  readonly certificate: Uint8Array;
  /** packed spend (84 bytes) or answer (76 bytes), without the certificate */
  readonly token: Uint8Array;
  /** packed beacon, for an answer */
  readonly beacon: Uint8Array | undefined;
  /** packed receipt or void that the phone heard */
  readonly receipt: Uint8Array | undefined;
}

/** What a phone says it has signed. It needs no signature of its own: each payment carries the device key's. */
export interface BillUpload {
  readonly kind: 'bill';
  /** 1 to MAX_UPLOAD_ENTRIES */
  readonly payments: readonly BillPayment[];
}

export type Upload = JournalUpload | BillUpload;

/**
 * Why JSON is no upload. `shape`: not an object, or it has other keys than its kind has. The others name the field that is
 * not of its type, length or range.
 */
export type UploadParseReason =
  | 'shape'
  | 'version'
  | 'kind'
  | 'machine'
  | 'sequence'
  | 'hash'
  | 'count'
  | 'entry'
  | 'signature'
  | 'payment'
  | 'certificate'
  | 'token'
  | 'beacon'
  | 'receipt';

type Refused = { readonly ok: false; readonly reason: UploadParseReason };
export type UploadParseResult = { readonly ok: true; readonly upload: Upload } | Refused;

const VERSION = 1;
const JOURNAL_KEYS = ['version', 'kind', 'machineId', 'firstSequence', 'previousHash', 'entries', 'signature'];
const BILL_KEYS = ['version', 'kind', 'payments'];
const PAYMENT_KEYS = ['certificate', 'token', 'beacon', 'receipt'];

/**
 * @returns an object of strings, numbers and arrays, for `JSON.stringify`
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function makeUpload(upload: Upload): Record<string, unknown> {
  return upload.kind === 'journal' ? makeJournal(upload) : makeBill(upload);
}

/**
 * @param value - what `JSON.parse` gave for what anybody sent
 * @returns the upload with new arrays, or why this is none; never throws
 */
export function parseUpload(value: unknown): UploadParseResult {
  if (!isRecord(value)) return { ok: false, reason: 'shape' };
  if (value.version !== VERSION) return { ok: false, reason: 'version' };
  if (value.kind === 'journal') return parseJournal(value);
  if (value.kind === 'bill') return parseBill(value);
  return { ok: false, reason: 'kind' };
}

function makeJournal(upload: JournalUpload): Record<string, unknown> {
  const { machineId, firstSequence, previousHash, entries, signature } = upload;
  assertInteger('upload.machineId', machineId, 1, MAX_SEQUENCE);
  assertCount('upload.entries', entries);
  assertInteger('upload.firstSequence', firstSequence, 1, MAX_SEQUENCE - entries.length + 1);
  assertBytes('upload.previousHash', previousHash, CHAIN_HASH_BYTE_COUNT, CHAIN_HASH_BYTE_COUNT);
  entries.forEach((entry, i) => {
    assertBytes(`upload.entries[${i}]`, entry, 1, MAX_JOURNAL_ENTRY_BYTES);
  });
  assertBytes('upload.signature', signature, SIGNATURE_BYTES, SIGNATURE_BYTES);
  return {
    version: VERSION,
    kind: 'journal',
    machineId,
    firstSequence,
    previousHash: toHex(previousHash),
    entries: entries.map(toHex),
    signature: toHex(signature),
  };
}

function makeBill({ payments }: BillUpload): Record<string, unknown> {
  assertCount('upload.payments', payments);
  const made = payments.map(({ certificate, token, beacon, receipt }, i) => {
    assertBytes(`upload.payments[${i}].certificate`, certificate, 1, MAX_CERTIFICATE_BYTES);
    assertBytes(`upload.payments[${i}].token`, token, 1, MAX_PAYMENT_BYTES);
    if (beacon !== undefined) assertBytes(`upload.payments[${i}].beacon`, beacon, 1, MAX_PAYMENT_BYTES);
    if (receipt !== undefined) assertBytes(`upload.payments[${i}].receipt`, receipt, 1, MAX_PAYMENT_BYTES);
    return {
      certificate: toHex(certificate),
      token: toHex(token),
      ...(beacon && { beacon: toHex(beacon) }),
      ...(receipt && { receipt: toHex(receipt) }),
    };
  });
  return { version: VERSION, kind: 'bill', payments: made };
}

function assertCount(name: string, list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw new TillsongError('ERR_TYPE', `${name}: expected an array, got another thing`);
  if (list.length < 1 || list.length > MAX_UPLOAD_ENTRIES)
    throw new TillsongError('ERR_LENGTH', `${name}: expected 1 to ${MAX_UPLOAD_ENTRIES} items, got ${list.length}`);
}

function parseJournal(value: Record<string, unknown>): UploadParseResult {
  if (!hasOnly(value, JOURNAL_KEYS)) return { ok: false, reason: 'shape' };
  const { machineId, firstSequence, entries } = value;
  if (!isIntegerUpTo(machineId, MAX_SEQUENCE)) return { ok: false, reason: 'machine' };
  if (!isCounted(entries)) return { ok: false, reason: 'count' };
  if (!isIntegerUpTo(firstSequence, MAX_SEQUENCE - entries.length + 1)) return { ok: false, reason: 'sequence' };
  const previousHash = parseHex(value.previousHash, CHAIN_HASH_BYTE_COUNT, CHAIN_HASH_BYTE_COUNT);
  if (previousHash === undefined) return { ok: false, reason: 'hash' };
  if (firstSequence === 1 && previousHash.some((byte) => byte !== 0)) return { ok: false, reason: 'hash' };
  const signature = parseHex(value.signature, SIGNATURE_BYTES, SIGNATURE_BYTES);
  if (signature === undefined) return { ok: false, reason: 'signature' };
  const packed: Uint8Array[] = [];
  for (const hex of entries) {
    const entry = parseHex(hex, 1, MAX_JOURNAL_ENTRY_BYTES);
    if (entry === undefined) return { ok: false, reason: 'entry' };
    packed.push(entry);
  }
  return {
    ok: true,
    upload: { kind: 'journal', machineId, firstSequence, previousHash, entries: packed, signature },
  };
}

function parseBill(value: Record<string, unknown>): UploadParseResult {
  if (!hasOnly(value, BILL_KEYS)) return { ok: false, reason: 'shape' };
  if (!isCounted(value.payments)) return { ok: false, reason: 'count' };
  const payments: BillPayment[] = [];
  for (const item of value.payments) {
    const payment = parsePayment(item);
    if ('reason' in payment) return payment;
    payments.push(payment);
  }
  return { ok: true, upload: { kind: 'bill', payments } };
}

function parsePayment(value: unknown): BillPayment | Refused {
  if (!isRecord(value) || !hasOnly(value, PAYMENT_KEYS)) return { ok: false, reason: 'payment' };
  const certificate = parseHex(value.certificate, 1, MAX_CERTIFICATE_BYTES);
  if (certificate === undefined) return { ok: false, reason: 'certificate' };
  const token = parseHex(value.token, 1, MAX_PAYMENT_BYTES);
  if (token === undefined) return { ok: false, reason: 'token' };
  const beacon = 'beacon' in value ? parseHex(value.beacon, 1, MAX_PAYMENT_BYTES) : undefined;
  if ('beacon' in value && beacon === undefined) return { ok: false, reason: 'beacon' };
  const receipt = 'receipt' in value ? parseHex(value.receipt, 1, MAX_PAYMENT_BYTES) : undefined;
  if ('receipt' in value && receipt === undefined) return { ok: false, reason: 'receipt' };
  return { certificate, token, beacon, receipt };
}

function hasOnly(value: Record<string, unknown>, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function isIntegerUpTo(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= max;
}

function isCounted(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= 1 && value.length <= MAX_UPLOAD_ENTRIES;
}
