import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { logBesselI0 } from './fsk-metric.js';
import { addFlipped, logMeanLikelihood, type ToneMetrics, toneEvidence, toneLlrs } from './tone-metrics.js';

const M = 8;
const CHOICES = 16;
const BITS = Math.log2(M);

function randomBits(random: SeededRandom): Uint8Array {
  return Uint8Array.from({ length: CHOICES * BITS }, () => random.below(2));
}

/** Metrics of noncoherent tones of a known strength (Es/N0, linear) in white noise. */
function heard(bits: Uint8Array, esN0: number, random: SeededRandom): ToneMetrics {
  const values = new Float32Array(CHOICES * M);
  for (let choice = 0; choice < CHOICES; choice++) {
    const sent = Number.parseInt(bits.slice(choice * BITS, (choice + 1) * BITS).join(''), 2);
    for (let tone = 0; tone < M; tone++) {
      const re = (tone === sent ? Math.sqrt(esN0) : 0) + Math.SQRT1_2 * random.normal();
      const im = Math.SQRT1_2 * random.normal();
      values[choice * M + tone] = logBesselI0(2 * Math.sqrt(esN0 * (re * re + im * im))) - esN0;
    }
  }
  return { tonesPerGroup: M, values };
}

describe('tone metrics', () => {
  test('flipped back add up to the sum of metrics of the same bits (seed 1)', () => {
    const random = new SeededRandom(1);
    const values = Float32Array.from({ length: CHOICES * M }, () => random.normal());
    const flips = randomBits(random);
    const once = new Float32Array(values.length);
    addFlipped({ tonesPerGroup: M, values }, flips, once);
    expect(once).not.toEqual(values);
    const back = new Float32Array(values.length);
    addFlipped({ tonesPerGroup: M, values: once }, flips, back);
    expect(back).toEqual(values);
    addFlipped({ tonesPerGroup: M, values }, new Uint8Array(flips.length), back);
    expect(back).toEqual(values.map((value) => 2 * value));
  });

  test('give soft bits that are the logarithms of sums over tones, computed one by one (seed 2)', () => {
    const random = new SeededRandom(2);
    const metrics = heard(randomBits(random), 3, random);
    const llrs = toneLlrs(metrics);
    expect(llrs.length).toBe(CHOICES * BITS);
    for (let i = 0; i < llrs.length; i++) {
      const choice = Math.floor(i / BITS);
      const mask = 1 << (BITS - 1 - (i % BITS));
      const sums = [0, 0];
      for (let tone = 0; tone < M; tone++) sums[tone & mask ? 1 : 0] += Math.exp(metrics.values[choice * M + tone]);
      expect(llrs[i]).toBeCloseTo(Math.log(sums[0] / sums[1]), 4);
    }
  });

  test('tell the bits sent from others by their evidence, whose mean likelihood over all bits is 1 (seeds 3 to 42)', () => {
    let own = 0;
    let mostOfOthers = Number.NEGATIVE_INFINITY;
    for (let seed = 3; seed <= 42; seed++) {
      const random = new SeededRandom(seed);
      const bits = randomBits(random);
      const metrics = heard(bits, 4, random);
      own += toneEvidence(metrics, bits) / 40;
      for (let i = 0; i < 50; i++) mostOfOthers = Math.max(mostOfOthers, toneEvidence(metrics, randomBits(random)));
    }
    expect(own).toBeGreaterThan(10);
    expect(mostOfOthers).toBeLessThan(Math.log(2000) + 3);
    const one = {
      tonesPerGroup: M,
      values: heard(randomBits(new SeededRandom(9)), 2, new SeededRandom(9)).values.slice(0, M),
    };
    const all = Array.from({ length: M }, (_, tone) => Uint8Array.from([(tone >> 2) & 1, (tone >> 1) & 1, tone & 1]));
    const mean = all.reduce((sum, bits) => sum + Math.exp(toneEvidence(one, bits)) / M, 0);
    expect(mean).toBeCloseTo(1, 5);
  });

  test('of 32 tones at Es/N0 4.5 dB carry 1.7 times what their soft bits do, or more (seed 1)', () => {
    const random = new SeededRandom(1);
    const tonesPerGroup = 32;
    const esN0 = 10 ** 0.45;
    const count = 4000;
    let tonesBits = 0;
    let softBits = 0;
    for (let i = 0; i < count; i++) {
      const values = Float32Array.from({ length: tonesPerGroup }, (_, tone) => {
        const re = (tone === 0 ? Math.sqrt(esN0) : 0) + Math.SQRT1_2 * random.normal();
        const im = Math.SQRT1_2 * random.normal();
        return logBesselI0(2 * Math.sqrt(esN0 * (re * re + im * im)));
      });
      tonesBits += toneEvidence({ tonesPerGroup, values }, new Uint8Array(5)) / Math.LN2 / count;
      for (const llr of toneLlrs({ tonesPerGroup, values })) softBits += (1 - Math.log2(1 + Math.exp(-llr))) / count;
    }
    expect(tonesBits).toBeGreaterThan(1.7 * softBits);
  });

  test('of the same bits are likelier added than apart, of unrelated bits the other way (seeds 1 to 20)', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      const bits = randomBits(random);
      const first = heard(bits, 5, random);
      const gain = (second: ToneMetrics) => {
        const sum = first.values.slice();
        addFlipped(second, new Uint8Array(bits.length), sum);
        return (
          logMeanLikelihood({ tonesPerGroup: M, values: sum }) - logMeanLikelihood(first) - logMeanLikelihood(second)
        );
      };
      expect(gain(heard(bits, 5, random))).toBeGreaterThan(0);
      expect(gain(heard(randomBits(random), 5, random))).toBeLessThan(0);
    }
  });
});
