import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { estimateLlrScale } from './turbo-llr-scale.js';

/** LLRs of random bits in white noise, true ones times `factor`. */
function llrsOf(bits: Uint8Array, esN0Db: number, factor: number, random: SeededRandom): Float32Array {
  const variance = 0.5 * 10 ** (-esN0Db / 10);
  const gain = (2 * factor) / variance;
  return Float32Array.from(bits, (bit) => gain * (1 - 2 * bit + Math.sqrt(variance) * random.normal()));
}

function decibels(factor: number): number {
  return 10 * Math.log10(factor);
}

describe('scale of LLRs', () => {
  test.each([-5, -2, 0, 2, 5])(
    'LLRs that are off by %i dB are found out to 1.5 dB from 4000 bits (seed 1)',
    (offsetDb) => {
      const random = new SeededRandom(1);
      const bits = Uint8Array.from({ length: 4000 }, () => random.below(2));
      const heard = llrsOf(bits, -4, 10 ** (offsetDb / 10), random);
      for (const extrinsicFactor of [0.3, 1, 3]) {
        const extrinsic = llrsOf(bits, -2, extrinsicFactor, random);
        expect(decibels(estimateLlrScale(heard, extrinsic))).toBeGreaterThan(-offsetDb - 1.5);
        expect(decibels(estimateLlrScale(heard, extrinsic))).toBeLessThan(-offsetDb + 1.5);
      }
    },
  );

  test('where nothing can be learnt the LLRs are left as they are', () => {
    const some = Float32Array.from({ length: 100 }, (_, i) => i - 50);
    const zeros = new Float32Array(100);
    expect(estimateLlrScale(zeros, zeros)).toBe(1);
    expect(estimateLlrScale(zeros, some)).toBe(1);
    expect(estimateLlrScale(some, zeros)).toBe(1);
    expect(estimateLlrScale(new Float32Array(0), new Float32Array(0))).toBe(1);
  });

  test('certain bits, right or wrong, give a finite factor', () => {
    const heard = Float32Array.from({ length: 200 }, (_, i) => (i % 3 ? 4096 : -4096));
    for (const extrinsic of [heard, heard.map((llr) => -llr), heard.map((_, i) => (i % 2 ? 20 : -20))]) {
      const scale = estimateLlrScale(heard, extrinsic);
      expect(scale).toBeGreaterThan(0);
      expect(Number.isFinite(scale)).toBe(true);
    }
  });
});
