import { describe, expect, test } from '@jest/globals';
import { RefinementProgress } from './refinement-progress.js';

const REFINEMENT = {
  mostRounds: 9,
  hopelessShare: 0.4,
  promisingShare: 0.5,
  leastProgress: 0.02,
  leastCertainty: 0.6,
  patienceRounds: 2,
  cost: 1,
};

describe('another look at failing bursts', () => {
  test('is for soft bits that claim enough of the message, and not twice of it', () => {
    const one = new RefinementProgress(REFINEMENT, 1);
    expect([0.49, 0.5, 1.9, 2].map((share) => one.isPromising(1, share))).toEqual([false, true, true, false]);
    expect(one.isPromising(0, 2)).toBe(true); // one burst may be judged by another channel at the next look
    expect(new RefinementProgress(REFINEMENT, 2).isPromising(0, 2)).toBe(false);
  });

  test('ends when the decoder knows hardly more than before', () => {
    const progress = new RefinementProgress(REFINEMENT, 1);
    expect([0.7, 0.72, 0.745, 0.75].map((certainty, round) => progress.goesOn(round, certainty))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('ends after rounds in which the decoder knows little and no more than ever', () => {
    const patient = { ...REFINEMENT, leastProgress: -1 };
    const progress = new RefinementProgress(patient, 1);
    expect([0.3, 0.4, 0.35, 0.5, 0.4, 0.45].map((certainty, round) => progress.goesOn(round, certainty))).toEqual([
      true, // unsure once
      true, // but rising
      true,
      true,
      true,
      false, // twice in a row without a new best
    ]);
    const sure = new RefinementProgress(patient, 1);
    for (let round = 0; round < 9; round++) expect(sure.goesOn(round, 0.65 - 0.005 * round)).toBe(true);
  });
});
