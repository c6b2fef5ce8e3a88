// Which tones sounded in a hall that rings: a tone heard in a symbol is also heard in the next, as loud or nearly so, so both
// symbols speak for it, and neither can be judged without the other. Every tone is a chain of symbols, sounding or not, whose
// likelihoods are summed forward and backward.

import type { FskWaveform } from './fsk-grid.js';
import type { FskLevels } from './fsk-levels.js';
import { logRiceDensity, steadyShare, toneProbabilities } from './fsk-metric.js';
import { learnRinging, NEXT_SYMBOL, type RingingKernel, ringingNoise } from './fsk-ringing.js';

/** Cells whose likelihood is less than this share of the cell's greatest are not believed more than this. */
const LEAST_LIKELIHOOD = 1e-12;
/** Probabilities from elsewhere are kept this far from 0 and 1. */
const LEAST_PROBABILITY = 1e-6;
/**
 * How much of the metrics is believed: what rings from longer ago is judged by its mean alone, so that they claim about twice what they
 * know. In far rooms somewhat more or less serves as well.
 */
const TRUST = 0.5;
/** Passes of least squares: the first weighs cells by the noise as first believed. */
const KERNEL_PASSES = 2;

/** What was heard of a stretch of symbols. Layout of tables: [symbol][tone]. */
export interface HeardTones {
  readonly energies: readonly Float64Array[];
  /** For each symbol the tones known to have sounded, group by group, or undefined. */
  readonly known: readonly (Int32Array | undefined)[];
  /** As estimated without this model. */
  readonly levels: FskLevels;
  /** Log-likelihood ratios of the tones as judged so far. */
  readonly metrics: readonly Float64Array[];
  /** What the decoder says of the tones, as logarithms up to a constant for each group and symbol. */
  readonly logPriors: readonly Float64Array[];
}

/**
 * Judges all tones again by the ringing they leave.
 *
 * @returns log-likelihood ratios, [symbol][tone], without the priors
 * @see Bahl, Cocke, Jelinek and Raviv, "Optimal decoding of linear codes for minimizing symbol error rate", 1974
 */
export function judgeByRinging(waveform: FskWaveform, heard: HeardTones): Float64Array[] {
  const { energies, known, levels, metrics, logPriors } = heard;
  const believed = metrics.map((row, symbol) => row.map((metric, tone) => metric + logPriors[symbol][tone]));
  const sounding = probabilities(waveform, believed, known);
  const { steady, diffuse } = soundingPowers(waveform, energies, sounding, levels.noise);
  const power = Float64Array.from(energies[0], (_, tone) => {
    const group = Math.floor(tone / waveform.tonesPerGroup);
    return steady[group] + diffuse[group];
  });
  const sources = sounding.map((row) => row.map((probability, tone) => probability * power[tone]));
  let noise = levels.noise;
  let kernel: RingingKernel = new Float64Array(0);
  for (let pass = 0; pass < KERNEL_PASSES; pass++) {
    kernel = learnRinging(energies, levels.ambient, noise, sources, sounding);
    noise = ringingNoise(kernel, levels.ambient, sources);
  }
  const chain = {
    energies,
    noise: ringingNoise(kernel, levels.ambient, sources, NEXT_SYMBOL),
    ringing: power.map((level) => level * kernel[NEXT_SYMBOL]),
    priors: probabilities(waveform, logPriors, known),
    ...soundingPowers(waveform, energies, sounding, noise),
  };
  return chainMetrics(waveform, chain).map((row) => row.map((metric) => TRUST * metric));
}

/** Probabilities of each group's tones from their logarithms; 1 for a tone known to have sounded. */
function probabilities(
  { tonesPerGroup }: FskWaveform,
  logarithms: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
): Float64Array[] {
  return logarithms.map((row, symbol) => {
    const tones = known[symbol];
    const out = new Float64Array(row.length);
    for (let first = 0; first < row.length; first += tonesPerGroup) {
      if (tones) out[tones[first / tonesPerGroup]] = 1;
      else toneProbabilities(row, first, tonesPerGroup, out);
    }
    return out;
  });
}

/** A sounding tone's power is never taken to be less than this share of what is heard at it. */
const LEAST_SHARE = 0.05;

