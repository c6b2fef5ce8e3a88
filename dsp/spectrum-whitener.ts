// Flattens the spectrum of blocks before matched filtering, so that hum, whistles and a falling device response do not
// decide where the filter looks: for coloured noise the best detector is a matched filter after whitening.

import type { RealArray } from './fft.js';

/** Time constant of the spectrum estimate: long against a preamble, short against a change of surroundings. */
const AVERAGING_SECONDS = 1;
/** Half width of the smoothing over frequency, in bins. */
const SMOOTHING_BINS = 6;
/** Share of the block's own spectrum in the estimate: bounds what a burst out of silence can do to the weights. */
const PRESENT_SHARE = 0.25;

/** Divides spectra by the square root of a running estimate of their smoothed power. */
export class SpectrumWhitener {
  private readonly forgetting: number;
  private readonly power: Float64Array;
  private readonly prefix: Float64Array;
  private readonly average: Float64Array;
  private started = false;

  /** @param hopSeconds - time from one block to the next */
  constructor(size: number, hopSeconds: number) {
    this.forgetting = Math.exp(-hopSeconds / AVERAGING_SECONDS);
    this.power = new Float64Array(size);
    this.prefix = new Float64Array(size + 2 * SMOOTHING_BINS + 2);
    this.average = new Float64Array(size);
  }

  reset(): void {
    this.started = false;
  }

  /** Whitens one block's spectrum in place; a block of zeros stays zero. */
  whiten(re: RealArray, im: RealArray): void {
    this.measure(re, im);
    const { power, average } = this;
    const keep = this.started ? this.forgetting : 0;
    this.started = true;
    for (let k = 0; k < average.length; k++) {
      average[k] = keep * average[k] + (1 - keep) * power[k];
      const level = (1 - PRESENT_SHARE) * average[k] + PRESENT_SHARE * power[k];
      const weight = level > 1e-30 ? 1 / Math.sqrt(level) : 0;
      re[k] *= weight;
      im[k] *= weight;
    }
  }

  /** Power of the block, smoothed over frequency (circularly). */
  private measure(re: RealArray, im: RealArray): void {
    const { prefix, power } = this;
    const size = power.length;
    const width = 2 * SMOOTHING_BINS + 1;
    let sum = 0;
    prefix[0] = 0;
    for (let i = 0, k = size - SMOOTHING_BINS; i < size + width - 1; i++) {
      sum += re[k] * re[k] + im[k] * im[k];
      prefix[i + 1] = sum;
      if (++k === size) k = 0;
    }
    for (let k = 0; k < size; k++) power[k] = (prefix[k + width] - prefix[k]) / width;
  }
}
