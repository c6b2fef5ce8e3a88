import { describe, expect, test } from '@jest/globals';
import { gaussianTail } from './gaussian-tail.js';

describe('tail of the normal distribution', () => {
  // Abramowitz, Stegun, table 26.1.
  test.each([
    [0, 0.5],
    [1, 0.15865525393],
    [2, 0.02275013195],
    [3, 0.0013498980316],
    [5, 2.8665157e-7],
  ])('Q(%f) is %f, and Q(-x) = 1 - Q(x)', (x, expected) => {
    expect(gaussianTail(x) / expected).toBeCloseTo(1, 6);
    expect(gaussianTail(-x)).toBeCloseTo(1 - expected, 7);
  });
});
