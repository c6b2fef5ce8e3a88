// Running mean over an OFDM symbol's carriers: how a quantity goes along the band.

/** Carriers on each side that make a local mean. */
const HALF_WIDTH = 24;

/**
 * Mean of a quantity over the carriers around each, fewer at the band's ends.
 *
 * @param values - the quantity at each carrier
 * @returns as many means
 */
export function localMean(values: Float64Array): Float64Array {
  const count = values.length;
  const prefix = new Float64Array(count + 1);
  for (let c = 0; c < count; c++) prefix[c + 1] = prefix[c] + values[c];
  const means = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    const from = Math.max(0, c - HALF_WIDTH);
    const to = Math.min(count, c + HALF_WIDTH + 1);
    means[c] = (prefix[to] - prefix[from]) / (to - from);
  }
  return means;
}
