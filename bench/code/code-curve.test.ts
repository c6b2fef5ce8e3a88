import { describe, expect, test } from '@jest/globals';
import { drawCodeChart } from './code-chart.js';
import { measureCurve } from './code-curve.js';

describe('code curve', () => {
  const use = { infoBitCount: 104, codedBitCount: 208 };
  const started: string[] = [];
  const progress = (title: string) => {
    started.push(title);
    return { step: () => {}, end: () => {} };
  };
  const curve = measureCurve(use, '1/2', { maxPackets: 400, maxErrors: 20 }, 1, progress);

  test('climbs from near the bound until packet errors are rare, and lies above the bound (seed 1)', () => {
    const errors = curve.points.map(({ packetError }) => packetError);
    expect(errors[0]).toBeGreaterThan(0.01);
    expect(errors[errors.length - 1]).toBeLessThanOrEqual(2e-3);
    expect(
      curve.points.every(({ lowest, packetError, highest }) => lowest <= packetError && packetError <= highest),
    ).toBe(true);
    expect(curve.gapDb).toBeGreaterThan(0.2);
    expect(curve.gapDb).toBeLessThan(1.3);
    expect(started[0]).toMatch(/^K = 104, rate 1\/2, \d\.\d dB$/);
    expect(started).toHaveLength(curve.points.length);
  });

  test('is drawn beside the bound', () => {
    const svg = drawCodeChart([curve]);
    expect(svg).toContain('K = 104, rate 1/2');
    expect(svg).toContain('best possible code of that length');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});
