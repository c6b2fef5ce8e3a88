// Complex Fourier transforms of power-of-two size over separate real and imaginary parts. The library's own, because with
// arrays of that form it is faster than the fft.js package behind an adapter: 1.4 times at 1024 points, 1.7 times at 512.

import { TillsongError } from '../src/shared/errors.js';
import { type FftArrays, type FftPass, fftPasses, runPass } from './fft-passes.js';

/** Any array of real numbers a transform can read or write. */
export type RealArray = Float32Array | Float64Array;

/**
 * Numbers between one scratch array and the next. Without, all lines of a butterfly of a large transform share one set of
 * the cache and throw each other out: 2.2 times slower at 4096 points.
 */
const PAD = 24;

/**
 * A plan for complex discrete Fourier transforms of one size. Tables are made once; transforms allocate nothing.
 * Forward: X[k] = sum x[n] exp(-2 pi i k n / N), unscaled. Inverse: scaled by 1/N, so inverse(forward(x)) = x.
 */
export class Fft {
  private readonly passes: readonly FftPass[];
  /** Passes walk to and fro between the two. */
  private readonly forth: FftArrays;
  private readonly back: FftArrays;

  /**
   * @param size - N, a power of two in [2, 1048576]
   * @throws TillsongError `ERR_RANGE` when size is no such power of two
   */
  constructor(readonly size: number) {
    if (!Number.isInteger(size) || size < 2 || size > 1 << 20 || (size & (size - 1)) !== 0)
      throw new TillsongError('ERR_RANGE', `size: expected power of two in [2, 1048576], got ${size}`);
    this.passes = fftPasses(size);
    const scratch = new Float64Array(4 * (size + PAD));
    const [fromRe, fromIm, toRe, toIm] = [0, 1, 2, 3].map((i) => scratch.subarray(i * (size + PAD)).subarray(0, size));
    this.forth = { fromRe, fromIm, toRe, toIm };
    this.back = { fromRe: toRe, fromIm: toIm, toRe: fromRe, toIm: fromIm };
  }

  /** Forward transform. All arrays have length N; outputs may be the inputs. */
  forward(re: RealArray, im: RealArray, outRe: RealArray, outIm: RealArray): void {
    const result = this.transform(re, im);
    outRe.set(result.fromRe);
    outIm.set(result.fromIm);
  }

  /** Inverse transform, scaled by 1/N. All arrays have length N; outputs may be the inputs. */
  inverse(re: RealArray, im: RealArray, outRe: RealArray, outIm: RealArray): void {
    const { fromRe, fromIm } = this.transform(im, re); // real and imaginary parts exchanged, before and after
    const scale = 1 / this.size;
    for (let n = 0; n < fromRe.length; n++) {
      fromRe[n] *= scale;
      fromIm[n] *= scale;
    }
    outRe.set(fromIm);
    outIm.set(fromRe);
  }

  /** @returns where the next pass would read: the result */
  private transform(re: RealArray, im: RealArray): FftArrays {
    const { passes, forth, back } = this;
    forth.fromRe.set(re);
    forth.fromIm.set(im);
    for (let i = 0; i < passes.length; i++) runPass(passes[i], i % 2 === 0 ? forth : back);
    return passes.length % 2 === 0 ? forth : back;
  }
}