/** Constant and fluctuating part of a sounding tone's power, per group, by the moments of Rice's distribution. */
function soundingPowers(
  { groupCount, tonesPerGroup }: FskWaveform,
  energies: readonly Float64Array[],
  sounding: readonly Float64Array[],
  noise: readonly Float64Array[],
): { steady: Float64Array; diffuse: Float64Array } {
  const steady = new Float64Array(groupCount);
  const diffuse = new Float64Array(groupCount);
  for (let group = 0; group < groupCount; group++) {
    let count = 0;
    let first = 0;
    let second = 0;
    let level = 0;
    energies.forEach((row, symbol) => {
      for (let tone = group * tonesPerGroup; tone < (group + 1) * tonesPerGroup; tone++) {
        const weight = sounding[symbol][tone];
        count += weight;
        first += weight * row[tone];
        second += weight * row[tone] * row[tone];
        level += weight * noise[symbol][tone];
      }
    });
    const mean = Math.max(first / count, 1e-20);
    const steadiness = steadyShare(second / count / (mean * mean));
    const power = Math.max(mean - level / count, LEAST_SHARE * mean);
    steady[group] = Math.max(1e-20, steadiness * power);
    diffuse[group] = Math.max(0, mean - level / count - steady[group]);
  }
  return { steady, diffuse };
}

/** Tables as in `HeardTones`. */
export interface ToneChain {
  readonly energies: readonly Float64Array[];
  /** Without what rings from the symbol before. */
  readonly noise: readonly Float64Array[];
  /** Per tone: power that it leaves in the next symbol. */
  readonly ringing: Float64Array;
  /** Probability that the tone sounds. */
  readonly priors: readonly Float64Array[];
  /** Per group. */
  readonly steady: Float64Array;
  readonly diffuse: Float64Array;
}

/**
 * Log-likelihood ratios of every tone in every symbol, given all symbols at its frequency: the sum over all ways in which the
 * tone may have sounded before and after, each as likely as the priors say.
 */
export function chainMetrics({ tonesPerGroup }: FskWaveform, chain: ToneChain): Float64Array[] {
  const { energies, priors } = chain;
  const count = energies.length;
  const out = energies.map((row) => new Float64Array(row.length));
  const likelihoods = new Float64Array(4 * count);
  const silent = new Float64Array(count);
  const sounds = new Float64Array(count);
  for (let tone = 0; tone < chain.ringing.length; tone++) {
    cellLikelihoods(chain, tone, Math.floor(tone / tonesPerGroup), likelihoods);
    // Forward: what symbols up to this one say of it, its own prior left out.
    let before0 = 1;
    let before1 = 0;
    for (let t = 0, at = 0; t < count; t++, at += 4) {
      const from0 = before0 * likelihoods[at] + before1 * likelihoods[at + 2];
      const from1 = before0 * likelihoods[at + 1] + before1 * likelihoods[at + 3];
      silent[t] = from0 / (from0 + from1);
      sounds[t] = from1 / (from0 + from1);
      const prior = priorOf(priors[t][tone]);
      before0 = silent[t] * (1 - prior);
      before1 = sounds[t] * prior;
      const sum = before0 + before1;
      before0 /= sum;
      before1 /= sum;
    }
    // Backward: what the symbols after say.
    let after0 = 1;
    let after1 = 1;
    for (let t = count - 1, at = 4 * t; t >= 0; t--, at -= 4) {
      out[t][tone] = Math.log((sounds[t] * after1) / (silent[t] * after0));
      const prior = priorOf(priors[t][tone]);
      const next0 = likelihoods[at] * (1 - prior) * after0 + likelihoods[at + 1] * prior * after1;
      const next1 = likelihoods[at + 2] * (1 - prior) * after0 + likelihoods[at + 3] * prior * after1;
      after0 = next0 / (next0 + next1);
      after1 = next1 / (next0 + next1);
    }
  }
  return out;
}

/** Fills, for each symbol, the cell's likelihoods by (sounded before, sounds now): no no, no yes, yes no, yes yes. */
function cellLikelihoods(
  { energies, noise, ringing, steady, diffuse }: ToneChain,
  tone: number,
  group: number,
  out: Float64Array,
): void {
  energies.forEach((row, t) => {
    const energy = row[tone];
    const quiet = noise[t][tone];
    const loud = quiet + ringing[tone];
    const at = 4 * t;
    out[at] = logRiceDensity(energy, quiet, 0);
    out[at + 1] = logRiceDensity(energy, quiet + diffuse[group], steady[group]);
    out[at + 2] = logRiceDensity(energy, loud, 0);
    out[at + 3] = logRiceDensity(energy, loud + diffuse[group], steady[group]);
    const top = Math.max(out[at], out[at + 1], out[at + 2], out[at + 3]);
    for (let i = at; i < at + 4; i++) out[i] = Math.exp(out[i] - top) + LEAST_LIKELIHOOD;
  });
}

function priorOf(probability: number): number {
  return Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probability));
}
