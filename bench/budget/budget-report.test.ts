import { describe, expect, test } from '@jest/globals';
import type { ProfileName } from 'tillsong';
import { mergeBudgets } from './budget-report.js';

type Entry = Parameters<typeof mergeBudgets>[0][number];

function budget(profile: ProfileName, commit: string, rate = 0.99): Entry {
  return {
    profile,
    payloadByteCount: 92,
    rate,
    trialCount: 100,
    psnrDb: -2,
    steps: [],
    boundPsnrDb: -9,
    peakDb: 2,
    provenance: { commit, isClean: true, node: 'v20', cpu: 'any' },
  };
}

describe('a budget measured anew', () => {
  const before = [budget('audible-fast', 'old'), budget('audible-robust', 'old')];

  test('takes the place of the one of before; the others stay', () => {
    const merged = mergeBudgets(before, [budget('audible-fast', 'new')]);
    expect(merged).toEqual([budget('audible-fast', 'new'), budget('audible-robust', 'old')]);
  });

  test('stands behind them if there was none, another rate being another budget', () => {
    const merged = mergeBudgets(before, [budget('audible-fast', 'new', 0.9)]);
    expect(merged).toEqual([...before, budget('audible-fast', 'new', 0.9)]);
  });
});
