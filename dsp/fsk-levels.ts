// What the energies of an FSK burst say of themselves: noise per tone and symbol, what still rings, how strong and how
// steady a sounding tone is. Learnt from the burst by medians and a few rounds of expectation-maximisation.

import type { FskWaveform } from './fsk-grid.js';
import { fskToneCount } from './fsk-grid.js';
import { steadyShare, toneLogLikelihoodRatio, toneProbabilities } from './fsk-metric.js';

/** Median of an exponential distribution over its mean. */
const EXPONENTIAL_MEDIAN = Math.LN2;
/** Tones on each side that share a noise level. */
const POOL_HALF_WIDTH = 4;
/** A tone whose own median exceeds its neighbours' this many times has an interferer of its own. */
const INTERFERER_RATIO = 2.5;
/** Symbols needed before a tone's own median means something. */
const LEAST_SYMBOLS_FOR_OWN_MEDIAN = 10;
const LEARNING_ROUNDS = 3;
/** Noise is never taken to be lower than this share of its group's sounding tones. */
const NOISE_FLOOR = 1e-3;

/** Levels of a stretch of symbols; powers are squared magnitudes of bins. */
export interface FskLevels {
  /** Noise power where no tone sounds, [symbol][tone]: surroundings plus what rings. */
  readonly noise: readonly Float64Array[];
  /** The same without what rings. */
  readonly ambient: readonly Float64Array[];
  /** What of a tone's power is heard again in the next symbol, 0..0.95. */
  readonly decay: number;
  /** Constant part of a sounding tone's power, per group. */
  readonly steady: Float64Array;
  /** Fluctuating part, per group. */
  readonly diffuse: Float64Array;
}

/**
 * Estimates the levels of consecutive symbols.
 *
 * @param energies - [symbol][tone], squared magnitudes
 * @param known - for each symbol the tones known to have sounded, group by group, or undefined
 */
export function estimateFskLevels(
  waveform: FskWaveform,
  energies: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
): FskLevels {
  const ambient = ambientNoise(fskToneCount(waveform), energies);
  const noise = ambient.map((row) => row.slice());
  const levels: FskLevels = {
    noise,
    ambient,
    decay: measureDecay(waveform, energies, ambient),
    steady: firstGuess(waveform, energies, noise, known),
    diffuse: new Float64Array(waveform.groupCount),
  };
  addRinging(fskToneCount(waveform), energies, levels.decay, noise);
  for (let round = 0; round < LEARNING_ROUNDS; round++) learnTones(waveform, energies, known, levels);
  return levels;
}

function medianOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  values.sort();
  return values[values.length >> 1];
}

/** Noise without ringing: a level per tone (median over time) times a level per symbol (median over tones). */
function ambientNoise(toneCount: number, energies: readonly Float64Array[]): Float64Array[] {
  const count = energies.length;
  const perTone = new Float64Array(toneCount);
  const own = new Float64Array(count);
  for (let tone = 0; tone < toneCount; tone++) {
    const first = Math.max(0, tone - POOL_HALF_WIDTH);
    const last = Math.min(toneCount - 1, tone + POOL_HALF_WIDTH);
    const pool = new Float64Array((last - first + 1) * count);
    let at = 0;
    for (let k = first; k <= last; k++) for (let t = 0; t < count; t++) pool[at++] = energies[t][k];
    const pooled = medianOf(pool);
    for (let t = 0; t < count; t++) own[t] = energies[t][tone];
    const alone = count >= LEAST_SYMBOLS_FOR_OWN_MEDIAN ? medianOf(own) : 0;
    perTone[tone] = (alone > INTERFERER_RATIO * pooled ? alone : pooled) / EXPONENTIAL_MEDIAN;
  }
  const ratios = new Float64Array(toneCount);
  return energies.map((row) => {
    for (let tone = 0; tone < toneCount; tone++) ratios[tone] = row[tone] / (perTone[tone] || 1e-30);
    const gain = Math.max(0.7, medianOf(ratios) / EXPONENTIAL_MEDIAN);
    return perTone.map((level) => level * gain + 1e-20);
  });
}

function strongestInGroup(row: Float64Array, group: number, tonesPerGroup: number): number {
  let best = group * tonesPerGroup;
  for (let tone = best + 1; tone < (group + 1) * tonesPerGroup; tone++) if (row[tone] > row[best]) best = tone;
  return best;
}

/** A first guess is at least this share of the noise: learning can raise it from there. */
const LEAST_GUESS = 0.1;
/** Mean of the strongest of some dozen tones of noise, in noise powers: what a silent group seems to have. */
const STRONGEST_OF_NOISE = 3;

/**
 * First guess of a sounding tone's power in each group: from the known symbols, which is fair to groups that a speaker
 * cannot sound; without any from the strongest tones, less what noise alone would show.
 */
