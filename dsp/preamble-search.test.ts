import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { CELL_POSITIONS, ChirpPowers, wholeCells } from './chirp-powers.js';
import { type PreamblePeak, PreambleSearch, peakSeparationSamples } from './preamble-search.js';
import { type Hypothesis, PreambleTiming } from './preamble-timing.js';

const RATE_HZ = 6000;
const TIMING = new PreambleTiming({ lowHz: 17600, highHz: 20000, chirpSeconds: 0.006 }, 18800, RATE_HZ);
const CHIRP = TIMING.chirpSamples;
const HOP_SAMPLES = 10 * CELL_POSITIONS;

interface Powers {
  readonly up: Float32Array;
  readonly down: Float32Array;
}

/** Powers as of noise, with bursts of what is `strength` times that: sums of whole preambles, single pairs, equal ones. */
function scene(length: number, pairCount: number, hypotheses: readonly Hypothesis[], seed: number): Powers {
  const random = new SeededRandom(seed);
  const noise = () => Float32Array.from({ length }, () => random.normal() ** 2 / 2 + random.normal() ** 2 / 2);
  const up = noise();
  const down = noise();
  for (let at = 400; at < length - 400; at += 20 + random.below(500)) {
    const { upOffsets, downOffsets } = hypotheses[random.below(hypotheses.length)];
    const strength = Math.fround(random.between(2, 40));
    const pairs = random.below(3) === 0 ? 1 : pairCount;
    for (let p = 0; p < pairs; p++) {
      up[at + upOffsets[p]] = strength;
      down[at + downOffsets[p]] = strength;
      if (random.below(4) === 0) up[at + upOffsets[p] + 1] = strength; // two places alike
    }
  }
  up.fill(0, length / 2, length / 2 + 300); // digital silence
  down.fill(0, length / 2, length / 2 + 300);
  return { up, down };
}

/** Every position scored under every hypothesis, and every neighbour looked at: what the search must equal. */
function plainSearch({ up, down }: Powers, pairCount: number, threshold: number, hypotheses: readonly Hypothesis[]) {
  const separation = peakSeparationSamples(pairCount, CHIRP);
  const best = up.map((_, n) =>
    hypotheses.reduce((so, { upOffsets, downOffsets }) => {
      let sum = 0;
      for (let p = 0; p < pairCount; p++) sum += (up[n + upOffsets[p]] ?? 0) + (down[n + downOffsets[p]] ?? 0);
      return Math.max(so, Math.fround(sum));
    }, 0),
  );
  const level = (n: number) => {
    let sum = 0;
    const to = n + (2 * pairCount + 1) * CHIRP;
    for (let m = n - 2 * CHIRP; m < to; m++) sum += (up[m] ?? 0) + (down[m] ?? 0);
    return sum / (2 * (to - (n - 2 * CHIRP)));
  };
  const starts: number[] = [];
  for (let n = 0; n < best.length; n++) {
    if (best[n] === 0 || best[n] < threshold * level(n)) continue;
    let isPeak = true;
    for (let j = Math.max(0, n - separation); j <= n + separation; j++)
      if (best[j] > best[n] || (best[j] === best[n] && j < n)) isPeak = false;
    if (isPeak) starts.push(n);
  }
  return starts;
}

/** Runs the search block by block; peaks by position. */
function rollingSearch(
  { up, down }: Powers,
  pairCount: number,
  threshold: number,
  hypotheses: readonly Hypothesis[],
): (PreamblePeak & { position: number })[] {
  const before = wholeCells(3 * CHIRP + 40 + 2 * peakSeparationSamples(pairCount, CHIRP));
  const after = wholeCells((2 * pairCount + 3) * CHIRP + 40);
  const powers = new ChirpPowers(before + HOP_SAMPLES + after);
  powers.reset(-powers.length);
  const config = { pairCount, chirpSamples: CHIRP, hypotheses, threshold };
  const search = new PreambleSearch({ ...config, firstIndex: before, hopSamples: HOP_SAMPLES });
  const found: (PreamblePeak & { position: number })[] = [];
  for (let at = 0; at + HOP_SAMPLES <= up.length; at += HOP_SAMPLES) {
    powers.advance(HOP_SAMPLES);
    powers.up.set(up.subarray(at, at + HOP_SAMPLES), powers.length - HOP_SAMPLES);
    powers.down.set(down.subarray(at, at + HOP_SAMPLES), powers.length - HOP_SAMPLES);
    powers.summarise(HOP_SAMPLES);
    for (const peak of search.advance(powers)) found.push({ ...peak, position: powers.firstPosition + peak.index });
  }
  return found;
}

describe.each([
  { pairCount: 1, threshold: 8 },
  { pairCount: 1, threshold: 20 },
])('the search for $pairCount pair over the threshold $threshold', ({ pairCount, threshold }) => {
  test.each([1, 2, 3, 4])('tells the peaks that a look at every position tells (seed %i)', (seed) => {
    const hypotheses = TIMING.hypotheses(pairCount, 0.005);
    const powers = scene(12000, pairCount, hypotheses, seed);
    const expected = plainSearch(powers, pairCount, threshold, hypotheses).filter((n) => n > 200 && n < 11000);
    const found = rollingSearch(powers, pairCount, threshold, hypotheses);
    expect(found.map(({ position }) => position).filter((n) => n > 200 && n < 11000)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(3);
  });
});

describe('the search for four pairs', () => {
  test.each([1, 2, 3, 4])('tells those of them that several pairs make up (seed %i)', (seed) => {
    const hypotheses = TIMING.hypotheses(4, 0.005);
    const powers = scene(20000, 4, hypotheses, seed);
    const everyPeak = plainSearch(powers, 4, 25, hypotheses);
    const found = rollingSearch(powers, 4, 25, hypotheses).filter(({ position }) => position < 19000);
    expect(found.length).toBeGreaterThan(3);
    for (const { position, score } of found) {
      expect(everyPeak).toContain(position);
      expect(score).toBeGreaterThanOrEqual(25);
    }
  });

  test('finds the dilation that was sent, and nothing in silence', () => {
    const hypotheses = TIMING.hypotheses(4, 0.005);
    const up = new Float32Array(6000).fill(0.01);
    const down = new Float32Array(6000).fill(0.01);
    const sent = hypotheses[3];
    for (let p = 0; p < 4; p++) {
      up[2000 + sent.upOffsets[p]] = 30;
      down[2000 + sent.downOffsets[p]] = 30;
    }
    const found = rollingSearch({ up, down }, 4, 35, hypotheses);
    expect(found.map(({ position, hypothesis }) => [position, hypothesis.dilation])).toEqual([[2000, sent.dilation]]);
    expect(rollingSearch({ up: new Float32Array(6000), down: new Float32Array(6000) }, 4, 35, hypotheses)).toEqual([]);
  });
});
