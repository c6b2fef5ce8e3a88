// Faults that show in the samples themselves: tops cut off, and stretches in which nothing changes.

/** Tops: this close to the peak ... */
const TOP_SHARE = 0.999;
/** ... against what lies below them down to here. */
const NEXT_SHARE = 0.99;
/** A signal of a few steps of the converter has flat tops by nature. */
const LEAST_PEAK = 0.02;

/**
 * @returns the share of samples at the very top (0.1 % of the peak), and how many times more they are than those between 1 %
 *   and 0.1 % below the peak: a sine has about half as many, noise a tenth, what was cut off several times more
 */
export function flatTops(samples: Float32Array): { readonly clippedShare: number; readonly clippedRatio: number } {
  let peak = 0;
  for (const x of samples) if (Math.abs(x) > peak) peak = Math.abs(x);
  if (peak < LEAST_PEAK) return { clippedShare: 0, clippedRatio: 0 };
  let top = 0;
  let next = 0;
  for (const x of samples) {
    const level = Math.abs(x) / peak;
    if (level >= TOP_SHARE) top++;
    else if (level >= NEXT_SHARE) next++;
  }
  return { clippedShare: top / samples.length, clippedRatio: top / Math.max(1, next) };
}

/** @returns length of the longest stretch of equal samples that are not at the peak, in samples */
export function longestRun(samples: Float32Array): number {
  let peak = 0;
  for (const x of samples) if (Math.abs(x) > peak) peak = Math.abs(x);
  let longest = 0;
  let run = samples.length > 0 ? 1 : 0;
  for (let n = 1; n < samples.length; n++) {
    run = samples[n] === samples[n - 1] && Math.abs(samples[n]) < TOP_SHARE * peak ? run + 1 : 1;
    if (run > longest) longest = run;
  }
  return longest;
}
