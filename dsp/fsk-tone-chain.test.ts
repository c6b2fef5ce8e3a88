import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import type { FskWaveform } from './fsk-grid.js';
import { estimateFskLevels, toneMetrics } from './fsk-levels.js';
import { logRiceDensity } from './fsk-metric.js';
import { chainMetrics, judgeByRinging, type ToneChain } from './fsk-tone-chain.js';

const WAVEFORM: FskWaveform = {
  kind: 'fsk',
  fftSize: 256,
  rampSamples: 8,
  groupCount: 4,
  tonesPerGroup: 16,
  headerSymbolCount: 6,
  codeRate: 0.5,
};
const TONES = 64;
const SYMBOLS = 60;

function exponential(random: SeededRandom): number {
  return (random.normal() ** 2 + random.normal() ** 2) / 2;
}

/** Energies of random tones that fade from symbol to symbol and ring on, each symbol by its own fading. */
function hall(power: number, ringing: readonly number[], seed: number) {
  const random = new SeededRandom(seed);
  const tones = Array.from({ length: SYMBOLS }, () =>
    Int32Array.from({ length: WAVEFORM.groupCount }, (_, group) => 16 * group + random.below(16)),
  );
  const energies = tones.map((_, t) => {
    const means = new Float64Array(TONES).fill(1);
    [1, ...ringing].forEach((share, delay) => {
      for (const tone of tones[t - delay] ?? []) means[tone] += share * power;
    });
    return means.map((mean) => mean * exponential(random));
  });
  const known = tones.map((row, t) => (t < WAVEFORM.headerSymbolCount ? row : undefined));
  return { tones, energies, known };
}

/** Information in bits a group that metrics carry of the tones that sounded. */
function information(metrics: readonly Float64Array[], tones: readonly Int32Array[]): number {
  let sum = 0;
  let count = 0;
  for (let t = WAVEFORM.headerSymbolCount; t < SYMBOLS; t++) {
    for (const sent of tones[t]) {
      const first = sent - (sent % 16);
      let total = 0;
      for (let tone = first; tone < first + 16; tone++) total += Math.exp(metrics[t][tone] - metrics[t][sent]);
      sum += 4 - Math.log2(total);
      count++;
    }
  }
  return sum / count;
}

function judged({ energies, known }: ReturnType<typeof hall>) {
  const levels = estimateFskLevels(WAVEFORM, energies, known);
  const metrics = energies.map((row, t) => {
    const out = new Float64Array(TONES);
    for (let group = 0; group < WAVEFORM.groupCount; group++)
      toneMetrics(16, row, levels, t, group, out.subarray(16 * group, 16 * group + 16));
    return out;
  });
  const logPriors = energies.map((row) => new Float64Array(row.length));
  return { metrics, byRinging: judgeByRinging(WAVEFORM, { energies, known, levels, metrics, logPriors }) };
}

describe('the chain of a tone', () => {
  test('gives what the sum over all sequences gives (seed 1)', () => {
    const random = new SeededRandom(1);
    const count = 5;
    const row = (from: number, to: number) => Float64Array.from({ length: 2 }, () => random.between(from, to));
    const rows = (from: number, to: number) => Array.from({ length: count }, () => row(from, to));
    const chain: ToneChain = {
      energies: rows(0, 8),
      noise: rows(0.5, 2),
      ringing: row(1, 3),
      priors: rows(0.1, 0.9),
      steady: Float64Array.of(2),
      diffuse: Float64Array.of(1),
    };
    const metrics = chainMetrics({ ...WAVEFORM, groupCount: 1, tonesPerGroup: 2 }, chain);
    for (const tone of [0, 1]) {
      const sums = Array.from({ length: count }, () => [0, 0]);
      for (let sequence = 0; sequence < 2 ** count; sequence++) {
        const sounds = (t: number) => (t < 0 ? 0 : (sequence >> t) & 1);
        let logLikelihood = 0;
        let prior = 1;
        for (let t = 0; t < count; t++) {
          const noise = chain.noise[t][tone] + sounds(t - 1) * chain.ringing[tone];
          const energy = chain.energies[t][tone];
          logLikelihood += sounds(t) ? logRiceDensity(energy, noise + 1, 2) : logRiceDensity(energy, noise, 0);
          prior *= sounds(t) ? chain.priors[t][tone] : 1 - chain.priors[t][tone];
        }
        for (let t = 0; t < count; t++) {
          const own = sounds(t) ? chain.priors[t][tone] : 1 - chain.priors[t][tone];
          sums[t][sounds(t)] += (Math.exp(logLikelihood) * prior) / own;
        }
      }
      for (let t = 0; t < count; t++) expect(metrics[t][tone]).toBeCloseTo(Math.log(sums[t][1] / sums[t][0]), 6);
    }
  });

  test('hears more where a tone is as loud in the next symbol as in its own (seeds 1 to 5)', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const scene = hall(20, [0.9, 0.35, 0.2], seed);
      const { metrics, byRinging } = judged(scene);
      expect(information(byRinging, scene.tones)).toBeGreaterThan(information(metrics, scene.tones) + 0.5);
      expect(information(byRinging, scene.tones)).toBeGreaterThan(1.5);
    }
  });

  test('is finite whatever the energies are', () => {
    for (const level of [0, 1e-30, 1e30]) {
      const energies = Array.from({ length: SYMBOLS }, () => new Float64Array(TONES).fill(level));
      const { byRinging } = judged({ tones: [], energies, known: energies.map(() => undefined) });
      for (const row of byRinging) for (const metric of row) expect(Number.isFinite(metric)).toBe(true);
    }
  });
});
