import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { convolve } from './convolution.js';

function slowConvolve(x: Float32Array, h: Float32Array): Float64Array {
  const y = new Float64Array(x.length + h.length - 1);
  for (let n = 0; n < x.length; n++) for (let k = 0; k < h.length; k++) y[n + k] += x[n] * h[k];
  return y;
}

describe('convolve', () => {
  test('(1, 2, 3) with (1, 0, -1) gives (1, 2, 2, -2, -3)', () => {
    const y = convolve(Float32Array.of(1, 2, 3), Float32Array.of(1, 0, -1));
    [1, 2, 2, -2, -3].forEach((value, n) => {
      expect(y[n]).toBeCloseTo(value, 6);
    });
  });

  test.each([
    [1, 1],
    [1, 300],
    [5000, 7],
    [1023, 257],
    [4000, 1500],
  ])('%i samples with a response of %i agree with the sum (seed 3)', (sampleCount, responseLength) => {
    const random = new SeededRandom(3);
    const x = Float32Array.from({ length: sampleCount }, () => random.normal());
    const h = Float32Array.from({ length: responseLength }, () => random.normal());
    const slow = slowConvolve(x, h);
    const fast = convolve(x, h);
    expect(fast.length).toBe(slow.length);
    const worst = fast.reduce((most, y, n) => Math.max(most, Math.abs(y - slow[n])), 0);
    expect(worst).toBeLessThan(2e-5);
  });

  test('an impulse passes the samples on, delayed', () => {
    const random = new SeededRandom(4);
    const x = Float32Array.from({ length: 3000 }, () => random.normal());
    const h = new Float32Array(240);
    h[100] = 1;
    const y = convolve(x, h);
    const worst = x.reduce((most, value, n) => Math.max(most, Math.abs(y[n + 100] - value)), 0);
    expect(worst).toBeLessThan(1e-6);
  });

  test('no samples give none, and an empty response is refused', () => {
    expect(convolve(new Float32Array(0), Float32Array.of(1)).length).toBe(0);
    expect(() => convolve(Float32Array.of(1), new Float32Array(0))).toThrow(/^impulseResponse: expected length/);
  });
});
