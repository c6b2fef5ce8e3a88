import { describe, expect, test } from '@jest/globals';
import { hardBit, informationBits, MAX_LLR, saturateLlr } from './llr.js';

describe('a log-likelihood ratio', () => {
  test('is positive for 0 and negative for 1', () => {
    const llrOf = (probabilityOfZero: number) => Math.log(probabilityOfZero / (1 - probabilityOfZero));
    expect(hardBit(llrOf(0.9))).toBe(0);
    expect(hardBit(llrOf(0.1))).toBe(1);
    expect(hardBit(0)).toBe(0);
    expect(hardBit(-0)).toBe(0);
  });

  test('is left alone within the limits and kept to them beyond', () => {
    expect(saturateLlr(3.5)).toBe(3.5);
    expect(saturateLlr(-MAX_LLR)).toBe(-MAX_LLR);
    expect(saturateLlr(MAX_LLR + 1)).toBe(MAX_LLR);
    expect(saturateLlr(Number.NEGATIVE_INFINITY)).toBe(-MAX_LLR);
    expect(saturateLlr(Number.POSITIVE_INFINITY)).toBe(MAX_LLR);
  });

  test('that is not a number is an erasure', () => {
    expect(saturateLlr(Number.NaN)).toBe(0);
  });
});

describe('the information that soft bits claim', () => {
  /** 1 - H(p), the bit being wrong with probability p. */
  const informationOf = (llr: number) => {
    const p = 1 / (1 + Math.exp(llr));
    return 1 + (p * Math.log(p) + (1 - p) * Math.log1p(-p)) / Math.LN2;
  };

  test.each([0, 1e-3, 0.1, 0.5, 1.7, 3.21, 8, 15.3])('is that of the entropy at %p nats, to 1e-5 bits', (llr) => {
    for (const sign of [-1, 1])
      expect(Math.abs(informationBits(Float32Array.of(sign * llr)) - informationOf(llr))).toBeLessThan(1e-5);
  });

  test('is a bit each where they are certain, nothing where they are erased, and adds up', () => {
    expect(informationBits(Float32Array.of(MAX_LLR, -MAX_LLR, 100))).toBe(3);
    expect(informationBits(new Float32Array(50))).toBe(0);
    const sum = informationBits(Float32Array.of(1)) + informationBits(Float32Array.of(-2));
    expect(informationBits(Float32Array.of(1, -2))).toBeCloseTo(sum, 12);
  });
});
