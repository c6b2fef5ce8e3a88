import { expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { selectInPlace, selectNear } from './order-statistic.js';

test('gives the value that sorting would put at each rank, equal values included (seed 1)', () => {
  const random = new SeededRandom(1);
  for (let length = 1; length <= 40; length++) {
    const values = Float64Array.from({ length }, () => random.below(12));
    const sorted = values.slice().sort();
    for (let rank = 0; rank < length; rank++) expect(selectInPlace(values.slice(), rank)).toBe(sorted[rank]);
  }
});

test.each([
  { name: 'ascending', values: [1, 2, 3, 4, 5, 6, 7] },
  { name: 'descending', values: [7, 6, 5, 4, 3, 2, 1] },
  { name: 'infinite at an end', values: [3, Number.POSITIVE_INFINITY, 2, 5, 1, 4, 6] },
])('takes values that are $name', ({ values }) => {
  expect(selectInPlace(Float64Array.from(values), 3)).toBe(4);
});

test.each([0, 0.5, 4, 5.5, 6, 20, Number.POSITIVE_INFINITY, Number.NaN])(
  'gives the same with a guess of %p, and leaves the values as they are (seed 2)',
  (guess) => {
    const random = new SeededRandom(2);
    for (let length = 1; length <= 40; length++) {
      const values = Float64Array.from({ length }, () => random.below(12));
      const sorted = values.slice().sort();
      const before = values.slice();
      for (let rank = 0; rank < length; rank++) expect(selectNear(values, rank, guess)).toBe(sorted[rank]);
      expect(values).toEqual(before);
    }
  },
);
