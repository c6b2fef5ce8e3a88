// Levels: what amplifiers, cables and volume controls do.

import { assertFloats, assertNumber } from '../../src/shared/assert.js';
import type { SeededRandom } from '../../src/shared/seeded-random.js';

/** @returns largest magnitude; 0 for no samples */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const x of samples) if (Math.abs(x) > peak) peak = Math.abs(x);
  return peak;
}

/** @returns the samples scaled so that their peak is the one asked for (1 when not given); silence stays as it is */
export function scaleToPeak(samples: Float32Array, peak = 1): Float32Array {
  assertFloats('samples', samples);
  const present = peakOf(samples);
  return applyGain(samples, present > 0 ? 20 * Math.log10(peak / present) : 0);
}

/** @param gainDb - in [-300, 300] */
export function applyGain(samples: Float32Array, gainDb: number): Float32Array {
  assertFloats('samples', samples);
  assertNumber('gainDb', gainDb, -300, 300);
  const gain = 10 ** (gainDb / 20);
  return samples.map((x) => gain * x);
}

/** A loudspeaker wired the wrong way round. */
export function invertPolarity(samples: Float32Array): Float32Array {
  assertFloats('samples', samples);
  return samples.map((x) => -x);
}

/** A microphone input that does not rest at 0. */
export function addDcOffset(samples: Float32Array, offset: number): Float32Array {
  assertFloats('samples', samples);
  assertNumber('offset', offset, -1e6, 1e6);
  return samples.map((x) => x + offset);
}

/** How an automatic gain or a hand over the microphone changes the level. */
export interface GainStepConfig {
  /** Mean time between two steps, above 0. */
  readonly meanIntervalSeconds: number;
  /** Each stretch gets a gain between -rangeDb and 0 dB, in [0, 100]. */
  readonly rangeDb: number;
  /** 48000 when not given. */
  readonly sampleRateHz?: number;
}

/** Sudden changes of level at random times, each stretch with its own gain. */
export function applyGainSteps(samples: Float32Array, config: GainStepConfig, random: SeededRandom): Float32Array {
  const { meanIntervalSeconds, rangeDb, sampleRateHz = 48000 } = config;
  assertFloats('samples', samples);
  assertNumber('meanIntervalSeconds', meanIntervalSeconds, 1e-4, 1e6);
  assertNumber('rangeDb', rangeDb, 0, 100);
  const out = samples.slice();
  for (let start = 0; start < out.length; ) {
    const length = 1 + Math.round(-Math.log(1 - random.uniform()) * meanIntervalSeconds * sampleRateHz);
    const gain = 10 ** (random.between(-rangeDb, 0) / 20);
    const end = Math.min(out.length, start + length);
    for (let n = start; n < end; n++) out[n] *= gain;
    start = end;
  }
  return out;
}
