import { describe, expect, test } from '@jest/globals';
import { PeakColumns } from './peak-columns.js';
import { flatTops, longestRun } from './sample-faults.js';
import { SampleRing } from './sample-ring.js';

describe('columns of peaks', () => {
  test.each([1, 4, 5, 9, 100])('keep the largest of %d inputs wherever they end up', (count) => {
    const columns = new PeakColumns(4, 2, -1);
    for (let i = 0; i < count; i++) columns.push([i, i === 3 ? 50 : 0]);
    const rows = columns.rows();
    expect(columns.count).toBeLessThanOrEqual(4);
    expect(columns.count * columns.inputsPerColumn).toBeGreaterThanOrEqual(count);
    expect((columns.count - 1) * columns.inputsPerColumn).toBeLessThan(count);
    expect(rows[columns.count - 1]).toBe(count - 1);
    if (count > 3) expect(rows.indexOf(50)).toBe(columns.count + Math.floor(3 / columns.inputsPerColumn));
  });

  test('can be raised later, but not beyond their end', () => {
    const columns = new PeakColumns(4, 1, 0);
    for (let i = 0; i < 8; i++) columns.push([0]);
    columns.raise(5, 0, 7);
    columns.raise(9, 0, 8);
    columns.raise(-1, 0, 9);
    expect([...columns.rows()]).toEqual([0, 0, 7, 0]);
  });
});

describe('a ring of samples', () => {
  test('gives back what it still holds', () => {
    const ring = new SampleRing(4);
    ring.append(Float32Array.of(1, 2, 3));
    ring.append(Float32Array.of(4, Number.NaN, 6));
    expect([ring.start, ring.end]).toEqual([2, 6]);
    expect([...ring.slice(0, 10)]).toEqual([3, 4, 0, 6]);
    expect([...ring.slice(4, 3)]).toEqual([]);
  });
});

describe('faults of samples', () => {
  const sine = Float32Array.from({ length: 4800 }, (_, n) => Math.sin((2 * Math.PI * 100.3 * n) / 48000));

  test('a sine has tops, but they are not flat; cut off, they are', () => {
    expect(flatTops(sine).clippedRatio).toBeLessThan(1);
    expect(flatTops(sine.map((x) => Math.max(-0.8, Math.min(0.8, x)))).clippedRatio).toBeGreaterThan(2);
    expect(flatTops(sine.map((x) => 0.001 * x)).clippedShare).toBe(0);
  });

  test('a gap is a stretch of equal samples that are not a cut-off top', () => {
    expect(longestRun(sine.slice().fill(0.25, 1000, 1200))).toBe(200);
    expect(longestRun(sine.map((x) => Math.max(-0.8, Math.min(0.8, x))))).toBeLessThan(10);
    expect(longestRun(new Float32Array(0))).toBe(0);
  });
});
