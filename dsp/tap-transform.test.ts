import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { type ComplexVector, complexVector, TapTransform } from './tap-transform.js';

const SPAN = { fftSize: 64, carrierCount: 24, tapsBefore: 3, tapsAfter: 9 };
const TAP_COUNT = SPAN.tapsBefore + SPAN.tapsAfter;

function randomVector(length: number, random: SeededRandom): ComplexVector {
  const v = complexVector(length);
  for (let i = 0; i < length; i++) {
    v.re[i] = random.normal();
    v.im[i] = random.normal();
  }
  return v;
}

/** H[c] = sum h[l] exp(-2 pi i (c - carriers / 2) (l - tapsBefore) / N), term by term. */
function slowCarriers(taps: ComplexVector): ComplexVector {
  const out = complexVector(SPAN.carrierCount);
  for (let c = 0; c < SPAN.carrierCount; c++) {
    for (let l = 0; l < TAP_COUNT; l++) {
      const angle = (-2 * Math.PI * (c - SPAN.carrierCount / 2) * (l - SPAN.tapsBefore)) / SPAN.fftSize;
      out.re[c] += taps.re[l] * Math.cos(angle) - taps.im[l] * Math.sin(angle);
      out.im[c] += taps.re[l] * Math.sin(angle) + taps.im[l] * Math.cos(angle);
    }
  }
  return out;
}

/** The inner product, the second factor conjugated. */
function inner(a: ComplexVector, b: ComplexVector): { re: number; im: number } {
  let re = 0;
  let im = 0;
  for (let i = 0; i < a.re.length; i++) {
    re += a.re[i] * b.re[i] + a.im[i] * b.im[i];
    im += a.im[i] * b.re[i] - a.re[i] * b.im[i];
  }
  return { re, im };
}

function greatestDifference(a: ComplexVector, b: ComplexVector): number {
  return Math.max(...a.re.map((x, i) => Math.hypot(x - b.re[i], a.im[i] - b.im[i])));
}

describe('the transform between taps and carriers', () => {
  test('is the sum that defines it (seed 1)', () => {
    const taps = randomVector(TAP_COUNT, new SeededRandom(1));
    const carriers = complexVector(SPAN.carrierCount);
    new TapTransform(SPAN).toCarriers(taps, carriers);
    expect(greatestDifference(carriers, slowCarriers(taps))).toBeLessThan(1e-12);
  });

  test('goes back by its adjoint: <F h, y> = <h, F^H y> (seed 2)', () => {
    const random = new SeededRandom(2);
    const taps = randomVector(TAP_COUNT, random);
    const carriers = randomVector(SPAN.carrierCount, random);
    const back = complexVector(TAP_COUNT);
    new TapTransform(SPAN).toTaps(carriers, back);
    const there = inner(slowCarriers(taps), carriers);
    const here = inner(taps, back);
    expect(here.re).toBeCloseTo(there.re, 10);
    expect(here.im).toBeCloseTo(there.im, 10);
  });

  test('weighs the carriers in between: F^H W F is both, one after the other (seed 3)', () => {
    const random = new SeededRandom(3);
    const taps = randomVector(TAP_COUNT, random);
    const weights = Float64Array.from({ length: SPAN.carrierCount }, () => random.uniform());
    const transform = new TapTransform(SPAN);
    const carriers = slowCarriers(taps);
    const weighed = { re: carriers.re.map((x, c) => x * weights[c]), im: carriers.im.map((x, c) => x * weights[c]) };
    const expected = complexVector(TAP_COUNT);
    transform.toTaps(weighed, expected);
    const direct = complexVector(TAP_COUNT);
    transform.weigh(weights);
    transform.applyNormal(taps, direct);
    expect(greatestDifference(direct, expected)).toBeLessThan(1e-11);
  });
});
