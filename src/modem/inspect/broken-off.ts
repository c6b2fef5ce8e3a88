// A burst whose sender fell silent before its end: the phone was taken away, or its song interrupted.

import { DensitySpectrum } from '../../../dsp/spectrogram.js';
import type { Profile } from '../profiles.js';

const WINDOW_SECONDS = 0.0053;
const STEP_SECONDS = 0.01;
/** Silent for so long ... */
const SILENT_STEPS = 5;
/** ... below this share of what the burst's first third had. */
const SILENT_SHARE = 0.03;
/** Only of a burst that stands so far above the noise can it be said. */
const LEAST_RATIO = 15;

/**
 * @param samples - of the burst, from its start to where it should end
 * @param noiseDensity - mean of the band
 * @returns seconds from the burst's start to where it falls silent; undefined when it does not, or when that cannot be seen
 */
export function brokenOffAfter(
  samples: Float32Array,
  sampleRateHz: number,
  { preamble: { lowHz, highHz } }: Profile,
  noiseDensity: number,
): number | undefined {
  const spectrum = new DensitySpectrum(2 ** Math.round(Math.log2(WINDOW_SECONDS * sampleRateHz)), sampleRateHz);
  const first = Math.round(lowHz / spectrum.binHz);
  const last = Math.round(highHz / spectrum.binHz);
  const powers = new Float64Array(Math.floor(samples.length / sampleRateHz / STEP_SECONDS));
  for (let i = 0; i < powers.length; i++) {
    const densities = spectrum.at(samples, (i + 0.5) * STEP_SECONDS * sampleRateHz);
    for (let k = first; k <= last; k++) powers[i] += densities[k] / (last - first + 1);
  }
  const third = powers.slice(0, Math.ceil(powers.length / 3)).sort();
  const usual = third[third.length >> 1] ?? 0;
  if (usual < LEAST_RATIO * noiseDensity) return undefined;
  let silent = 0;
  for (let i = 0; i < powers.length; i++) {
    silent = powers[i] < SILENT_SHARE * usual + noiseDensity ? silent + 1 : 0;
    if (silent === SILENT_STEPS) return (i + 1 - SILENT_STEPS) * STEP_SECONDS;
  }
  return undefined;
}
