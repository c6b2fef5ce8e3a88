// Fourier transforms whose spectrum stays in the order the butterflies leave it in: all that a convolution needs, in place and
// without the reordering. Sizes may have factors of 3, so that a convolution need not be padded to the next power of two.
//
// Gentleman-Sande butterflies (decimation in frequency) forward, Cooley-Tukey's (decimation in time) backward, radix 4 as far
// as it goes: Van Loan, "Computational Frameworks for the Fast Fourier Transform", 1992, sections 1.7 and 2.1 to 2.4.

import { TillsongError } from '../src/shared/errors.js';

/** All butterflies of one size: on `stride`ths of blocks of `radix` times as many numbers. */
interface Pass {
  readonly radix: 2 | 3 | 4;
  readonly stride: number;
  /** exp(-2 pi i j / (radix stride)) of each j < stride, its square and its cube: re, im, re, im, re, im. */
  readonly turns: Float64Array;
}

const HALF_ROOT_3 = Math.sqrt(3) / 2;
const MOST_FACTORS_OF_3 = 2;

/** @returns the smallest size of a `ScrambledFft` that is at least this */
export function scrambledSizeFor(least: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let odd = 1, power = 0; power <= MOST_FACTORS_OF_3; odd *= 3, power++) {
    const even = Math.max(4, 2 ** Math.ceil(Math.log2(least / odd)));
    best = Math.min(best, odd * even);
  }
  return best;
}

/** Plan for transforms of one size, in place, unscaled: backward(forward(x)) = size x. */
export class ScrambledFft {
  /** Where X[k] lies after `forward`, and has to lie before `backward`. */
  readonly places: Int32Array;
  private readonly passes: readonly Pass[];

  /**
   * @param size - a multiple of 4 without prime factors but 2 and 3
   * @throws TillsongError `ERR_RANGE`
   */
  constructor(readonly size: number) {
    const passes: Pass[] = [];
    let left = size >= 4 && size % 4 === 0 ? size : Number.NaN;
    while (left !== 1) {
      const radix = ([4, 2, 3] as const).find((factor) => left % factor === 0);
      if (!radix) throw new TillsongError('ERR_RANGE', `size: expected multiple of 4 of factors 2 and 3, got ${size}`);
      passes.push({ radix, stride: left / radix, turns: turnsOf(left, left / radix) });
      left /= radix;
    }
    this.passes = passes;
    this.places = Int32Array.from({ length: size }, (_, k) => placeOf(k, passes));
  }

  /** X[k] = sum x[n] exp(-2 pi i k n / N), the X in an order of their own. */
  forward(re: Float64Array, im: Float64Array): void {
    for (const pass of this.passes) {
      if (pass.radix === 4) forward4(pass, re, im);
      else if (pass.radix === 3) forward3(pass, re, im);
      else both2(pass, re, im, false);
    }
  }

  /** x[n] = sum X[k] exp(2 pi i k n / N), from the X in that order. */
  backward(re: Float64Array, im: Float64Array): void {
    for (let p = this.passes.length - 1; p >= 0; p--) {
      const pass = this.passes[p];
      if (pass.radix === 4) backward4(pass, re, im);
      else if (pass.radix === 3) backward3(pass, re, im);
      else both2(pass, re, im, true);
    }
  }
}

/** A pass puts the X[k] of each remainder of k by its radix into a block of their own, which the next passes order alike. */
function placeOf(k: number, passes: readonly Pass[]): number {
  let place = 0;
  let left = k;
  for (const { radix, stride } of passes) {
    place += stride * (left % radix);
    left = Math.floor(left / radix);
  }
  return place;
}

function turnsOf(blockSize: number, stride: number): Float64Array {
  const turns = new Float64Array(6 * stride);
  for (let j = 0; j < stride; j++) {
    for (let power = 1; power <= 3; power++) {
      const angle = (-2 * Math.PI * ((j * power) % blockSize)) / blockSize;
      turns[6 * j + 2 * power - 2] = Math.cos(angle);
      turns[6 * j + 2 * power - 1] = Math.sin(angle);
    }
  }
  return turns;
}

function forward4({ stride, turns }: Pass, re: Float64Array, im: Float64Array): void {
  for (let j = 0; j < stride; j++) {
    const at = 6 * j;
    const cos1 = turns[at];
    const sin1 = turns[at + 1];
    const cos2 = turns[at + 2];
    const sin2 = turns[at + 3];
    const cos3 = turns[at + 4];
    const sin3 = turns[at + 5];
    for (let a = j; a < re.length; a += 4 * stride) {
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      const evenRe = re[a] + re[c];
      const evenIm = im[a] + im[c];
      const oddRe = re[b] + re[d];
      const oddIm = im[b] + im[d];
      const apartRe = re[a] - re[c];
      const apartIm = im[a] - im[c];
      const turnedRe = im[b] - im[d];
      const turnedIm = re[d] - re[b];
      re[a] = evenRe + oddRe;
      im[a] = evenIm + oddIm;
      const re1 = apartRe + turnedRe;
      const im1 = apartIm + turnedIm;
      re[b] = re1 * cos1 - im1 * sin1;
      im[b] = re1 * sin1 + im1 * cos1;
      const re2 = evenRe - oddRe;
      const im2 = evenIm - oddIm;
      re[c] = re2 * cos2 - im2 * sin2;
      im[c] = re2 * sin2 + im2 * cos2;
      const re3 = apartRe - turnedRe;
      const im3 = apartIm - turnedIm;
      re[d] = re3 * cos3 - im3 * sin3;
      im[d] = re3 * sin3 + im3 * cos3;
    }
  }
}

