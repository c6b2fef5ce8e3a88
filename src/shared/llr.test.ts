import { describe, expect, test } from '@jest/globals';
import { hardBit, MAX_LLR, saturateLlr } from './llr.js';

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
