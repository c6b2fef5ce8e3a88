// The k-th smallest of some values without sorting them all.

/**
 * Hoare's selection: on average some three comparisons a value.
 *
 * @param values - put into another order; none is NaN
 * @param rank - 0 for the smallest
 * @returns the value that would be at `rank` if they were sorted
 * @see C. A. R. Hoare, "Algorithm 65: find", Communications of the ACM 4 (1961)
 */
export function selectInPlace(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let up = low;
    let down = high;
    while (up <= down) {
      while (values[up] < pivot) up++;
      while (values[down] > pivot) down--;
      if (up > down) break;
      const value = values[up];
      values[up++] = values[down];
      values[down--] = value;
    }
    if (rank <= down) high = down;
    else if (rank >= up) low = up;
    else break;
  }
  return values[rank];
}
