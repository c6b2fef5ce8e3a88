// What overdriven amplifiers and coarse converters do.

import { assertFloats, assertInteger, assertNumber } from '../../src/shared/assert.js';
import { peakOf } from './level.js';

/**
 * Hard clipping: the signal is taken as overdriven by clipDb and cut off at full scale.
 *
 * @param clipDb - how far the peak would stand above the limit, in [0, 60]
 * @returns samples with the same peak as before, flattened from clipDb below it on: everything else is clipDb louder
 */
export function clip(samples: Float32Array, clipDb: number): Float32Array {
  assertFloats('samples', samples);
  assertNumber('clipDb', clipDb, 0, 60);
  const limit = peakOf(samples);
  const gain = 10 ** (clipDb / 20);
  return samples.map((x) => Math.max(-limit, Math.min(limit, gain * x)));
}

/**
 * Rounds to whole steps of a converter of -1 to 1 and cuts off at its ends.
 *
 * @param bitCount - bits a sample, in [1, 24]
 */
export function quantise(samples: Float32Array, bitCount: number): Float32Array {
  assertFloats('samples', samples);
  assertInteger('bitCount', bitCount, 1, 24);
  const steps = 2 ** (bitCount - 1);
  return samples.map((x) => Math.max(-steps, Math.min(steps - 1, Math.round(x * steps))) / steps);
}
