import { expect, test } from '@jest/globals';
import { WorkBudget } from './work-budget.js';

const budget = () => new WorkBudget({ perSecond: 4, inARow: 6 });

test('begins with what may be done in a row, and allows what is left of it', () => {
  const work = budget();
  expect([work.allows(6), work.allows(6.5)]).toEqual([true, false]);
  work.spend(2.5);
  expect([work.available, work.allows(3.5), work.allows(4)]).toEqual([3.5, true, false]);
});

test('earns with time, however it is cut into pieces, and no more than may be done in a row', () => {
  const [whole, pieces] = [budget(), budget()];
  for (const work of [whole, pieces]) work.spend(6);
  whole.earn(1);
  for (let i = 0; i < 8; i++) pieces.earn(1 / 8);
  expect([whole.available, pieces.available]).toEqual([4, 4]);
  whole.earn(10);
  expect(whole.available).toBe(6);
});

test('forgives what was too much', () => {
  const work = budget();
  work.spend(100);
  expect(work.available).toBe(0);
  work.earn(0.5);
  expect(work.available).toBe(2);
});

test('gives back what was not in vain, and no more than may be done in a row', () => {
  const work = budget();
  work.spend(3);
  work.refund(1);
  expect(work.available).toBe(4);
  work.refund(5);
  expect(work.available).toBe(6);
});

test('allows no more than its rate over a long time, whatever is asked of it', () => {
  const work = budget();
  let done = 0;
  for (let i = 0; i < 10_000; i++) {
    work.earn(0.001);
    if (!work.allows(1)) continue;
    work.spend(1);
    done++;
  }
  expect(done).toBeLessThanOrEqual(6 + 4 * 10);
  expect(done).toBeGreaterThan(4 * 10);
});

test('after a reset is as newly made', () => {
  const work = budget();
  work.spend(5);
  work.reset();
  expect(work.available).toBe(6);
});
