import { describe, expect, test } from '@jest/globals';
import { besselI0, kaiserBeta, lowPassTaps } from './window.js';

/** |H| in dB of a filter at a fraction of the sample rate. */
function gainDb(taps: Float64Array, frequency: number): number {
  let re = 0;
  let im = 0;
  taps.forEach((tap, n) => {
    re += tap * Math.cos(2 * Math.PI * frequency * n);
    im += tap * Math.sin(2 * Math.PI * frequency * n);
  });
  return 20 * Math.log10(Math.hypot(re, im) + 1e-12);
}

describe('the Bessel function I0', () => {
  // Abramowitz and Stegun, table 9.8 (there times e^-x) and 9.11.
  test.each([
    [0, 1],
    [0.5, 1.0634833707],
    [1, 1.2660658778],
    [2, 2.2795853023],
    [5, 27.239871824],
    [10, 2815.7166285],
  ])('of %p is %p', (x, value) => {
    expect(besselI0(x) / value).toBeCloseTo(1, 9);
    expect(besselI0(-x)).toBe(besselI0(x));
  });
});

describe("Kaiser's shape parameter", () => {
  test.each([
    [60, 5.653],
    [40, 3.395],
    [20, 0],
  ])('for %i dB is %p, as Oppenheim and Schafer say', (attenuationDb, beta) => {
    expect(kaiserBeta(attenuationDb)).toBeCloseTo(beta, 3);
  });

  test('has no step where its formulas meet', () => {
    expect(kaiserBeta(50.001) - kaiserBeta(49.999)).toBeLessThan(0.02);
    expect(kaiserBeta(21.001) - kaiserBeta(20.999)).toBeLessThan(0.04);
  });
});

describe('a low-pass filter', () => {
  const cases = [
    { tapCount: 101, cutoff: 0.125, attenuationDb: 80 },
    { tapCount: 61, cutoff: 0.25, attenuationDb: 60 },
    { tapCount: 255, cutoff: 1 / 16, attenuationDb: 70 },
  ];

  test.each(cases)('keeps what it promises: %j', ({ tapCount, cutoff, attenuationDb }) => {
    const taps = lowPassTaps(tapCount, cutoff, attenuationDb);
    const transition = (attenuationDb - 8) / (14.36 * (tapCount - 1));
    expect(gainDb(taps, 0)).toBeCloseTo(0, 9);
    expect(gainDb(taps, cutoff)).toBeCloseTo(-6.02, 1);
    for (let f = 0; f < cutoff - transition / 2; f += 0.003) expect(Math.abs(gainDb(taps, f))).toBeLessThan(0.02);
    for (let f = cutoff + transition / 2; f <= 0.5; f += 0.003) expect(gainDb(taps, f)).toBeLessThan(1 - attenuationDb); // Kaiser's formula is good to about 1 dB
  });

  test('is symmetric, so that its delay is the same at all frequencies', () => {
    const taps = lowPassTaps(31, 0.2, 60);
    taps.forEach((tap, n) => {
      expect(tap).toBeCloseTo(taps[30 - n], 15);
    });
  });
});
