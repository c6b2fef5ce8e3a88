import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from 'tillsong';
import { fitSuccess, normalQuantile } from './success-curve.js';

/** Counts of a curve with its middle at -3 dB and a spread of 0.4 dB. */
function drawnCurve(seed: number, runCount: number) {
  const random = new SeededRandom(seed);
  return [-4, -3.5, -3, -2.5, -2].map((psnrDb) => {
    const successes = Array.from({ length: runCount }, () => psnrDb > -3 + 0.4 * random.normal());
    return { psnrDb, runCount, successCount: successes.filter(Boolean).length };
  });
}

describe('normalQuantile', () => {
  test('95 % of a normal distribution lie within 1.96 standard deviations', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.96, 3);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 6);
  });
});

describe('fitSuccess', () => {
  test('finds the curve that the counts were drawn from (seed 1)', () => {
    const curve = fitSuccess(drawnCurve(1, 2000));
    expect(curve?.middleDb).toBeCloseTo(-3, 1);
    expect(curve?.spreadDb).toBeCloseTo(0.4, 1);
    expect(curve?.at(0.99).psnrDb).toBeCloseTo(-3 + 0.4 * 2.326, 1);
  });

  test('the true 99 % point lies within the interval in at least 9 of 10 draws (seeds 1 to 100)', () => {
    const truth = -3 + 0.4 * 2.3263;
    const holds = Array.from({ length: 100 }, (_, seed) => fitSuccess(drawnCurve(seed + 1, 100))?.at(0.99)).filter(
      (reading) => reading && reading.lowest <= truth && truth <= reading.highest,
    );
    expect(holds.length).toBeGreaterThanOrEqual(90);
  });

  test('two points, all and nothing, give a middle between them and a wide interval', () => {
    const reading = fitSuccess([
      { psnrDb: 0, successCount: 0, runCount: 5 },
      { psnrDb: 1, successCount: 5, runCount: 5 },
    ]);
    expect(reading?.middleDb).toBeCloseTo(0.5, 6);
    expect((reading?.at(0.99).highest ?? 0) - (reading?.at(0.99).lowest ?? 0)).toBeGreaterThan(0.5);
  });

  test('a curve that stays above or below has no such point', () => {
    expect(fitSuccess([])).toBeUndefined();
    expect(fitSuccess([{ psnrDb: 0, successCount: 9, runCount: 10 }])).toBeUndefined();
    expect(fitSuccess([{ psnrDb: 0, successCount: 0, runCount: 10 }])).toBeUndefined();
  });
});
