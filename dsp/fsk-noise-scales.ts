// Noise that comes and goes within an FSK burst: claps, whistles, clicks, a coin on the counter. A tone's bin then hears most of the
// time the noise's usual level and at times one many times higher, which a loud tone could be taken for. How often, is learnt from the
// burst: a mixture of levels, with other shares where the neighbouring bins are loud as well.

import { logRiceDensity, riceDensity } from './fsk-metric.js';

/** Levels of the mixture, over the noise's usual one. */
export const NOISE_SCALES: readonly number[] = [1, 8, 64, 512];
/** Shares of them before anything is learnt. */
const FIRST_SHARES: readonly number[] = [0.9, 0.06, 0.03, 0.01];
const LEAST_SHARE = 1e-6;
const LEARNING_ROUNDS = 5;
/** Bins on each side that tell how loud a bin's surroundings are. */
const NEIGHBOURS = 3;
/** Mean of their power over the usual one, the loudest left out, from which on they belong to the next context. */
const CONTEXT_LIMITS: readonly number[] = [1.5, 4, 16];
const CONTEXT_COUNT = CONTEXT_LIMITS.length + 1;
/** Cells of the whole group that each context is thought to have heard besides its own. */
const BORROWED_CELLS = 5;
/**
 * Mean square of the cells' power over the square of its usual level below which nothing is learnt: 2 for steady noise, with a
 * standard deviation of 0.12 for a group's 1,500 cells. Saves the work where noise is steady.
 */
const LEAST_MEAN_SQUARE = 2.4;
/** In nats: levels that explain the cells better by less than this are not believed. */
const LEAST_GAIN = 20;

/** Shares of the levels of `NOISE_SCALES`, one row a context. */
export type ScaleShares = readonly Float64Array[];

/** One group's cells, symbol after symbol, tone after tone. */
export interface NoiseCells {
  readonly energies: Float64Array;
  /** Usual noise, and what else is heard without a tone: ringing. */
  readonly ambient: Float64Array;
  readonly ringing: Float64Array;
  /** Probability that no tone sounds. */
  readonly silence: Float64Array;
  readonly contexts: Uint8Array;
}

/**
 * @param energies - of one symbol's tones, squared magnitudes
 * @param ambient - their usual noise
 * @returns how loud each tone's neighbours are, by steps: 0 for as loud as usual
 */
export function noiseContexts(energies: Float64Array, ambient: Float64Array): Uint8Array {
  const ratios = new Float64Array(energies.length);
  for (let tone = 0; tone < ratios.length; tone++) ratios[tone] = energies[tone] / ambient[tone];
  const contexts = new Uint8Array(energies.length);
  for (let tone = 0; tone < contexts.length; tone++) {
    const first = Math.max(0, tone - NEIGHBOURS);
    const last = Math.min(ratios.length - 1, tone + NEIGHBOURS);
    let sum = 0;
    let loudest = 0;
    for (let i = first; i <= last; i++) {
      if (i === tone) continue;
      sum += ratios[i];
      if (ratios[i] > loudest) loudest = ratios[i];
    }
    const mean = (sum - loudest) / Math.max(1, last - first - 1);
    while (mean >= CONTEXT_LIMITS[contexts[tone]]) contexts[tone]++;
  }
  return contexts;
}

/**
 * Learns how often noise is louder than usual.
 *
 * @returns undefined where it is steady, or as good as
 * @see Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", 1977
 */
export function learnScaleShares(cells: NoiseCells): ScaleShares | undefined {
  if (meanSquare(cells) < LEAST_MEAN_SQUARE) return undefined;
  const densities = densitiesOf(cells);
  const shares = Array.from({ length: CONTEXT_COUNT }, () => Float64Array.from(FIRST_SHARES));
  let gain = 0;
  for (let round = 0; round < LEARNING_ROUNDS; round++) {
    if (round === LEARNING_ROUNDS - 1) gain = gainOf(cells, densities, shares);
    shareOut(countScales(cells, densities, shares), shares);
  }
  return gain > LEAST_GAIN ? shares : undefined;
}

