// What a count of successes tells about a rate.

/** Quantile of the standard normal distribution for a two-sided 95 % interval. */
const Z_95 = 1.959964;

/** Successes among runs, with the range that the true rate lies in, at 95 %. */
export interface Rate {
  readonly runCount: number;
  readonly successCount: number;
  readonly rate: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Wilson's score interval, which holds for rates near 0 and 1 too.
 *
 * @param successCount - integer in [0, runCount]
 * @param runCount - integer >= 1
 * @see Wilson, "Probable inference", Journal of the American Statistical Association 22, 1927
 */
export function rateOf(successCount: number, runCount: number): Rate {
  const rate = successCount / runCount;
  const z2 = Z_95 * Z_95;
  const middle = (rate + z2 / (2 * runCount)) / (1 + z2 / runCount);
  const half =
    (Z_95 / (1 + z2 / runCount)) * Math.sqrt((rate * (1 - rate)) / runCount + z2 / (4 * runCount * runCount));
  return { runCount, successCount, rate, lowest: Math.max(0, middle - half), highest: Math.min(1, middle + half) };
}
