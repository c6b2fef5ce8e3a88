import { describe, expect, test } from '@jest/globals';
import type { BurstCandidate } from '../../dsp/burst-detector.js';
import { PairGuard } from './pair-guard.js';

const PAIR = 360;
const LATENCY = 4000;

function guard(pairCounts = [1, 4]): PairGuard {
  return new PairGuard({ pairCounts, pairSamples: PAIR, detectorLatencySamples: LATENCY });
}

function candidate(kind: number, startSamples: number, score = 100): BurstCandidate {
  const echoes = { originSamples: 0, powers: new Float32Array(1) };
  return { kind, startSamples, dilation: 0, score, echoes };
}

describe('a guard of pairs', () => {
  test('lets a lone pair and every longer preamble pass at once', () => {
    const told = [candidate(0, 1000), candidate(1, 20000, 390), candidate(0, 1000 + PAIR / 2)];
    expect(new Set(guard().pass(told, 3000))).toEqual(new Set(told));
  });

  test('holds pairs at the distance of a pair back, and drops them when a longer preamble was there', () => {
    const held = guard();
    const pairs = [0, 1, 2, 3].map((p) => candidate(0, 1000 + p * PAIR * 1.004));
    expect(held.pass(pairs, 3000)).toEqual([]);
    expect(held.isHolding).toBe(true);
    const train = candidate(1, 1001, 390);
    expect(held.pass([train], 4000)).toEqual([train]);
    expect(held.isHolding).toBe(false);
  });

  test('lets them pass when none was told in time', () => {
    const held = guard();
    const pairs = [candidate(0, 1000), candidate(0, 1000 + PAIR)];
    expect(held.pass(pairs, 3000)).toEqual([]);
    expect(held.pass([], 1000 + LATENCY)).toEqual([]);
    expect(held.pass([], 1001 + LATENCY)).toEqual([pairs[0]]);
    expect(held.pass([], 1001 + LATENCY + PAIR)).toEqual([pairs[1]]);
    expect(held.isHolding).toBe(false);
  });

  test('does not drop a pair beside the grid of a longer preamble, nor one after its end', () => {
    const held = guard();
    const train = candidate(1, 1000, 390);
    const beside = candidate(0, 1000 + PAIR / 2);
    const after = candidate(0, 1000 + 4 * PAIR);
    expect(held.pass([train, beside, after], 3000)).toEqual([train, beside, after]);
  });

  test('does not drop a pair without which little would remain of the longer preamble', () => {
    const [pair, train] = [candidate(0, 1000, 42), candidate(1, 1000, 58)];
    expect(guard().pass([pair, train], 3000)).toEqual([train, pair]);
  });

  test('holds nothing back where there is one kind only, and forgets when reset', () => {
    const pairs = [candidate(0, 1000), candidate(0, 1000 + PAIR)];
    expect(guard([1]).pass(pairs, 3000)).toEqual(pairs);
    const held = guard();
    held.pass(pairs, 3000);
    held.reset();
    expect(held.isHolding).toBe(false);
    expect(held.pass([], 1e6)).toEqual([]);
  });
});
