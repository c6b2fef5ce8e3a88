import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { estimateFskLevels, type FskLevels, toneMetrics } from './fsk-levels.js';
import { type FskWaveform, fskToneCount } from './fsk-grid.js';

const WAVEFORM: FskWaveform = {
  kind: 'fsk',
  fftSize: 256,
  rampSamples: 8,
  groupCount: 4,
  tonesPerGroup: 16,
  headerSymbolCount: 6,
  codeRate: 0.5,
};
const TONES = fskToneCount(WAVEFORM);
const SYMBOLS = 48;

interface Scene {
  readonly energies: Float64Array[];
  readonly tones: Int32Array[];
}

interface SceneConfig {
  readonly noise: number;
  /** Amplitude squared of a sounding tone, by group. */
  readonly power: readonly number[];
  /** Whether the amplitude fades from symbol to symbol (Rayleigh) instead of being constant. */
  readonly fading?: boolean;
  /** What of a symbol's amplitude still sounds in the next. */
  readonly ringing?: number;
}

/** Energies of a burst of random tones in complex Gaussian noise. */
function scene({ noise, power, fading = false, ringing = 0 }: SceneConfig, seed: number): Scene {
  const random = new SeededRandom(seed);
  const tones: Int32Array[] = [];
  let left = { re: new Float64Array(TONES), im: new Float64Array(TONES) };
  const energies = Array.from({ length: SYMBOLS }, () => {
    const re = left.re.map((x) => ringing * x);
    const im = left.im.map((x) => ringing * x);
    const chosen = Int32Array.from({ length: WAVEFORM.groupCount }, (_, group) => group * 16 + random.below(16));
    chosen.forEach((tone, group) => {
      const angle = random.between(0, 2 * Math.PI);
      const amplitude = Math.sqrt(power[group]);
      re[tone] += amplitude * (fading ? Math.SQRT1_2 * random.normal() : Math.cos(angle));
      im[tone] += amplitude * (fading ? Math.SQRT1_2 * random.normal() : Math.sin(angle));
    });
    tones.push(chosen);
    left = { re, im };
    return re.map(
      (x, k) =>
        (x + Math.sqrt(noise / 2) * random.normal()) ** 2 + (im[k] + Math.sqrt(noise / 2) * random.normal()) ** 2,
    );
  });
  return { energies, tones };
}

function levelsOf({ energies, tones }: Scene, knownCount = 6): FskLevels {
  return estimateFskLevels(
    WAVEFORM,
    energies,
    energies.map((_, t) => (t < knownCount ? tones[t] : undefined)),
  );
}

function meanNoise(levels: FskLevels): number {
  return levels.noise.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0) / TONES / SYMBOLS, 0);
}

/** Share of symbols and groups whose most likely tone is the one that sounded. */
function hitRate(scene: Scene, levels: FskLevels): number {
  const metrics = new Float64Array(16);
  let hits = 0;
  scene.energies.forEach((row, t) => {
    for (let group = 0; group < WAVEFORM.groupCount; group++) {
      toneMetrics(16, row, levels, t, group, metrics);
      if (metrics.indexOf(Math.max(...metrics)) + group * 16 === scene.tones[t][group]) hits++;
    }
  });
  return hits / SYMBOLS / WAVEFORM.groupCount;
}

const dB = (ratio: number) => 10 * Math.log10(ratio);

