import { describe, expect, test } from '@jest/globals';
import { PROFILE_NAMES, SeededRandom } from 'tillsong';
import { bitInformation, idealCodeSuccess, runBudgetTrial } from './budget-trial.js';

describe('bitInformation', () => {
  test('a sure and right soft bit tells one bit, an erasure none, a sure and wrong one costs much', () => {
    const bits = Uint8Array.of(0, 1, 0, 1);
    expect(bitInformation(Float32Array.of(20, -20, 20, -20), bits)).toBeCloseTo(4, 6);
    expect(bitInformation(new Float32Array(4), bits)).toBeCloseTo(0, 9);
    expect(bitInformation(Float32Array.of(20, -20, 20, 20), bits)).toBeLessThan(-20);
  });

  test('BPSK at Es/N0 = -2.8 dB carries half a bit a bit (seed 1)', () => {
    const random = new SeededRandom(1);
    const esN0 = 10 ** -0.28;
    const llrs = Float32Array.from({ length: 100_000 }, () => 4 * esN0 + Math.sqrt(8 * esN0) * random.normal());
    expect(bitInformation(llrs, new Uint8Array(llrs.length)) / llrs.length).toBeCloseTo(0.5, 2);
  });
});

describe('idealCodeSuccess', () => {
  test('succeeds surely with information to spare, and never without', () => {
    expect(idealCodeSuccess(140, 100)).toBeCloseTo(1, 9);
    expect(idealCodeSuccess(100, 100)).toBe(0.5);
    expect(idealCodeSuccess(90, 100)).toBe(0);
  });
});

describe('runBudgetTrial', () => {
  test.each(PROFILE_NAMES)(
    '%s: all receivers hear a clean burst, and its energy is accounted for (seed 2)',
    async (profile) => {
      const { successes, shares } = await runBudgetTrial(
        { kind: 'budget', profile, payloadByteCount: 12, psnrDb: 10 },
        2,
      );
      for (const success of Object.values(successes)) expect(success).toBeCloseTo(1, 6);
      const { peakToAverageDb, ...parts } = shares;
      expect(Object.values(parts).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
      expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(0);
      expect(peakToAverageDb).toBeGreaterThan(3);
    },
  );

  test('in strong noise none does (seed 3)', async () => {
    const condition = { kind: 'budget', profile: 'ultrasonic-fast', payloadByteCount: 12, psnrDb: -30 } as const;
    const { successes } = await runBudgetTrial(condition, 3);
    for (const success of Object.values(successes)) expect(success).toBe(0);
  });
});