function firstGuess(
  { groupCount, tonesPerGroup }: FskWaveform,
  energies: readonly Float64Array[],
  noise: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
): Float64Array {
  const anyKnown = known.some((tones) => tones !== undefined);
  const power = new Float64Array(groupCount);
  const floor = new Float64Array(groupCount);
  let count = 0;
  energies.forEach((row, t) => {
    const tones = known[t];
    if (anyKnown && !tones) return;
    count++;
    for (let group = 0; group < groupCount; group++) {
      const tone = tones ? tones[group] : strongestInGroup(row, group, tonesPerGroup);
      power[group] += row[tone] - (tones ? 1 : STRONGEST_OF_NOISE) * noise[t][tone];
      floor[group] += LEAST_GUESS * noise[t][tone];
    }
  });
  return power.map((sum, group) => Math.max(sum, floor[group]) / count);
}

/**
 * Adds what rings on from earlier symbols: R(t) = k max(E(t-1) - noise, R(t-1)), with the decay k measured on tones that
 * were strongest one symbol before and are not now.
 */
function addRinging(
  toneCount: number,
  energies: readonly Float64Array[],
  decay: number,
  noise: readonly Float64Array[],
): void {
  const ringing = new Float64Array(toneCount);
  for (let t = 1; t < energies.length; t++) {
    const before = energies[t - 1];
    const quiet = noise[t - 1].map((level, tone) => level - ringing[tone]);
    for (let tone = 0; tone < ringing.length; tone++) {
      ringing[tone] = decay * Math.max(before[tone] - quiet[tone], ringing[tone], 0);
      noise[t][tone] += ringing[tone];
    }
  }
}

function measureDecay(
  { groupCount, tonesPerGroup }: FskWaveform,
  energies: readonly Float64Array[],
  noise: readonly Float64Array[],
): number {
  let before = 0;
  let after = 0;
  for (let t = 1; t < energies.length; t++) {
    for (let group = 0; group < groupCount; group++) {
      const tone = strongestInGroup(energies[t - 1], group, tonesPerGroup);
      if (tone === strongestInGroup(energies[t], group, tonesPerGroup)) continue;
      before += Math.max(0, energies[t - 1][tone] - noise[t - 1][tone]);
      after += energies[t][tone] - noise[t][tone];
    }
  }
  return before > 0 ? Math.max(0, Math.min(0.95, after / before)) : 0;
}

/** One round of expectation-maximisation of the sounding tones' powers and of how steady they are. */
function learnTones(
  waveform: FskWaveform,
  energies: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
  levels: FskLevels,
): void {
  const { groupCount, tonesPerGroup } = waveform;
  const first = new Float64Array(groupCount);
  const noiseSum = new Float64Array(groupCount);
  const second = new Float64Array(groupCount);
  const posterior = new Float64Array(tonesPerGroup);
  energies.forEach((row, t) => {
    for (let group = 0; group < groupCount; group++) {
      tonePosteriors(waveform, row, levels, t, group, posterior, known[t]);
      for (let m = 0; m < tonesPerGroup; m++) {
        const tone = group * tonesPerGroup + m;
        first[group] += posterior[m] * row[tone];
        second[group] += posterior[m] * row[tone] * row[tone];
        noiseSum[group] += posterior[m] * levels.noise[t][tone];
      }
    }
  });
  const steadiness = measureSteadiness(first, second, energies.length);
  for (let group = 0; group < groupCount; group++) {
    const power = first[group] / energies.length;
    const noise = noiseSum[group] / energies.length;
    levels.steady[group] = Math.max(steadiness * power, 1e-20);
    levels.diffuse[group] = Math.max(0, power - noise - levels.steady[group]);
  }
  for (const row of levels.noise)
    for (let tone = 0; tone < row.length; tone++) {
      const power = first[Math.floor(tone / tonesPerGroup)] / energies.length;
      row[tone] = Math.max(row[tone], power * NOISE_FLOOR);
    }
}

/** Share of a sounding tone's power that is constant, the same for all groups: they share one room. */
function measureSteadiness(first: Float64Array, second: Float64Array, count: number): number {
  let ratio = 0;
  let weight = 0;
  for (let group = 0; group < first.length; group++) {
    const mean = first[group] / count;
    if (mean <= 0) continue;
    ratio += second[group] / count / (mean * mean);
    weight++;
  }
  return weight > 0 ? steadyShare(ratio / weight) : 0;
}

function tonePosteriors(
  { tonesPerGroup }: FskWaveform,
  row: Float64Array,
  levels: FskLevels,
  t: number,
  group: number,
  out: Float64Array,
  known: Int32Array | undefined,
): void {
  out.fill(0);
  if (known) {
    out[known[group] - group * tonesPerGroup] = 1;
    return;
  }
  toneMetrics(tonesPerGroup, row, levels, t, group, out);
  toneProbabilities(out, 0, tonesPerGroup, out);
}

/** Log-likelihood ratios of one group's tones in one symbol. */
export function toneMetrics(
  tonesPerGroup: number,
  row: Float64Array,
  levels: FskLevels,
  symbol: number,
  group: number,
  out: Float64Array,
): void {
  for (let m = 0; m < tonesPerGroup; m++) {
    const tone = group * tonesPerGroup + m;
    out[m] = toneLogLikelihoodRatio(row[tone], levels.noise[symbol][tone], levels.steady[group], levels.diffuse[group]);
  }
}
