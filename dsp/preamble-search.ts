// The search for one kind of preamble in the chirps' powers: a position's score is the best sum under any tried dilation
// over the local mean of the powers; the peaks above a threshold are told.

import { CELL_POSITIONS, type ChirpPowers } from './chirp-powers.js';
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
  /** Index of the powers, of a whole cell, at which each block's new positions begin: before it lies what a peak's refinement needs. */
  readonly firstIndex: number;
  /** New positions in a block, whole cells. */
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

/** What a block mostly shows: shared, so that listening allocates nothing. */
const NONE: readonly PreamblePeak[] = Object.freeze([]);
/** Bounds are compared with sums that were rounded to single precision. */
const ROUNDING = 1 + 1e-6;

/** The cells, counted from a position's own, in which a pair's peak may lie under any hypothesis. */
interface CellRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Scores of the latest positions for one kind of preamble; peaks are told `peakSeparationSamples` late.
 *
 * Nearly all of what is heard is no preamble, so each cell of positions is first given an upper bound of its sums: the
 * largest powers of the cells in which its peaks may lie under any hypothesis. Where that cannot reach the threshold, nor
 * outdo a position that does, nothing else is computed. The peaks told are the same as if every position were scored.
 */
export class PreambleSearch {
  // derived
  private readonly separationSamples: number;
  /** Reach of the local mean from a preamble's start. */
  private readonly meanBefore: number;
  private readonly meanAfter: number;
  private readonly upCells: readonly CellRange[];
  private readonly downCells: readonly CellRange[];
  // state, by index of the powers; all roll with them
  /** Powers summed over a preamble's chirps, under the best hypothesis; valid in scored cells. */
  private readonly sums: Float32Array;
  private readonly bestHypothesis: Uint16Array;
  /** By cell: no sum in it is larger. */
  private readonly bounds: Float64Array;
  private readonly isScored: Uint8Array;
  // scratch, by position of a cell
  private readonly trial = new Float64Array(CELL_POSITIONS);
  private readonly best = new Float64Array(CELL_POSITIONS);
  /** Local mean of the powers around a preamble that starts there. */
  private readonly levels = new Float64Array(CELL_POSITIONS);

  constructor(private readonly config: PreambleSearchConfig) {
    const { pairCount, chirpSamples, hypotheses, firstIndex, hopSamples } = config;
    this.separationSamples = peakSeparationSamples(pairCount, chirpSamples);
    this.meanBefore = LEVEL_HALF_WIDTH_CHIRPS * chirpSamples;
    this.meanAfter = (2 * pairCount - 1) * chirpSamples + this.meanBefore;
    this.upCells = cellRanges(hypotheses.map(({ upOffsets }) => upOffsets));
    this.downCells = cellRanges(hypotheses.map(({ downOffsets }) => downOffsets));
    const length = firstIndex + hopSamples;
    this.sums = new Float32Array(length);
    this.bestHypothesis = new Uint16Array(length);
    this.bounds = new Float64Array(length / CELL_POSITIONS);
    this.isScored = new Uint8Array(length / CELL_POSITIONS);
  }

  /** As newly made. */
  reset(): void {
    this.sums.fill(0);
    this.bestHypothesis.fill(0);
    this.bounds.fill(0);
    this.isScored.fill(0);
  }

  /** Looks at the positions that a block made complete. @returns peaks that became certain, oldest first */
  advance(powers: ChirpPowers): readonly PreamblePeak[] {
    const { separationSamples, bounds, isScored } = this;
    const { hopSamples } = this.config;
    this.sums.copyWithin(0, hopSamples);
    this.bestHypothesis.copyWithin(0, hopSamples);
    bounds.copyWithin(0, hopSamples / CELL_POSITIONS);
    isScored.copyWithin(0, hopSamples / CELL_POSITIONS);
    isScored.fill(0, isScored.length - hopSamples / CELL_POSITIONS);
    for (let cell = bounds.length - hopSamples / CELL_POSITIONS; cell < bounds.length; cell++)
      bounds[cell] = this.boundOf(powers, cell);
    const to = this.sums.length - separationSamples;
    return this.peaksBetween(powers, to - hopSamples, to);
  }

  private peaksBetween(powers: ChirpPowers, from: number, to: number): readonly PreamblePeak[] {
    const { sums, bestHypothesis, levels, meanBefore, meanAfter } = this;
    const { hypotheses, threshold } = this.config;
    let peaks: PreamblePeak[] | undefined;
    for (let cell = Math.floor(from / CELL_POSITIONS); cell * CELL_POSITIONS < to; cell++) {
      if (!this.mayReachThreshold(powers, cell)) continue;
      this.scoreCell(powers, cell);
      powers.meansAround(cell, meanBefore, meanAfter, levels);
      const first = cell * CELL_POSITIONS;
      for (let index = Math.max(from, first); index < Math.min(to, first + CELL_POSITIONS); index++) {
        const least = threshold * levels[index - first];
        if (!(sums[index] > 0 && sums[index] >= least) || !this.isPeak(powers, index)) continue;
        const hypothesis = hypotheses[bestHypothesis[index]];
        if (!this.hasSeveralPairs(powers, index, hypothesis, least)) continue;
        peaks ??= [];
        peaks.push({ index, score: sums[index] / levels[index - first], hypothesis });
      }
    }
    return peaks ?? NONE;
  }

