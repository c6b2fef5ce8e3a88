// The search for preambles that a room has smeared: where no single path stands out, the power of all the pairs' chirps still
// rises together for a few milliseconds. Beside the search for sharp peaks, at next to no cost: it looks at whole cells only.

import { CELL_POSITIONS, type ChirpPowers } from './chirp-powers.js';
import { LEVEL_HALF_WIDTH_CHIRPS, peakSeparationSamples } from './preamble-search.js';

/** Cells in which a chirp's power is gathered: about 3 to 5 ms. */
const WINDOW_CELLS = 4;
/** No chirp counts more than this many times the mean around: a knock is no preamble. */
const MOST_OF_A_CHIRP = 2;
/**
 * How far the mean over all chirps must be above the mean around, in standard deviations of white noise. Of 35 bursts in rooms as
 * measured that were not found or not read otherwise 31 are above; white noise twice in five minutes, recorded noise six times a minute.
 */
const LEAST_DEVIATIONS = 5;

/** What to search, and where in the rolling powers. */
export interface DiffuseSearchConfig {
  /** 2 or more: a single pair's smear is no different from any sound's. */
  readonly pairCount: number;
  readonly chirpSamples: number;
  /** The chirps' width over the baseband's rate: so many of a window's powers are independent. */
  readonly bandShare: number;
  /** Index of the powers, of a whole cell, at which each block's new positions begin. */
  readonly firstIndex: number;
  /** New positions in a block, whole cells. */
  readonly hopSamples: number;
}

/** A place where the gathered power peaks. */
export interface DiffusePeak {
  /** Index into the powers at which the first chirp's power begins. */
  readonly index: number;
  /** Gathered powers of the preamble's chirps over the mean around, summed: noise averages one a chirp. */
  readonly score: number;
}

/**
 * Peaks are told twice `peakSeparationSamples` late: by then every sharp one nearer than that to them has been told.
 * Motion is not searched for: it moves chirps by less than a window.
 */
export class DiffuseSearch {
  // derived
  private readonly separationCells: number;
  private readonly threshold: number;
  /** For each chirp, down and up in turn, the cell after a position's own at which it begins. */
  private readonly downCells: Int32Array;
  private readonly upCells: Int32Array;
  private readonly cellsBefore: number;
  private readonly cellsAfter: number;
  // state, by cell; rolls with the powers
  private readonly scores: Float64Array;

  constructor(private readonly config: DiffuseSearchConfig) {
    const { pairCount, chirpSamples, bandShare, firstIndex, hopSamples } = config;
    const cellsOf = (chirps: number) => Math.round((chirps * chirpSamples) / CELL_POSITIONS);
    this.separationCells = Math.ceil(peakSeparationSamples(pairCount, chirpSamples) / CELL_POSITIONS);
    const independent = 2 * pairCount * WINDOW_CELLS * CELL_POSITIONS * bandShare;
    this.threshold = 2 * pairCount * (1 + LEAST_DEVIATIONS / Math.sqrt(independent));
    this.downCells = Int32Array.from({ length: pairCount }, (_, p) => cellsOf(2 * p));
    this.upCells = Int32Array.from({ length: pairCount }, (_, p) => cellsOf(2 * p + 1));
    this.cellsBefore = cellsOf(LEVEL_HALF_WIDTH_CHIRPS);
    this.cellsAfter = cellsOf(2 * pairCount - 1 + LEVEL_HALF_WIDTH_CHIRPS);
    this.scores = new Float64Array((firstIndex + hopSamples) / CELL_POSITIONS);
  }

  /** As newly made. */
  reset(): void {
    this.scores.fill(0);
  }

  /** Looks at the positions that a block made complete. @returns a peak that became certain, if any: there is one at most */
  advance(powers: ChirpPowers): DiffusePeak | undefined {
    const { scores, separationCells } = this;
    const newCells = this.config.hopSamples / CELL_POSITIONS;
    scores.copyWithin(0, newCells);
    for (let cell = scores.length - newCells; cell < scores.length; cell++) scores[cell] = this.scoreOf(powers, cell);
    const to = scores.length - 2 * separationCells;
    for (let cell = to - newCells; cell < to; cell++)
      if (scores[cell] >= this.threshold && this.isPeak(cell))
        return { index: cell * CELL_POSITIONS, score: scores[cell] };
    return undefined;
  }

  private scoreOf(powers: ChirpPowers, cell: number): number {
    const { downCells, upCells } = this;
    const from = cell - this.cellsBefore;
    const to = cell + this.cellsAfter;
    // Both chirps' powers are in the sum of cells.
    const level = (powers.sumOfCells(from, to) / (2 * (to - from))) * WINDOW_CELLS;
    if (!(level > 0)) return 0;
    const most = MOST_OF_A_CHIRP * level;
    let sum = 0;
    for (let p = 0; p < downCells.length; p++) {
      const down = cell + downCells[p];
      const up = cell + upCells[p];
      sum += Math.min(most, powers.downOfCells(down, down + WINDOW_CELLS));
      sum += Math.min(most, powers.upOfCells(up, up + WINDOW_CELLS));
    }
    return sum / level;
  }

  /** Whether a cell's score is the largest within the separation; of equal ones the first. */
  private isPeak(cell: number): boolean {
    const { scores, separationCells } = this;
    const score = scores[cell];
    for (let other = cell - separationCells; other < cell; other++) if (scores[other] >= score) return false;
    for (let other = cell + 1; other <= cell + separationCells; other++) if (scores[other] > score) return false;
    return true;
  }
}
