// A filter matched to one pair of chirps, over a stretch of baseband that holds several.

import type { BasebandPlacement } from './burst-demodulator.js';
import { basebandTrain } from './chirp.js';
import { type ScrambledFft, scrambledSizeFor, sharedScrambledFft } from './scrambled-fft.js';

export class PairFilter {
  /** Samples of a stretch with what pads it: how long the arrays are. */
  readonly size: number;
  /** Baseband samples of a pair. */
  readonly pairSamples: number;
  private readonly fft: ScrambledFft;
  /** The pair's spectrum over the transform's size, in the transform's own order. */
  private readonly pairRe: Float64Array;
  private readonly pairIm: Float64Array;

  /** @param count - samples of a stretch, of which `apply` answers all that a whole pair can begin at */
  constructor({ pair, centerHz, basebandRateHz }: BasebandPlacement, count: number) {
    this.pairSamples = Math.round(2 * pair.chirpSeconds * basebandRateHz);
    this.size = scrambledSizeFor(count);
    this.fft = sharedScrambledFft(this.size);
    const train = basebandTrain(pair, centerHz, basebandRateHz, 0, this.pairSamples);
    this.pairRe = new Float64Array(this.size);
    this.pairIm = new Float64Array(this.size);
    this.pairRe.set(train.re.map((x) => x / this.size));
    this.pairIm.set(train.im.map((x) => x / this.size));
    this.fft.forward(this.pairRe, this.pairIm);
  }

  /**
   * y[n] = sum of x[n + k] conj(pair[k]) over the pair, in place.
   *
   * @param re - `size` real parts, 0 behind the stretch
   */
  apply(re: Float64Array, im: Float64Array): void {
    const { fft, pairRe, pairIm } = this;
    fft.forward(re, im);
    for (let k = 0; k < re.length; k++) {
      const x = re[k] * pairRe[k] + im[k] * pairIm[k];
      im[k] = im[k] * pairRe[k] - re[k] * pairIm[k];
      re[k] = x;
    }
    fft.backward(re, im);
  }
}

/** By the placement's object, of which a receiver has one a profile, and by the stretch's length. */
const knownFilters = new WeakMap<BasebandPlacement, Map<number, PairFilter>>();

/** The filter that all bursts of a placement share: making one takes as long as using it. */
export function sharedPairFilter(placement: BasebandPlacement, count: number): PairFilter {
  const byCount = knownFilters.get(placement) ?? new Map<number, PairFilter>();
  knownFilters.set(placement, byCount);
  const filter = byCount.get(count) ?? new PairFilter(placement, count);
  byCount.set(count, filter);
  return filter;
}
