// A part of the band at its upper or lower edge in which nothing of a burst arrives: a loudspeaker that does not reach so far, a
// recorder's filter.

import type { Profile } from '../profiles.js';
import type { BurstSound, Finding } from './inspection.js';
import { decibel, kilohertz } from './words.js';

/** Least share of the band. */
export const MISSING_SHARE = 0.1;
/** There the burst is so much weaker than in the middle of the rest ... */
const FALL_DB = 12;
/** ... and below the noise by so much, while the rest stands above it. */
const LOST_SNR_DB = 0;
const HEARD_SNR_DB = 3;
const UNSEEN_DB = 6;

/** @param leastShare - of the band that must be missing */
export function findMissingBand(sound: BurstSound, profile: Profile, leastShare: number): Finding | undefined {
  const { frequenciesHz, signalDb, noiseDb } = sound;
  const count = frequenciesHz.length;
  const median = [...signalDb].sort((a, b) => a - b)[Math.floor(0.7 * count)];
  const isMissing = (k: number) => signalDb[k] < median - FALL_DB && signalDb[k] - noiseDb[k] < LOST_SNR_DB;
  // In noise a missing burst is only known to be well below it.
  const levelAt = (k: number) => Math.max(signalDb[k], noiseDb[k] - UNSEEN_DB);
  let above = 0;
  while (above < count && isMissing(count - 1 - above)) above++;
  let below = 0;
  while (below < count && isMissing(below)) below++;
  const missing = Math.max(above, below);
  if (missing < leastShare * count || above + below >= count) return undefined;
  const rest = Array.from({ length: count - above - below }, (_, i) => signalDb[below + i] - noiseDb[below + i]);
  if (rest.sort((a, b) => a - b)[rest.length >> 1] < HEARD_SNR_DB) return undefined;
  const isTop = above >= below;
  const { lowHz, highHz } = profile.preamble;
  const edgeHz = isTop ? highHz - (above * (highHz - lowHz)) / count : lowHz + (below * (highHz - lowHz)) / count;
  const lost = Array.from({ length: missing }, (_, i) => levelAt(isTop ? count - 1 - i : i));
  const fallDb = median - lost.reduce((sum, level) => sum + level, 0) / missing;
  return {
    kind: 'band-missing',
    value: fallDb,
    threshold: FALL_DB,
    unit: 'dB',
    measure: `fall of the burst ${isTop ? 'above' : 'below'} ${kilohertz(edgeHz)}`,
    text: `Band missing ${isTop ? 'above' : 'below'} ${kilohertz(edgeHz)}: the burst is at least ${decibel(Math.min(fallDb, 60))} weaker there than in the rest of its band, and below the noise.`,
    remedy: isTop
      ? 'A loudspeaker, microphone or recorder that reaches higher (a call or a codec cuts the treble), or the audible band.'
      : 'A loudspeaker or microphone that reaches lower.',
  };
}
