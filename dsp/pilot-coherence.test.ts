import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { OfdmGrid } from './ofdm-grid.js';
import { pilotCoherence } from './pilot-coherence.js';

const GRID = new OfdmGrid({
  kind: 'ofdm',
  fftSize: 1024,
  cyclicPrefixSamples: 48,
  rampSamples: 8,
  carrierCount: 512,
  headerSpacing: 4,
  codeRate: 0.36,
});
const CARRIERS = 512;

interface Path {
  readonly delaySamples: number;
  readonly gain: number;
}

/** The first symbol through some paths, its other cells at random, in noise of this power a cell. */
function firstSymbol(paths: readonly Path[], noisePower: number, seed: number) {
  const random = new SeededRandom(seed);
  const re = new Float64Array(CARRIERS);
  const im = new Float64Array(CARRIERS);
  for (let c = 0; c < CARRIERS; c++) {
    const isPilot = GRID.cellKind(0, c) === 'pilot';
    const xRe = isPilot ? GRID.pilotRe(0, c) : random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
    const xIm = isPilot ? GRID.pilotIm(0, c) : random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
    for (const { delaySamples, gain } of paths) {
      const angle = (-2 * Math.PI * c * delaySamples) / 1024;
      re[c] += gain * (xRe * Math.cos(angle) - xIm * Math.sin(angle));
      im[c] += gain * (xRe * Math.sin(angle) + xIm * Math.cos(angle));
    }
    re[c] += Math.sqrt(noisePower / 2) * random.normal();
    im[c] += Math.sqrt(noisePower / 2) * random.normal();
  }
  return { re, im };
}

describe('the coherence of pilots', () => {
  test.each([-40.5, 0, 7.3, 150])('is great for one path without noise, %d samples late (seed 1)', (delaySamples) => {
    expect(pilotCoherence(GRID, firstSymbol([{ delaySamples, gain: 1 }], 0, 1))).toBeGreaterThan(90);
  });

  test('is 20 and more at the level at which one header in a hundred is lost, 4 dB below the noise (seeds 1 to 50)', () => {
    for (let seed = 1; seed <= 50; seed++)
      expect(pilotCoherence(GRID, firstSymbol([{ delaySamples: 2.5, gain: 1 }], 10 ** 0.4, seed))).toBeGreaterThan(20);
  });

  test('outlasts 40 equally strong echoes 5 dB above the noise (seeds 1 to 50)', () => {
    const paths = Array.from({ length: 40 }, (_, l) => ({ delaySamples: l, gain: (l * l) % 7 < 3 ? 0.158 : -0.158 }));
    for (let seed = 1; seed <= 50; seed++)
      expect(pilotCoherence(GRID, firstSymbol(paths, 10 ** -0.5, seed))).toBeGreaterThan(8);
  });

  test('of noise is 8 at most 10 times in 200 (seeds 1 to 200)', () => {
    let above = 0;
    for (let seed = 1; seed <= 200; seed++) if (pilotCoherence(GRID, firstSymbol([], 1, seed)) > 8) above++;
    expect(above).toBeLessThanOrEqual(10);
  });

  test('of silence is nothing', () => {
    expect(pilotCoherence(GRID, firstSymbol([], 0, 1))).toBe(0);
  });
});
