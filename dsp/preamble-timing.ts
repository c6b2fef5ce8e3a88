// Where a preamble's chirps peak in their matched filters when the receiver or the sender moves: the geometry that the
// burst detector searches with and that turns peaks back into a start and a dilation.

import { type ChirpPair, sweepRateHzPerSecond } from './chirp.js';

/** First or second chirp of a pair: down or up. */
export type ChirpHalf = 'down' | 'up';

/** One tried dilation: where the down and up peaks of each pair lie, in whole samples after the burst's start. */
export interface Hypothesis {
  readonly dilation: number;
  readonly downOffsets: Int32Array;
  readonly upOffsets: Int32Array;
}

/** Peak positions of one band's chirps by dilation. */
export class PreambleTiming {
  /** Baseband samples of one chirp. */
  readonly chirpSamples: number;
  /** Samples by which a peak moves per unit of dilation: carrier over sweep rate. */
  readonly shiftPerDilation: number;

  constructor(pair: ChirpPair, centerHz: number, basebandRateHz: number) {
    this.chirpSamples = Math.round(pair.chirpSeconds * basebandRateHz);
    this.shiftPerDilation = (centerHz / sweepRateHzPerSecond(pair)) * basebandRateHz;
  }

  /** Where a chirp of pair p peaks for a dilation, in samples after the burst's start, exactly. */
  peakOffset(half: ChirpHalf, p: number, dilation: number): number {
    const T = this.chirpSamples;
    // The middle of a chirp arrives (1 - a) earlier; there its frequency is off by a fc, which moves the matched
    // filter's peak by a fc / k: later for a falling chirp, earlier for a rising one.
    const middle = ((2 * p + (half === 'down' ? 0 : 1) + 0.5) * T) / (1 + dilation);
    return middle - T / 2 + (half === 'down' ? 1 : -1) * this.shiftPerDilation * dilation;
  }

  /**
   * Dilations from -maxDilation to maxDilation, close enough that no peak moves more than a sample from one to the next
   * against the preamble's middle.
   *
   * @param maxDilation - more than 0
   */
  hypotheses(pairCount: number, maxDilation: number): Hypothesis[] {
    const drift = (pairCount - 1) * this.chirpSamples;
    const half = Math.ceil(maxDilation * Math.max(this.shiftPerDilation, drift));
    return Array.from({ length: 2 * half + 1 }, (_, i) => {
      const dilation = (maxDilation * (i - half)) / half;
      return {
        dilation,
        downOffsets: this.roundedOffsets('down', pairCount, dilation),
        upOffsets: this.roundedOffsets('up', pairCount, dilation),
      };
    });
  }

  /** Mean over the pairs of what rounding added to a hypothesis' offsets. */
  meanRounding(half: ChirpHalf, { dilation, downOffsets, upOffsets }: Hypothesis): number {
    const offsets = half === 'down' ? downOffsets : upOffsets;
    let sum = 0;
    for (let p = 0; p < offsets.length; p++) sum += offsets[p] - this.peakOffset(half, p, dilation);
    return sum / offsets.length;
  }

  private roundedOffsets(half: ChirpHalf, pairCount: number, dilation: number): Int32Array {
    return Int32Array.from({ length: pairCount }, (_, p) => Math.round(this.peakOffset(half, p, dilation)));
  }
}
