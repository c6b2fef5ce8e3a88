import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { measureSlip } from './slip.js';

const COUNT = 64;
/** Carriers over 2-8 kHz at a baseband rate of 12 kHz. */
const OMEGA = Float64Array.from({ length: COUNT }, (_, c) => 2 * Math.PI * (2000 / 12000 + (0.5 * c) / COUNT));

/** conj(h x) y / noise of carriers that are known every `spacing`, heard `slip` samples early. */
function products(slip: number, spacing: number, noise: number, seed: number) {
  const random = new SeededRandom(seed);
  const re = new Float64Array(COUNT);
  const im = new Float64Array(COUNT);
  for (let c = 0; c < COUNT; c += spacing) {
    re[c] = Math.cos(OMEGA[c] * slip) + noise * random.normal();
    im[c] = Math.sin(OMEGA[c] * slip) + noise * random.normal();
  }
  return { re, im };
}

describe('the slip of a symbol', () => {
  test.each([-1, -0.5, -0.123, 0, 0.01, 0.4, 0.9])('of %p samples is found from every fourth carrier', (slip) => {
    const { re, im } = products(slip, 4, 0, 1);
    expect(measureSlip(re, im, OMEGA)).toBeCloseTo(slip, 6);
  });

  test.each([1, 2, 3, 4])('is found within four standard deviations in noise (seed %i)', (seed) => {
    const noise = 0.3;
    const { re, im } = products(0.2, 1, noise, seed);
    const information = OMEGA.reduce((sum, w) => sum + w * w, 0) / (noise * noise);
    expect(Math.abs(measureSlip(re, im, OMEGA) - 0.2)).toBeLessThan(4 / Math.sqrt(information));
  });

  test('is 0 where nothing is known, and finite whatever comes in', () => {
    const zeros = new Float64Array(COUNT);
    expect(measureSlip(zeros, zeros, OMEGA)).toBe(0);
    const bad = new Float64Array(COUNT).fill(Number.NaN);
    expect(Number.isFinite(measureSlip(bad, bad, OMEGA))).toBe(true);
  });
});
