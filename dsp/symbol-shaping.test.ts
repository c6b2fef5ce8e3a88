import { describe, expect, test } from '@jest/globals';
import { mixUp, rampWeight } from './symbol-shaping.js';

describe('the ramps of a symbol', () => {
  test.each([
    [80, 16],
    [33, 1],
    [40, 20],
  ])('of %i samples with %i of ramp add to 1 where neighbours overlap', (total, ramp) => {
    for (let n = 0; n < ramp; n++)
      expect(rampWeight(n, total, ramp) + rampWeight(total - ramp + n, total, ramp)).toBeCloseTo(1, 12);
    for (let n = ramp; n < total - ramp; n++) expect(rampWeight(n, total, ramp)).toBe(1);
  });

  test('rise and fall alike, without a step', () => {
    for (let n = 0; n < 100; n++) expect(rampWeight(n, 100, 20)).toBeCloseTo(rampWeight(99 - n, 100, 20), 12);
    for (let n = 1; n < 100; n++)
      expect(Math.abs(rampWeight(n, 100, 20) - rampWeight(n - 1, 100, 20))).toBeLessThan(0.08);
  });
});

describe('mixing up', () => {
  test('turns a constant into the carrier, with its phase counted from the start of the burst', () => {
    const whole = mixUp(new Float64Array(480).fill(1), new Float64Array(480), 5000, 48000, 0);
    whole.forEach((x, n) => {
      expect(x).toBeCloseTo(Math.cos((2 * Math.PI * 5000 * n) / 48000), 9);
    });
    const later = mixUp(new Float64Array(80).fill(1), new Float64Array(80), 5000, 48000, 400);
    later.forEach((x, n) => {
      expect(x).toBeCloseTo(whole[400 + n], 9);
    });
  });

  test('turns the imaginary part into minus the sine', () => {
    mixUp(new Float64Array(100), new Float64Array(100).fill(1), 5000, 48000, 0).forEach((x, n) => {
      expect(x).toBeCloseTo(-Math.sin((2 * Math.PI * 5000 * n) / 48000), 9);
    });
  });
});
