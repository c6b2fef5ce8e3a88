import { describe, expect, test } from '@jest/globals';
import { CellStatistics } from './cell-statistics.js';

describe('the statistics of known cells', () => {
  test('say the channel where a cell was heard, with the weight of its energy over the noise', () => {
    const statistics = new CellStatistics(3);
    // y = h x with h = 2 - i and x = 0.6 + 0.8 i
    statistics.addCell(1, 2 * 0.6 + 0.8, 2 * 0.8 - 0.6, 0.6, 0.8, 0.25);
    expect(Array.from(statistics.weights)).toEqual([0, 4, 0]);
    expect(statistics.observedRe[1] / statistics.weights[1]).toBeCloseTo(2, 12);
    expect(statistics.observedIm[1] / statistics.weights[1]).toBeCloseTo(-1, 12);
  });

  test('of a noisy and a clean cell lean on the clean one', () => {
    const statistics = new CellStatistics(1);
    statistics.addCell(0, 1, 0, 1, 0, 1);
    statistics.addCell(0, 2, 0, 1, 0, 0.01);
    expect(statistics.observedRe[0] / statistics.weights[0]).toBeCloseTo((1 + 200) / 101, 12);
  });

  test('of a cell known for sure are those of a known cell; of one that is not known at all, a pull towards 0', () => {
    const known = new CellStatistics(1);
    const soft = new CellStatistics(1);
    const of = (x: number) => Float64Array.of(x);
    known.addCell(0, 0.4, -1.2, Math.SQRT1_2, -Math.SQRT1_2, 0.5);
    soft.addSoft(of(0.4), of(-1.2), of(Math.SQRT1_2), of(-Math.SQRT1_2), of(0.25), of(2));
    expect(soft.weights[0]).toBeCloseTo(known.weights[0], 12);
    expect(soft.observedRe[0]).toBeCloseTo(known.observedRe[0], 12);
    expect(soft.observedIm[0]).toBeCloseTo(known.observedIm[0], 12);
    soft.clear();
    soft.addSoft(of(0.4), of(1.2), of(0), of(0), of(0.25), of(2));
    expect([soft.weights[0], soft.observedRe[0], soft.observedIm[0]]).toEqual([2, 0, 0]);
  });

  test('are forgotten by a factor, and cleared altogether', () => {
    const statistics = new CellStatistics(1);
    statistics.addCell(0, 3, 4, 1, 0, 1);
    statistics.scale(0.5);
    expect([statistics.weights[0], statistics.observedRe[0], statistics.observedIm[0]]).toEqual([0.5, 1.5, 2]);
    statistics.clear();
    expect([statistics.weights[0], statistics.observedRe[0], statistics.observedIm[0]]).toEqual([0, 0, 0]);
  });
});
