import { describe, expect, test } from '@jest/globals';
import { splitDilation } from './link-report.js';

describe('a time dilation', () => {
  test.each([0, 20e-6, -149e-6])('of %p is taken for two clocks', (dilation) => {
    const { clockOffsetPpm, speedMetersPerSecond } = splitDilation(dilation);
    expect(clockOffsetPpm).toBeCloseTo(dilation * 1e6, 9);
    expect(speedMetersPerSecond).toBe(0);
  });

  test.each([
    [1 / 343, 1],
    [-0.3 / 343, -0.3],
  ])('of %p is taken for a speed of %p m/s', (dilation, speed) => {
    expect(splitDilation(dilation).speedMetersPerSecond).toBeCloseTo(speed, 9);
    expect(splitDilation(dilation).clockOffsetPpm).toBe(0);
  });

  test('is explained in full either way', () => {
    for (let dilation = -0.005; dilation <= 0.005; dilation += 0.00003) {
      const { clockOffsetPpm, speedMetersPerSecond } = splitDilation(dilation);
      expect(clockOffsetPpm * 1e-6 + speedMetersPerSecond / 343).toBeCloseTo(dilation, 12);
    }
  });
});
