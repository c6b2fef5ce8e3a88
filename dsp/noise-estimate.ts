// Noise power per subcarrier and per symbol: a whistle then costs a subcarrier and a coin's click a symbol, not the token.

/** Half width of the running median over subcarriers. */
const HALF_WIDTH = 12;
/** A residual this many times the local level is an interferer of its own, not chance (e^-7 for noise). */
const OUTLIER_RATIO = 7;
/** Median of an exponential distribution over its mean. */
const EXPONENTIAL_MEDIAN = Math.LN2;

/**
 * Smooths squared residuals over subcarriers by a running median, keeping single strong interferers.
 *
 * @param residuals - squared residuals, each the mean of `averaged` independent ones
 * @param averaged - how many were averaged: the more, the nearer is the median to the mean
 * @param out - noise power a subcarrier, > 0 unless all residuals are 0
 */
export function smoothNoise(residuals: Float64Array, averaged: number, out: Float64Array): void {
  const count = residuals.length;
  const length = Math.min(2 * HALF_WIDTH + 1, count);
  // Median of a chi-squared mean of 2n degrees of freedom: Wilson-Hilferty; exact limit for n = 1 is ln 2.
  const medianRatio = averaged <= 1 ? EXPONENTIAL_MEDIAN : (1 - 1 / (9 * averaged)) ** 3;
  const outlier = OUTLIER_RATIO / Math.sqrt(averaged);
  const sorted = residuals.slice(0, length).sort();
  let first = 0;
  for (let k = 0; k < count; k++) {
    if (k - HALF_WIDTH > first && first + length < count) {
      replaceSorted(sorted, residuals[first], residuals[first + length]);
      first++;
    }
    const base = sorted[length >> 1] / medianRatio;
    out[k] = residuals[k] > base * (1 + outlier) ? residuals[k] : base;
  }
}

/** Takes one value out of an ascending array and puts another into its place in the order. */
function replaceSorted(sorted: Float64Array, old: number, replacement: number): void {
  let at = 0;
  while (at < sorted.length - 1 && sorted[at] !== old) at++;
  for (; at > 0 && sorted[at - 1] > replacement; at--) sorted[at] = sorted[at - 1];
  for (; at < sorted.length - 1 && sorted[at + 1] < replacement; at++) sorted[at] = sorted[at + 1];
  sorted[at] = replacement;
}

/** Arithmetic mean. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length > 0 ? sum / values.length : 0;
}
