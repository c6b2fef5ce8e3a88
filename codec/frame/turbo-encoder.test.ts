import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { turboEncode } from './turbo-encoder.js';
import { TURBO_BLOCK_SIZES, turboInterleaver } from './turbo-interleaver.js';

/** Coefficients of D^0, D^1, D^2, D^3. */
const G0 = [1, 0, 1, 1]; // 13 octal
const G1 = [1, 1, 0, 1]; // 15 octal

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const product = new Array<number>(a.length + b.length - 1).fill(0);
  for (let i = 0; i < a.length; i++) for (let j = 0; j < b.length; j++) product[i + j] ^= a[i] & b[j];
  return product;
}

/** Streams d0, d1, d2 of K + 4 bits. */
function streamsOf(coded: Uint8Array): number[][] {
  const length = coded.length / 3;
  return [0, 1, 2].map((stream) => Array.from(coded.slice(stream * length, (stream + 1) * length)));
}

describe('turbo encoder', () => {
  test('a single 1 has the impulse response of (1 + D + D^3) / (1 + D^2 + D^3): 1, then 1110010 again and again', () => {
    const bits = new Uint8Array(40);
    bits[0] = 1;
    const [d0, d1, d2] = streamsOf(turboEncode(bits));
    const response = `1${'1110010'.repeat(6)}`.slice(0, 40);
    expect(d0.slice(0, 40).join('')).toBe(`1${'0'.repeat(39)}`);
    expect(d1.slice(0, 40).join('')).toBe(response);
    expect(d2.slice(0, 40).join('')).toBe(response); // the interleaver leaves bit 0 in its place
    // The register (s1 s2 s3) repeats 100 010 101 110 111 011 001. After 39 more shifts it is 111: x = 0 0 1, z = 0 1 1.
    expect([d0, d1, d2].map((d) => d.slice(40).join(''))).toEqual(['0101', '0101', '0101']);
  });

  test('of each constituent input and parity, tail included, keep x(D) g1(D) = z(D) g0(D) (seed 1)', () => {
    const random = new SeededRandom(1);
    for (const size of TURBO_BLOCK_SIZES.filter((_, i) => i % 11 === 0)) {
      const bits = Uint8Array.from({ length: size }, () => random.below(2));
      const [d0, d1, d2] = streamsOf(turboEncode(bits));
      expect(d0.slice(0, size)).toEqual(Array.from(bits));
      // Tail bits as laid out in section 5.1.3.2.2.
      const x1 = [...bits, d0[size], d2[size], d1[size + 1]];
      const z1 = [...d1.slice(0, size), d1[size], d0[size + 1], d2[size + 1]];
      expect(multiply(x1, G1)).toEqual(multiply(z1, G0));
      const interleaved = Array.from(turboInterleaver(size), (index) => bits[index]);
      const x2 = [...interleaved, d0[size + 2], d2[size + 2], d1[size + 3]];
      const z2 = [...d2.slice(0, size), d1[size + 2], d0[size + 3], d2[size + 3]];
      expect(multiply(x2, G1)).toEqual(multiply(z2, G0));
    }
  });

  test('the code is linear, and zeros give zeros (seed 2)', () => {
    const random = new SeededRandom(2);
    const a = Uint8Array.from({ length: 832 }, () => random.below(2));
    const b = Uint8Array.from({ length: 832 }, () => random.below(2));
    const sum = turboEncode(a.map((bit, i) => bit ^ b[i]));
    const codedB = turboEncode(b);
    expect(sum).toEqual(turboEncode(a).map((bit, i) => bit ^ codedB[i]));
    expect(turboEncode(new Uint8Array(832)).some((bit) => bit !== 0)).toBe(false);
  });

  test('callers’ mistakes are refused', () => {
    expect(() => turboEncode(new Uint8Array(41))).toThrow(/bits.length: expected a block size/);
    expect(() => turboEncode([0, 1] as unknown as Uint8Array)).toThrow(/bits: expected Uint8Array/);
  });
});
