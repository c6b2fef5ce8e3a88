import { describe, expect, test } from '@jest/globals';
import { psnrAtFailureRate, rateOf } from './statistics.js';

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

describe('psnrAtFailureRate', () => {
  const point = (psnrDb: number, failureCount: number) => ({ psnrDb, rate: rateOf(1000 - failureCount, 1000) });

  test('a decade a dB: 1 % lies a dB above 10 %', () => {
    expect(psnrAtFailureRate([point(0, 100), point(2, 1)], 0.01)).toBeCloseTo(1, 9);
  });

  test('the last crossing counts, so a lucky point below a bad one does not', () => {
    const points = [point(-2, 100), point(-1, 0), point(0, 100), point(1, 10), point(2, 0)];
    expect(psnrAtFailureRate(points, 0.01)).toBeCloseTo(1, 9);
  });

  test('few runs without a failure reach it, too', () => {
    const points = [0, 1, 2].map((psnrDb) => ({ psnrDb, rate: rateOf(psnrDb === 0 ? 5 : 10, 10) }));
    expect(psnrAtFailureRate(points, 0.01)).toBeCloseTo(1, 9);
  });

  test('a curve that stays above or below has no such point', () => {
    expect(psnrAtFailureRate([point(0, 900), point(2, 100)], 0.01)).toBeUndefined();
    expect(psnrAtFailureRate([point(0, 5)], 0.01)).toBeUndefined();
  });
});
