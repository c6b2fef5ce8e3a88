// Fast convolution by overlap-add: rooms and devices are impulse responses of up to some seconds.
// Two blocks go through one complex transform, one as real part and one as imaginary part, since the response is real.
// Reference: Oppenheim, Schafer, "Discrete-Time Signal Processing", section 8.7.

import { assertFloats } from '../../src/shared/assert.js';
import { Fft } from '../fft.js';

const MIN_FFT_SIZE = 1024;
const MAX_FFT_SIZE = 1 << 20;

/** Blocks three times as long as the response keep the transforms few and small; what fits into one needs no larger. */
function fftSizeFor(responseLength: number, resultLength: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(MIN_FFT_SIZE, Math.min(4 * responseLength, resultLength))));
}

/**
 * y[n] = sum over k of impulseResponse[k] samples[n - k], in double precision.
 *
 * @param samples - N samples, N >= 0
 * @param impulseResponse - K samples at the same rate, 1 <= K <= 262144
 * @returns N + K - 1 samples; none for N = 0
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` for another type or length
 */
export function convolve(samples: Float32Array, impulseResponse: Float32Array): Float32Array {
  assertFloats('samples', samples);
  assertFloats('impulseResponse', impulseResponse, 1, MAX_FFT_SIZE / 4);
  if (samples.length === 0) return new Float32Array(0);
  const size = fftSizeFor(impulseResponse.length, samples.length + impulseResponse.length - 1);
  const fft = new Fft(size);
  const responseRe = new Float64Array(size);
  const responseIm = new Float64Array(size);
  responseRe.set(impulseResponse);
  fft.forward(responseRe, responseIm, responseRe, responseIm);

  const block = size - impulseResponse.length + 1;
  const sum = new Float64Array(samples.length + impulseResponse.length - 1);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let start = 0; start < samples.length; start += 2 * block) {
    re.fill(0);
    im.fill(0);
    re.set(samples.subarray(start, start + block));
    im.set(samples.subarray(start + block, start + 2 * block));
    fft.forward(re, im, re, im);
    multiplyInPlace(re, im, responseRe, responseIm);
    fft.inverse(re, im, re, im);
    addAt(sum, start, re);
    addAt(sum, start + block, im);
  }
  return Float32Array.from(sum);
}

function multiplyInPlace(re: Float64Array, im: Float64Array, byRe: Float64Array, byIm: Float64Array): void {
  for (let k = 0; k < re.length; k++) {
    const real = re[k] * byRe[k] - im[k] * byIm[k];
    im[k] = re[k] * byIm[k] + im[k] * byRe[k];
    re[k] = real;
  }
}

function addAt(sum: Float64Array, start: number, values: Float64Array): void {
  const count = Math.min(values.length, sum.length - start);
  for (let i = 0; i < count; i++) sum[start + i] += values[i];
}
