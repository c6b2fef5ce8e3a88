// How much soft bits know: their information, what it is worth in dB, and how they are spread.

import type { SoftBits } from './inspection.js';

/** Histogram of LLRs: from -20.5 to 20.5 in steps of 1. */
const BINS = { first: -20, step: 1 } as const;
const BIN_COUNT = 41;
/** Shannon's bound asks for as much information as there are bits; the turbo code and Reed-Solomon for this much more. */
const PAYLOAD_MARGIN = 1.13;
/** A header of 42 bits is short: measured for the polar code with list 32 at one error in a hundred (codec/frame/header.ts). */
const HEADER_MARGIN = 1.5;

/** @returns mean information of an LLR in bits, 0..1, if the LLRs are what they claim to be: 1 less the entropy left */
export function informationOf(llrs: Float32Array): number {
  let entropy = 0;
  for (const llr of llrs) {
    const odds = Math.exp(-Math.abs(llr)); // of the less likely value against the other
    entropy += Math.log2(1 + odds) + ((odds / (1 + odds)) * Math.abs(llr)) / Math.LN2;
  }
  return llrs.length > 0 ? 1 - entropy / llrs.length : 0;
}

/**
 * Information of a bit of QPSK in white noise.
 *
 * @param snr - of the cell, linear
 * @see Brannstrom, Rasmussen, Grant, "Convergence analysis and optimal scheduling for multiple concatenated codes", IEEE
 *   Trans. Inform. Theory 51 (2005): J(s) = (1 - 2^(-0.3073 s^1.7870))^1.1064, s^2 the variance of the LLRs, here 4 snr
 */
export function qpskInformation(snr: number): number {
  return (1 - 2 ** (-0.3073 * (4 * snr) ** 0.8935)) ** 1.1064;
}

/** The inverse of `qpskInformation`, in dB; information of less than 0.1 % or more than 99.9 % is taken as that. */
export function qpskSnrDb(informationBits: number): number {
  const share = Math.max(1e-3, Math.min(0.999, informationBits));
  return 10 * Math.log10((-Math.log2(1 - share ** (1 / 1.1064)) / 0.3073) ** (1 / 0.8935) / 4);
}

/** Information that each coded bit must carry for a payload to be read. */
export function neededPayloadInformation(infoBitCount: number, codedBitCount: number): number {
  return (PAYLOAD_MARGIN * infoBitCount) / codedBitCount;
}

/** Information that each coded bit must carry for a header to be read. */
export function neededHeaderInformation(infoBitCount: number, codedBitCount: number): number {
  return (HEADER_MARGIN * infoBitCount) / codedBitCount;
}

export function inspectSoftBits(llrs: Float32Array, neededBits: number): SoftBits {
  const counts = new Uint32Array(BIN_COUNT);
  for (const llr of llrs) counts[Math.max(0, Math.min(BIN_COUNT - 1, Math.round(llr / BINS.step) - BINS.first))]++;
  const informationBits = informationOf(llrs);
  return {
    count: llrs.length,
    informationBits,
    neededBits,
    missingDb: qpskSnrDb(neededBits) - qpskSnrDb(informationBits),
    histogram: { bins: BINS, counts },
  };
}
