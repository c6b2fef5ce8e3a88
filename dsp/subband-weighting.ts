// Noise that comes in bursts - typing, coins, applause, a spark - fills only parts of a symbol's window and of the band. Each
// subband's loud moments are turned down before the carriers are judged, so that its quiet moments can speak.

import { selectInPlace } from './order-statistic.js';
import { sharedScrambledFft } from './scrambled-fft.js';

/** Carriers from one subband to the next, and half of what one sees: 64 of 11.7 Hz resolve 1.3 ms. */
const STEP = 64;
const SIZE = 2 * STEP;
/** Half width of the raised cosine that smooths the power over time: at 11.7 Hz a carrier, 6 ms in all. `smoothPower` is written out for it. */
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
  private readonly fft = sharedScrambledFft(SIZE);
  /** Square root of a raised cosine, for taking a subband out and putting it back: overlapping ones add up to 1. */
  private readonly taper = new Float64Array(SIZE);
  private readonly kernel = new Float64Array(2 * SMOOTHING_HALF_WIDTH + 1);
  // scratch
  private readonly re = new Float64Array(SIZE);
  private readonly im = new Float64Array(SIZE);
  /** Of the moments, those at both ends again beyond the other: time is a circle here. */
  private readonly power = new Float64Array(SIZE + 2 * SMOOTHING_HALF_WIDTH);
  private readonly smooth = new Float64Array(SIZE);
  private readonly unordered = new Float64Array(SIZE);
  private readonly outRe: Float64Array;
  private readonly outIm: Float64Array;

  /** @param carrierCount - neighbouring bins of a window's spectrum */
  constructor(private readonly carrierCount: number) {
    this.outRe = new Float64Array(carrierCount);
    this.outIm = new Float64Array(carrierCount);
    for (let i = 0; i < SIZE; i++) this.taper[i] = Math.sin((Math.PI * (i + 0.5)) / SIZE);
    for (let d = 0; d < this.kernel.length; d++) {
      const phase = (Math.PI * (d - SMOOTHING_HALF_WIDTH)) / (SMOOTHING_HALF_WIDTH + 1);
      this.kernel[d] = (1 + Math.cos(phase)) / (2 * (SMOOTHING_HALF_WIDTH + 1));
    }
  }

  /** Weighs a window in place, given its carriers in rising order. */
  apply(carriersRe: Float64Array, carriersIm: Float64Array): void {
    this.outRe.fill(0);
    this.outIm.fill(0);
    for (let first = -STEP; first < this.carrierCount; first += STEP) this.addSubband(carriersRe, carriersIm, first);
    carriersRe.set(this.outRe);
    carriersIm.set(this.outIm);
  }

  /** Weighs the subband whose first carrier is given, and adds it to the output. */
  private addSubband(carriersRe: Float64Array, carriersIm: Float64Array, first: number): void {
    const { fft, re, im, taper, outRe, outIm } = this;
    const { places } = fft;
    // Of the subband, what lies in the band.
    const from = Math.max(0, -first);
    const to = Math.min(SIZE, this.carrierCount - first);
    if (to - from < SIZE) {
      re.fill(0);
      im.fill(0);
    }
    for (let i = from; i < to; i++) {
      re[places[i]] = taper[i] * carriersRe[first + i];
      im[places[i]] = taper[i] * carriersIm[first + i];
    }
    fft.backward(re, im);
    const stretch = this.weigh();
    fft.forward(re, im);
    for (let i = from; i < to; i++) {
      const gain = stretch * taper[i];
      outRe[first + i] += gain * re[places[i]];
      outIm[first + i] += gain * im[places[i]];
    }
  }

  /**
   * Weighs the subband's moments, SIZE times too large, in place.
   *
   * @returns what makes the weights 1 on average, and the spectrum that they came from of its size again
   */
  private weigh(): number {
    const { re, im, smooth, unordered } = this;
    this.smoothPower();
    unordered.set(smooth);
    const loud = LOUD_RATIO * selectInPlace(unordered, Math.floor(QUIET_QUANTILE * SIZE));
    let total = 0;
    for (let n = 0; n < SIZE; n++) {
      const weight = smooth[n] > loud ? loud / smooth[n] : 1;
      re[n] *= weight;
      im[n] *= weight;
      total += weight;
    }
    return 1 / total;
  }

  /** Fills `smooth` with the power of the subband's moments, smoothed over time. */
  private smoothPower(): void {
    const { re, im, power, smooth, kernel } = this;
    for (let i = 0; i < power.length; i++) {
      const n = (i - SMOOTHING_HALF_WIDTH) & (SIZE - 1);
      power[i] = re[n] * re[n] + im[n] * im[n];
    }
    const [k0, k1, k2, k3, k4, k5, k6, k7, k8] = kernel;
    for (let n = 0; n < SIZE; n++) {
      const outer = k1 * (power[n + 1] + power[n + 15]) + k2 * (power[n + 2] + power[n + 14]);
      const inner = k3 * (power[n + 3] + power[n + 13]) + k4 * (power[n + 4] + power[n + 12]);
      const near = k5 * (power[n + 5] + power[n + 11]) + k6 * (power[n + 6] + power[n + 10]);
      const middle = k7 * (power[n + 7] + power[n + 9]) + k8 * power[n + 8];
      smooth[n] = k0 * (power[n] + power[n + 16]) + (outer + inner) + (near + middle);
    }
  }
}
