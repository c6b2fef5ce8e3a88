import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { TURBO_BLOCK_SIZES, TurboDecoder, turboEncode } from './turbo-code.js';

function randomBits(length: number, random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(2));
}

/** LLRs of noiseless BPSK: positive means 0. */
function cleanLlrs(bits: Uint8Array, magnitude = 4): Float32Array {
  return Float32Array.from(bits, (bit) => (bit ? -magnitude : magnitude));
}

describe('turbo code', () => {
  test('every one of the 188 block sizes comes back from clean LLRs, soft output with the sign of every coded bit (seed 1)', () => {
    const random = new SeededRandom(1);
    for (const blockSize of TURBO_BLOCK_SIZES) {
      const bits = randomBits(blockSize, random);
      const coded = turboEncode(bits);
      const decoder = new TurboDecoder(blockSize);
      const out = new Uint8Array(blockSize);
      expect(decoder.decode(cleanLlrs(coded), out).converged).toBe(true);
      expect(out).toEqual(bits);
      const app = new Float32Array(coded.length);
      decoder.aPosterioriLlrs(app);
      expect(Uint8Array.from(app, (l) => (l < 0 ? 1 : 0))).toEqual(coded);
      expect(Math.min(...app.map(Math.abs))).toBeGreaterThan(4);
    }
  });
});
