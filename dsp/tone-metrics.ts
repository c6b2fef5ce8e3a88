// Bits that are sent several at a time, as one tone of M: what was heard of each tone, added over bursts that carry the same
// bits, and judged against bits. Adding before the tones are split into bits keeps what soft bits lose: of 32 tones at
// Es/N0 4.5 dB the tones carry nearly twice what their soft bits do (a test measures it).

import { toneBitLlrs } from './fsk-metric.js';

/** Choices of one tone of M, each for log2 M bits, most significant first. */
export interface ToneMetrics {
  /** M, a power of two. */
  readonly tonesPerGroup: number;
  /** For each choice M log-likelihood ratios, in nats: how much likelier what was heard is if that tone sounded. */
  readonly values: Float32Array;
}

/**
 * @param priors - soft bits known from elsewhere, one for each of the bits; they are not in what is returned
 * @returns soft bits of all choices, in nats, positive for 0
 */
export function toneLlrs({ tonesPerGroup, values }: ToneMetrics, priors?: Float32Array): Float32Array {
  const bits = new Float64Array(Math.log2(tonesPerGroup));
  const work = new Float64Array(tonesPerGroup);
  const llrs = new Float32Array((values.length / tonesPerGroup) * bits.length);
  const known = priors ?? new Float32Array(llrs.length);
  for (let choice = 0; choice * bits.length < llrs.length; choice++) {
    const first = choice * tonesPerGroup;
    toneBitLlrs(values.subarray(first, first + tonesPerGroup), bits, known, choice * bits.length, work);
    llrs.set(bits, choice * bits.length);
  }
  return llrs;
}

/**
 * Adds metrics of bits that were sent with some of them flipped: tone m of the sum is tone m xor flips of what was heard.
 *
 * @param flips - 1 for each bit that was flipped, as many as the choices have
 * @param sum - as many as `values`
 */
export function addFlipped({ tonesPerGroup, values }: ToneMetrics, flips: Uint8Array, sum: Float32Array): void {
  for (let first = 0, choice = 0; first < values.length; first += tonesPerGroup, choice++) {
    const flip = toneOf(flips, choice, tonesPerGroup);
    for (let tone = 0; tone < tonesPerGroup; tone++) sum[first + tone] += values[first + (tone ^ flip)];
  }
}

/**
 * Log-likelihood ratio, in nats, of what was heard if these bits were sent, against tones drawn by lot: beyond t by chance once
 * in e^t times or less (Markov's inequality, its mean being 1).
 *
 * @param byLot - `logMeanLikelihood` of the metrics, where it is known already
 */
export function toneEvidence(metrics: ToneMetrics, bits: Uint8Array, byLot = logMeanLikelihood(metrics)): number {
  const { tonesPerGroup, values } = metrics;
  let sum = -byLot;
  for (let first = 0, choice = 0; first < values.length; first += tonesPerGroup, choice++)
    sum += values[first + toneOf(bits, choice, tonesPerGroup)];
  return sum;
}

/** ln of the likelihood of what was heard if all tones were drawn by lot, in nats. */
export function logMeanLikelihood({ tonesPerGroup, values }: ToneMetrics): number {
  let sum = 0;
  for (let first = 0; first < values.length; first += tonesPerGroup) {
    let top = Number.NEGATIVE_INFINITY;
    for (let tone = first; tone < first + tonesPerGroup; tone++) if (values[tone] > top) top = values[tone];
    let total = 0;
    for (let tone = first; tone < first + tonesPerGroup; tone++) total += Math.exp(values[tone] - top);
    sum += top + Math.log(total / tonesPerGroup);
  }
  return sum;
}

function toneOf(bits: Uint8Array, choice: number, tonesPerGroup: number): number {
  let tone = 0;
  const bitCount = Math.log2(tonesPerGroup);
  for (let b = 0; b < bitCount; b++) tone = 2 * tone + bits[choice * bitCount + b];
  return tone;
}
