// Between a channel's delay taps and its carriers: H[c] = sum over taps of h[d] exp(-2 pi i k d / N), k = c - carriers / 2, and
// back by the adjoint.

import { Fft } from './fft.js';

/** Spans and sizes of a channel estimate, in baseband samples. */
export interface TapSpan {
  readonly fftSize: number;
  readonly carrierCount: number;
  /** Taps before and after the nominal arrival that may carry energy. */
  readonly tapsBefore: number;
  readonly tapsAfter: number;
}

export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export function complexVector(length: number): ComplexVector {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Index l of a tap vector is the delay l - tapsBefore; index c of the carriers' is bin c - carrierCount / 2. */
export class TapTransform {
  readonly tapCount: number;

  private readonly fft: Fft;
  // scratch: complex numbers as re, im, re, im, ...
  private readonly input: Float64Array;
  private readonly output: Float64Array;

  constructor(private readonly span: TapSpan) {
    this.tapCount = span.tapsBefore + span.tapsAfter;
    this.fft = new Fft(span.fftSize);
    this.input = new Float64Array(2 * span.fftSize);
    this.output = new Float64Array(2 * span.fftSize);
  }

  /** out = F taps */
  toCarriers(taps: ComplexVector, out: ComplexVector): void {
    this.transformTaps(taps);
    const { span, output } = this;
    const mask = span.fftSize - 1;
    for (let c = 0; c < span.carrierCount; c++) {
      const at = 2 * ((c - span.carrierCount / 2) & mask);
      out.re[c] = output[at];
      out.im[c] = output[at + 1];
    }
  }

  /** out = F^H carriers, which is the transform of the conjugates, conjugated. */
  toTaps({ re, im }: ComplexVector, out: ComplexVector): void {
    const { span, input } = this;
    const mask = span.fftSize - 1;
    input.fill(0);
    for (let c = 0; c < span.carrierCount; c++) {
      const at = 2 * ((c - span.carrierCount / 2) & mask);
      input[at] = re[c];
      input[at + 1] = -im[c];
    }
    this.transformToTaps(out);
  }

  /** out = F^H W F taps for a weight per carrier. */
  applyNormal(taps: ComplexVector, weights: Float64Array, out: ComplexVector): void {
    this.transformTaps(taps);
    const { span, input, output } = this;
    const mask = span.fftSize - 1;
    input.fill(0);
    for (let c = 0; c < span.carrierCount; c++) {
      const at = 2 * ((c - span.carrierCount / 2) & mask);
      input[at] = weights[c] * output[at];
      input[at + 1] = -weights[c] * output[at + 1];
    }
    this.transformToTaps(out);
  }

  private transformTaps({ re, im }: ComplexVector): void {
    const { span, input } = this;
    const mask = span.fftSize - 1;
    input.fill(0);
    for (let l = 0; l < this.tapCount; l++) {
      const at = 2 * ((l - span.tapsBefore) & mask);
      input[at] = re[l];
      input[at + 1] = im[l];
    }
    this.fft.forwardInterleaved(input, this.output);
  }

  private transformToTaps(out: ComplexVector): void {
    const { span, output } = this;
    const mask = span.fftSize - 1;
    this.fft.forwardInterleaved(this.input, output);
    for (let l = 0; l < this.tapCount; l++) {
      const at = 2 * ((l - span.tapsBefore) & mask);
      out.re[l] = output[at];
      out.im[l] = -output[at + 1];
    }
  }
}
