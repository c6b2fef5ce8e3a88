import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from 'tillsong';
import type { PointResults } from '../run/point-results.js';
import { type BudgetResult, OFDM_RUNGS } from '../trial/budget-trial.js';
import { lossBudgetOf } from './loss-budget.js';

const SHARES = {
  preamble: 0.1,
  prefix: 0.1,
  beside: 0,
  pilots: 0.1,
  header: 0.1,
  payload: 0.6,
  peakToAverageDb: 10 * Math.log10(4),
};

/** Receivers each of which needs half a dB less than the one before, the first -2 dB, all with a spread of 0.3 dB. */
function pointsOf(seed: number, runCount: number): PointResults[] {
  const random = new SeededRandom(seed);
  return [-6, -5.5, -5, -4.5, -4, -3.5, -3, -2.5, -2, -1.5].map((psnrDb) => ({
    point: {
      type: 'point',
      point: String(psnrDb),
      labels: { part: 'budget', subject: 'audible-fast', name: `${psnrDb} dB` },
      condition: { kind: 'budget', profile: 'audible-fast', payloadByteCount: 92, psnrDb },
    },
    run: {
      type: 'run',
      build: 'a',
      commit: 'abc',
      isClean: true,
      startedAt: '',
      node: '',
      cpu: '',
      channelSet: '',
      command: [],
    },
    results: Array.from({ length: runCount }, (_, i) => {
      const luck = 0.3 * random.normal();
      const successes = Object.fromEntries(OFDM_RUNGS.map((rung, r) => [rung, Number(psnrDb > -2 - 0.5 * r + luck)]));
      const result: BudgetResult = { kind: 'budget', successes, shares: SHARES, burstSeconds: 0.3 };
      return { type: 'result', point: String(psnrDb), build: 'a', seed: i, result };
    }),
  }));
}

describe('lossBudgetOf', () => {
  const budget = lossBudgetOf(pointsOf(2, 150), 0.9);
  const gainOf = (name: string) => budget?.steps.find((step) => step.name === name);

  test('tells what each stage gains, with an interval that holds it (seed 2)', () => {
    const step = gainOf('ideal inner code');
    expect(step?.gainDb).toBeGreaterThan(0.3);
    expect(step?.gainDb).toBeLessThan(0.7);
    expect(step?.interval?.[0]).toBeLessThan(0.5);
    expect(step?.interval?.[1]).toBeGreaterThan(0.5);
    expect(budget?.psnrDb).toBeCloseTo(-2 + 0.3 * 1.28, 1);
  });

  test('reckons energy from its shares: a tenth of all is 0.46 dB, a tenth of what is left more', () => {
    expect(gainOf('energy of the preamble')?.gainDb).toBeCloseTo(0.4576, 3);
    expect(gainOf('energy of the header')?.gainDb).toBeCloseTo(10 * Math.log10(9 / 8), 6);
    expect(budget?.peakDb).toBeCloseTo(10 * Math.log10(2), 6);
  });

  test('the steps lead from the receiver to the bound', () => {
    const sum = budget?.steps.reduce((total, { gainDb }) => total + gainDb, 0) ?? 0;
    expect((budget?.psnrDb ?? 0) - sum).toBeCloseTo(budget?.boundPsnrDb ?? 0, 6);
  });

  test('too few points give none', () => {
    expect(lossBudgetOf(pointsOf(1, 5).slice(-1), 0.9)).toBeUndefined();
  });
});
