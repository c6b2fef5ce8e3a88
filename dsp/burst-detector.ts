// Finds preambles in one band's baseband, at any motion, and measures their start and time dilation.
// Chain: chirp correlator (powers of both chirps by position), for each kind of preamble a search for sharp peaks and one for
// smeared ones, alignment of what they find.

import { BurstAligner, type EchoProfile } from './burst-alignment.js';
import type { ChirpPair } from './chirp.js';
import { ChirpCorrelator } from './chirp-correlator.js';
import { wholeCells } from './chirp-powers.js';
import { DiffuseSearch } from './diffuse-search.js';
import {
  LEVEL_HALF_WIDTH_CHIRPS,
  type PreamblePeak,
  PreambleSearch,
  peakSeparationSamples,
} from './preamble-search.js';
import { type Hypothesis, PreambleTiming } from './preamble-timing.js';

/** Samples a peak may move while it is refined, besides the echo profile's reach. */
const REFINEMENT_SAMPLES = 3;

/** What a push mostly finds: shared, so that listening allocates nothing. */
const NONE: readonly BurstCandidate[] = Object.freeze([]);

/** What to look for in one band. */
export interface BurstDetectorConfig {
  readonly pair: ChirpPair;
  readonly centerHz: number;
  readonly basebandRateHz: number;
  /** For each kind of burst in this band the number of chirp pairs its preamble repeats. */
  readonly pairCounts: readonly number[];
  /** Largest time dilation looked for, more than 0: speed over the speed of sound plus clock offset. */
  readonly maxDilation: number;
  /** For each kind: least score of a candidate, the sum of its chirps' matched-filter powers over their local mean. */
  readonly thresholds: readonly number[];
}

/** A place where a burst seems to start. */
export interface BurstCandidate {
  /** Index into `pairCounts`. */
  readonly kind: number;
  /** Start of the preamble, in baseband samples since the stream began (strongest path; of a smeared one to 0.05 s). */
  readonly startSamples: number;
  /** Received time runs faster than sent time by this fraction: 0.001 is 0.34 m/s of approach or 1,000 ppm. */
  readonly dilation: number;
  /**
   * Sum of matched-filter powers, of two chirps a pair, in units of their local mean: noise alone averages two a pair. Of a
   * smeared preamble these are means over a few milliseconds: below all thresholds, four a pair at most.
   */
  readonly score: number;
  /** What the chirps heard of the room: power of the echoes around the strongest path. */
  readonly echoes: EchoProfile;
}

/** The search for one kind of preamble. */
interface Kind {
  readonly hypotheses: readonly Hypothesis[];
  readonly search: PreambleSearch;
  /** For preambles of several pairs. */
  readonly diffuse: DiffuseSearch | undefined;
  readonly separationSamples: number;
  /** Positions of the sharp peaks told last, as a ring: a smeared peak beside one is the same preamble. */
  readonly sharpPositions: Float64Array;
  sharpCount: number;
}

/** Sharp peaks are a separation apart, and smeared ones told twice that late: of more than these none is near. */
const SHARP_REMEMBERED = 4;

/**
 * Streaming detector of chirp preambles: complex baseband in, in pieces of any length, candidates out. It prefers a false
 * candidate to a missed burst; a header's check sum is to tell them apart.
 *
 * The two chirps of a pair are found by matched filters over whitened blocks. Motion moves their peaks apart, so the
 * powers at the places where a preamble's peaks lie are summed for each tried dilation, and the largest sum is compared
 * with the mean of the powers around: cell-averaging constant false alarm rate (CFAR), hence deaf to level. Other than
 * there the preamble itself is part of the mean: the score of a strong one is bounded by the length of the surroundings,
 * but no guard cells have to fit the echoes of a room. Where a room leaves no single place that stands out, a preamble of
 * several pairs is found by what its chirps have around: see `DiffuseSearch`.
 *
 * Latency, from a preamble's start: the band's longest preamble, two chirps, about 20 ms for echoes, the separation of
 * peaks (half a chirp, and all but one pair of the preamble), once more that for smeared ones, and at most about one block
 * (0.1 s or four to eight chirps).
 * Memory is fixed; work a second does not depend on what is heard, but for the alignment of candidates.
 *
 * @see H. M. Finn, R. S. Johnson, Adaptive detection mode with threshold control as a function of spatially sampled
 *   clutter-level estimates, RCA Review 29 (1968)
 */
export class BurstDetector {
  /** Baseband samples of one chirp. */
  readonly chirpSamples: number;
  /** From a preamble's start until `push` has told of it, in baseband samples, at most. */
  readonly latencySamples: number;
  private readonly aligner: BurstAligner;
  private readonly correlator: ChirpCorrelator;
  private readonly kinds: readonly Kind[];

