// Noise at a PSNR: the power of a full-scale sine (0.5) over the noise power in 0-24 kHz, for a transmission of peak 1.

import { assertFloats, assertInteger, assertNumber } from '../../src/shared/assert.js';
import type { SeededRandom } from '../../src/shared/seeded-random.js';

/** Power of a sine of amplitude 1. */
const FULL_SCALE_SINE_POWER = 0.5;
/** PSNR counts noise from 0 Hz up to here. */
const NOISE_BANDWIDTH_HZ = 24000;

/**
 * @param psnrDb - in [-100, 200]
 * @returns RMS of the noise between 0 and 24 kHz: sqrt(0.5 / 10^(psnrDb / 10))
 */
export function noiseRmsAtPsnr(psnrDb: number): number {
  assertNumber('psnrDb', psnrDb, -100, 200);
  return Math.sqrt(FULL_SCALE_SINE_POWER / 10 ** (psnrDb / 10));
}

/** @returns root of the mean square; 0 for no samples */
export function rms(samples: Float32Array): number {
  const sum = samples.reduce((total, x) => total + x * x, 0);
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/**
 * Adds white Gaussian noise.
 *
 * @param samples - the transmission, meant to have peak 1
 * @param psnrDb - in [-100, 200]
 * @param sampleRateHz - noise reaches up to half of it; its density is such that 0 to 24 kHz would hold the power asked for
 */
export function addWhiteNoise(
  samples: Float32Array,
  psnrDb: number,
  random: SeededRandom,
  sampleRateHz = 48000,
): Float32Array {
  assertFloats('samples', samples);
  assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
  const deviation = noiseRmsAtPsnr(psnrDb) * Math.sqrt(sampleRateHz / 2 / NOISE_BANDWIDTH_HZ);
  return samples.map((x) => x + deviation * random.normal());
}

/**
 * A stretch of a recording, from a random place on; the recording starts over where it ends.
 *
 * @param recording - at least one sample
 * @returns count samples
 */
export function cutNoise(recording: Float32Array, count: number, random: SeededRandom): Float32Array {
  assertFloats('recording', recording, 1);
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const start = random.below(recording.length);
  return Float32Array.from({ length: count }, (_, n) => recording[(start + n) % recording.length]);
}

/**
 * Adds recorded noise. The PSNR holds for the recording as a whole, so a loud moment in it is louder.
 *
 * @param samples - the transmission, meant to have peak 1
 * @param recording - noise at the same rate, of at most 48 kHz (all of it counts as within 0-24 kHz), not all zeros
 * @param psnrDb - in [-100, 200]
 * @param random - picks the place in the recording
 */
export function addNoise(
  samples: Float32Array,
  recording: Float32Array,
  psnrDb: number,
  random: SeededRandom,
): Float32Array {
  assertFloats('samples', samples);
  const level = rms(recording);
  assertNumber('RMS of the recording', level, Number.MIN_VALUE, Number.MAX_VALUE);
  const gain = noiseRmsAtPsnr(psnrDb) / level;
  const cut = cutNoise(recording, samples.length, random);
  return samples.map((x, n) => x + gain * cut[n]);
}
