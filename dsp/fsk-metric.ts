// The likelihood that decides M-FSK: how much more likely a tone's energy is if the tone sounded than if it did not.

import type { RealArray } from './fft.js';

/** A sum of likelihoods is never taken to be less than this share of the greatest. */
const LEAST_LIKELIHOOD = 1e-30;

/** I0(x) for 0 <= x < 3.75: polynomial of Abramowitz and Stegun 9.8.1 (relative error below 5e-7). */
function smallBesselI0(x: number): number {
  const t = (x / 3.75) ** 2;
  return 1 + t * (3.5156229 + t * (3.0899424 + t * (1.2067492 + t * (0.2659732 + t * (0.0360768 + t * 0.0045813)))));
}

/** I0(x) exp(-x) for x >= 3.75: polynomial of Abramowitz and Stegun 9.8.2. */
function dampedBesselI0(x: number): number {
  const t = 3.75 / x;
  const tail =
    0.39894228 +
    t *
      (0.01328592 +
        t *
          (0.00225319 +
            t *
              (-0.00157565 +
                t * (0.00916281 + t * (-0.02057706 + t * (0.02635537 + t * (-0.01647633 + t * 0.00392377)))))));
  return tail / Math.sqrt(x);
}

/** ln I0(x) for x >= 0. */
export function logBesselI0(x: number): number {
  return x < 3.75 ? Math.log(smallBesselI0(x)) : x + Math.log(dampedBesselI0(x));
}

/**
 * ln p(E | tone sounds) - ln p(E | it does not), with E the squared magnitude of the tone's bin. Without the tone the bin
 * is complex Gaussian of variance `noise` (surroundings and what rings from before); with it a constant part of power
 * `steady` and a fluctuating one of power `diffuse` come on top (Rice). diffuse = 0 is the classical Bessel metric of
 * white noise; steady = 0 is Rayleigh fading.
 *
 * @param energy - E >= 0
 * @param noise - > 0
 * @see Proakis, Digital Communications, noncoherent detection of orthogonal signals
 */
export function toneLogLikelihoodRatio(energy: number, noise: number, steady: number, diffuse: number): number {
  const variance = noise + diffuse;
  const exponent = energy / noise - (energy + steady) / variance;
  const x = (2 * Math.sqrt(steady * energy)) / variance;
  // One logarithm for all that is multiplied: this is most of the work at a tone.
  if (x < 3.75) return exponent + Math.log((noise / variance) * smallBesselI0(x));
  return exponent + x + Math.log((noise / variance) * dampedBesselI0(x));
}

/** exp of `toneLogLikelihoodRatio`, without a logarithm. */
export function toneLikelihoodRatio(energy: number, noise: number, steady: number, diffuse: number): number {
  const variance = noise + diffuse;
  const exponent = energy / noise - (energy + steady) / variance;
  const x = (2 * Math.sqrt(steady * energy)) / variance;
  if (x < 3.75) return (noise / variance) * Math.exp(exponent) * smallBesselI0(x);
  return (noise / variance) * Math.exp(exponent + x) * dampedBesselI0(x);
}

/**
 * ln of the density of a squared magnitude E, up to a constant that is the same for all: a constant amplitude of power `steady`
 * in complex Gaussian noise of this variance (Rice); exponential where steady is 0.
 */
export function logRiceDensity(energy: number, variance: number, steady: number): number {
  const gaussian = -Math.log(variance) - (energy + steady) / variance;
  return steady > 0 ? gaussian + logBesselI0((2 * Math.sqrt(steady * energy)) / variance) : gaussian;
}

/** exp of `logRiceDensity`, without a logarithm: 0 far beyond all that is likely. */
export function riceDensity(energy: number, variance: number, steady: number): number {
  const exponent = -(energy + steady) / variance;
  if (steady === 0) return Math.exp(exponent) / variance;
  const x = (2 * Math.sqrt(steady * energy)) / variance;
  if (x < 3.75) return (Math.exp(exponent) * smallBesselI0(x)) / variance;
  return (Math.exp(exponent + x) * dampedBesselI0(x)) / variance;
}

/**
 * Share of a tone's power that is constant, by the moments of Rice's distribution: with mean P and second moment M of the energy,
 * the constant part A satisfies A^2 = 2 P^2 - M.
 *
 * @param momentRatio - M / P^2: 1 for a steady tone, 2 for one that fades wholly
 */
export function steadyShare(momentRatio: number): number {
  return Math.sqrt(Math.max(0, Math.min(1, 2 - momentRatio)));
}

/** Probabilities of one group's tones from their logarithms, which need no common scale: from [first] on, as many as M. */
export function toneProbabilities(
  logarithms: RealArray,
  first: number,
  tonesPerGroup: number,
  out: Float64Array,
): void {
  const end = first + tonesPerGroup;
  let top = Number.NEGATIVE_INFINITY;
  for (let tone = first; tone < end; tone++) if (logarithms[tone] > top) top = logarithms[tone];
  let sum = 0;
  for (let tone = first; tone < end; tone++) {
    out[tone] = Math.exp(logarithms[tone] - top);
    sum += out[tone];
  }
  for (let tone = first; tone < end; tone++) out[tone] /= sum;
}

/**
 * LLRs of the bits that choose one of M tones, from the tones' log-likelihood ratios and what is believed of the bits by
 * other evidence: L(bit) = ln sum over tones with bit 0 - ln sum over tones with bit 1, less the bit's own prior. What is
 * known of a symbol's other bits rules out tones: iterated with the decoder, this mends what judging bits one by one loses.
 * Bits are MSB first; positive means 0.
 *
 * @param metrics - one a tone, their number a power of two
 * @param priors - LLRs of all bits from elsewhere
 * @param firstPrior - index of the first of the symbol's bits in priors
 * @param work - scratch, one a tone
 * @see Li and Ritcey, "Bit-interleaved coded modulation with iterative decoding", 1997
 */
export function toneBitLlrs(
  metrics: RealArray,
  out: Float64Array,
  priors: Float32Array,
  firstPrior: number,
  work: Float64Array,
): void {
  const bitCount = out.length;
  let top = Number.NEGATIVE_INFINITY;
  for (let tone = 0; tone < metrics.length; tone++) {
    let sum = metrics[tone];
    for (let b = 0; b < bitCount; b++) if ((tone >> (bitCount - 1 - b)) & 1) sum -= priors[firstPrior + b];
    work[tone] = sum;
    if (sum > top) top = sum;
  }
  for (let tone = 0; tone < metrics.length; tone++) work[tone] = Math.exp(work[tone] - top);
  for (let b = 0; b < bitCount; b++) {
    let zero = LEAST_LIKELIHOOD;
    let one = LEAST_LIKELIHOOD;
    for (let tone = 0; tone < metrics.length; tone++) {
      if ((tone >> (bitCount - 1 - b)) & 1) one += work[tone];
      else zero += work[tone];
    }
    out[b] = Math.log(zero / one) - priors[firstPrior + b];
  }
}
