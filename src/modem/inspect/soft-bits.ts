// How much soft bits know: their information, what it is worth in dB, and how they are spread.

import type { FskWaveform } from '../../../dsp/fsk-grid.js';
import type { OfdmWaveform } from '../../../dsp/ofdm-grid.js';
import { snrDbForInformation } from './bit-information.js';
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

/** Information that each coded bit must carry for a payload to be read. */
export function neededPayloadInformation(infoBitCount: number, codedBitCount: number): number {
  return (PAYLOAD_MARGIN * infoBitCount) / codedBitCount;
}

/** Information that each coded bit must carry for a header to be read. */
export function neededHeaderInformation(infoBitCount: number, codedBitCount: number): number {
  return (HEADER_MARGIN * infoBitCount) / codedBitCount;
}

export function inspectSoftBits(
  llrs: Float32Array,
  neededBits: number,
  waveform: OfdmWaveform | FskWaveform,
): SoftBits {
  const counts = new Uint32Array(BIN_COUNT);
  for (const llr of llrs) counts[Math.max(0, Math.min(BIN_COUNT - 1, Math.round(llr / BINS.step) - BINS.first))]++;
  const informationBits = informationOf(llrs);
  return {
    count: llrs.length,
    informationBits,
    neededBits,
    missingDb: snrDbForInformation(waveform, neededBits) - snrDbForInformation(waveform, informationBits),
    histogram: { bins: BINS, counts },
  };
}
