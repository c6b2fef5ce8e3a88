import { expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { scrambleBits, scrambleLlrs, scramblingSequence } from './scrambler.js';

test('the sequence is that of the two recurrences of 36.211, written out', () => {
  for (const seed of [0, 1, 7, 1000]) {
    const start = Number(((BigInt(seed + 1) * 0x9e3779b1n) % (1n << 32n)) >> 1n);
    const x1 = [1, ...new Array(30).fill(0)];
    const x2 = Array.from({ length: 31 }, (_, i) => (start >>> i) & 1);
    for (let n = 0; n < 2100; n++) {
      x1.push(x1[n + 3] ^ x1[n]);
      x2.push(x2[n + 3] ^ x2[n + 2] ^ x2[n + 1] ^ x2[n]);
    }
    const expected = Uint8Array.from({ length: 500 }, (_, n) => x1[n + 1600] ^ x2[n + 1600]);
    expect(scramblingSequence(seed, 500)).toEqual(expected);
  }
});

test('the first 32 bits of seed 1 are these (regression)', () => {
  expect(scramblingSequence(1, 32).join('')).toBe('01000111011000000000100000000101');
});

test('scrambling twice gives the bits back, and hard decisions of scrambled LLRs are the scrambled bits (seed 1)', () => {
  const random = new SeededRandom(1);
  const bits = Uint8Array.from({ length: 500 }, () => random.below(2));
  const sequence = scramblingSequence(7, 500);
  const scrambled = scrambleBits(bits, sequence);
  expect(scrambleBits(scrambled, sequence)).toEqual(bits);
  const llrs = Float32Array.from(bits, (bit) => (bit ? -3 : 3));
  scrambleLlrs(llrs, sequence, llrs);
  expect(Uint8Array.from(llrs, (llr) => (llr < 0 ? 1 : 0))).toEqual(scrambled);
});

test('every seed in 0..63 is balanced, has no run beyond 20, and is unlike the others', () => {
  const length = 4000;
  const sequences = Array.from({ length: 64 }, (_, seed) => scramblingSequence(seed, length));
  sequences.forEach((sequence, seed) => {
    const ones = sequence.reduce((sum, bit) => sum + bit, 0);
    expect(Math.abs(ones - length / 2)).toBeLessThan(4 * Math.sqrt(length / 4));
    let run = 0;
    let longest = 0;
    sequence.forEach((bit, i) => {
      run = bit === sequence[i - 1] ? run + 1 : 1;
      longest = Math.max(longest, run);
    });
    expect(longest).toBeLessThanOrEqual(20);
    for (const other of sequences.slice(seed + 1)) {
      const differing = sequence.reduce((sum, bit, i) => sum + (bit ^ other[i]), 0);
      expect(Math.abs(differing - length / 2)).toBeLessThan(5 * Math.sqrt(length / 4));
    }
  });
});
