import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { logBesselI0, toneBitLlrs, toneLogLikelihoodRatio } from './fsk-metric.js';

/** ln I0 by the power series, in exact scaling: sum of (x/2)^2k / (k!)^2. */
function seriesLogI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 400; k++) {
    term *= (x * x) / 4 / (k * k);
    sum += term;
  }
  return Math.log(sum);
}

describe('ln I0', () => {
  test.each([
    [0, 1],
    [1, 1.2660658778],
    [2, 2.2795853023],
    [5, 27.239871824],
    [10, 2815.7166285],
  ])('of %p is the logarithm of the tabled %p', (x, value) => {
    expect(logBesselI0(x)).toBeCloseTo(Math.log(value), 6);
  });

  test('agrees with the power series over both of its ranges', () => {
    for (let x = 0; x < 120; x += 0.37) expect(Math.abs(logBesselI0(x) - seriesLogI0(x))).toBeLessThan(5e-7);
  });

  test('has no step where its two formulas meet', () => {
    expect(Math.abs(logBesselI0(3.75 + 1e-9) - logBesselI0(3.75 - 1e-9))).toBeLessThan(1e-6);
  });

  test('grows as x - ln(2 pi x) / 2 does for what no series can reach', () => {
    for (const x of [1e3, 1e6, 1e12]) expect(logBesselI0(x) / (x - 0.5 * Math.log(2 * Math.PI * x))).toBeCloseTo(1, 6);
  });
});

/** Density of the energy of a complex Gaussian of this variance around a constant of power `steady`, at energy E. */
function density(energy: number, variance: number, steady: number): number {
  // p(E) = 1/(2 pi) integral over the phase of exp(-|sqrt(E) e^ip - sqrt(A)|^2 / v) / v dp
  let sum = 0;
  const steps = 400;
  for (let i = 0; i < steps; i++) {
    const phase = (2 * Math.PI * i) / steps;
    const re = Math.sqrt(energy) * Math.cos(phase) - Math.sqrt(steady);
    const im = Math.sqrt(energy) * Math.sin(phase);
    sum += Math.exp(-(re * re + im * im) / variance) / variance / steps;
  }
  return sum;
}

describe("a tone's log-likelihood ratio", () => {
  test.each([
    { noise: 1, steady: 4, diffuse: 0 },
    { noise: 1, steady: 0, diffuse: 3 },
    { noise: 0.5, steady: 2, diffuse: 1 },
    { noise: 2, steady: 0.1, diffuse: 0 },
  ])('is that of the densities, integrated over the phase: %j', ({ noise, steady, diffuse }) => {
    for (const energy of [0, 0.1, 1, 3, 10]) {
      const expected = Math.log(density(energy, noise + diffuse, steady) / density(energy, noise, 0));
      expect(toneLogLikelihoodRatio(energy, noise, steady, diffuse)).toBeCloseTo(expected, 5);
    }
  });

  test('grows with the energy, and is 0 for a tone without power', () => {
    let before = Number.NEGATIVE_INFINITY;
    for (let energy = 0; energy < 50; energy += 0.5) {
      const now = toneLogLikelihoodRatio(energy, 1, 2, 0.5);
      expect(now).toBeGreaterThan(before);
      before = now;
      expect(toneLogLikelihoodRatio(energy, 1, 0, 0)).toBeCloseTo(0, 9);
    }
  });

  test('stays finite for energies far beyond the noise', () => {
    expect(Number.isFinite(toneLogLikelihoodRatio(1e12, 1e-6, 1e6, 1e3))).toBe(true);
  });
});

function bitsOf(tone: number, bitCount: number): number[] {
  return Array.from({ length: bitCount }, (_, b) => (tone >> (bitCount - 1 - b)) & 1);
}

function llrsOf(metrics: Float64Array, priors?: Float32Array): Float64Array {
  const out = new Float64Array(Math.log2(metrics.length));
  toneBitLlrs(metrics, out, priors ?? new Float32Array(out.length), 0, new Float64Array(metrics.length));
  return out;
}

describe('the LLRs of the bits that choose a tone', () => {
  const allTones = [4, 16, 32].flatMap((toneCount) =>
    Array.from({ length: toneCount }, (_, tone) => ({ toneCount, tone })),
  );

  test.each(allTones)('have the sign of the bits for clean tone $tone of $toneCount', ({ toneCount, tone }) => {
    const metrics = new Float64Array(toneCount);
    for (let m = 0; m < toneCount; m++) metrics[m] = toneLogLikelihoodRatio(m === tone ? 10 : 0.1, 0.1, 10, 0);
    const hard = Array.from(llrsOf(metrics), (llr) => (llr < 0 ? 1 : 0));
    expect(hard).toEqual(bitsOf(tone, Math.log2(toneCount)));
  });

  test.each([2, 4, 16, 64])('of one of %i tones are the sums over all tones (seed 1)', (toneCount) => {
    const random = new SeededRandom(1);
    const metrics = Float64Array.from({ length: toneCount }, () => 3 * random.normal());
    const bitCount = Math.log2(toneCount);
    const expected = Array.from({ length: bitCount }, (_, b) => {
      const sums = [0, 0];
      metrics.forEach((metric, tone) => {
        sums[bitsOf(tone, bitCount)[b]] += Math.exp(metric);
      });
      return Math.log(sums[0] / sums[1]);
    });
    llrsOf(metrics).forEach((llr, b) => {
      expect(llr).toBeCloseTo(expected[b], 9);
    });
  });

  test('are 0 where all tones are alike, and depend on differences only', () => {
    for (const llr of llrsOf(new Float64Array(16).fill(-7))) expect(llr).toBeCloseTo(0, 12);
    const metrics = Float64Array.of(1, 2, -3, 0.5);
    const far = llrsOf(metrics.map((metric) => metric + 5000));
    llrsOf(metrics).forEach((llr, b) => {
      expect(far[b]).toBeCloseTo(llr, 9);
    });
  });

  test.each([4, 32])('with priors of the bits follow Bayes, less the own prior, of %i tones (seed 2)', (toneCount) => {
    const random = new SeededRandom(2);
    const metrics = Float64Array.from({ length: toneCount }, () => random.between(-3, 3));
    const bitCount = Math.log2(toneCount);
    const priors = Float32Array.from({ length: bitCount }, () => random.between(-2, 2));
    const llrs = llrsOf(metrics, priors);
    for (let b = 0; b < bitCount; b++) {
      const likelihood = [0, 0];
      for (let tone = 0; tone < toneCount; tone++) {
        const bits = bitsOf(tone, bitCount);
        // P(bit) from its LLR, of all bits but b
        const prior = bits.reduce(
          (product, bit, i) => product * (i === b ? 1 : 1 / (1 + Math.exp(bit ? priors[i] : -priors[i]))),
          1,
        );
        likelihood[bits[b]] += prior * Math.exp(metrics[tone]);
      }
      expect(llrs[b]).toBeCloseTo(Math.log(likelihood[0] / likelihood[1]), 5);
    }
  });

  test('with one other bit known for certain leave half of the tones out (seed 3)', () => {
    const random = new SeededRandom(3);
    const metrics = Float64Array.from({ length: 8 }, () => random.between(-3, 3));
    const llrs = llrsOf(metrics, Float32Array.of(60, 0, 0)); // the first bit is 0: tones 0 to 3
    const half = llrsOf(metrics.slice(0, 4));
    expect(llrs[1]).toBeCloseTo(half[0], 6);
    expect(llrs[2]).toBeCloseTo(half[1], 6);
  });
});
