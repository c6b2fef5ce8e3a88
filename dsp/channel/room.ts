// Rooms as impulse responses: through a room as measured, and through one heard from nearer than it was measured.
// DRR, the energy of the direct sound over that of all that follows, stands in for distance.

import { assertFloats, assertInteger, assertNumber } from '../../src/shared/assert.js';
import { convolve } from './convolution.js';

/** Direct sound: this much before its peak ... */
const DIRECT_BEFORE_SECONDS = 0.0005;
/** ... to this much after it. */
const DIRECT_AFTER_SECONDS = 0.0025;
/** The direct sound is where the response first reaches this part of its largest value ... */
const ONSET_FRACTION = 0.25;
/** ... moved to the peak of this stretch. */
const PEAK_SEARCH_SECONDS = 0.001;

/** The stretch of an impulse response that is its direct sound, in samples. */
export interface DirectSound {
  readonly startSamples: number;
  readonly peakSamples: number;
  /** First sample after it. */
  readonly endSamples: number;
}

/**
 * Finds the direct sound: from 0.5 ms before to 2.5 ms after the peak that follows the first quarter-height sample.
 *
 * @param impulseResponse - at least one sample
 * @param sampleRateHz - integer in [8000, 192000]
 */
export function findDirectSound(impulseResponse: Float32Array, sampleRateHz = 48000): DirectSound {
  assertFloats('impulseResponse', impulseResponse, 1);
  assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
  const largest = impulseResponse.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const onset = impulseResponse.findIndex((x) => Math.abs(x) >= ONSET_FRACTION * largest);
  const last = Math.min(impulseResponse.length - 1, onset + Math.round(PEAK_SEARCH_SECONDS * sampleRateHz));
  let peak = onset;
  for (let n = onset; n <= last; n++) if (Math.abs(impulseResponse[n]) > Math.abs(impulseResponse[peak])) peak = n;
  return {
    startSamples: Math.max(0, peak - Math.round(DIRECT_BEFORE_SECONDS * sampleRateHz)),
    peakSamples: peak,
    endSamples: Math.min(impulseResponse.length, peak + Math.round(DIRECT_AFTER_SECONDS * sampleRateHz) + 1),
  };
}

function energy(samples: Float32Array): number {
  return samples.reduce((sum, x) => sum + x * x, 0);
}

/** @returns energy of the direct sound over that of all that follows, in dB; Infinity when nothing follows */
export function directToReverberantDb(impulseResponse: Float32Array, sampleRateHz = 48000): number {
  const direct = findDirectSound(impulseResponse, sampleRateHz);
  const directEnergy = energy(impulseResponse.subarray(direct.startSamples, direct.endSamples));
  return 10 * Math.log10(directEnergy / energy(impulseResponse.subarray(direct.endSamples)));
}

/**
 * The same room heard from nearer: the direct sound is scaled until it stands at drrDb over all that follows.
 * A room that is drier than asked for is made wetter, so the result always has the ratio asked for.
 *
 * @param impulseResponse - K samples
 * @param drrDb - in [-40, 60]
 * @returns K samples; a copy where nothing follows the direct sound
 */
export function nearRoom(impulseResponse: Float32Array, drrDb: number, sampleRateHz = 48000): Float32Array {
  assertNumber('drrDb', drrDb, -40, 60);
  const present = directToReverberantDb(impulseResponse, sampleRateHz);
  const near = impulseResponse.slice();
  if (!Number.isFinite(present)) return near;
  const { startSamples, endSamples } = findDirectSound(impulseResponse, sampleRateHz);
  const gain = 10 ** ((drrDb - present) / 20);
  for (let n = startSamples; n < endSamples; n++) near[n] *= gain;
  return near;
}

/**
 * Sound through a room.
 *
 * @param samples - N samples
 * @param impulseResponse - K samples at the same rate
 * @returns N + K - 1 samples; what precedes the direct sound in the response stays as a delay
 */
export function applyRoom(samples: Float32Array, impulseResponse: Float32Array): Float32Array {
  return convolve(samples, impulseResponse);
}
