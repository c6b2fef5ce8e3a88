import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { CellStatistics } from './cell-statistics.js';
import { ChannelEstimator } from './channel-estimator.js';

const CONFIG = { fftSize: 256, carrierCount: 128, tapsBefore: 8, tapsAfter: 24 };

interface Tap {
  readonly delaySamples: number;
  readonly re: number;
  readonly im: number;
}

/** H[c] = sum h exp(-2 pi i (c - count/2) delay / N). */
function response(taps: readonly Tap[]): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(CONFIG.carrierCount);
  const im = new Float64Array(CONFIG.carrierCount);
  for (let c = 0; c < re.length; c++) {
    for (const tap of taps) {
      const angle = (-2 * Math.PI * (c - CONFIG.carrierCount / 2) * tap.delaySamples) / CONFIG.fftSize;
      re[c] += tap.re * Math.cos(angle) - tap.im * Math.sin(angle);
      im[c] += tap.re * Math.sin(angle) + tap.im * Math.cos(angle);
    }
  }
  return { re, im };
}

/** Unit-energy cells of known value on every `spacing`th carrier, heard through a channel in white noise. */
function heard(taps: readonly Tap[], spacing: number, noiseVariance: number, random: SeededRandom): CellStatistics {
  const { re, im } = response(taps);
  const statistics = new CellStatistics(CONFIG.carrierCount);
  const deviation = Math.sqrt(noiseVariance / 2);
  for (let c = 0; c < CONFIG.carrierCount; c += spacing) {
    const angle = (Math.PI / 4) * (1 + 2 * random.below(4));
    const [xRe, xIm] = [Math.cos(angle), Math.sin(angle)];
    const yRe = re[c] * xRe - im[c] * xIm + deviation * random.normal();
    const yIm = re[c] * xIm + im[c] * xRe + deviation * random.normal();
    statistics.addCell(c, yRe, yIm, xRe, xIm, noiseVariance);
  }
  return statistics;
}

/** Mean over the carriers of |estimate - truth|^2. */
function errorOf(estimator: ChannelEstimator, taps: readonly Tap[]): number {
  const { re, im } = response(taps);
  return re.reduce((sum, x, c) => sum + (estimator.re[c] - x) ** 2 + (estimator.im[c] - im[c]) ** 2, 0) / re.length;
}

const SPARSE: readonly Tap[] = [
  { delaySamples: 0, re: 0.8, im: 0.3 },
  { delaySamples: 7, re: -0.2, im: 0.4 },
];

/** A hall: every delay carries something, falling by 20 dB over the taps; mean power 1. */
function dense(random: SeededRandom): Tap[] {
  const powers = Array.from({ length: CONFIG.tapsAfter }, (_, l) => 10 ** ((-2 * l) / CONFIG.tapsAfter));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power, delaySamples) => {
    const deviation = Math.sqrt(power / total / 2);
    return { delaySamples, re: deviation * random.normal(), im: deviation * random.normal() };
  });
}

/** Means over 20 channels of the true error and of what the estimator says of it. */
function monteCarlo(makeTaps: (random: SeededRandom) => readonly Tap[], spacing: number, noiseVariance: number) {
  let error = 0;
  let stated = 0;
  let freedom = 0;
  const runs = 20;
  for (let seed = 1; seed <= runs; seed++) {
    const random = new SeededRandom(seed);
    const taps = makeTaps(random);
    const estimator = new ChannelEstimator(CONFIG);
    estimator.estimate(heard(taps, spacing, noiseVariance, random));
    error += errorOf(estimator, taps) / runs;
    stated += estimator.errorVariance / runs;
    freedom += estimator.degreesOfFreedom / runs;
  }
  return { error, stated, freedom };
}

