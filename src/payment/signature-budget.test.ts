import { expect, test } from '@jest/globals';
import { SIGNATURE_BUDGET, SignatureBudget } from './signature-budget.js';

const OPTIONS = { commonChecks: 3, commonChecksPerSecond: 2, reservedChecks: 2, reservedChecksPerSecond: 1 };

/** @returns how many failing checks are made before one is refused */
function failuresUntilRefused(budget: SignatureBudget, certificate: string | undefined, nowMs: number): number {
  let count = 0;
  while (count < 1000 && budget.mayCheck(certificate, nowMs)) {
    budget.failed(certificate, nowMs);
    count++;
  }
  return count;
}

test('a bucket is emptied by failures and fills up with time, never beyond its size', () => {
  const budget = new SignatureBudget(OPTIONS, 0);
  expect(failuresUntilRefused(budget, undefined, 0)).toBe(3);
  expect(failuresUntilRefused(budget, undefined, 400)).toBe(0);
  expect(failuresUntilRefused(budget, undefined, 500)).toBe(1);
  expect(failuresUntilRefused(budget, undefined, 1_000_000)).toBe(3);
});

test('each known certificate has its own, and strangers another', () => {
  const budget = new SignatureBudget(OPTIONS, 0);
  expect(failuresUntilRefused(budget, 'a', 0)).toBe(2);
  expect(failuresUntilRefused(budget, undefined, 0)).toBe(3);
  expect(failuresUntilRefused(budget, 'b', 0)).toBe(2);
});

test('checks that succeed cost nothing', () => {
  const budget = new SignatureBudget(OPTIONS, 0);
  for (let i = 0; i < 100; i++) expect(budget.mayCheck('a', 0)).toBe(true);
});

test('a monotonic clock that stands still or jumps back neither throws nor gives', () => {
  const budget = new SignatureBudget(OPTIONS, 1000);
  failuresUntilRefused(budget, undefined, 1000);
  expect(budget.mayCheck(undefined, 0)).toBe(false);
});

test('remembers a bounded number of certificates', () => {
  const budget = new SignatureBudget(SIGNATURE_BUDGET, 0);
  for (let i = 0; i < 5000; i++) budget.failed(`certificate ${i}`, 0);
  expect(failuresUntilRefused(budget, 'certificate 4999', 0)).toBe(3);
  expect(failuresUntilRefused(budget, 'certificate 0', 0)).toBe(4);
});
