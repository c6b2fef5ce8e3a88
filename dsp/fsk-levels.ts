// What the energies of an FSK burst say of themselves: noise per tone and symbol, what still rings, how strong and how
// steady a sounding tone is. Learnt from the burst by medians and a few rounds of expectation-maximisation.

import {
  addRinging,
  ambientNoise,
  EXPONENTIAL_MEDIAN,
  measureDecay,
  medianOf,
  strongestInGroup,
} from './fsk-ambient-noise.js';
import { type FskWaveform, fskToneCount } from './fsk-grid.js';
import { steadyShare, toneLogLikelihoodRatio, toneProbabilities } from './fsk-metric.js';
import {
  learnScaleShares,
  noiseContexts,
  quietness,
  type ScaleShares,
  scaledLogLikelihoodRatio,
} from './fsk-noise-scales.js';

/**
 * From this share of a tone's power on in the next symbol the room rings: tones are judged together with what they leave there, and what
 * is louder at times is that, mostly, not noise that comes and goes.
 */
export const RINGING_DECAY = 0.1;

const LEARNING_ROUNDS = 3;
/** Noise that never comes to this share of a tone's power is not mistaken for one, however much louder it is at times. */
const LEAST_DISTURBANCE = 0.3;
/** Noise is never taken to be lower than this share of its group's sounding tones. */
const NOISE_FLOOR = 1e-3;

/** Levels of a stretch of symbols, to be read only; powers are squared magnitudes of bins. */
export interface FskLevels {
  /** Noise power where no tone sounds, [symbol][tone]: surroundings plus what rings. */
  readonly noise: readonly Readonly<Float64Array>[];
  /** The same without what rings. */
  readonly ambient: readonly Readonly<Float64Array>[];
  /** What of a tone's power is heard again in the next symbol, 0..0.95. */
  readonly decay: number;
  /** Constant part of a sounding tone's power, per group. */
  readonly steady: Readonly<Float64Array>;
  /** Fluctuating part, per group. */
  readonly diffuse: Readonly<Float64Array>;
  /** How much louder than `ambient` noise is at times, per group; undefined where it is steady. */
  readonly scaleShares: readonly (ScaleShares | undefined)[];
  /** Of each cell, which row of the shares is its own, [symbol][tone]. */
  readonly contexts: readonly Readonly<Uint8Array>[];
}

