// The bit interleaver of a burst: spreads neighbours on the air over the codeword, so that a click or a whistle
// hits bits that are far apart in the code. A pure permutation by length, between rate matcher and scrambler.

import { TillsongError } from '../../src/shared/errors.js';

/** The golden section is the number worst approximated by fractions: its multiples modulo 1 never come close to one another early. */
const GOLDEN_FRACTION = (Math.sqrt(5) - 1) / 2;

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** @returns the integer nearest to round(0.618 length), the larger of two, without a common divisor with length; 1 for lengths 0 and 1 */
function strideFor(length: number): number {
  const ideal = Math.round(length * GOLDEN_FRACTION);
  for (let distance = 0; distance < length; distance++) {
    if (greatestCommonDivisor(ideal + distance, length) === 1) return ideal + distance;
    if (ideal > distance && greatestCommonDivisor(ideal - distance, length) === 1) return ideal - distance;
  }
  return 1;
}

/** @returns result[i]: place in the code of the i-th bit on the air, i s mod n */
function placesFor(length: number): Uint32Array {
  const stride = strideFor(length);
  const places = new Uint32Array(length);
  for (let i = 1, place = 0; i < length; i++) {
    place += stride;
    if (place >= length) place -= length;
    places[i] = place;
  }
  return places;
}

/** @throws TillsongError `ERR_TYPE` */
function newLike<T extends Uint8Array | Float32Array>(values: T): T {
  if (values instanceof Float32Array) return new Float32Array(values.length) as T;
  if (values instanceof Uint8Array) return new Uint8Array(values.length) as T;
  throw new TillsongError('ERR_TYPE', `values: expected Uint8Array or Float32Array, got ${typeof values}`);
}

/**
 * out[i] = values[(i s) mod n], n the length, s the integer nearest to round(0.618 n) without a common divisor with n.
 *
 * @param values - n bits or LLRs in the order of the code
 * @returns a new array in the order on the air
 * @throws TillsongError `ERR_TYPE`
 */
export function interleave<T extends Uint8Array | Float32Array>(values: T): T {
  const out = newLike(values);
  const places = placesFor(values.length);
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]];
  return out;
}

/**
 * Undoes `interleave`.
 *
 * @param values - n bits or LLRs in the order on the air
 * @returns a new array in the order of the code
 * @throws TillsongError `ERR_TYPE`
 */
export function deinterleave<T extends Uint8Array | Float32Array>(values: T): T {
  const out = newLike(values);
  const places = placesFor(values.length);
  for (let i = 0; i < places.length; i++) out[places[i]] = values[i];
  return out;
}
