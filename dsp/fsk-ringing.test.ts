import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { learnRinging, NEXT_SYMBOL, ringingNoise } from './fsk-ringing.js';

const SYMBOLS = 60;
const TONES = 64;
const AMBIENT = 1;
const POWER = 20;
/** Leaks of 0.1 in its own symbol, 0.8 and 0.05 in the next, 0.3 and 0 in the one after. */
const KERNEL = Float64Array.of(0, 0.1, 0.8, 0.05, 0.3, 0, 0, 0, 0, 0, 0, 0);

function exponential(random: SeededRandom): number {
  return (random.normal() ** 2 + random.normal() ** 2) / 2;
}

/** Sources of random tones, two of 64 in every symbol, and energies about what they leave. */
function scene(kernel: Float64Array, seed: number) {
  const random = new SeededRandom(seed);
  const sounding = Array.from({ length: SYMBOLS }, () => {
    const row = new Float64Array(TONES);
    row[random.below(32)] = 1;
    row[32 + random.below(32)] = 1;
    return row;
  });
  const sources = sounding.map((row) => row.map((share) => POWER * share));
  const ambient = sources.map((row) => row.map(() => AMBIENT));
  const means = slowNoise(kernel, sources);
  const energies = means.map((row, t) => row.map((mean, tone) => (mean + sources[t][tone]) * exponential(random)));
  return { sounding, sources, ambient, energies, means };
}

/** The definition, term by term. */
function slowNoise(kernel: Float64Array, sources: readonly Float64Array[]): Float64Array[] {
  const at = (symbol: number, tone: number) => sources[symbol]?.[tone] ?? 0;
  return sources.map((row, t) =>
    row.map((_, tone) => {
      let sum = AMBIENT;
      for (let delay = 0; delay < kernel.length / 2; delay++)
        sum +=
          kernel[2 * delay] * at(t - delay, tone) +
          kernel[2 * delay + 1] * (at(t - delay, tone - 1) + at(t - delay, tone + 1));
      return sum;
    }),
  );
}

describe('what a tone leaves in a ringing room', () => {
  test('adds up over delays and neighbours as the kernel says (seed 1)', () => {
    const { sources, ambient } = scene(KERNEL, 1);
    const noise = ringingNoise(KERNEL, ambient, sources);
    const slow = slowNoise(KERNEL, sources);
    noise.forEach((row, t) => {
      row.forEach((level, tone) => {
        expect(level).toBeCloseTo(slow[t][tone], 10);
      });
    });
    const without = KERNEL.slice();
    without[NEXT_SYMBOL] = 0;
    expect(ringingNoise(KERNEL, ambient, sources, NEXT_SYMBOL)).toEqual(ringingNoise(without, ambient, sources));
  });

  test('is learnt from a burst whose tones are known (mean of seeds 1 to 10)', () => {
    const mean = new Float64Array(KERNEL.length);
    for (let seed = 1; seed <= 10; seed++) {
      const { energies, ambient, means, sources, sounding } = scene(KERNEL, seed);
      learnRinging(energies, ambient, means, sources, sounding).forEach((entry, i) => {
        mean[i] += entry / 10;
      });
    }
    mean.forEach((entry, i) => {
      expect(Math.abs(entry - KERNEL[i])).toBeLessThan(0.05);
    });
  });

  test('is nearly nothing where nothing rings, and within 0 and 1 whatever is heard (seeds 1 to 5)', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { energies, ambient, sources, sounding } = scene(new Float64Array(KERNEL.length), seed);
      const kernel = learnRinging(energies, ambient, ambient, sources, sounding);
      expect(Math.max(...kernel)).toBeLessThan(0.06);
      const loud = energies.map((row) => row.map((energy) => 1e6 * energy));
      for (const entry of learnRinging(loud, ambient, ambient, sources, sounding)) {
        expect(entry).toBeGreaterThanOrEqual(0);
        expect(entry).toBeLessThanOrEqual(1);
      }
    }
  });
});
