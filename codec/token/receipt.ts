// The receipt: what a machine says became of a payment. `vended` is a receipt, `void` takes the payment back.
// Layout, packing and strict parsing; receipt-signature.ts signs and checks.

import { assertBytes, assertOneOf } from '../../src/shared/assert.js';
import { concatBytes } from './bytes.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import {
  CERTIFICATE_ID_BYTE_COUNT,
  MAX_COUNTER,
  MAX_MINOR_UNITS,
  RECEIPT_BYTE_COUNT,
  SIGNATURE_BYTE_COUNT,
} from './limits.js';

/** `vended`: delivered, to be charged. `void`: not delivered, not to be charged. What is not known has no receipt. */
export const RECEIPT_OUTCOMES = ['vended', 'void'] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** What a machine signs. */
export interface ReceiptFields {
  /** of the certificate that the payment was made under, 8 bytes */
  readonly certificateId: Uint8Array;
  /** of the payment, integer in [1, 65535] */
  readonly counter: number;
  readonly outcome: ReceiptOutcome;
  /** what the payment was for, also in a void, integer in [1, 16777215] */
  readonly amountMinorUnits: number;
  /** the machine's clock, Unix seconds, integer in [0, 2^32 - 1]; 0 when it has none */
  readonly timeSeconds: number;
}

/** A signed receipt or void, 83 bytes. */
export interface Receipt extends ReceiptFields {
  /** the machine's, 64 bytes */
  readonly signature: Uint8Array;
}

export type ReceiptParseReason = 'length' | 'type' | 'version' | 'counter' | 'outcome' | 'amount';

export type ReceiptParseResult =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly reason: ReceiptParseReason };

//   0    1                  9         11        12        15         19                      83
//  +----+------------------+---------+---------+---------+----------+-----------------------+
//  |0x51| certificate id   | counter | outcome | amount  | machine  | machine's signature   |
//  |    | 8                | 2       | 1       | 3       | time 4   | 64                    |
//  +----+------------------+---------+---------+---------+----------+-----------------------+
//  outcome: 1 = vended, 2 = void
const CERTIFICATE_ID_OFFSET = 1;
const SIGNATURE_OFFSET = 19;

type ReceiptInteger = 'counter' | 'outcome' | 'amountMinorUnits' | 'timeSeconds';

const RECEIPT_INTEGERS: readonly IntegerField<ReceiptInteger, ReceiptParseReason>[] = [
  { name: 'counter', offset: 9, byteCount: 2, range: { min: 1, max: MAX_COUNTER, reason: 'counter' } },
  { name: 'outcome', offset: 11, byteCount: 1, range: { min: 1, max: RECEIPT_OUTCOMES.length, reason: 'outcome' } },
  { name: 'amountMinorUnits', offset: 12, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'amount' } },
  { name: 'timeSeconds', offset: 15, byteCount: 4 },
];

/**
 * The part of a receipt that is signed (after the domain tag and the payment's hash).
 *
 * @returns the first 19 bytes
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packReceiptMessage(fields: ReceiptFields): Uint8Array {
  const bytes = new Uint8Array(SIGNATURE_OFFSET);
  assertOneOf('receipt.outcome', fields.outcome, RECEIPT_OUTCOMES);
  assertBytes('receipt.certificateId', fields.certificateId, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
  const outcome = RECEIPT_OUTCOMES.indexOf(fields.outcome) + 1;
  packIntegers(bytes, RECEIPT_INTEGERS, { ...fields, outcome }, 'receipt');
  bytes[0] = LEAD_BYTES.receipt;
  bytes.set(fields.certificateId, CERTIFICATE_ID_OFFSET);
  return bytes;
}

/**
 * @returns 83 bytes
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packReceipt(receipt: Receipt): Uint8Array {
  assertBytes('receipt.signature', receipt.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packReceiptMessage(receipt), receipt.signature);
}

/**
 * Strict: one accepted encoding per value, so `packReceipt` of the result gives the same bytes again. Says nothing about who
 * signed.
 *
 * @param bytes - anything, from anybody
 * @returns the receipt with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseReceipt(bytes: Uint8Array): ReceiptParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  if (tokenTypeOf(bytes[0]) !== 'receipt') return { ok: false, reason: 'type' };
  if (bytes[0] !== LEAD_BYTES.receipt) return { ok: false, reason: 'version' };
  if (bytes.length !== RECEIPT_BYTE_COUNT) return { ok: false, reason: 'length' };

  const integers = parseIntegers(bytes, RECEIPT_INTEGERS);
  if (!integers.ok) return integers;
  const outcome = RECEIPT_OUTCOMES[integers.values.outcome - 1];
  const certificateId = bytes.slice(CERTIFICATE_ID_OFFSET, CERTIFICATE_ID_OFFSET + CERTIFICATE_ID_BYTE_COUNT);
  const signature = bytes.slice(SIGNATURE_OFFSET);
  return { ok: true, receipt: { ...integers.values, outcome, certificateId, signature } };
}
