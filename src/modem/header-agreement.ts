// How far soft bits agree with a codeword, and how far they must before a header is believed: the CRC-12 and the version alone
// would let one header in 500 through that was read in noise.

import { logMeanLikelihood, type ToneMetrics, toneEvidence } from '../../dsp/tone-metrics.js';

/**
 * For a header read alone. What the decoder makes of noise agrees by 6.0 to 7.0 standard deviations: 90 of 100 such headers by
 * less than this. Of true headers it costs one in 120 to 1,100 where the decoder loses one in 70 to 190, by the header's length,
 * and one in 2,500 or fewer 1 dB higher (white noise, 10,000 headers a point). The payload gives up before that.
 */
export const LEAST_AGREEMENT_ALONE = 6.7;

/** For a series read together: so many series are tried, and one that can just be read agrees by nine. */
export const LEAST_AGREEMENT_OF_SERIES = 7.2;

/**
 * For a header that is known already: soft bits agree with a codeword they do not carry by more than this once in 10,000
 * times; a header at a quarter of the level at which it can just be read alone agrees by four and a half. Only a second
 * phone's burst within the window of the first can be mistaken so, and it then adds noise to a message, no message.
 */
export const LEAST_AGREEMENT_WITH_KNOWN = 3.7;

/**
 * The same for headers whose tones are known, in nats of evidence (see `toneEvidence`): unrelated tones come to that once in a
 * million times or less (the bound of `toneEvidence`); what a true one comes to at 2 dB a tone is in `header-series.test.ts`.
 */
export const LEAST_EVIDENCE_WITH_KNOWN = 14;

/**
 * The same two for a burst that starts within 12 ms of when its message's next is due, and for the version due alone: hardly one
 * of another message in a hundred does, of which a fortieth or, by tones, a twentieth at most is taken for it.
 */
export const LEAST_AGREEMENT_WITH_EXPECTED = 2;
export const LEAST_EVIDENCE_WITH_EXPECTED = 3;

/** For tones of a series read together: of the 2^30 headers there are, chance makes one believed in a million series. */
export const LEAST_EVIDENCE_OF_SERIES = 35;

/** What was heard of a header. */
export interface SoftHeader {
  readonly llrs: Float32Array;
  /** What the soft bits were made of, where several bits are sent as one tone. */
  readonly tones: ToneMetrics | undefined;
}

/** How far what was heard is beyond what a known header of these coded bits is asked for; believed if it is more than 0. */
export type MarginOfKnown = (bits: Uint8Array, isExpected: boolean) => number;

export function marginsOfKnown({ llrs, tones }: SoftHeader): MarginOfKnown {
  if (!tones) {
    return (bits, isExpected) =>
      agreementOf(llrs, bits) - (isExpected ? LEAST_AGREEMENT_WITH_EXPECTED : LEAST_AGREEMENT_WITH_KNOWN);
  }
  const byLot = logMeanLikelihood(tones);
  return (bits, isExpected) =>
    toneEvidence(tones, bits, byLot) - (isExpected ? LEAST_EVIDENCE_WITH_EXPECTED : LEAST_EVIDENCE_WITH_KNOWN);
}

/** How far soft bits agree with coded bits, in standard deviations of what unrelated soft bits do. */
export function agreementOf(llrs: Float32Array, bits: Uint8Array): number {
  const { sum, energy } = correlate(llrs, bits);
  return energy > 0 ? sum / Math.sqrt(energy) : 0;
}

/** Sum of the soft bits, each counted towards its coded bit, and sum of their squares: its variance if they are unrelated. */
export function correlate(llrs: Float32Array, bits: Uint8Array): { sum: number; energy: number } {
  let sum = 0;
  let energy = 0;
  for (let i = 0; i < llrs.length; i++) {
    sum += bits[i] ? -llrs[i] : llrs[i];
    energy += llrs[i] * llrs[i];
  }
  return { sum, energy };
}