  constructor(config: BurstDetectorConfig) {
    const { pair, centerHz, basebandRateHz, pairCounts, maxDilation, thresholds } = config;
    const timing = new PreambleTiming(pair, centerHz, basebandRateHz);
    const { chirpSamples, shiftPerDilation } = timing;
    this.chirpSamples = chirpSamples;
    this.aligner = new BurstAligner(timing, basebandRateHz, maxDilation);
    const mostPairs = Math.max(...pairCounts);
    const longest = mostPairs * 2 * chirpSamples;
    const motion = Math.ceil((longest + shiftPerDilation) * maxDilation);
    const around = LEVEL_HALF_WIDTH_CHIRPS * chirpSamples + motion + this.aligner.reachSamples + REFINEMENT_SAMPLES;
    // Powers kept before a block's newly scored positions (peaks are told late), and after them.
    const before = wholeCells(around + 3 * peakSeparationSamples(mostPairs, chirpSamples));
    const after = longest + around;
    this.correlator = new ChirpCorrelator({ pair, centerHz, basebandRateHz, keptSamples: before + after });
    const { hopSamples, blockSamples } = this.correlator;
    this.latencySamples = after + 2 * peakSeparationSamples(mostPairs, chirpSamples) + blockSamples;
    this.kinds = pairCounts.map((pairCount, kind) => {
      const hypotheses = timing.hypotheses(pairCount, maxDilation);
      const threshold = thresholds[kind];
      const shared = { pairCount, chirpSamples, firstIndex: before, hopSamples };
      const bandShare = (pair.highHz - pair.lowHz) / basebandRateHz;
      return {
        hypotheses,
        search: new PreambleSearch({ ...shared, hypotheses, threshold }),
        diffuse: pairCount > 1 ? new DiffuseSearch({ ...shared, bandShare }) : undefined,
        separationSamples: peakSeparationSamples(pairCount, chirpSamples),
        sharpPositions: new Float64Array(SHARP_REMEMBERED).fill(Number.NEGATIVE_INFINITY),
        sharpCount: 0,
      };
    });
  }

  /** As newly made; positions count from 0 again. */
  reset(): void {
    this.correlator.reset();
    for (const kind of this.kinds) {
      kind.search.reset();
      kind.diffuse?.reset();
      kind.sharpPositions.fill(Number.NEGATIVE_INFINITY);
    }
  }

  /**
   * @param re - real parts of the baseband, any length
   * @param im - imaginary parts, same length
   * @param count - how many of re and im to take
   * @returns candidates that became certain, by block and kind in order of their starts
   */
  push(re: Float32Array, im: Float32Array, count = re.length): readonly BurstCandidate[] {
    let found: BurstCandidate[] | undefined;
    for (let used = 0; used < count; ) {
      used += this.correlator.take(re, im, used, count);
      if (!this.correlator.isFull) continue;
      this.correlator.correlateBlock();
      found = this.searchBlock(found);
    }
    return found ?? NONE;
  }

  /** @returns candidates in what was heard last, as if silence followed */
  flush(): readonly BurstCandidate[] {
    const { powers, hopSamples, blockSamples } = this.correlator;
    const zeros = new Float32Array(powers.length - hopSamples + 2 * blockSamples);
    return this.push(zeros, zeros);
  }

  /** @returns what was found before and in the block, if anything */
  private searchBlock(before: BurstCandidate[] | undefined): BurstCandidate[] | undefined {
    const { powers } = this.correlator;
    let found = before;
    for (let kind = 0; kind < this.kinds.length; kind++) {
      const { search, diffuse, hypotheses, sharpPositions } = this.kinds[kind];
      const peaks = search.advance(powers);
      for (let i = 0; i < peaks.length; i++) {
        found ??= [];
        found.push(this.candidate(kind, peaks[i]));
        sharpPositions[this.kinds[kind].sharpCount++ % SHARP_REMEMBERED] = powers.firstPosition + peaks[i].index;
      }
      const smeared = diffuse?.advance(powers);
      if (!smeared || this.isKnown(kind, powers.firstPosition + smeared.index)) continue;
      found ??= [];
      found.push(this.candidate(kind, { ...smeared, hypothesis: hypotheses[hypotheses.length >> 1] }));
    }
    return found;
  }

  private candidate(kind: number, peak: PreamblePeak): BurstCandidate {
    const { powers } = this.correlator;
    const { startSamples, dilation, echoes } = this.aligner.align(powers, peak, this.kinds[kind].hypotheses);
    return { kind, startSamples, dilation, score: peak.score, echoes };
  }

  /** Whether a sharp peak of that kind was told beside a position. */
  private isKnown(kind: number, position: number): boolean {
    const { sharpPositions, separationSamples } = this.kinds[kind];
    return sharpPositions.some((sharp) => Math.abs(sharp - position) <= separationSamples);
  }
}
