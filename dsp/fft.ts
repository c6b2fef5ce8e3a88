// A typed face on the fft.js package: complex transforms of power-of-two size over separate real and imaginary parts.

import FFT from 'fft.js';
import { TillsongError } from '../src/shared/errors.js';

/** Any array of real numbers a transform can read or write. */
export type RealArray = Float32Array | Float64Array;

/**
 * A plan for complex discrete Fourier transforms of one size. Tables are made once; transforms allocate nothing.
 * Forward: X[k] = sum x[n] exp(-2 pi i k n / N), unscaled. Inverse: scaled by 1/N, so inverse(forward(x)) = x.
 */
export class Fft {
  private readonly plan: FFT;
  private readonly input: Float64Array;
  private readonly output: Float64Array;

  /**
   * @param size - N, a power of two in [2, 1048576]
   * @throws TillsongError `ERR_RANGE` when size is no such power of two
   */
  constructor(readonly size: number) {
    if (!Number.isInteger(size) || size < 2 || size > 1 << 20 || (size & (size - 1)) !== 0)
      throw new TillsongError('ERR_RANGE', `size: expected power of two in [2, 1048576], got ${size}`);
    this.plan = new FFT(size);
    this.input = new Float64Array(2 * size);
    this.output = new Float64Array(2 * size);
  }

  /** Forward transform. All arrays have length N; outputs may be the inputs. */
  forward(re: RealArray, im: RealArray, outRe: RealArray, outIm: RealArray): void {
    this.interleave(re, im);
    this.plan.transform(this.output, this.input);
    this.separate(outRe, outIm);
  }

  /** Inverse transform, scaled by 1/N. All arrays have length N; outputs may be the inputs. */
  inverse(re: RealArray, im: RealArray, outRe: RealArray, outIm: RealArray): void {
    this.interleave(re, im);
    this.plan.inverseTransform(this.output, this.input);
    this.separate(outRe, outIm);
  }

  /**
   * Forward transform of complex numbers that lie as re, im, re, im, ...: spares the reordering where a caller can.
   *
   * @param input - 2 N numbers
   * @param output - receives 2 N numbers; another array than the input
   */
  forwardInterleaved(input: Float64Array, output: Float64Array): void {
    this.plan.transform(output, input);
  }

  private interleave(re: RealArray, im: RealArray): void {
    const { input, size } = this;
    for (let i = 0; i < size; i++) {
      input[2 * i] = re[i];
      input[2 * i + 1] = im[i];
    }
  }

  private separate(outRe: RealArray, outIm: RealArray): void {
    const { output, size } = this;
    for (let i = 0; i < size; i++) {
      outRe[i] = output[2 * i];
      outIm[i] = output[2 * i + 1];
    }
  }
}

/** By size; sizes are powers of two, so these are few. */
const sharedPlans = new Map<number, Fft>();

/**
 * The plan of a size that all share who are made anew for each burst: making tables takes longer than a transform. A transform is
 * over before another can begin.
 *
 * @throws TillsongError `ERR_RANGE` as the constructor
 */
export function sharedFft(size: number): Fft {
  const known = sharedPlans.get(size) ?? new Fft(size);
  sharedPlans.set(size, known);
  return known;
}
