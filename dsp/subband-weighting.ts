// Noise that comes in bursts - typing, coins, applause, a spark - fills only parts of a symbol's window and of the band. Each
// subband's loud moments are turned down before the carriers are judged, so that its quiet moments can speak.

import { sharedFft } from './fft.js';
import { selectInPlace } from './order-statistic.js';

/** Carriers from one subband to the next, and half of what one sees: 64 of 11.7 Hz resolve 1.3 ms. */
const STEP = 64;
const SIZE = 2 * STEP;
/** Half width of the raised cosine that smooths the power over time: at 11.7 Hz a carrier, 6 ms in all. */
const SMOOTHING_HALF_WIDTH = 8;
/** Power that counts as quiet: this share of the moments is no louder. */
const QUIET_QUANTILE = 0.4;
/** Moments louder than this many times that stand out; what the signal and steady noise do by chance hardly goes there. */
const LOUD_RATIO = 2;

/**
 * Weighs a symbol's moments within each subband by 1 / power where they stand out: the best linear weights when power is
 * noise plus signal. What they take from the signal on average is given back, so that the channel stays what it was; what
 * they do to the carriers' orthogonality is small beside the noise they remove.
 */
export class SubbandWeighting {
  // derived
  private readonly fft = sharedFft(SIZE);
  /** Square root of a raised cosine, for taking a subband out and putting it back: overlapping ones add up to 1. */
  private readonly taper = new Float64Array(SIZE);
  private readonly kernel = new Float64Array(2 * SMOOTHING_HALF_WIDTH + 1);
  // scratch
  private readonly re = new Float64Array(SIZE);
  private readonly im = new Float64Array(SIZE);
  /** Of the moments, those at both ends again beyond the other: time is a circle here. */
  private readonly power = new Float64Array(SIZE + 2 * SMOOTHING_HALF_WIDTH);
  private readonly weights = new Float64Array(SIZE);
  private readonly unordered = new Float64Array(SIZE);
  private readonly outRe: Float64Array;
  private readonly outIm: Float64Array;

  /**
   * @param fftSize - length of the spectra
   * @param carrierCount - bins in use, from -carrierCount / 2 on
   */
  constructor(
    private readonly fftSize: number,
    private readonly carrierCount: number,
  ) {
    this.outRe = new Float64Array(fftSize);
    this.outIm = new Float64Array(fftSize);
    for (let i = 0; i < SIZE; i++) this.taper[i] = Math.sin((Math.PI * (i + 0.5)) / SIZE);
    for (let d = 0; d < this.kernel.length; d++) {
      const phase = (Math.PI * (d - SMOOTHING_HALF_WIDTH)) / (SMOOTHING_HALF_WIDTH + 1);
      this.kernel[d] = (1 + Math.cos(phase)) / (2 * (SMOOTHING_HALF_WIDTH + 1));
    }
  }

  /** Weighs a window's spectrum in place; bins not in use become 0. */
  apply(spectrumRe: Float64Array, spectrumIm: Float64Array): void {
    const { outRe, outIm, carrierCount } = this;
    outRe.fill(0);
    outIm.fill(0);
    const half = carrierCount / 2;
    for (let first = -half - STEP; first < half; first += STEP) this.addSubband(spectrumRe, spectrumIm, first);
    spectrumRe.set(outRe);
    spectrumIm.set(outIm);
  }

  /** Weighs the subband whose first bin is given, and adds it to the output. */
  private addSubband(spectrumRe: Float64Array, spectrumIm: Float64Array, first: number): void {
    const { re, im, taper, weights, outRe, outIm, carrierCount, fftSize } = this;
    const mask = fftSize - 1;
    for (let i = 0; i < SIZE; i++) {
      const bin = first + i;
      const gain = bin >= -carrierCount / 2 && bin < carrierCount / 2 ? taper[i] : 0;
      re[i] = gain * spectrumRe[bin & mask];
      im[i] = gain * spectrumIm[bin & mask];
    }
    this.fft.inverse(re, im, re, im);
    this.weigh();
    for (let n = 0; n < SIZE; n++) {
      re[n] *= weights[n];
      im[n] *= weights[n];
    }
    this.fft.forward(re, im, re, im);
    for (let i = 0; i < SIZE; i++) {
      const bin = first + i;
      if (bin < -carrierCount / 2 || bin >= carrierCount / 2) continue;
      outRe[bin & mask] += taper[i] * re[i];
      outIm[bin & mask] += taper[i] * im[i];
    }
  }

  /** Fills `weights` from the subband's samples: 1 on average. */
  private weigh(): void {
    const { re, im, power, weights, unordered, kernel } = this;
    for (let i = 0; i < power.length; i++) {
      const n = (i - SMOOTHING_HALF_WIDTH) & (SIZE - 1);
      power[i] = re[n] * re[n] + im[n] * im[n];
    }
    for (let n = 0; n < SIZE; n++) {
      let sum = 0;
      for (let d = 0; d < kernel.length; d++) sum += kernel[d] * power[n + d];
      unordered[n] = sum;
      weights[n] = sum;
    }
    const loud = LOUD_RATIO * selectInPlace(unordered, Math.floor(QUIET_QUANTILE * SIZE));
    let total = 0;
    for (let n = 0; n < SIZE; n++) {
      weights[n] = weights[n] > loud ? loud / weights[n] : 1;
      total += weights[n];
    }
    if (!(total > 0)) weights.fill(1);
    else for (let n = 0; n < SIZE; n++) weights[n] *= SIZE / total;
  }
}