/** How many silent cells of each context were heard at each level, by what is believed of the shares. */
function countScales({ silence, contexts }: NoiseCells, densities: Float64Array, shares: ScaleShares): Float64Array[] {
  const counts = shares.map(() => new Float64Array(NOISE_SCALES.length));
  for (let i = 0, at = 0; i < silence.length; i++, at += NOISE_SCALES.length) {
    const row = shares[contexts[i]];
    const count = counts[contexts[i]];
    let density = 0;
    for (let k = 0; k < row.length; k++) density += row[k] * densities[at + k];
    if (!(density > 0)) continue;
    const weight = silence[i] / density;
    for (let k = 0; k < row.length; k++) count[k] += weight * row[k] * densities[at + k];
  }
  return counts;
}

/** By how much the levels explain the silent cells better than the usual one alone, in nats. */
function gainOf({ silence, contexts }: NoiseCells, densities: Float64Array, shares: ScaleShares): number {
  let gain = 0;
  for (let i = 0, at = 0; i < silence.length; i++, at += NOISE_SCALES.length) {
    const row = shares[contexts[i]];
    let density = 0;
    for (let k = 0; k < row.length; k++) density += row[k] * densities[at + k];
    if (density > 0) gain += silence[i] * Math.log(density / Math.max(densities[at], Number.MIN_VALUE));
  }
  return gain;
}

function meanSquare({ energies, ambient, ringing, silence }: NoiseCells): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < energies.length; i++) {
    sum += silence[i] * (energies[i] / (ambient[i] + ringing[i])) ** 2;
    weight += silence[i];
  }
  return sum / Math.max(weight, 1e-20);
}

/** Density of each cell's energy at each level of noise, [cell][scale]. */
function densitiesOf({ energies, ambient, ringing }: NoiseCells): Float64Array {
  const densities = new Float64Array(energies.length * NOISE_SCALES.length);
  for (let i = 0, at = 0; i < energies.length; i++) {
    for (const scale of NOISE_SCALES) {
      const level = scale * ambient[i] + ringing[i];
      densities[at++] = Math.exp(-energies[i] / level) / level;
    }
  }
  return densities;
}

/** Turns counts into shares, each context's with a few of all. */
function shareOut(counts: readonly Float64Array[], shares: readonly Float64Array[]): void {
  const all = NOISE_SCALES.map((_, k) => counts.reduce((sum, row) => sum + row[k], 0));
  const total = all.reduce((sum, count) => sum + count, 0);
  counts.forEach((row, context) => {
    const borrowed = row.map((count, k) => count + (BORROWED_CELLS * all[k]) / total);
    const sum = borrowed.reduce((a, b) => a + b, 0);
    for (let k = 0; k < row.length; k++) shares[context][k] = Math.max(LEAST_SHARE, borrowed[k] / sum);
  });
}

/** What a tone's power is made of, besides noise. */
export interface SoundingPower {
  readonly steady: number;
  readonly diffuse: number;
}

const NO_TONE: SoundingPower = { steady: 0, diffuse: 0 };

/**
 * ln p(E | tone sounds) - ln p(E | it does not) as `toneLogLikelihoodRatio`, with noise that is louder at times.
 *
 * @param ambient - usual noise, > 0
 * @param ringing - what else is heard without the tone
 * @param shares - of the levels, for the cell's context
 */
export function scaledLogLikelihoodRatio(
  energy: number,
  ambient: number,
  ringing: number,
  tone: SoundingPower,
  shares: Float64Array,
): number {
  return (
    logScaledDensity(energy, ambient, ringing, tone, shares) -
    logScaledDensity(energy, ambient, ringing, NO_TONE, shares)
  );
}

/** ln of the density of a cell's energy, up to a constant that is the same for all: see `logRiceDensity`. */
export function logScaledDensity(
  energy: number,
  ambient: number,
  ringing: number,
  { steady, diffuse }: SoundingPower,
  shares: Float64Array,
): number {
  let density = 0;
  for (let k = 0; k < shares.length; k++)
    density += shares[k] * riceDensity(energy, NOISE_SCALES[k] * ambient + ringing + diffuse, steady);
  return Math.log(Math.max(density, Number.MIN_VALUE));
}

/** Probability that a sounding tone was heard in noise as loud as usual. */
export function quietness(
  energy: number,
  ambient: number,
  ringing: number,
  tone: SoundingPower,
  shares: Float64Array,
): number {
  const quiet = Math.log(shares[0]) + logRiceDensity(energy, ambient + ringing + tone.diffuse, tone.steady);
  return Math.min(1, Math.exp(quiet - logScaledDensity(energy, ambient, ringing, tone, shares)));
}
