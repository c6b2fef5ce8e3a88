import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeAmount } from '../../codec/token/amount.js';
import { TillsongError } from '../shared/errors.js';
import { currencyByCode, currencyByNumber, formatAmount, parseAmount } from './currency.js';

describe('an amount as people write it', () => {
  test.each([
    ['1.50', 'EUR', 150, '1.50 EUR'],
    ['1.5', 'EUR', 150, '1.50 EUR'],
    ['2', 'EUR', 200, '2.00 EUR'],
    ['0.05', 'USD', 5, '0.05 USD'],
    ['0', 'USD', 0, '0.00 USD'],
    ['350', 'JPY', 350, '350 JPY'],
    ['0.125', 'BHD', 125, '0.125 BHD'],
    ['1.2', 'BHD', 1200, '1.200 BHD'],
    ['167772.15', 'EUR', 16_777_215, '167772.15 EUR'],
    // Multiplied as floating point this is 114.99999999999999.
    ['1.15', 'EUR', 115, '1.15 EUR'],
  ])('%s %s is %i minor units', (text, code, minorUnits, shown) => {
    const amount = parseAmount(text, code);
    expect(amount).toEqual(makeAmount(minorUnits, currencyByCode(code)?.number ?? 0));
    expect(formatAmount(amount)).toBe(shown);
  });

  test.each([
    ['1.505', 'EUR'],
    ['1.', 'EUR'],
    ['.5', 'EUR'],
    ['01.50', 'EUR'],
    ['-1', 'EUR'],
    ['+1', 'EUR'],
    ['1e2', 'EUR'],
    ['1,50', 'EUR'],
    ['1 ', 'EUR'],
    ['', 'EUR'],
    ['１', 'EUR'],
    ['NaN', 'EUR'],
    ['350.0', 'JPY'],
    ['1', 'eur'],
    ['1', 'XXX'],
    ['1', 'constructor'],
  ])('%p of %s is refused', (text, code) => {
    expect(() => parseAmount(text, code)).toThrow(TillsongError);
  });

  test.each([['167772.16'], ['999999999.99']])('%s EUR is more than a token can say', (text) => {
    expect(() => parseAmount(text, 'EUR')).toThrow(/^amount: expected at most 16777215 minor units/);
  });

  test('comes back from what is shown, in every kind of currency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16_777_215 }), fc.constantFrom('EUR', 'JPY', 'KWD'), (minorUnits, code) => {
        const amount = makeAmount(minorUnits, currencyByCode(code)?.number ?? 0);
        const [text, shownCode] = formatAmount(amount).split(' ');
        expect(parseAmount(text, shownCode)).toEqual(amount);
      }),
      { seed: 4 },
    );
  });

  test('of a currency that is not in the table says so', () => {
    expect(formatAmount(makeAmount(150, 999))).toBe('150 minor units of currency 999');
  });
});

test('the table agrees with the platform on digits, and no code or number comes twice', () => {
  const numbers = Array.from({ length: 999 }, (_, i) => currencyByNumber(i + 1)).filter((found) => found !== undefined);
  expect(numbers.length).toBe(83);
  for (const currency of numbers) {
    expect(currencyByCode(currency.code)).toBe(currency);
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.code });
    // CLDR shows fewer digits than ISO 4217 has where coins are out of use.
    const shown = format.resolvedOptions().minimumFractionDigits ?? 0;
    if (shown !== 0) expect(`${currency.code} ${currency.minorDigits}`).toBe(`${currency.code} ${shown}`);
  }
});
