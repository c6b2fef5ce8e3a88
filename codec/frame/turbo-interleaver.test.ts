import { describe, expect, test } from '@jest/globals';
import { TURBO_BLOCK_SIZES, turboBlockSizeFor, turboInterleaver } from './turbo-interleaver.js';

describe('turbo interleaver', () => {
  test('K = 40, f1 = 3, f2 = 10 by hand: 3 i + 10 i^2 mod 40', () => {
    const byHand = [0, 13, 6, 19, 12, 25, 18, 31, 24, 37, 30, 3, 36, 9, 2, 15];
    expect(Array.from(turboInterleaver(40).slice(0, 16))).toEqual(byHand);
  });

  test('there are 188 block sizes: steps of 8 up to 512, 16 up to 1024, 32 up to 2048, 64 up to 6144', () => {
    const sizes: number[] = [];
    for (let size = 40; size <= 6144; size += size < 512 ? 8 : size < 1024 ? 16 : size < 2048 ? 32 : 64)
      sizes.push(size);
    expect(TURBO_BLOCK_SIZES).toEqual(sizes);
    expect(Object.isFrozen(TURBO_BLOCK_SIZES)).toBe(true);
  });

  // f1 and f2 of rows all over table 5.1.3-3.
  test.each([
    [56, 19, 42],
    [120, 103, 90],
    [264, 17, 198],
    [392, 243, 98],
    [504, 55, 84],
    [560, 227, 420],
    [832, 25, 52],
    [1024, 31, 64],
    [1504, 49, 846],
    [1664, 183, 104],
    [1792, 29, 112],
    [1952, 59, 610],
    [2880, 29, 300],
    [3456, 451, 192],
    [4352, 477, 408],
    [5248, 113, 902],
    [6144, 263, 480],
  ])('K = %i has f1 = %i and f2 = %i', (blockSize, f1, f2) => {
    const expected = Uint16Array.from({ length: blockSize }, (_, i) => (f1 * i + f2 * i * i) % blockSize);
    expect(turboInterleaver(blockSize)).toEqual(expected);
  });

  test('for every size it is a permutation by a quadratic polynomial with f1 odd and f2 even', () => {
    for (const size of TURBO_BLOCK_SIZES) {
      const order = turboInterleaver(size);
      expect(new Set(order).size).toBe(size);
      const step = (i: number) => order[(i + 1) % size] - order[i] + size;
      const doubleF2 = (step(1) - step(0) + 2 * size) % size;
      const isQuadratic = order.every((_, i) => (step((i + 1) % size) - step(i) + 2 * size) % size === doubleF2);
      expect([size, isQuadratic]).toEqual([size, true]);
      expect([size, order.every((index, i) => (index & 1) === (i & 1))]).toEqual([size, true]);
    }
  });

  test('the parameters of all sizes add up to the sums of two public transcriptions of the table', () => {
    const orders = TURBO_BLOCK_SIZES.map((size) => turboInterleaver(size));
    const sumOf = (parameter: (order: Uint16Array) => number) => orders.reduce((sum, o) => sum + parameter(o), 0);
    expect(sumOf((order) => order[1])).toBe(43934); // f1 + f2 mod K
    expect(sumOf((order) => (order[2] + 2 * (order.length - order[1])) % order.length)).toBe(51260); // 2 f2 mod K
  });

  test('the smallest size that carries a number of bits is chosen', () => {
    expect([1, 40, 41, 512, 513, 1025, 2049, 6144].map(turboBlockSizeFor)).toEqual([
      40, 40, 48, 512, 528, 1056, 2112, 6144,
    ]);
    for (const bad of [0, 6145, 1.5, Number.NaN]) expect(() => turboBlockSizeFor(bad)).toThrow(/bitCount: expected/);
    expect(() => turboInterleaver(41)).toThrow(/blockSize: expected a block size of 3GPP TS 36.212, got 41/);
  });
});
