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
  const window = new Float64Array(2 * HALF_WIDTH + 1);
  // Median of a chi-squared mean of 2n degrees of freedom: Wilson-Hilferty; exact limit for n = 1 is ln 2.
  const medianRatio = averaged <= 1 ? EXPONENTIAL_MEDIAN : (1 - 1 / (9 * averaged)) ** 3;
  for (let k = 0; k < count; k++) {
    const first = Math.max(0, Math.min(k - HALF_WIDTH, count - window.length));
    const used = Math.min(window.length, count);
    const slice = window.subarray(0, used);
    slice.set(residuals.subarray(first, first + used));
    slice.sort();
    const base = slice[used >> 1] / medianRatio;
    const outlier = OUTLIER_RATIO / Math.sqrt(averaged);
    out[k] = residuals[k] > base * (1 + outlier) ? residuals[k] : base;
  }
}

/** Arithmetic mean. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length > 0 ? sum / values.length : 0;
}
