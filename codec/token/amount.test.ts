import { expect, test } from '@jest/globals';
import { equalAmounts, makeAmount } from './amount.js';

test('350 JPY is not 350 EUR, and 350 EUR is not 351 EUR', () => {
  expect(equalAmounts(makeAmount(350, 392), makeAmount(350, 978))).toBe(false);
  expect(equalAmounts(makeAmount(350, 978), makeAmount(351, 978))).toBe(false);
  expect(equalAmounts(makeAmount(350, 978), { minorUnits: 350, currency: 978 })).toBe(true);
});

test('an amount cannot be changed', () => {
  expect(Object.isFrozen(makeAmount(150, 978))).toBe(true);
});

test.each([
  [-1, 978, 'amount.minorUnits: expected integer in [0, 16777215], got -1'],
  [1.5, 978, 'amount.minorUnits: expected integer in [0, 16777215], got 1.5'],
  [2 ** 24, 978, 'amount.minorUnits: expected integer in [0, 16777215], got 16777216'],
  [150, 0, 'amount.currency: expected integer in [1, 999], got 0'],
  [150, 1000, 'amount.currency: expected integer in [1, 999], got 1000'],
])('%p of currency %p is refused', (minorUnits, currency, message) => {
  expect(() => makeAmount(minorUnits, currency)).toThrow(new Error(message));
});
