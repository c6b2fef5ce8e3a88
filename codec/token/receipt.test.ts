import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packReceipt, packReceiptMessage, parseReceipt, type Receipt, type ReceiptOutcome } from './receipt.js';

const RECEIPT: Receipt = {
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  counter: 0x0a0b,
  outcome: 'vended',
  amountMinorUnits: 70_000,
  timeSeconds: 0x69000001,
  signature: new Uint8Array(64).fill(0xee),
};
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const messageHex = (outcome: string) => ['51', '0102030405060708', '0a0b', outcome, '011170', '69000001'].join('');

const uint = (min: number, max: number) => fc.integer({ min, max });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const receipts: fc.Arbitrary<Receipt> = fc.record({
  certificateId: bytes(8),
  counter: uint(1, 0xffff),
  outcome: fc.constantFrom<ReceiptOutcome>('vended', 'void'),
  amountMinorUnits: uint(1, 0xffffff),
  timeSeconds: uint(0, 0xffffffff),
  signature: bytes(64),
});

test('a receipt packs to the 83 bytes that the layout gives by hand, a void differs in one byte', () => {
  expect(hexOf(packReceipt(RECEIPT))).toBe(messageHex('01') + 'ee'.repeat(64));
  expect(hexOf(packReceipt({ ...RECEIPT, outcome: 'void' }))).toBe(messageHex('02') + 'ee'.repeat(64));
  expect(packReceipt(RECEIPT)).toHaveLength(83);
  expect(hexOf(packReceiptMessage(RECEIPT))).toBe(messageHex('01'));
});

describe('laws', () => {
  test('parsing gives back what was packed (seed 83)', () => {
    fc.assert(
      fc.property(receipts, (receipt) => expect(parseReceipt(packReceipt(receipt))).toEqual({ ok: true, receipt })),
      { seed: 83, numRuns: 300 },
    );
  });

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 84)', () => {
    const nearlyRight = fc
      .tuple(receipts, uint(0, 82), uint(0, 255))
      .map(([receipt, offset, value]) => packReceipt(receipt).fill(value, offset, offset + 1));
    fc.assert(
      fc.property(fc.oneof(nearlyRight, fc.uint8Array({ maxLength: 100 })), (input) => {
        const parsed = parseReceipt(input);
        if (parsed.ok) expect(packReceipt(parsed.receipt)).toEqual(input);
      }),
      { seed: 84, numRuns: 1000 },
    );
  });
});

describe('hostile input', () => {
  test('every other length than 83 is refused', () => {
    for (let length = 0; length < 120; length++) {
      if (length === 83) continue;
      const input = new Uint8Array(length);
      input.set(packReceipt(RECEIPT).subarray(0, length));
      expect([length, parseReceipt(input)]).toEqual([length, { ok: false, reason: 'length' }]);
    }
  });

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
