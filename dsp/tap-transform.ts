// Between a channel's delay taps and its carriers: H[c] = sum over taps of h[d] exp(-2 pi i k d / N), k = c - carriers / 2, and
// back by the adjoint.

import { type Fft, sharedFft } from './fft.js';
import { type ScrambledFft, scrambledSizeFor, sharedScrambledFft } from './scrambled-fft.js';

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
  private readonly convolution: ScrambledFft;
  // state
  /** As set last. */
  private readonly weights: Float64Array;
  /** Of the weights' lags, which is real, over the transform's size. */
  private readonly spectrum: Float64Array;
  // scratch: complex numbers as re, im, re, im, ...
  private readonly input: Float64Array;
  private readonly output: Float64Array;
  private readonly lagsRe: Float64Array;
  private readonly lagsIm: Float64Array;

  constructor(private readonly span: TapSpan) {
    this.tapCount = span.tapsBefore + span.tapsAfter;
    this.fft = sharedFft(span.fftSize);
    this.convolution = sharedScrambledFft(scrambledSizeFor(2 * this.tapCount));
    const { size } = this.convolution;
    this.weights = new Float64Array(span.carrierCount);
    this.spectrum = new Float64Array(size);
    this.input = new Float64Array(2 * span.fftSize);
    this.output = new Float64Array(2 * span.fftSize);
    this.lagsRe = new Float64Array(size);
    this.lagsIm = new Float64Array(size);
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

  /** Sets the weights per carrier that `applyNormal` uses from now on. */
  weigh(weights: Float64Array): void {
    if (isSame(weights, this.weights)) return;
    this.weights.set(weights);
    const { span, input, output, lagsRe, lagsIm, spectrum, tapCount, convolution } = this;
    const mask = span.fftSize - 1;
    input.fill(0);
    for (let c = 0; c < span.carrierCount; c++) input[2 * ((c - span.carrierCount / 2) & mask)] = weights[c];
    this.fft.forwardInterleaved(input, output);
    lagsRe.fill(0);
    lagsIm.fill(0);
    lagsRe[0] = output[0];
    for (let lag = 1; lag < tapCount; lag++) {
      const at = 2 * (lag & mask);
      lagsRe[lag] = output[at];
      lagsIm[lag] = -output[at + 1];
      lagsRe[convolution.size - lag] = output[at];
      lagsIm[convolution.size - lag] = output[at + 1];
    }
    convolution.forward(lagsRe, lagsIm);
    for (let k = 0; k < spectrum.length; k++) spectrum[k] = lagsRe[k] / convolution.size;
  }

  /**
   * out = F^H W F taps for the weights set. Row l, column m of that matrix is the weights' transform at the lag l - m: a
   * convolution, for which a circle of twice the taps is enough, where the carriers would take two transforms of theirs.
   */
  applyNormal(taps: ComplexVector, out: ComplexVector): void {
    const { lagsRe, lagsIm, spectrum, tapCount, convolution } = this;
    const { re: outRe, im: outIm } = out;
    lagsRe.set(taps.re);
    lagsIm.set(taps.im);
    lagsRe.fill(0, tapCount);
    lagsIm.fill(0, tapCount);
    convolution.forward(lagsRe, lagsIm);
    for (let k = 0; k < spectrum.length; k++) {
      lagsRe[k] *= spectrum[k];
      lagsIm[k] *= spectrum[k];
    }
    convolution.backward(lagsRe, lagsIm);
    for (let l = 0; l < tapCount; l++) {
      outRe[l] = lagsRe[l];
      outIm[l] = lagsIm[l];
    }
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

function isSame(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