  /** An upper bound of the sums of a cell's positions. */
  private boundOf({ upDoubles, downDoubles }: ChirpPowers, cell: number): number {
    const { upCells, downCells } = this;
    let bound = 0;
    for (let p = 0; p < upCells.length; p++) {
      bound += largestIn(upDoubles, cell + upCells[p].first, cell + upCells[p].last);
      bound += largestIn(downDoubles, cell + downCells[p].first, cell + downCells[p].last);
    }
    return ROUNDING * bound;
  }

  /** Compares a cell's bound with the least level that any of its positions can have. */
  private mayReachThreshold(powers: ChirpPowers, cell: number): boolean {
    const bound = this.bounds[cell];
    if (bound === 0) return false;
    const { meanBefore, meanAfter } = this;
    const from = Math.ceil(((cell + 1) * CELL_POSITIONS - 1 - meanBefore) / CELL_POSITIONS);
    const to = Math.floor((cell * CELL_POSITIONS + meanAfter) / CELL_POSITIONS);
    const sum = powers.sumOfCells(Math.max(0, from), Math.min(powers.cellCount, to));
    return bound * 2 * (meanBefore + meanAfter) >= this.config.threshold * sum;
  }

  /** Largest sum of each of a cell's positions, and under which hypothesis, unless known already. */
  private scoreCell({ up, down }: ChirpPowers, cell: number): void {
    const { trial, best, sums, bestHypothesis } = this;
    const { hypotheses, pairCount } = this.config;
    if (this.isScored[cell]) return;
    this.isScored[cell] = 1;
    const first = cell * CELL_POSITIONS;
    best.fill(0);
    for (let i = 0; i < CELL_POSITIONS; i++) bestHypothesis[first + i] = 0;
    for (let h = 0; h < hypotheses.length; h++) {
      const { upOffsets, downOffsets } = hypotheses[h];
      trial.fill(0);
      for (let p = 0; p < pairCount; p++) {
        const u = first + upOffsets[p];
        const d = first + downOffsets[p];
        for (let i = 0; i < CELL_POSITIONS; i++) trial[i] += up[u + i] + down[d + i];
      }
      for (let i = 0; i < CELL_POSITIONS; i++) {
        if (!(trial[i] > best[i])) continue;
        best[i] = trial[i];
        bestHypothesis[first + i] = h;
      }
    }
    for (let i = 0; i < CELL_POSITIONS; i++) sums[first + i] = best[i];
  }

  /**
   * Whether an index' sum is the largest within the separation; of equal ones the first. Sums, not scores: where a
   * preamble has only begun the local mean is still low, and the score of half of it may exceed that of the whole.
   */
  private isPeak(powers: ChirpPowers, index: number): boolean {
    const { separationSamples } = this;
    const own = Math.floor(index / CELL_POSITIONS);
    const first = Math.floor((index - separationSamples) / CELL_POSITIONS);
    const last = Math.floor((index + separationSamples) / CELL_POSITIONS);
    // From the middle outwards: that is where the larger sums are.
    for (let distance = 0; distance <= Math.max(own - first, last - own); distance++) {
      if (own - distance >= first && this.isOutdone(powers, index, own - distance)) return false;
      if (own + distance <= last && this.isOutdone(powers, index, own + distance)) return false;
    }
    return true;
  }

  /** Whether a position of the cell, within the separation, outdoes an index' sum. */
  private isOutdone(powers: ChirpPowers, index: number, cell: number): boolean {
    const { sums, separationSamples } = this;
    const sum = sums[index];
    if (this.bounds[cell] < sum) return false;
    this.scoreCell(powers, cell);
    const from = Math.max(index - separationSamples, cell * CELL_POSITIONS);
    const to = Math.min(index + separationSamples, (cell + 1) * CELL_POSITIONS - 1);
    for (let j = from; j <= to; j++) if (sums[j] > sum || (sums[j] === sum && j < index)) return true;
    return false;
  }

  /** A single pair, however strong, is no preamble of several. @param least - sum of a peak at the threshold */
  private hasSeveralPairs(
    { up, down }: ChirpPowers,
    index: number,
    { upOffsets, downOffsets }: Hypothesis,
    least: number,
  ): boolean {
    if (this.config.pairCount === 1) return true;
    let sum = 0;
    let strongest = 0;
    for (let p = 0; p < upOffsets.length; p++) {
      const power = up[index + upOffsets[p]] + down[index + downOffsets[p]];
      sum += power;
      strongest = Math.max(strongest, power);
    }
    return sum - strongest >= LEAST_SHARE_WITHOUT_STRONGEST * least;
  }
}

/** For each pair the cells that its offsets reach from any position of a cell. @param offsets - by hypothesis and pair */
function cellRanges(offsets: readonly Int32Array[]): CellRange[] {
  return Array.from(offsets[0], (_, p) => {
    const least = offsets.reduce((so, byPair) => Math.min(so, byPair[p]), Number.POSITIVE_INFINITY);
    const most = offsets.reduce((so, byPair) => Math.max(so, byPair[p]), Number.NEGATIVE_INFINITY);
    return {
      first: Math.floor(least / CELL_POSITIONS),
      last: Math.floor((most + CELL_POSITIONS - 1) / CELL_POSITIONS),
    };
  });
}

/** Largest value of the cells from first to last. @param doubles - by cell: largest value of it and the next */
function largestIn(doubles: Float32Array, first: number, last: number): number {
  let largest = doubles[Math.max(first, last - 1)];
  for (let cell = first; cell < last - 1; cell += 2) largest = Math.max(largest, doubles[cell]);
  return largest;
}
