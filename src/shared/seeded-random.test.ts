import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from './seeded-random.js';

/** xoshiro128** as its authors wrote it (prng.di.unimi.it), in exact integers. */
function* slowXoshiro(state: readonly number[]): Generator<number, never> {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  const s = state.map((x) => BigInt(x >>> 0));
  for (;;) {
    const result = (rotate((s[1] * 5n) & mask, 7n) * 9n) & mask;
    const t = (s[1] << 9n) & mask;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
    yield Number(result);
  }
}

/** The generator with a given inner state, which its constructor would have made from a seed. */
function withState(a: number, b: number, c: number, d: number): SeededRandom {
  return Object.assign(new SeededRandom(0), { a, b, c, d });
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

describe('the seeded generator', () => {
  test('gives the sequence of xoshiro128** from the state 1, 2, 3, 4', () => {
    const random = withState(1, 2, 3, 4);
    const got = Array.from({ length: 10 }, () => random.uint32());
    expect(got.slice(0, 4)).toEqual([11520, 0, 5927040, 70819200]);
    const slow = slowXoshiro([1, 2, 3, 4]);
    expect(got).toEqual(got.map(() => slow.next().value));
  });

  test('agrees with the slow reference over 1,000 numbers from a state with all bits in use', () => {
    const state = [0xdeadbeef, 0x80000001, 0xffffffff, 0x12345678] as const;
    const random = withState(...state);
    const slow = slowXoshiro(state);
    for (let i = 0; i < 1000; i++) expect(random.uint32()).toBe(slow.next().value);
  });

  test('repeats itself for one seed and differs for two', () => {
    const take = (seed: number) => Array.from(new SeededRandom(seed).bytes(32));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(take(7)).toEqual(take(7 + 2 ** 32));
  });

  test('gives uniform numbers in [0, 1) with the mean and variance of the distribution (seed 1)', () => {
    const random = new SeededRandom(1);
    const values = Array.from({ length: 20000 }, () => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.01); // five standard deviations
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  });

  test('gives normal numbers with the first four moments of the distribution (seed 2)', () => {
    const random = new SeededRandom(2);
    const values = Array.from({ length: 20000 }, () => random.normal());
    const { mean, variance } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.036);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(Math.abs(moments(values.map((x) => x ** 3)).mean)).toBeLessThan(0.14);
    expect(Math.abs(moments(values.map((x) => x ** 4)).mean - 3)).toBeLessThan(0.35);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test('gives each integer below a count about equally often (seed 3)', () => {
    const random = new SeededRandom(3);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[random.below(6)]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('stays between the limits asked for (seed 4)', () => {
    const random = new SeededRandom(4);
    for (let i = 0; i < 1000; i++) {
      const x = random.between(-3, 5);
      expect(x >= -3 && x < 5).toBe(true);
    }
  });
});