describe('a channel estimate', () => {
  test('without noise is the channel, between the known carriers too (seed 1)', () => {
    const estimator = new ChannelEstimator(CONFIG);
    estimator.estimate(heard(SPARSE, 4, 1e-6, new SeededRandom(1)));
    expect(errorOf(estimator, SPARSE)).toBeLessThan(1e-4);
  });

  test('hears a path before the nominal arrival (seed 2)', () => {
    const early = [{ delaySamples: -5, re: 0.5, im: -0.5 }, ...SPARSE];
    const estimator = new ChannelEstimator(CONFIG);
    estimator.estimate(heard(early, 4, 1e-4, new SeededRandom(2)));
    expect(errorOf(estimator, early)).toBeLessThan(1e-3);
  });

  // Least squares over all 32 taps from P known cells would err by noise * 32 / P.
  test.each([
    { spacing: 4, noiseVariance: 0.1 },
    { spacing: 4, noiseVariance: 1 },
    { spacing: 1, noiseVariance: 1 },
  ])('of a sparse channel is better than half of least squares: %j (seeds 1 to 20)', ({ spacing, noiseVariance }) => {
    const { error } = monteCarlo(() => SPARSE, spacing, noiseVariance);
    expect(error).toBeLessThan((0.5 * noiseVariance * 32 * spacing) / CONFIG.carrierCount);
  });

  test.each([
    { spacing: 4, noiseVariance: 0.1 },
    { spacing: 1, noiseVariance: 1 },
  ])('of a dense channel is better than least squares: %j (seeds 1 to 20)', ({ spacing, noiseVariance }) => {
    const { error } = monteCarlo(dense, spacing, noiseVariance);
    expect(error).toBeLessThan((1.1 * noiseVariance * 32 * spacing) / CONFIG.carrierCount);
  });

  test.each([
    { name: 'sparse', taps: () => SPARSE, spacing: 4, noiseVariance: 0.3 },
    { name: 'sparse', taps: () => SPARSE, spacing: 1, noiseVariance: 0.3 },
    { name: 'dense', taps: dense, spacing: 4, noiseVariance: 0.03 },
    { name: 'dense', taps: dense, spacing: 1, noiseVariance: 0.3 },
  ])(
    'of a $name channel says how far it errs within a factor of 2.5 (spacing $spacing, noise $noiseVariance, seeds 1 to 20)',
    ({ taps, spacing, noiseVariance }) => {
      const { error, stated } = monteCarlo(taps, spacing, noiseVariance);
      expect(stated / error).toBeGreaterThan(1 / 2.5);
      expect(stated / error).toBeLessThan(2.5);
    },
  );

  test('takes more freedom for a hall than for a near phone (seeds 1 to 20)', () => {
    const near = monteCarlo(() => SPARSE, 4, 1).freedom;
    const far = monteCarlo(dense, 4, 0.01).freedom;
    expect(near).toBeGreaterThan(1);
    expect(far).toBeGreaterThan(1.5 * near);
    expect(far).toBeLessThan(CONFIG.tapsBefore + CONFIG.tapsAfter);
  });

  test('of nothing is nothing, with an error that says so', () => {
    const estimator = new ChannelEstimator(CONFIG);
    estimator.estimate(heard(SPARSE, 1, 0.1, new SeededRandom(3)));
    estimator.estimate(new CellStatistics(CONFIG.carrierCount));
    expect(estimator.meanPower).toBe(0);
    expect([estimator.errorVariance, estimator.degreesOfFreedom]).toEqual([1, 0]);
  });

  test('of cells that were all heard as 0 is 0 and finite', () => {
    const statistics = new CellStatistics(CONFIG.carrierCount);
    for (let c = 0; c < CONFIG.carrierCount; c += 4) statistics.addCell(c, 0, 0, 1, 0, 0.1);
    const estimator = new ChannelEstimator(CONFIG);
    estimator.estimate(statistics);
    expect(estimator.meanPower).toBe(0);
    expect(Number.isFinite(estimator.errorVariance)).toBe(true);
  });

  test('scales with what is heard (seed 4)', () => {
    const [one, thousand] = [1, 1000].map((gain) => {
      const taps = SPARSE.map((tap) => ({ ...tap, re: gain * tap.re, im: gain * tap.im }));
      const estimator = new ChannelEstimator(CONFIG);
      estimator.estimate(heard(taps, 4, 0.1 * gain * gain, new SeededRandom(4)));
      return estimator;
    });
    expect(thousand.meanPower / one.meanPower / 1e6).toBeCloseTo(1, 2);
    expect(thousand.errorVariance / one.errorVariance / 1e6).toBeCloseTo(1, 2);
  });

  test('brought up to date with further cells follows the channel (seed 5)', () => {
    const random = new SeededRandom(5);
    const estimator = new ChannelEstimator(CONFIG);
    const first = heard(SPARSE, 4, 0.1, random);
    estimator.estimate(first);
    const changed = SPARSE.map((tap) => ({ ...tap, re: -tap.re }));
    for (let i = 0; i < 6; i++) estimator.update(heard(changed, 4, 0.1, random));
    expect(errorOf(estimator, changed)).toBeLessThan(0.05);
  });
});
