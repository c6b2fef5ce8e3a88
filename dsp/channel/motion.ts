// Motion between loudspeaker and microphone, and clocks that do not agree: both stretch time.

import { assertFloats, assertInteger, assertNumber } from '../../src/shared/assert.js';
import { warpTime } from './time-warp.js';

/** In air of 20 degrees Celsius. */
export const SPEED_OF_SOUND_METERS_PER_SECOND = 343;

/** Distance between loudspeaker and microphone in metres, by the time since the first sample in seconds. */
export type Trajectory = (seconds: number) => number;

/**
 * A hand that sways to and fro: d(t) = d0 - a sin(2 pi t / period), with a chosen so that the speed peaks as asked for.
 *
 * @param peakSpeedMetersPerSecond - first towards the microphone where positive
 * @param periodSeconds - above 0
 */
export function swayingHand(peakSpeedMetersPerSecond: number, periodSeconds: number): Trajectory {
  assertNumber('peakSpeedMetersPerSecond', peakSpeedMetersPerSecond, -20, 20);
  assertNumber('periodSeconds', periodSeconds, 0.01, 1000);
  const amplitude = (peakSpeedMetersPerSecond * periodSeconds) / (2 * Math.PI);
  return (seconds) => Math.abs(amplitude) - amplitude * Math.sin((2 * Math.PI * seconds) / periodSeconds);
}

/**
 * What a microphone hears of a moving loudspeaker: y(t) = x(t - (d(t) - d(0)) / c).
 *
 * @param motion - a constant speed in m/s, in [-20, 20], positive when the two approach (all frequencies rise by speed / c);
 *   or a trajectory, which must stay below the speed of sound
 * @param sampleRateHz - integer in [8000, 192000]
 * @returns as many samples as it takes to hear all of x; the level is left alone
 */
export function applyMotion(samples: Float32Array, motion: number | Trajectory, sampleRateHz = 48000): Float32Array {
  assertFloats('samples', samples);
  assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
  if (typeof motion === 'number') {
    assertNumber('motion', motion, -20, 20);
    return stretch(samples, 1 + motion / SPEED_OF_SOUND_METERS_PER_SECOND);
  }
  const samplesPerMeter = sampleRateHz / SPEED_OF_SOUND_METERS_PER_SECOND;
  const start = motion(0);
  const positionAt = (n: number) => n - (motion(n / sampleRateHz) - start) * samplesPerMeter;
  let outputCount = 0;
  while (outputCount < 4 * samples.length && positionAt(outputCount) < samples.length) outputCount++;
  return warpTime(samples, outputCount, positionAt);
}

/**
 * What a receiver hears of a sender whose clock is off.
 *
 * @param ppm - parts per million, in [-10000, 10000]; positive when the sender's clock runs fast, so that the burst is heard
 *   shorter and higher
 */
export function applyClockOffset(samples: Float32Array, ppm: number): Float32Array {
  assertFloats('samples', samples);
  assertNumber('ppm', ppm, -10000, 10000);
  return stretch(samples, 1 + ppm * 1e-6);
}

function stretch(samples: Float32Array, step: number): Float32Array {
  return warpTime(samples, Math.ceil(samples.length / step), (n) => n * step);
}
