// Whitening: the coded bits of a frame are XORed with a pseudo-noise sequence, so that no payload makes long runs of equal
// bits (which would put all OFDM symbols in one corner, or hold one FSK tone). On soft bits an XOR by 1 is a change of sign.

/** N_C: the first outputs are dropped, so that seeds of few ones do not begin with a run of zeros. */
const SKIPPED_COUNT = 1600;

/**
 * The length-31 Gold sequence of 3GPP TS 36.211 section 7.2: c(n) = x1(n + 1600) + x2(n + 1600) modulo 2, where
 * x1(n + 31) = x1(n + 3) + x1(n), begun with a single 1, and x2(n + 31) = x2(n + 3) + x2(n + 2) + x2(n + 1) + x2(n), begun
 * with c_init. Here c_init = floor(((seed + 1) * 0x9E3779B1 mod 2^32) / 2): sequences from c_init that differ in few bits
 * are correlated (seeds 0..63 taken as c_init: up to 13 sigma over 4,000 bits), multiples of the golden ratio are not.
 *
 * @param seed - integer >= 0; both ends must use the same
 * @param length - bits wanted
 * @returns that many bits of the sequence
 */
export function scramblingSequence(seed: number, length: number): Uint8Array {
  const sequence = new Uint8Array(length);
  // Bit 0 of a register is x(n), bit 30 is x(n + 30).
  let x1 = 1;
  let x2 = Math.imul(seed + 1, 0x9e3779b1) >>> 1;
  for (let n = -SKIPPED_COUNT; n < length; n++) {
    if (n >= 0) sequence[n] = (x1 ^ x2) & 1;
    x1 = (x1 >>> 1) | ((((x1 >>> 3) ^ x1) & 1) << 30);
    x2 = (x2 >>> 1) | ((((x2 >>> 3) ^ (x2 >>> 2) ^ (x2 >>> 1) ^ x2) & 1) << 30);
  }
  return sequence;
}

/**
 * Scrambles, and undoes it: the operation is its own inverse.
 *
 * @param bits - 0 and 1, any length
 * @param sequence - at least as many bits
 * @returns bits XOR sequence
 */
export function scrambleBits(bits: Uint8Array, sequence: Uint8Array): Uint8Array {
  return bits.map((bit, i) => bit ^ sequence[i]);
}

/**
 * The same for soft bits: the LLR changes its sign where the sequence is 1.
 *
 * @param llrs - any length
 * @param sequence - at least as many bits
 * @param out - same length as llrs; may be llrs itself
 */
export function scrambleLlrs(llrs: Float32Array, sequence: Uint8Array, out: Float32Array): void {
  // A product, as no processor could predict the branch.
  for (let i = 0; i < llrs.length; i++) out[i] = (1 - 2 * sequence[i]) * llrs[i];
}
