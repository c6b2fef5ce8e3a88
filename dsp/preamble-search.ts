// The search for one kind of preamble in the chirps' powers: every position is scored under every tried dilation, against
// the local mean of the powers, and the peaks above a threshold are told.

import type { ChirpPowers } from './chirp-powers.js';
import type { Hypothesis } from './preamble-timing.js';

/** Half width of the local mean, in chirps. */
export const LEVEL_HALF_WIDTH_CHIRPS = 2;
/** Candidates closer than this fraction of a chirp are one; so are those a whole pair apart within one preamble. */
const PEAK_SEPARATION_CHIRPS = 0.5;
/** Share of the threshold that a preamble of several pairs must reach without its strongest pair. */
const LEAST_SHARE_WITHOUT_STRONGEST = 0.5;

/** What to search, and where in the rolling powers. */
export interface PreambleSearchConfig {
  readonly pairCount: number;
  readonly chirpSamples: number;
  /** Fewer than 65,536. */
  readonly hypotheses: readonly Hypothesis[];
  /** Least score of a peak. */
  readonly threshold: number;
  /** Index of the powers at which each block's new positions begin: before it lies what a peak's refinement needs. */
  readonly firstIndex: number;
  /** New positions in a block. */
  readonly hopSamples: number;
}

/** A place where the score peaks. */
export interface PreamblePeak {
  /** Index into the powers of the preamble's start. */
  readonly index: number;
  /** Powers of the preamble's chirps, summed, over their local mean. */
  readonly score: number;
  /** Under which the score is largest. */
  readonly hypothesis: Hypothesis;
}

/** Samples to each side within which two peaks of a kind are one. */
export function peakSeparationSamples(pairCount: number, chirpSamples: number): number {
  return Math.round((2 * (pairCount - 1) + PEAK_SEPARATION_CHIRPS) * chirpSamples);
}

/** Scores of the latest positions for one kind of preamble; peaks are told `peakSeparationSamples` late. */
export class PreambleSearch {
  private readonly separationSamples: number;
  /** By position, oldest first: powers summed over a preamble's chirps, under the best hypothesis. */
  private readonly sums: Float32Array;
  /** The same over their local mean. */
  private readonly scores: Float32Array;
  private readonly bestHypothesis: Uint16Array;
  // scratch, by new position
  private readonly trial: Float64Array;
  private readonly best: Float64Array;

  constructor(private readonly config: PreambleSearchConfig) {
    this.separationSamples = peakSeparationSamples(config.pairCount, config.chirpSamples);
    const length = config.hopSamples + 2 * this.separationSamples;
    this.sums = new Float32Array(length);
    this.scores = new Float32Array(length);
    this.bestHypothesis = new Uint16Array(length);
    this.trial = new Float64Array(config.hopSamples);
    this.best = new Float64Array(config.hopSamples);
  }

  /** As newly made. */
  reset(): void {
    this.sums.fill(0);
    this.scores.fill(0);
    this.bestHypothesis.fill(0);
  }

  /** Scores the positions that a block made complete. @returns peaks that became certain, oldest first */
  advance(powers: ChirpPowers): PreamblePeak[] {
    const { sums, scores, bestHypothesis, separationSamples } = this;
    const { hypotheses, threshold, firstIndex, hopSamples } = this.config;
    sums.copyWithin(0, hopSamples);
    scores.copyWithin(0, hopSamples);
    bestHypothesis.copyWithin(0, hopSamples);
    this.scorePositions(powers);
    const peaks: PreamblePeak[] = [];
    for (let i = separationSamples; i < separationSamples + hopSamples; i++) {
      if (scores[i] < threshold || !isPeak(sums, i, separationSamples)) continue;
      const index = firstIndex + hopSamples - scores.length + i;
      const hypothesis = hypotheses[bestHypothesis[i]];
      if (this.hasSeveralPairs(powers, index, hypothesis)) peaks.push({ index, score: scores[i], hypothesis });
    }
    return peaks;
  }

  private scorePositions(powers: ChirpPowers): void {
    const { sums, scores, best } = this;
    const { firstIndex, hopSamples } = this.config;
    this.tryHypotheses(powers);
    const first = scores.length - hopSamples;
    for (let i = 0; i < hopSamples; i++) {
      const level = this.levelAround(powers, firstIndex + i);
      sums[first + i] = best[i];
      scores[first + i] = level > 0 ? best[i] / level : 0;
    }
  }

  /** Largest sum of each new position, and under which hypothesis. One hypothesis at a time: the loops stay tight. */
  private tryHypotheses({ up, down }: ChirpPowers): void {
    const { trial, best } = this;
    const { hypotheses, pairCount, firstIndex, hopSamples } = this.config;
    const winners = this.bestHypothesis.subarray(this.bestHypothesis.length - hopSamples);
    best.fill(0);
    winners.fill(0);
    for (let h = 0; h < hypotheses.length; h++) {
      const { upOffsets, downOffsets } = hypotheses[h];
      trial.fill(0);
      for (let p = 0; p < pairCount; p++) {
        const u = firstIndex + upOffsets[p];
        const d = firstIndex + downOffsets[p];
        for (let i = 0; i < hopSamples; i++) trial[i] += up[u + i] + down[d + i];
      }
      for (let i = 0; i < hopSamples; i++) {
        if (!(trial[i] > best[i])) continue;
        best[i] = trial[i];
        winners[i] = h;
      }
    }
  }

  /** A single pair, however strong, is no preamble of several. */
  private hasSeveralPairs(powers: ChirpPowers, index: number, { upOffsets, downOffsets }: Hypothesis): boolean {
    const { pairCount, threshold } = this.config;
    if (pairCount === 1) return true;
    let sum = 0;
    let strongest = 0;
    for (let p = 0; p < pairCount; p++) {
      const power = powers.up[index + upOffsets[p]] + powers.down[index + downOffsets[p]];
      sum += power;
      strongest = Math.max(strongest, power);
    }
    return sum - strongest >= LEAST_SHARE_WITHOUT_STRONGEST * threshold * this.levelAround(powers, index);
  }

  /** Local mean of the powers around a preamble that starts at an index. */
  private levelAround(powers: ChirpPowers, index: number): number {
    const { pairCount, chirpSamples } = this.config;
    const around = LEVEL_HALF_WIDTH_CHIRPS * chirpSamples;
    const from = Math.max(0, index - around);
    const to = Math.min(powers.length, index + (2 * pairCount - 1) * chirpSamples + around);
    return powers.meanBetween(from, to);
  }
}

/**
 * Whether sums[i] is the largest within the separation; of equal ones the first. Sums, not scores: where a preamble has
 * only begun the local mean is still low, and the score of half of it may exceed that of the whole.
 */
function isPeak(sums: Float32Array, i: number, separation: number): boolean {
  for (let j = i - separation; j <= i + separation; j++)
    if (sums[j] > sums[i] || (sums[j] === sums[i] && j < i)) return false;
  return true;
}
