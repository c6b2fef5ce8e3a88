// Steady tones in a recording: lines that stand out of the quiet moments' spectrum.

import type { Interferer, NoiseFloor } from './inspection.js';

/** Over the median of what lies around it. */
export const INTERFERER_THRESHOLD_DB = 15;
/** Bins to each side that tell what lies around, but for the nearest, which the window smears a tone over. */
const AROUND_BINS = 24;
const SMEARED_BINS = 4;
/** Lines below that are a converter's, not a sound. */
const LOWEST_DBFS = -100;
const MAX_INTERFERERS = 12;
/** Equivalent noise width of a Hann window, in transforms of twice its length. */
const HANN_WIDTH_BINS = 3;

/** @returns the most prominent ones, by frequency */
export function findInterferers({ frequenciesHz, quietDb }: NoiseFloor): Interferer[] {
  const binHz = frequenciesHz[1] - frequenciesHz[0];
  const found: Interferer[] = [];
  for (let k = SMEARED_BINS; k < quietDb.length - SMEARED_BINS; k++) {
    if (!isTop(quietDb, k)) continue;
    const prominenceDb = quietDb[k] - medianAround(quietDb, k);
    const { frequencyHz, peakDb } = refine(quietDb, k, binHz);
    const levelDbfs = peakDb + 10 * Math.log10(HANN_WIDTH_BINS * binHz);
    if (prominenceDb >= INTERFERER_THRESHOLD_DB && levelDbfs >= LOWEST_DBFS)
      found.push({ frequencyHz, levelDbfs, prominenceDb });
  }
  found.sort((a, b) => b.prominenceDb - a.prominenceDb);
  return found.slice(0, MAX_INTERFERERS).sort((a, b) => a.frequencyHz - b.frequencyHz);
}

function isTop(levels: Float64Array, k: number): boolean {
  for (let j = k - SMEARED_BINS; j <= k + SMEARED_BINS; j++)
    if (levels[j] > levels[k] || (levels[j] === levels[k] && j < k)) return false;
  return true;
}

function medianAround(levels: Float64Array, k: number): number {
  const around: number[] = [];
  for (let j = k - AROUND_BINS; j <= k + AROUND_BINS; j++)
    if (j >= 0 && j < levels.length && Math.abs(j - k) > SMEARED_BINS) around.push(levels[j]);
  around.sort((a, b) => a - b);
  return around[around.length >> 1];
}

/** A parabola through the three levels at the top: close to a Hann window's shape in dB. */
function refine(levels: Float64Array, k: number, binHz: number): { frequencyHz: number; peakDb: number } {
  const [left, middle, right] = [levels[k - 1], levels[k], levels[k + 1]];
  const curvature = left - 2 * middle + right;
  const offset = curvature < 0 ? (left - right) / (2 * curvature) : 0;
  return { frequencyHz: (k + offset) * binHz, peakDb: middle - ((left - right) * offset) / 4 };
}