describe('the levels of an FSK burst', () => {
  test.each([0.01, 0.1, 0.25])('in white noise of %p of a tone are found within 2 dB (seeds 1 to 3)', (noise) => {
    for (let seed = 1; seed <= 3; seed++) {
      const levels = levelsOf(scene({ noise, power: [1, 1, 1, 1] }, seed));
      expect(Math.abs(dB(meanNoise(levels) / noise))).toBeLessThan(2);
      levels.steady.forEach((steady, group) => {
        expect(Math.abs(dB(steady + levels.diffuse[group]))).toBeLessThan(2);
      });
    }
  });

  test('tell a steady tone from one that fades (seed 4)', () => {
    const shareOf = ({ steady, diffuse }: FskLevels) => {
      const sum = steady.reduce((a, b) => a + b, 0);
      return sum / (sum + diffuse.reduce((a, b) => a + b, 0));
    };
    const config = { noise: 0.02, power: [1, 1, 1, 1] };
    expect(shareOf(levelsOf(scene(config, 4)))).toBeGreaterThan(0.8);
    expect(shareOf(levelsOf(scene({ ...config, fading: true }, 4)))).toBeLessThan(0.5);
  });

  test('follow a response that falls by 15 dB over the groups (seed 5)', () => {
    const power = [1, 0.3, 0.1, 0.03];
    const levels = levelsOf(scene({ noise: 0.003, power }, 5));
    power.forEach((expected, group) => {
      expect(Math.abs(dB((levels.steady[group] + levels.diffuse[group]) / expected))).toBeLessThan(2);
    });
  });

  test('give a tone with a whistle on it more noise, and its neighbours no more than before (seed 6)', () => {
    const clean = scene({ noise: 0.05, power: [1, 1, 1, 1] }, 6);
    for (const row of clean.energies) row[37] += 4;
    const levels = levelsOf(clean);
    const noiseOf = (tone: number) => levels.noise.reduce((sum, row) => sum + row[tone] / SYMBOLS, 0);
    expect(noiseOf(37)).toBeGreaterThan(1);
    expect(noiseOf(42)).toBeLessThan(0.2);
    expect(hitRate(clean, levels)).toBeGreaterThan(0.9);
  });

  test('give a symbol with a click in it more noise (seed 7)', () => {
    const clicked = scene({ noise: 0.02, power: [1, 1, 1, 1] }, 7);
    const random = new SeededRandom(7);
    for (let tone = 0; tone < TONES; tone++) clicked.energies[20][tone] += random.normal() ** 2 + random.normal() ** 2;
    const { noise } = levelsOf(clicked);
    const sumOf = (t: number) => noise[t].reduce((a, b) => a + b, 0);
    expect(sumOf(20)).toBeGreaterThan(8 * sumOf(12));
  });

  test('expect what still rings where a tone sounded before, and so mistake fewer tones (seed 8)', () => {
    const hall = scene({ noise: 0.02, power: [1, 1, 1, 1], fading: true, ringing: 0.7 }, 8);
    const levels = levelsOf(hall);
    const naive: FskLevels = { ...levels, noise: levels.noise.map((row) => row.map(() => 0.02)) };
    const after = hall.tones.slice(0, -1).flatMap((tones, t) => Array.from(tones, (tone) => levels.noise[t + 1][tone]));
    expect(after.reduce((a, b) => a + b, 0) / after.length).toBeGreaterThan(0.1);
    expect(hitRate(hall, levels)).toBeGreaterThan(hitRate(hall, naive));
  });

  test('scale with what is heard (seed 9)', () => {
    const quiet = scene({ noise: 0.1, power: [1, 1, 1, 1] }, 9);
    const loud = { ...quiet, energies: quiet.energies.map((row) => row.map((x) => x * 2 ** 20)) };
    const [a, b] = [levelsOf(quiet), levelsOf(loud)];
    expect(meanNoise(b) / meanNoise(a) / 2 ** 20).toBeCloseTo(1, 6);
    b.steady.forEach((steady, group) => {
      expect(steady / a.steady[group] / 2 ** 20).toBeCloseTo(1, 6);
    });
  });

  test.each([1, 2, 7])('of %i symbols, and of silence, are finite and positive (seed 10)', (count) => {
    for (const gain of [1, 0]) {
      const { energies } = scene({ noise: 0.1, power: [1, 1, 1, 1] }, 10);
      const rows = energies.slice(0, count).map((row) => row.map((x) => gain * x));
      const levels = estimateFskLevels(
        WAVEFORM,
        rows,
        rows.map(() => undefined),
      );
      for (const row of levels.noise) for (const level of row) expect(level > 0 && Number.isFinite(level)).toBe(true);
      for (const level of [...levels.steady, ...levels.diffuse])
        expect(level >= 0 && Number.isFinite(level)).toBe(true);
    }
  });

  test('claim no tones where a loudspeaker is silent and somebody whistles (seed 11)', () => {
    const heard = scene({ noise: 0.1, power: [1, 1, 1, 1e-6] }, 11);
    const random = new SeededRandom(12);
    for (const row of heard.energies) {
      if (random.uniform() > 0.3) continue;
      const first = 48 + random.below(12);
      for (let tone = first; tone < first + 4; tone++) row[tone] -= 10 * Math.log(1 - random.uniform());
    }
    const levels = levelsOf(heard);
    expect(levels.steady[3] + levels.diffuse[3]).toBeLessThan(0.2);
    expect(levels.scaleShares[3]).toBeDefined();
    const metrics = new Float64Array(16);
    let worst = 0;
    heard.energies.forEach((row, t) => {
      toneMetrics(16, row, levels, t, 3, metrics);
      worst = Math.max(worst, ...metrics);
    });
    expect(worst).toBeLessThan(4);
  });
});
