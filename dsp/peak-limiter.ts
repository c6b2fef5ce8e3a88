// Lowers the peaks of a symbol by alternating projections: clip the envelope, go back to the spectrum, and there restore
// what the receiver needs. A loudspeaker limits the peak, so every decibel of peak is a decibel of range.

import { Fft } from './fft.js';

/** How hard to work and how far. */
export interface PeakLimiterConfig {
  /** Transform size at the air's rate; several times the carriers, so that no peak hides between samples. */
  readonly size: number;
  /** Bins -halfWidth .. halfWidth - 1 may carry energy; beyond the carriers these are the skirts. */
  readonly halfWidthBins: number;
  /** Envelope ceiling in each round, dB over the symbol's nominal RMS. */
  readonly ceilingDb: number;
  /** Rounds stop once the peak envelope is this low, dB over the nominal RMS. */
  readonly targetDb: number;
  readonly maxRounds: number;
  /** 1 clips exactly; up to 2 overshoots, which converges faster. */
  readonly relaxation: number;
}

/**
 * The alternating projections. What the receiver needs is the caller's: it is handed the spectrum after each clip.
 *
 * @see Armstrong, "Peak-to-average power reduction for OFDM by repeated clipping and frequency domain filtering", 2002
 */
export class PeakLimiter {
  /** The symbol's spectrum: fill it, call `limit`, read it or `toTime`. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** The symbol in time after `toTime`. */
  readonly timeRe: Float64Array;
  readonly timeIm: Float64Array;
  private readonly fft: Fft;

  constructor(private readonly config: PeakLimiterConfig) {
    this.fft = new Fft(config.size);
    this.re = new Float64Array(config.size);
    this.im = new Float64Array(config.size);
    this.timeRe = new Float64Array(config.size);
    this.timeIm = new Float64Array(config.size);
  }

  /**
   * @param energy - the nominal sum of squared bins
   * @param restore - puts the carriers' bins of `re` and `im` right after a clip
   */
  limit(energy: number, restore: () => void): void {
    const { ceilingDb, targetDb, maxRounds, size } = this.config;
    const meanPower = energy / (size * size);
    const ceiling = meanPower * 10 ** (ceilingDb / 10);
    const target = meanPower * 10 ** (targetDb / 10);
    for (let round = 0; round < maxRounds; round++) {
      this.toTime();
      if (this.clip(ceiling) <= target) return;
      this.fft.forward(this.timeRe, this.timeIm, this.re, this.im);
      this.dropBeyondSkirts();
      restore();
    }
  }

  /** Fills `timeRe` and `timeIm` from the spectrum. */
  toTime(): void {
    this.fft.inverse(this.re, this.im, this.timeRe, this.timeIm);
  }

  /** Clips the envelope; returns the peak power it had. */
  private clip(ceiling: number): number {
    const { timeRe, timeIm, config } = this;
    let peak = 0;
    for (let n = 0; n < timeRe.length; n++) {
      const power = timeRe[n] * timeRe[n] + timeIm[n] * timeIm[n];
      if (power <= ceiling) continue;
      if (power > peak) peak = power;
      const gain = 1 - config.relaxation * (1 - Math.sqrt(ceiling / power));
      timeRe[n] *= gain;
      timeIm[n] *= gain;
    }
    return peak;
  }

  private dropBeyondSkirts(): void {
    const { size, halfWidthBins } = this.config;
    this.re.fill(0, halfWidthBins, size - halfWidthBins);
    this.im.fill(0, halfWidthBins, size - halfWidthBins);
  }
}
