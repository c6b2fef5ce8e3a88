// Lowers the peaks of a symbol by projections: clip the envelope, go back to the spectrum, and there restore what the
// receiver needs; each round sets out a little beyond where the last one led. A loudspeaker limits the peak, so every decibel
// of peak is a decibel of range.

import { Fft } from './fft.js';

/** How hard to work and how far. */
export interface PeakLimiterConfig {
  /** Transform size at the air's rate; several times the carriers, so that no peak hides between samples. */
  readonly size: number;
  /** Bins -halfWidth .. halfWidth - 1 may carry energy; beyond the carriers these are the skirts. */
  readonly halfWidthBins: number;
  /** Envelope ceiling in each round, dB over the symbol's nominal RMS. */
  readonly ceilingDb: number;
  /** Rounds stop earlier once the envelope stays below the ceiling. */
  readonly maxRounds: number;
}

/**
 * Most of a round's way that the next one goes on, once more, before it clips. Any of 0.8 to 0.95 converges alike: in some 30
 * rounds to where projections alone take some 150.
 */
const GREATEST_MOMENTUM = 0.9;

/**
 * The projections. What the receiver needs is the caller's: it is handed the spectrum after each clip, and the spectrum that is left
 * is one that it has put right.
 *
 * @see Armstrong, "Peak-to-average power reduction for OFDM by repeated clipping and frequency domain filtering", 2002
 * @see Beck, Teboulle, "A fast iterative shrinkage-thresholding algorithm for linear inverse problems", 2009, for the momentum
 */
export class PeakLimiter {
  /** The symbol's spectrum: fill it, call `limit`, read it or `toTime`. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** The symbol in time after `toTime`. */
  readonly timeRe: Float64Array;
  readonly timeIm: Float64Array;
  private readonly fft: Fft;
  /** The spectrum that the round before ended with. */
  private readonly beforeRe: Float64Array;
  private readonly beforeIm: Float64Array;

  constructor(private readonly config: PeakLimiterConfig) {
    this.fft = new Fft(config.size);
    this.re = new Float64Array(config.size);
    this.im = new Float64Array(config.size);
    this.timeRe = new Float64Array(config.size);
    this.timeIm = new Float64Array(config.size);
    this.beforeRe = new Float64Array(config.size);
    this.beforeIm = new Float64Array(config.size);
  }

  /**
   * @param energy - the nominal sum of squared bins
   * @param restore - puts the carriers' bins of `re` and `im` right after a clip
   */
  limit(energy: number, restore: () => void): void {
    const { ceilingDb, maxRounds, size } = this.config;
    const ceiling = (energy / (size * size)) * 10 ** (ceilingDb / 10);
    this.beforeRe.set(this.re);
    this.beforeIm.set(this.im);
    for (let round = 0; round < maxRounds; round++) {
      this.goOn(Math.min(GREATEST_MOMENTUM, round / (round + 3)));
      this.toTime();
      const clipped = this.clip(ceiling);
      if (clipped) {
        this.fft.forward(this.timeRe, this.timeIm, this.re, this.im);
        this.dropBeyondSkirts();
      }
      if (clipped || round > 0) restore();
      if (!clipped) return;
    }
  }

  /** Moves the spectrum on by a share of the way that the last round took. */
  private goOn(momentum: number): void {
    const { re, im, beforeRe, beforeIm } = this;
    for (let k = 0; k < re.length; k++) {
      const stepRe = re[k] - beforeRe[k];
      const stepIm = im[k] - beforeIm[k];
      beforeRe[k] = re[k];
      beforeIm[k] = im[k];
      re[k] += momentum * stepRe;
      im[k] += momentum * stepIm;
    }
  }

  /** Fills `timeRe` and `timeIm` from the spectrum. */
  toTime(): void {
    this.fft.inverse(this.re, this.im, this.timeRe, this.timeIm);
  }

  /** Clips the envelope; returns whether anything was above the ceiling. */
  private clip(ceiling: number): boolean {
    const { timeRe, timeIm } = this;
    let clipped = false;
    for (let n = 0; n < timeRe.length; n++) {
      const power = timeRe[n] * timeRe[n] + timeIm[n] * timeIm[n];
      if (power <= ceiling) continue;
      clipped = true;
      const gain = Math.sqrt(ceiling / power);
      timeRe[n] *= gain;
      timeIm[n] *= gain;
    }
    return clipped;
  }

  private dropBeyondSkirts(): void {
    const { size, halfWidthBins } = this.config;
    this.re.fill(0, halfWidthBins, size - halfWidthBins);
    this.im.fill(0, halfWidthBins, size - halfWidthBins);
  }
}
