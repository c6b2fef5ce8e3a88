// Arithmetic in GF(256), the field the Reed-Solomon code lives in: bytes as polynomials over GF(2) modulo
// x^8 + x^4 + x^3 + x^2 + 1 (0x11D), of which alpha = x = 2 is a primitive element (ISO/IEC 18004 uses the same field).

/** x^8 + x^4 + x^3 + x^2 + 1. */
export const FIELD_POLYNOMIAL = 0x11d;

/** alpha^i for i in 0..509: two periods, so that the sum of two logarithms needs no reduction. */
const EXPONENTIALS = new Uint8Array(510);
/** i with alpha^i = index, for index 1..255. Entry 0 is never read. */
const LOGARITHMS = new Uint8Array(256);

for (let i = 0, element = 1; i < 255; i++) {
  EXPONENTIALS[i] = element;
  EXPONENTIALS[i + 255] = element;
  LOGARITHMS[element] = i;
  element = element & 0x80 ? (element << 1) ^ FIELD_POLYNOMIAL : element << 1;
}

/** @returns a * b, both in 0..255 */
export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : EXPONENTIALS[LOGARITHMS[a] + LOGARITHMS[b]];
}

/** @returns a / b, a in 0..255, b in 1..255 (the decoder never divides by 0; the result would have no meaning) */
export function divide(a: number, b: number): number {
  return a === 0 ? 0 : EXPONENTIALS[LOGARITHMS[a] + 255 - LOGARITHMS[b]];
}

/** @returns alpha^exponent, any integer exponent */
export function powerOfAlpha(exponent: number): number {
  const reduced = exponent % 255;
  return EXPONENTIALS[reduced < 0 ? reduced + 255 : reduced];
}

/**
 * Horner's rule.
 *
 * @param coefficients - of x^0, x^1, ... (lowest power first)
 * @param x - where, 0..255
 * @returns the value of the polynomial at x
 */
export function evaluate(coefficients: ArrayLike<number>, x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = multiply(value, x) ^ coefficients[i];
  return value;
}
