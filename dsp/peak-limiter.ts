// Lowers the peaks of OFDM symbols: clip the envelope, filter, and let QPSK points move outward only as far as harmless.
// A loudspeaker limits the peak, so every decibel of peak is a decibel of range.

import { Fft } from './fft.js';

/** Envelope ceiling over the symbol's RMS. Measured best for the link's own operating points: see SPEC.md. */
export const CLIP_RATIO_DB = 1.4;
const ROUND_COUNT = 12;
/** A coordinate of a data cell may fall to this share of its nominal value ... */
const LEAST_COORDINATE = 0.6;
/** ... and rise to this multiple: outward costs power but never a bit (active constellation extension). */
const GREATEST_COORDINATE = 1.7;

/**
 * Iterative clipping and filtering with active constellation extension.
 *
 * @see Armstrong, "Peak-to-average power reduction for OFDM by repeated clipping and frequency domain filtering", 2002
 * @see Krongold, Jones, "PAR reduction in OFDM via active constellation extension", 2003
 */
export class PeakLimiter {
  private readonly fft: Fft;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  /** @param size - transform size at the output rate; must exceed the carriers several times for true peaks */
  constructor(size: number) {
    this.fft = new Fft(size);
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
  }

  /**
   * Changes the cells in place.
   *
   * @param bins - transform bin of each carrier
   * @param fixed - 1 where a carrier is a pilot and must keep its value
   */
  limit(cellRe: Float64Array, cellIm: Float64Array, bins: Int32Array, fixed: Uint8Array): void {
    const nominalRe = cellRe.slice();
    const nominalIm = cellIm.slice();
    for (let round = 0; round < ROUND_COUNT; round++) {
      this.toTime(cellRe, cellIm, bins);
      this.clip();
      this.fft.forward(this.re, this.im, this.re, this.im);
      for (let c = 0; c < bins.length; c++) {
        if (fixed[c]) continue;
        cellRe[c] = confine(this.re[bins[c]], nominalRe[c]);
        cellIm[c] = confine(this.im[bins[c]], nominalIm[c]);
      }
    }
  }

  private toTime(cellRe: Float64Array, cellIm: Float64Array, bins: Int32Array): void {
    this.re.fill(0);
    this.im.fill(0);
    for (let c = 0; c < bins.length; c++) {
      this.re[bins[c]] = cellRe[c];
      this.im[bins[c]] = cellIm[c];
    }
    this.fft.inverse(this.re, this.im, this.re, this.im);
  }

  private clip(): void {
    const { re, im } = this;
    let energy = 0;
    for (let n = 0; n < re.length; n++) energy += re[n] * re[n] + im[n] * im[n];
    const ceiling = (energy / re.length) * 10 ** (CLIP_RATIO_DB / 10);
    for (let n = 0; n < re.length; n++) {
      const power = re[n] * re[n] + im[n] * im[n];
      if (power <= ceiling) continue;
      const gain = Math.sqrt(ceiling / power);
      re[n] *= gain;
      im[n] *= gain;
    }
  }
}

/** Keeps a coordinate on its side of the axis, within the allowed span around its nominal value. */
function confine(value: number, nominal: number): number {
  const ratio = value / nominal;
  return nominal * Math.max(LEAST_COORDINATE, Math.min(GREATEST_COORDINATE, ratio));
}
