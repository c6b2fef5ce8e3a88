import { describe, expect, test } from '@jest/globals';
import { rateOf } from './statistics.js';

describe('rateOf', () => {
  test('81 of 263 lie within 0.2553 and 0.3662 (Newcombe 1998, table I)', () => {
    const rate = rateOf(81, 263);
    expect(rate.lowest).toBeCloseTo(0.2553, 4);
    expect(rate.highest).toBeCloseTo(0.3662, 4);
  });

  test('0 of 20 may still be 16 %, and 200 of 200 may still be 98.1 %', () => {
    expect(rateOf(0, 20).lowest).toBe(0);
    expect(rateOf(0, 20).highest).toBeCloseTo(0.1611, 4);
    expect(rateOf(200, 200).lowest).toBeCloseTo(0.9812, 4);
    expect(rateOf(200, 200).highest).toBeCloseTo(1, 9);
  });
});
