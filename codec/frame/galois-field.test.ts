import { expect, test } from '@jest/globals';
import { divide, evaluate, multiply, powerOfAlpha } from './galois-field.js';

/** Shift, add, reduce: the definition. */
function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if ((product >> bit) & 1) product ^= 0x11d << (bit - 8);
  return product;
}

test('the powers of alpha start as in the published QR code table', () => {
  // ISO/IEC 18004, the same field: alpha^0 ... alpha^15 and the wrap at 255.
  const published = [1, 2, 4, 8, 16, 32, 64, 128, 29, 58, 116, 232, 205, 135, 19, 38];
  expect(published.map((_, exponent) => powerOfAlpha(exponent))).toEqual(published);
  expect(powerOfAlpha(170)).toBe(0xd7);
  expect(powerOfAlpha(255)).toBe(1);
  expect(powerOfAlpha(-1)).toBe(142);
});

test('alpha runs through all 255 non-zero elements', () => {
  expect(new Set(Array.from({ length: 255 }, (_, exponent) => powerOfAlpha(exponent))).size).toBe(255);
});

test('every product is that of polynomials modulo 0x11D, and division undoes it', () => {
  let disagreements = 0;
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const product = multiply(a, b);
      if (product !== slowMultiply(a, b)) disagreements++;
      if (b !== 0 && divide(product, b) !== a) disagreements++;
    }
  }
  expect(disagreements).toBe(0);
});

test('a polynomial is evaluated lowest power first', () => {
  expect(evaluate([7, 0, 1], 2)).toBe(7 ^ 4);
  expect(evaluate([], 5)).toBe(0);
});
