import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { toneLogLikelihoodRatio } from './fsk-metric.js';
import {
  learnScaleShares,
  logScaledDensity,
  NOISE_SCALES,
  type NoiseCells,
  noiseContexts,
  scaledLogLikelihoodRatio,
} from './fsk-noise-scales.js';

const CELL_COUNT = 1500;

/** Cells of noise whose level is drawn for each: 1, or `scale` in a share of them. */
function cellsOf(scale: number, share: number, seed: number): NoiseCells {
  const random = new SeededRandom(seed);
  return {
    energies: Float64Array.from({ length: CELL_COUNT }, () => {
      const level = random.uniform() < share ? scale : 1;
      return -level * Math.log(1 - random.uniform());
    }),
    ambient: new Float64Array(CELL_COUNT).fill(1),
    ringing: new Float64Array(CELL_COUNT),
    silence: new Float64Array(CELL_COUNT).fill(31 / 32),
    contexts: new Uint8Array(CELL_COUNT),
  };
}

describe('how often noise is louder than usual', () => {
  test('is not asked where noise is steady', () => {
    for (let seed = 1; seed <= 50; seed++) expect(learnScaleShares(cellsOf(1, 0, seed))).toBeUndefined();
  });

  test.each([
    [8, 0.2],
    [64, 0.05],
    [512, 0.02],
  ])('is learnt from the cells: %d times in a share of %d', (scale, share) => {
    const [usual] = learnScaleShares(cellsOf(scale, share, 7)) ?? [];
    expect(usual[NOISE_SCALES.indexOf(scale)]).toBeGreaterThan(0.7 * share);
    expect(usual[NOISE_SCALES.indexOf(scale)]).toBeLessThan(1.4 * share);
    expect(usual.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 4);
  });

  test('is told apart by how loud the neighbours are', () => {
    const cells = cellsOf(64, 0.1, 3);
    const contexts = Uint8Array.from(cells.energies, (energy) => (energy > 20 ? 2 : 0));
    const shares = learnScaleShares({ ...cells, contexts }) ?? [];
    expect(shares[2][2]).toBeGreaterThan(0.7);
    expect(shares[0][2]).toBeLessThan(0.05);
  });

  test('silent cells of energy 0 or beyond all levels leave the shares finite', () => {
    const cells = cellsOf(64, 0.1, 5);
    cells.energies[0] = 0;
    cells.energies[1] = 1e9;
    for (const row of learnScaleShares(cells) ?? []) for (const share of row) expect(Number.isFinite(share)).toBe(true);
  });
});

describe('the context of a bin', () => {
  test('does not hear a single loud neighbour, which may be a tone, nor the bin itself', () => {
    const ambient = new Float64Array(16).fill(2);
    const energies = new Float64Array(16).fill(2);
    energies[8] = 4000;
    expect([...noiseContexts(energies, ambient)]).toEqual(new Array(16).fill(0));
  });

  test('rises with the power of several', () => {
    const ambient = new Float64Array(16).fill(1);
    const loud = (level: number) => noiseContexts(new Float64Array(16).fill(level), ambient)[8];
    expect([1, 3, 10, 100].map(loud)).toEqual([0, 1, 2, 3]);
  });
});

describe('the likelihood of a tone in noise that is louder at times', () => {
  const shares = Float64Array.of(0.9, 0.06, 0.03, 0.01);
  const tone = { steady: 10, diffuse: 5 };

  test('is that of steady noise where it is never louder', () => {
    const steady = Float64Array.of(1, 0, 0, 0).map((share) => Math.max(share, 1e-300));
    for (const energy of [0, 0.5, 3, 20, 100])
      expect(scaledLogLikelihoodRatio(energy, 1, 0.5, tone, steady)).toBeCloseTo(
        toneLogLikelihoodRatio(energy, 1.5, tone.steady, tone.diffuse),
        9,
      );
  });

  test('is a density: it integrates to 1 with a tone and without', () => {
    for (const power of [tone, { steady: 0, diffuse: 0 }]) {
      let sum = 0;
      const step = 0.01; // of ln E
      for (let x = -12; x < 10; x += step)
        sum += Math.exp(logScaledDensity(Math.exp(x), 1, 0.5, power, shares) + x) * step;
      expect(sum).toBeCloseTo(1, 3);
    }
  });

  test('believes in no tone that is as loud as noise is at times', () => {
    const sure = toneLogLikelihoodRatio(200, 1, tone.steady, tone.diffuse);
    const doubtful = scaledLogLikelihoodRatio(200, 1, 0, tone, shares);
    expect(sure).toBeGreaterThan(100);
    expect(Math.abs(doubtful)).toBeLessThan(3);
  });
});
