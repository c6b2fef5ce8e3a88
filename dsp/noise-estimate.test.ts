import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { mean, smoothNoise } from './noise-estimate.js';

/** Squared residuals of complex Gaussian noise, each the mean of `averaged`. */
function residuals(levels: Float64Array, averaged: number, seed: number): Float64Array {
  const random = new SeededRandom(seed);
  return levels.map((level) => {
    let sum = 0;
    for (let i = 0; i < averaged; i++) sum += (random.normal() ** 2 + random.normal() ** 2) / 2;
    return (level * sum) / averaged;
  });
}

function smoothed(input: Float64Array, averaged: number): Float64Array {
  const out = new Float64Array(input.length);
  smoothNoise(input, averaged, out);
  return out;
}

describe('noise per subcarrier', () => {
  test.each([1, 4, 20])('that is even is found without bias from %i residuals each (seeds 1 to 20)', (averaged) => {
    const flat = new Float64Array(256).fill(3);
    let sum = 0;
    for (let seed = 1; seed <= 20; seed++) sum += mean(smoothed(residuals(flat, averaged, seed), averaged));
    expect(sum / 20 / 3).toBeGreaterThan(0.93);
    expect(sum / 20 / 3).toBeLessThan(1.07);
  });

  test('that falls by 30 dB over the band is followed (seed 1)', () => {
    const levels = Float64Array.from({ length: 256 }, (_, c) => 10 ** ((-3 * c) / 256));
    smoothed(residuals(levels, 6, 1), 6).forEach((level, c) => {
      expect(Math.abs(10 * Math.log10(level / levels[c]))).toBeLessThan(6);
    });
  });

  test('keeps a whistle on its own subcarriers (seed 2)', () => {
    const input = residuals(new Float64Array(256).fill(1), 6, 2);
    input[100] = 500;
    input[101] = 200;
    const out = smoothed(input, 6);
    expect([out[100], out[101]]).toEqual([500, 200]);
    expect(out[98]).toBeLessThan(3);
    expect(out[103]).toBeLessThan(3);
  });

  test('is 0 where all is 0, and works on fewer carriers than the window', () => {
    expect(Array.from(smoothed(new Float64Array(8), 3))).toEqual(new Array(8).fill(0));
    expect(smoothed(new Float64Array(8).fill(2), 1000)[3]).toBeCloseTo(2, 2);
  });

  test('leaves its input alone (seed 3)', () => {
    const input = residuals(new Float64Array(64).fill(1), 2, 3);
    const copy = input.slice();
    smoothed(input, 2);
    expect(input).toEqual(copy);
  });
});

test('the mean of nothing is 0', () => {
  expect([mean(new Float64Array(0)), mean(Float64Array.of(1, 2, 6))]).toEqual([0, 3]);
});