/** The same while they are learnt: each round writes what it makes of the last one's into these. */
interface LevelsBeingLearnt extends FskLevels {
  readonly noise: readonly Float64Array[];
  readonly steady: Float64Array;
  readonly diffuse: Float64Array;
  readonly scaleShares: (ScaleShares | undefined)[];
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
  const levels: LevelsBeingLearnt = {
    noise,
    ambient,
    decay: measureDecay(waveform, energies, ambient),
    steady: firstGuess(waveform, energies, noise, known),
    diffuse: new Float64Array(waveform.groupCount),
    scaleShares: new Array<undefined>(waveform.groupCount).fill(undefined),
    contexts: energies.map((row, t) => noiseContexts(row, ambient[t])),
  };
  addRinging(fskToneCount(waveform), energies, levels.decay, noise);
  for (let round = 0; round < LEARNING_ROUNDS; round++) learnTones(waveform, energies, known, levels);
  if (levels.decay < RINGING_DECAY && learnScales(waveform, energies, known, levels)) {
    guessAgain(waveform, energies, known, levels);
    learnTones(waveform, energies, known, levels);
  }
  return levels;
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

/** One round of expectation-maximisation of the sounding tones' powers and of how steady they are. */
function learnTones(
  waveform: FskWaveform,
  energies: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
  levels: LevelsBeingLearnt,
): void {
  const { groupCount, tonesPerGroup } = waveform;
  const first = new Float64Array(groupCount);
  const noiseSum = new Float64Array(groupCount);
  const second = new Float64Array(groupCount);
  const weights = new Float64Array(groupCount).fill(1e-20);
  const posterior = new Float64Array(tonesPerGroup);
  energies.forEach((row, t) => {
    for (let group = 0; group < groupCount; group++) {
      tonePosteriors(waveform, row, levels, t, group, posterior, known[t]);
      for (let m = 0; m < tonesPerGroup; m++) {
        const tone = group * tonesPerGroup + m;
        const weight = posterior[m] * quietnessOf(levels, row[tone], t, tone, group);
        weights[group] += weight;
        first[group] += weight * row[tone];
        second[group] += weight * row[tone] * row[tone];
        noiseSum[group] += weight * levels.noise[t][tone];
      }
    }
  });
  const steadiness = measureSteadiness(first, second, weights);
  for (let group = 0; group < groupCount; group++) {
    const power = first[group] / weights[group];
    const noise = noiseSum[group] / weights[group];
    levels.steady[group] = Math.max(steadiness * power, 1e-20);
    levels.diffuse[group] = Math.max(0, power - noise - levels.steady[group]);
  }
  for (const row of levels.noise)
    for (let tone = 0; tone < row.length; tone++) {
      const group = Math.floor(tone / tonesPerGroup);
      const power = first[group] / weights[group];
      row[tone] = Math.max(row[tone], power * NOISE_FLOOR);
    }
}

/** Where noise is louder at times it may have been taken for tones: their power by the median of those known. */
function guessAgain(
  { groupCount }: FskWaveform,
  energies: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
  { scaleShares, noise, steady, diffuse }: LevelsBeingLearnt,
): void {
  for (let group = 0; group < groupCount; group++) {
    if (!scaleShares[group]) continue;
    const powers: number[] = [];
    const levels: number[] = [];
    known.forEach((tones, t) => {
      if (!tones) return;
      powers.push(energies[t][tones[group]]);
      levels.push(noise[t][tones[group]]);
    });
    if (powers.length === 0) continue;
    const level = medianOf(Float64Array.from(levels));
    const power = medianOf(Float64Array.from(powers)) / EXPONENTIAL_MEDIAN - level;
    diffuse[group] = Math.max(power, LEAST_GUESS * level);
    steady[group] = 1e-20;
  }
}

/** Probability that a sounding tone was heard in noise as loud as usual: louder noise says nothing of the tone's power. */
function quietnessOf(levels: FskLevels, energy: number, symbol: number, tone: number, group: number): number {
  const { ambient, noise, scaleShares, contexts, steady, diffuse } = levels;
  const shares = scaleShares[group]?.[contexts[symbol][tone]];
  if (!shares) return 1;
  const level = ambient[symbol][tone];
  return quietness(
    energy,
    level,
    noise[symbol][tone] - level,
    { steady: steady[group], diffuse: diffuse[group] },
    shares,
  );
}

/** Learns how often each group's noise is louder than usual. @returns whether any group's is */
function learnScales(
  waveform: FskWaveform,
  energies: readonly Float64Array[],
  known: readonly (Int32Array | undefined)[],
  levels: LevelsBeingLearnt,
): boolean {
  const { groupCount, tonesPerGroup } = waveform;
  const posterior = new Float64Array(tonesPerGroup);
  const count = energies.length * tonesPerGroup;
  const cells = {
    energies: new Float64Array(count),
    ambient: new Float64Array(count),
    ringing: new Float64Array(count),
    silence: new Float64Array(count),
    contexts: new Uint8Array(count),
  };
  for (let group = 0; group < groupCount; group++) {
    let i = 0;
    let loudest = 0;
    energies.forEach((row, t) => {
      tonePosteriors(waveform, row, levels, t, group, posterior, known[t]);
      for (let m = 0; m < tonesPerGroup; m++, i++) {
        const tone = group * tonesPerGroup + m;
        cells.energies[i] = row[tone];
        cells.ambient[i] = levels.ambient[t][tone];
        cells.ringing[i] = levels.noise[t][tone] - levels.ambient[t][tone];
        cells.silence[i] = 1 - posterior[m];
        cells.contexts[i] = levels.contexts[t][tone];
        if (posterior[m] < 0.5) loudest = Math.max(loudest, row[tone]);
      }
    });
    const isDisturbed = loudest > LEAST_DISTURBANCE * (levels.steady[group] + levels.diffuse[group]);
    levels.scaleShares[group] = isDisturbed ? learnScaleShares(cells) : undefined;
  }
  return levels.scaleShares.some((shares) => shares !== undefined);
}

/** Share of a sounding tone's power that is constant, the same for all groups: they share one room. */
function measureSteadiness(first: Float64Array, second: Float64Array, weights: Float64Array): number {
  let ratio = 0;
  let weight = 0;
  for (let group = 0; group < first.length; group++) {
    const mean = first[group] / weights[group];
    if (mean <= 0) continue;
    ratio += second[group] / weights[group] / (mean * mean);
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
  const { scaleShares, contexts } = levels;
  const [ambient, noise] = [levels.ambient[symbol], levels.noise[symbol]];
  const power = { steady: levels.steady[group], diffuse: levels.diffuse[group] };
  for (let m = 0; m < tonesPerGroup; m++) {
    const tone = group * tonesPerGroup + m;
    const shares = scaleShares[group]?.[contexts[symbol][tone]];
    out[m] = shares
      ? scaledLogLikelihoodRatio(row[tone], ambient[tone], noise[tone] - ambient[tone], power, shares)
      : toneLogLikelihoodRatio(row[tone], noise[tone], power.steady, power.diffuse);
  }
}
