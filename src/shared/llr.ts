// Soft bits: L = ln(P(bit = 0) / P(bit = 1)) in nats. Positive means 0, 0 is an erasure.

/** Demappers saturate at this magnitude (nats): one bit may be wrong with probability e^-24, and sums stay finite. */
export const MAX_LLR = 24;

/** @returns llr limited to [-MAX_LLR, MAX_LLR]; NaN becomes 0 (an erasure) */
export function saturateLlr(llr: number): number {
  if (llr > MAX_LLR) return MAX_LLR;
  if (llr < -MAX_LLR) return -MAX_LLR;
  return Number.isNaN(llr) ? 0 : llr;
}

/** @returns 1 for a negative LLR, else 0 */
export function hardBit(llr: number): 0 | 1 {
  return llr < 0 ? 1 : 0;
}

/**
 * Information that soft bits carry if they are what they claim to be: the sum of 1 - H(1 / (1 + e^|L|)).
 *
 * @returns in bits, 0 to llrs.length
 */
export function informationBits(llrs: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < llrs.length; i++) {
    const magnitude = Math.abs(llrs[i]);
    if (magnitude === 0) {
      sum += Math.LN2;
      continue;
    }
    const odds = Math.exp(-magnitude);
    // H(p) with p = odds / (1 + odds), in nats: ln(1 + odds) + p |L|
    if (magnitude < MAX_LLR) sum += Math.log1p(odds) + (odds / (1 + odds)) * magnitude;
  }
  return llrs.length - sum / Math.LN2;
}
