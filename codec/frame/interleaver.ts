// The bit interleaver of a burst: spreads neighbours on the air over the codeword, so that a click or a whistle
// hits bits that are far apart in the code. A pure permutation by length, between rate matcher and scrambler.

import { TillsongError } from '../../src/shared/errors.js';

/** The golden section: multiples of it modulo 1 keep the largest distance there is, at every scale (Weyl, Hurwitz). */
const GOLDEN_FRACTION = (Math.sqrt(5) - 1) / 2;

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** @returns the integer nearest to length * GOLDEN_FRACTION that has no common divisor with length */
function strideFor(length: number): number {
  const ideal = Math.round(length * GOLDEN_FRACTION);
  for (let distance = 0; distance < length; distance++) {
    if (greatestCommonDivisor(ideal + distance, length) === 1) return ideal + distance;
    if (ideal > distance && greatestCommonDivisor(ideal - distance, length) === 1) return ideal - distance;
  }
  return 1;
}

function permute<T extends Uint8Array | Float32Array>(values: T, spread: boolean): T {
  if (!(values instanceof Uint8Array) && !(values instanceof Float32Array))
    throw new TillsongError('ERR_TYPE', 'values: expected Uint8Array or Float32Array');
  const length = values.length;
  const out = values.slice() as T;
  const stride = strideFor(length) % Math.max(length, 1);
  for (let i = 0, place = 0; i < length; i++) {
    if (spread) out[i] = values[place];
    else out[place] = values[i];
    place += stride;
    if (place >= length) place -= length;
  }
  return out;
}

/**
 * out[i] = values[(i s) mod n], n the length, s the integer nearest to 0.618 n without a common divisor with n.
 *
 * @param values - n bits or LLRs in the order of the code
 * @returns a new array in the order on the air
 * @throws TillsongError `ERR_TYPE`
 */
export function interleave<T extends Uint8Array | Float32Array>(values: T): T {
  return permute(values, true);
}

/**
 * Undoes `interleave`.
 *
 * @param values - n bits or LLRs in the order on the air
 * @returns a new array in the order of the code
 * @throws TillsongError `ERR_TYPE`
 */
export function deinterleave<T extends Uint8Array | Float32Array>(values: T): T {
  return permute(values, false);
}
