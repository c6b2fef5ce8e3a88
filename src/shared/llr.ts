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

/** Steps of the table of a bit's information in a nat: values between them are interpolated, with errors below 1e-5 bits. */
const STEPS_PER_NAT = 128;

/** 1 - H(1 / (1 + e^L)) in bits, for L = 0, 1/128 ... MAX_LLR, from where on a bit is certain. */
function informationTable(): Float64Array {
  return Float64Array.from({ length: MAX_LLR * STEPS_PER_NAT + 1 }, (_, step) => {
    const odds = Math.exp(-step / STEPS_PER_NAT);
    // H(p) with p = odds / (1 + odds), in nats: ln(1 + odds) + p L
    return 1 - (Math.log1p(odds) + (odds / (1 + odds)) * (step / STEPS_PER_NAT)) / Math.LN2;
  });
}

const INFORMATION = informationTable();

/**
 * Information that soft bits carry if they are what they claim to be: the sum of 1 - H(1 / (1 + e^|L|)).
 *
 * @returns in bits, 0 to llrs.length
 */
export function informationBits(llrs: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < llrs.length; i++) {
    const magnitude = Math.abs(llrs[i]);
    if (magnitude < MAX_LLR) {
      const position = magnitude * STEPS_PER_NAT;
      const step = Math.floor(position);
      sum += INFORMATION[step] + (position - step) * (INFORMATION[step + 1] - INFORMATION[step]);
    } else if (magnitude >= MAX_LLR) sum += 1;
  }
  return sum;
}
