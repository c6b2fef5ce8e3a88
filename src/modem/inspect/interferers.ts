// Steady tones in a recording: lines that stand out of the quiet moments' spectrum.

import type { Interferer, NoiseFloor } from './inspection.js';

/** Over the median of what lies around it, on the louder side. */
export const INTERFERER_THRESHOLD_DB = 10;
/** Bins to each side that tell what lies around, but for the nearest, which the window smears a tone over. */
const AROUND_BINS = 24;
const SMEARED_BINS = 4;
/** Lines below that are a converter's, not a sound. */
const LOWEST_DBFS = -85;
const MAX_INTERFERERS = 12;
/** Equivalent noise width of a Hann window, in transforms of twice its length. */
const HANN_WIDTH_BINS = 3;

/** @returns the most prominent ones, by frequency */
export function findInterferers({ frequenciesHz, quietDb }: NoiseFloor): Interferer[] {
  const binHz = frequenciesHz[1] - frequenciesHz[0];
  const found: Interferer[] = [];
  for (let k = SMEARED_BINS; k < quietDb.length - SMEARED_BINS; k++) {
    if (!isTop(quietDb, k)) continue;
    const prominenceDb = quietDb[k] - Math.max(medianBeside(quietDb, k, -1), medianBeside(quietDb, k, 1));
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

/** Of both sides the louder counts: where the noise ends at an edge, that is no tone. */
function medianBeside(levels: Float64Array, k: number, side: -1 | 1): number {
  const beside: number[] = [];
  for (let distance = SMEARED_BINS + 1; distance <= AROUND_BINS; distance++) {
    const level = levels[k + side * distance];
    if (level !== undefined) beside.push(level);
  }
  beside.sort((a, b) => a - b);
  return beside[beside.length >> 1] ?? Number.NEGATIVE_INFINITY;
}

/** A parabola through the three levels at the top: close to a Hann window's shape in dB. */
function refine(levels: Float64Array, k: number, binHz: number): { frequencyHz: number; peakDb: number } {
  const [left, middle, right] = [levels[k - 1], levels[k], levels[k + 1]];
  const curvature = left - 2 * middle + right;
  const offset = curvature < 0 ? (left - right) / (2 * curvature) : 0;
  return { frequencyHz: (k + offset) * binHz, peakDb: middle - ((left - right) * offset) / 4 };
}
