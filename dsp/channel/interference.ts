// Sounds that get in the way: whistles and clicks.

import { assertFloats, assertNumber } from '../../src/shared/assert.js';
import type { SeededRandom } from '../../src/shared/seeded-random.js';

/** A steady tone. */
export interface ToneConfig {
  readonly frequencyHz: number;
  /** Linear, where the transmission has peak 1. */
  readonly amplitude: number;
  readonly phaseRad?: number;
  /** 48000 when not given. */
  readonly sampleRateHz?: number;
}

/** Adds a steady tone. */
export function addTone(samples: Float32Array, config: ToneConfig): Float32Array {
  const { frequencyHz, amplitude, phaseRad = 0, sampleRateHz = 48000 } = config;
  assertFloats('samples', samples);
  assertNumber('frequencyHz', frequencyHz, 0, sampleRateHz / 2);
  assertNumber('amplitude', amplitude, 0, 1e6);
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
  return samples.map((x, n) => x + amplitude * Math.sin(phaseRad + step * n));
}

/** Clicks at random times. */
export interface ClickConfig {
  readonly clicksPerSecond: number;
  /** Height of the highest, linear, where the transmission has peak 1. */
  readonly amplitude: number;
  /** Time in which a click dies away by 8.7 dB; 1 ms when not given. */
  readonly decaySeconds?: number;
  /** 48000 when not given. */
  readonly sampleRateHz?: number;
}

/** Adds short bursts of decaying white noise as a Poisson process, each between a tenth of the amplitude and all of it. */
export function addClicks(samples: Float32Array, config: ClickConfig, random: SeededRandom): Float32Array {
  const { clicksPerSecond, amplitude, decaySeconds = 0.001, sampleRateHz = 48000 } = config;
  assertFloats('samples', samples);
  assertNumber('clicksPerSecond', clicksPerSecond, 1e-6, 1e4);
  assertNumber('amplitude', amplitude, 0, 1e6);
  assertNumber('decaySeconds', decaySeconds, 1e-5, 1);
  const out = samples.slice();
  const meanGap = sampleRateHz / clicksPerSecond;
  const length = Math.ceil(7 * decaySeconds * sampleRateHz);
  let start = -Math.log(1 - random.uniform()) * meanGap;
  while (start < out.length) {
    const first = Math.floor(start);
    const height = amplitude * random.between(0.1, 1);
    const last = Math.min(out.length, first + length);
    for (let n = first; n < last; n++) {
      out[n] += height * random.between(-1, 1) * Math.exp(-(n - first) / (decaySeconds * sampleRateHz));
    }
    start += 1 - Math.log(1 - random.uniform()) * meanGap;
  }
  return out;
}
