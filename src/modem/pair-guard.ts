// Keeps the pairs of a long preamble from being taken for so many short ones. A preamble of four pairs is four of one pair
// too, and each would cost the attempt at a header that is not there.

import type { BurstCandidate } from '../../dsp/burst-detector.js';

/** Pairs of one preamble lie a pair's length apart, but for this; motion adds half a percent. */
const SPACING_LEEWAY_SAMPLES = 3;
const SPACING_LEEWAY_SHARE = 0.006;
/** A pair with more than this share of a long preamble's score is no part of it: the rest may be noise. */
const MOST_SHARE = 0.5;
/** Single pairs remembered as possible neighbours. */
const REMEMBERED = 8;

/** What the guard must know of the detector before it. */
export interface PairGuardConfig {
  /** By kind of candidate. */
  readonly pairCounts: readonly number[];
  /** Baseband samples of a pair. */
  readonly pairSamples: number;
  /** From a preamble's start until the detector has told of it, at most, in baseband samples. */
  readonly detectorLatencySamples: number;
}

/**
 * Holds a single pair back while it has a neighbour at the distance of a pair and a longer preamble around it may still be
 * told; then drops it when one was, and lets it pass when not. Any other candidate passes at once.
 */
export class PairGuard {
  private readonly isActive: boolean;
  private held: BurstCandidate[] = [];
  /** Starts of the latest single pairs. */
  private recent: number[] = [];

  constructor(private readonly config: PairGuardConfig) {
    this.isActive = config.pairCounts.includes(1) && config.pairCounts.some((count) => count > 1);
  }

  /** Whether something waits for `pass`. */
  get isHolding(): boolean {
    return this.held.length > 0;
  }

  /** As newly made. */
  reset(): void {
    this.held = [];
    this.recent = [];
  }

  /**
   * @param candidates - told by the detector now
   * @param endSamples - how far the detector has heard
   * @returns what is to be received now
   */
  pass(candidates: readonly BurstCandidate[], endSamples: number): readonly BurstCandidate[] {
    if (!this.isActive) return candidates;
    const { pairCounts, detectorLatencySamples } = this.config;
    const singles = candidates.filter(({ kind }) => pairCounts[kind] === 1);
    const trains = candidates.filter(({ kind }) => pairCounts[kind] > 1);
    this.recent = [...this.recent, ...singles.map(({ startSamples }) => startSamples)].slice(-REMEMBERED);
    const waiting = [...this.held, ...singles].filter((single) => !trains.some((train) => this.covers(train, single)));
    const isDue = ({ startSamples }: BurstCandidate) => endSamples - startSamples > detectorLatencySamples;
    this.held = waiting.filter((single) => this.hasNeighbour(single) && !isDue(single));
    const { held } = this;
    return [...trains, ...waiting.filter((single) => !held.includes(single))];
  }

  /** Whether a single pair is one of a train's. */
  private covers(train: BurstCandidate, single: BurstCandidate): boolean {
    if (single.score > MOST_SHARE * train.score) return false;
    const { pairCounts, pairSamples } = this.config;
    const pairs = (single.startSamples - train.startSamples) / pairSamples;
    const nearest = Math.round(pairs);
    return nearest >= 0 && nearest < pairCounts[train.kind] && this.isSpacing(pairs, nearest);
  }

  private hasNeighbour({ startSamples }: BurstCandidate): boolean {
    return this.recent.some((other) => this.isSpacing(Math.abs(other - startSamples) / this.config.pairSamples, 1));
  }

  private isSpacing(pairs: number, wanted: number): boolean {
    const leeway = SPACING_LEEWAY_SAMPLES / this.config.pairSamples + SPACING_LEEWAY_SHARE * wanted;
    return Math.abs(pairs - wanted) <= leeway;
  }
}
