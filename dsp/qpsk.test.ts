import { describe, expect, test } from '@jest/globals';
import { MAX_LLR } from '../src/shared/llr.js';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { demapQpsk, softCoordinate } from './qpsk.js';

const POINT = Math.SQRT1_2;

function map(bits: readonly number[]): { re: number; im: number } {
  return { re: bits[0] ? -POINT : POINT, im: bits[1] ? -POINT : POINT };
}

function demap(y: { re: number; im: number }, h: { re: number; im: number }, noiseVariance: number): number[] {
  const out = new Float32Array(4).fill(99);
  demapQpsk(y.re, y.im, h.re, h.im, noiseVariance, out, 1);
  expect([out[0], out[3]]).toEqual([99, 99]); // writes nowhere else
  return [out[1], out[2]];
}

/** ln of the sum of likelihoods over all points with the bit 0, less that over all with 1. */
function bruteForce(y: { re: number; im: number }, h: { re: number; im: number }, noiseVariance: number): number[] {
  return [0, 1].map((bit) => {
    const sums = [0, 0];
    for (const bits of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const x = map(bits);
      const errorRe = y.re - (h.re * x.re - h.im * x.im);
      const errorIm = y.im - (h.re * x.im + h.im * x.re);
      sums[bits[bit]] += Math.exp(-(errorRe ** 2 + errorIm ** 2) / noiseVariance);
    }
    return Math.log(sums[0] / sums[1]);
  });
}

describe('a QPSK cell', () => {
  test.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])('of the bits %i %i gives LLRs with the sign of its bits', (...bits) => {
    const h = { re: 0.3, im: -0.8 };
    const x = map(bits);
    const y = { re: h.re * x.re - h.im * x.im, im: h.re * x.im + h.im * x.re };
    expect(demap(y, h, 0.1).map((llr) => (llr < 0 ? 1 : 0))).toEqual(bits);
  });

  test('has the LLRs of the sum over all points (seed 1)', () => {
    const random = new SeededRandom(1);
    for (let i = 0; i < 50; i++) {
      const y = { re: random.normal(), im: random.normal() };
      const h = { re: random.normal(), im: random.normal() };
      const noiseVariance = random.between(0.7, 4);
      const expected = bruteForce(y, h, noiseVariance);
      demap(y, h, noiseVariance).forEach((llr, bit) => {
        expect(llr).toBeCloseTo(Math.max(-MAX_LLR, Math.min(MAX_LLR, expected[bit])), 3);
      });
    }
  });

  test('is an erasure without a channel, with endless noise or with no noise known', () => {
    expect(demap({ re: 1, im: 1 }, { re: 0, im: 0 }, 0.1)).toEqual([0, 0]);
    expect(demap({ re: 1, im: 1 }, { re: 1, im: 0 }, Number.POSITIVE_INFINITY)).toEqual([0, 0]);
    expect(demap({ re: 1, im: 1 }, { re: 1, im: 0 }, 0)).toEqual([0, 0]);
    expect(demap({ re: Number.NaN, im: Number.NaN }, { re: 1, im: 0 }, 1)).toEqual([0, 0]);
  });

  test('saturates', () => {
    expect(demap({ re: 50, im: -50 }, { re: 1, im: 0 }, 1e-3)).toEqual([MAX_LLR, -MAX_LLR]);
  });
});

describe('the expected coordinate of a bit', () => {
  test('is the mean over both values by their probabilities', () => {
    for (const llr of [-30, -2, -0.3, 0, 1.7, 24]) {
      const probabilityOfZero = 1 / (1 + Math.exp(-llr));
      expect(softCoordinate(llr)).toBeCloseTo(POINT * (2 * probabilityOfZero - 1), 12);
    }
  });
});