function backward4({ stride, turns }: Pass, re: Float64Array, im: Float64Array): void {
  for (let j = 0; j < stride; j++) {
    const at = 6 * j;
    const cos1 = turns[at];
    const sin1 = turns[at + 1];
    const cos2 = turns[at + 2];
    const sin2 = turns[at + 3];
    const cos3 = turns[at + 4];
    const sin3 = turns[at + 5];
    for (let a = j; a < re.length; a += 4 * stride) {
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      const re1 = re[b] * cos1 + im[b] * sin1;
      const im1 = im[b] * cos1 - re[b] * sin1;
      const re2 = re[c] * cos2 + im[c] * sin2;
      const im2 = im[c] * cos2 - re[c] * sin2;
      const re3 = re[d] * cos3 + im[d] * sin3;
      const im3 = im[d] * cos3 - re[d] * sin3;
      const evenRe = re[a] + re2;
      const evenIm = im[a] + im2;
      const oddRe = re1 + re3;
      const oddIm = im1 + im3;
      const apartRe = re[a] - re2;
      const apartIm = im[a] - im2;
      const turnedRe = im3 - im1;
      const turnedIm = re1 - re3;
      re[a] = evenRe + oddRe;
      im[a] = evenIm + oddIm;
      re[b] = apartRe + turnedRe;
      im[b] = apartIm + turnedIm;
      re[c] = evenRe - oddRe;
      im[c] = evenIm - oddIm;
      re[d] = apartRe - turnedRe;
      im[d] = apartIm - turnedIm;
    }
  }
}

function forward3({ stride, turns }: Pass, re: Float64Array, im: Float64Array): void {
  for (let j = 0; j < stride; j++) {
    const at = 6 * j;
    const cos1 = turns[at];
    const sin1 = turns[at + 1];
    const cos2 = turns[at + 2];
    const sin2 = turns[at + 3];
    for (let a = j; a < re.length; a += 3 * stride) {
      const b = a + stride;
      const c = b + stride;
      const sumRe = re[b] + re[c];
      const sumIm = im[b] + im[c];
      const turnedRe = HALF_ROOT_3 * (im[b] - im[c]);
      const turnedIm = HALF_ROOT_3 * (re[c] - re[b]);
      const middleRe = re[a] - 0.5 * sumRe;
      const middleIm = im[a] - 0.5 * sumIm;
      re[a] += sumRe;
      im[a] += sumIm;
      const re1 = middleRe + turnedRe;
      const im1 = middleIm + turnedIm;
      re[b] = re1 * cos1 - im1 * sin1;
      im[b] = re1 * sin1 + im1 * cos1;
      const re2 = middleRe - turnedRe;
      const im2 = middleIm - turnedIm;
      re[c] = re2 * cos2 - im2 * sin2;
      im[c] = re2 * sin2 + im2 * cos2;
    }
  }
}

function backward3({ stride, turns }: Pass, re: Float64Array, im: Float64Array): void {
  for (let j = 0; j < stride; j++) {
    const at = 6 * j;
    const cos1 = turns[at];
    const sin1 = turns[at + 1];
    const cos2 = turns[at + 2];
    const sin2 = turns[at + 3];
    for (let a = j; a < re.length; a += 3 * stride) {
      const b = a + stride;
      const c = b + stride;
      const re1 = re[b] * cos1 + im[b] * sin1;
      const im1 = im[b] * cos1 - re[b] * sin1;
      const re2 = re[c] * cos2 + im[c] * sin2;
      const im2 = im[c] * cos2 - re[c] * sin2;
      const sumRe = re1 + re2;
      const sumIm = im1 + im2;
      const turnedRe = HALF_ROOT_3 * (im2 - im1);
      const turnedIm = HALF_ROOT_3 * (re1 - re2);
      const middleRe = re[a] - 0.5 * sumRe;
      const middleIm = im[a] - 0.5 * sumIm;
      re[a] += sumRe;
      im[a] += sumIm;
      re[b] = middleRe + turnedRe;
      im[b] = middleIm + turnedIm;
      re[c] = middleRe - turnedRe;
      im[c] = middleIm - turnedIm;
    }
  }
}

/** There is at most one such pass, so both directions share it. */
function both2({ stride, turns }: Pass, re: Float64Array, im: Float64Array, isBackward: boolean): void {
  for (let j = 0; j < stride; j++) {
    const cos = turns[6 * j];
    const sin = turns[6 * j + 1];
    for (let a = j; a < re.length; a += 2 * stride) {
      const b = a + stride;
      const otherRe = isBackward ? re[b] * cos + im[b] * sin : re[b];
      const otherIm = isBackward ? im[b] * cos - re[b] * sin : im[b];
      const apartRe = re[a] - otherRe;
      const apartIm = im[a] - otherIm;
      re[a] += otherRe;
      im[a] += otherIm;
      re[b] = isBackward ? apartRe : apartRe * cos - apartIm * sin;
      im[b] = isBackward ? apartIm : apartRe * sin + apartIm * cos;
    }
  }
}

/** By size. */
const sharedPlans = new Map<number, ScrambledFft>();

/** The plan of a size that all share who are made anew for each burst: it has nothing that changes. */
export function sharedScrambledFft(size: number): ScrambledFft {
  const known = sharedPlans.get(size) ?? new ScrambledFft(size);
  sharedPlans.set(size, known);
  return known;
}
