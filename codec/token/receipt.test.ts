import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesOf,
  expectOneEncoding,
  expectOtherLengthsRefused,
  expectRoundTrip,
  hexOf,
  type Layout,
  uint,
} from '../../fixtures/token-laws/token-laws.js';
import { packReceipt, packReceiptMessage, parseReceipt, type Receipt, type ReceiptOutcome } from './receipt.js';

const RECEIPT: Receipt = {
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  counter: 0x0a0b,
  outcome: 'vended',
  amountMinorUnits: 70_000,
  timeSeconds: 0x69000001,
  signature: new Uint8Array(64).fill(0xee),
};
const messageHex = (outcome: string) => ['51', '0102030405060708', '0a0b', outcome, '011170', '69000001'].join('');

const receipts: fc.Arbitrary<Receipt> = fc.record({
  certificateId: bytesOf(8),
  counter: uint(1, 0xffff),
  outcome: fc.constantFrom<ReceiptOutcome>('vended', 'void'),
  amountMinorUnits: uint(1, 0xffffff),
  timeSeconds: uint(0, 0xffffffff),
  signature: bytesOf(64),
});

test('a receipt packs to the 83 bytes that the layout gives by hand, a void differs in one byte', () => {
  expect(hexOf(packReceipt(RECEIPT))).toBe(messageHex('01') + 'ee'.repeat(64));
  expect(hexOf(packReceipt({ ...RECEIPT, outcome: 'void' }))).toBe(messageHex('02') + 'ee'.repeat(64));
  expect(packReceipt(RECEIPT)).toHaveLength(83);
  expect(hexOf(packReceiptMessage(RECEIPT))).toBe(messageHex('01'));
});

const LAYOUT: Layout<Receipt> = {
  values: receipts,
  pack: packReceipt,
  parse: (input) => {
    const parsed = parseReceipt(input);
    return parsed.ok ? parsed.receipt : undefined;
  },
};

describe('laws', () => {
  test('parsing gives back what was packed (seed 83)', () => expectRoundTrip(LAYOUT, 83));

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 84)', () => {
    expectOneEncoding(LAYOUT, 84);
  });
});

describe('hostile input', () => {
  test('every other length than 83 is refused', () =>
    expectOtherLengthsRefused(packReceipt(RECEIPT), [83], parseReceipt));

  test('of all 256 outcomes two are known', () => {
    const outcomes = Array.from({ length: 256 }, (_, outcome) =>
      parseReceipt(packReceipt(RECEIPT).fill(outcome, 11, 12)),
    );
    expect(outcomes.flatMap((parsed, outcome) => (parsed.ok ? [[outcome, parsed.receipt.outcome]] : []))).toEqual([
      [1, 'vended'],
      [2, 'void'],
    ]);
    expect(outcomes[0]).toEqual({ ok: false, reason: 'outcome' });
  });

  test.each([
    ['type', 0, [0x61]],
    ['version', 0, [0x52]],
    ['counter', 9, [0, 0]],
    ['amount', 12, [0, 0, 0]],
  ])('refused by %s', (reason, offset, patch) => {
    const input = packReceipt(RECEIPT);
    input.set(patch, offset);
    expect(parseReceipt(input)).toEqual({ ok: false, reason });
  });
});

test.each([
  [{ outcome: 'unknown' }, 'receipt.outcome: expected one of vended, void, got "unknown"'],
  [{ certificateId: new Uint8Array(7) }, 'receipt.certificateId: expected 8 bytes, got 7'],
  [{ counter: 0 }, 'receipt.counter: expected integer in [1, 65535], got 0'],
  [{ amountMinorUnits: 0 }, 'receipt.amountMinorUnits: expected integer in [1, 16777215], got 0'],
  [{ signature: new Uint8Array(63) }, 'receipt.signature: expected 64 bytes, got 63'],
])('a caller’s bad value is named: %p', (changes, message) => {
  expect(() => packReceipt({ ...RECEIPT, ...changes } as Receipt)).toThrow(new Error(message));
});
