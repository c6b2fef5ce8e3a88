import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { CELL_POSITIONS, ChirpPowers, wholeCells } from './chirp-powers.js';
import { type DiffusePeak, DiffuseSearch } from './diffuse-search.js';
import { peakSeparationSamples } from './preamble-search.js';

const PAIRS = 4;
const CHIRP = 180;
const HOP_SAMPLES = 80 * CELL_POSITIONS;
const WINDOW = 32;

interface Powers {
  readonly up: Float32Array;
  readonly down: Float32Array;
}

/** Powers as of white noise in half of the baseband, with mean 1. */
function noise(length: number, seed: number): Powers {
  const random = new SeededRandom(seed);
  const powers = () => {
    const out = new Float32Array(length);
    for (let n = 0; n < length; n += 2) out.fill(random.normal() ** 2 / 2 + random.normal() ** 2 / 2, n, n + 2);
    return out;
  };
  return { up: powers(), down: powers() };
}

/** Multiplies the powers for some milliseconds after each place of a preamble's chirps. */
function addSmeared({ up, down }: Powers, start: number, gain: number, length = WINDOW): void {
  for (let p = 0; p < PAIRS; p++) {
    for (let n = 0; n < length; n++) {
      down[start + 2 * p * CHIRP + n] *= gain;
      up[start + (2 * p + 1) * CHIRP + n] *= gain;
    }
  }
}

function search({ up, down }: Powers): (DiffusePeak & { position: number })[] {
  const before = wholeCells(3 * CHIRP + 3 * peakSeparationSamples(PAIRS, CHIRP));
  const after = wholeCells((2 * PAIRS + 3) * CHIRP);
  const powers = new ChirpPowers(before + HOP_SAMPLES + after);
  powers.reset(-powers.length);
  const shared = { pairCount: PAIRS, chirpSamples: CHIRP, bandShare: 0.5 };
  const diffuse = new DiffuseSearch({ ...shared, firstIndex: before, hopSamples: HOP_SAMPLES });
  const found: (DiffusePeak & { position: number })[] = [];
  for (let at = 0; at + HOP_SAMPLES <= up.length; at += HOP_SAMPLES) {
    powers.advance(HOP_SAMPLES);
    powers.up.set(up.subarray(at, at + HOP_SAMPLES), powers.length - HOP_SAMPLES);
    powers.down.set(down.subarray(at, at + HOP_SAMPLES), powers.length - HOP_SAMPLES);
    powers.summarise(HOP_SAMPLES);
    const peak = diffuse.advance(powers);
    if (peak) found.push({ ...peak, position: powers.firstPosition + peak.index });
  }
  return found;
}

describe('the search for smeared preambles', () => {
  test.each([1, 2, 3])(
    'finds each once where powers are twice as large for 3 ms, none of them four times (seed %i)',
    (seed) => {
      const powers = noise(60000, seed);
      const starts = [6000, 20000, 33333];
      for (const start of starts) addSmeared(powers, start, 2.2);
      const found = search(powers);
      expect(found.length).toBe(starts.length);
      found.forEach(({ position, score }, i) => {
        expect(Math.abs(position - starts[i])).toBeLessThanOrEqual(2 * CELL_POSITIONS);
        expect(score).toBeGreaterThan(11.5); // 8 (1 + 5 / sqrt(128))
        expect(score).toBeLessThanOrEqual(16); // each of 8 chirps counts twice the mean at most
      });
    },
  );

  test('says the sums that its definition says', () => {
    const powers = noise(20000, 4);
    addSmeared(powers, 8000, 2.5);
    const [{ position, score }] = search(powers);
    const mean = (values: Float32Array, from: number, to: number) =>
      values.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    const cells = (chirps: number) => Math.round((chirps * CHIRP) / CELL_POSITIONS) * CELL_POSITIONS;
    const from = position - cells(2);
    const to = position + cells(9);
    const level = (mean(powers.up, from, to) + mean(powers.down, from, to)) / 2;
    let sum = 0;
    for (let c = 0; c < 2 * PAIRS; c++) {
      const at = position + cells(c);
      sum += Math.min(2, mean(c % 2 === 0 ? powers.down : powers.up, at, at + WINDOW) / level);
    }
    expect(score).toBeCloseTo(sum, 6);
  });

  test('finds none in two minutes of white noise, in silence, or after a knock (seed 5)', () => {
    expect(search(noise(2 * 60 * 12000, 5)).length).toBeLessThanOrEqual(1);
    expect(search({ up: new Float32Array(20000), down: new Float32Array(20000) })).toEqual([]);
    const knock = noise(30000, 6);
    for (let n = 12000; n < 12300; n++) {
      knock.up[n] *= 100;
      knock.down[n] *= 100;
    }
    expect(search(knock)).toEqual([]);
  });
});
