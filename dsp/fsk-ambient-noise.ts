// What an FSK burst hears where no tone sounds: the surroundings, by medians, and what rings of earlier symbols.

import type { FskWaveform } from './fsk-grid.js';
import { selectInPlace, selectNear } from './order-statistic.js';

/** Median of an exponential distribution over its mean. */
export const EXPONENTIAL_MEDIAN = Math.LN2;
/** Tones on each side that share a noise level. */
const POOL_HALF_WIDTH = 4;
/** A tone whose own median exceeds its neighbours' this many times has an interferer of its own. */
const INTERFERER_RATIO = 2.5;
/** Symbols needed before a tone's own median means something. */
const LEAST_SYMBOLS_FOR_OWN_MEDIAN = 10;

/** Puts the values into another order. */
export function medianOf(values: Float64Array): number {
  return values.length === 0 ? 0 : selectInPlace(values, values.length >> 1);
}

/** Noise without ringing: a level per tone (median over time) times a level per symbol (median over tones). */
export function ambientNoise(toneCount: number, energies: readonly Float64Array[]): Float64Array[] {
  const count = energies.length;
  const perTone = new Float64Array(toneCount);
  // Tone after tone, so that neighbours lie side by side.
  const byTone = new Float64Array(toneCount * count);
  for (let t = 0; t < count; t++)
    for (let tone = 0; tone < toneCount; tone++) byTone[tone * count + t] = energies[t][tone];
  let pooled = 0;
  for (let tone = 0; tone < toneCount; tone++) {
    const first = Math.max(0, tone - POOL_HALF_WIDTH);
    const last = Math.min(toneCount - 1, tone + POOL_HALF_WIDTH);
    const pool = byTone.subarray(first * count, (last + 1) * count);
    pooled = pool.length > 0 ? selectNear(pool, pool.length >> 1, pooled) : 0;
    const own = byTone.slice(tone * count, (tone + 1) * count);
    const alone = count >= LEAST_SYMBOLS_FOR_OWN_MEDIAN ? medianOf(own) : 0;
    perTone[tone] = (alone > INTERFERER_RATIO * pooled ? alone : pooled) / EXPONENTIAL_MEDIAN;
  }
  const ratios = new Float64Array(toneCount);
  return energies.map((row) => {
    for (let tone = 0; tone < toneCount; tone++) ratios[tone] = row[tone] / (perTone[tone] || 1e-30);
    const gain = Math.max(0.7, medianOf(ratios) / EXPONENTIAL_MEDIAN);
    const noise = new Float64Array(toneCount);
    for (let tone = 0; tone < toneCount; tone++) noise[tone] = perTone[tone] * gain + 1e-20;
    return noise;
  });
}

export function strongestInGroup(row: Float64Array, group: number, tonesPerGroup: number): number {
  let best = group * tonesPerGroup;
  for (let tone = best + 1; tone < (group + 1) * tonesPerGroup; tone++) if (row[tone] > row[best]) best = tone;
  return best;
}

/**
 * Adds what rings on from earlier symbols: R(t) = k max(E(t-1) - noise, R(t-1)), with the decay k measured on tones that
 * were strongest one symbol before and are not now.
 */
export function addRinging(
  toneCount: number,
  energies: readonly Float64Array[],
  decay: number,
  noise: readonly Float64Array[],
): void {
  const ringing = new Float64Array(toneCount);
  for (let t = 1; t < energies.length; t++) {
    const before = energies[t - 1];
    const noiseBefore = noise[t - 1];
    for (let tone = 0; tone < ringing.length; tone++) {
      const quiet = noiseBefore[tone] - ringing[tone];
      ringing[tone] = decay * Math.max(before[tone] - quiet, ringing[tone], 0);
      noise[t][tone] += ringing[tone];
    }
  }
}

export function measureDecay(
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
