// Loudspeakers and microphones as filters: from a table of levels to a minimum-phase impulse response.
// Reference: Oppenheim, Schafer, "Discrete-Time Signal Processing", section 12.2 (minimum phase from the real cepstrum).

import { assertFloats, assertInteger } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { Fft } from '../fft.js';
import { convolve } from './convolution.js';

/** Level at one frequency; between points it is interpolated in dB over a linear frequency axis. */
export interface ResponsePoint {
  readonly frequencyHz: number;
  readonly levelDb: number;
}

function table(...points: readonly (readonly [number, number])[]): readonly ResponsePoint[] {
  return points.map(([frequencyHz, levelDb]) => ({ frequencyHz, levelDb }));
}

/**
 * A telephone playing to a telephone, after two measured ones: no bass, 24 dB down at 18 kHz and falling by 10 dB a kHz there,
 * with the ripple that a small housing gives.
 */
export const PHONE_RESPONSE: readonly ResponsePoint[] = table(
  [0, -60],
  [200, -30],
  [500, -14],
  [1000, -8],
  [1500, -3],
  [2500, 0],
  [3200, -2.5],
  [4000, 2],
  [5000, -1.5],
  [6500, 1],
  [8000, -3],
  [10000, -7],
  [12000, -8],
  [14000, -11],
  [16000, -13],
  [17000, -15],
  [18000, -24],
  [19000, -34],
  [20000, -44],
  [21000, -54],
  [24000, -70],
);

/** A vending machine's small loudspeaker or microphone: no low bass, a soft fall of the treble. */
export const SMALL_SPEAKER_RESPONSE: readonly ResponsePoint[] = table(
  [0, -50],
  [150, -20],
  [400, -3],
  [1000, 0],
  [5000, 0],
  [9000, -3],
  [14000, -5],
  [20000, -9],
  [24000, -20],
);

const FFT_SIZE = 8192;

/** @returns level at a frequency, in dB; before the first and after the last point the level of that point */
export function levelAt(response: readonly ResponsePoint[], frequencyHz: number): number {
  const after = response.findIndex((point) => point.frequencyHz >= frequencyHz);
  if (after === 0) return response[0].levelDb;
  if (after < 0) return response[response.length - 1].levelDb;
  const low = response[after - 1];
  const high = response[after];
  const part = (frequencyHz - low.frequencyHz) / (high.frequencyHz - low.frequencyHz);
  return low.levelDb + part * (high.levelDb - low.levelDb);
}

/** What a filter is made from. */
export interface DeviceFilterConfig {
  /** At least one point, by rising frequency. */
  readonly response: readonly ResponsePoint[];
  /** 48000 when not given. */
  readonly sampleRateHz?: number;
  /** Length of the filter, in [16, 4096]; 1024 when not given. */
  readonly tapCount?: number;
}

/**
 * The minimum-phase filter with a given response: like a real device it answers at once and rings after.
 *
 * @returns tapCount samples; 0 dB is a gain of 1
 * @throws TillsongError `ERR_LENGTH` or `ERR_RANGE` when the points are none or not by rising frequency
 */
export function deviceFilter(config: DeviceFilterConfig): Float32Array {
  const { response, sampleRateHz = 48000, tapCount = 1024 } = config;
  if (response.length === 0) throw new TillsongError('ERR_LENGTH', 'response: expected at least one point, got none');
  if (response.some((point, i) => i > 0 && !(point.frequencyHz > response[i - 1].frequencyHz)))
    throw new TillsongError('ERR_RANGE', 'response: expected points by rising frequency, got another order');
  assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
  assertInteger('tapCount', tapCount, 16, FFT_SIZE / 2);
  const fft = new Fft(FFT_SIZE);
  const re = new Float64Array(FFT_SIZE);
  const im = new Float64Array(FFT_SIZE);
  for (let k = 0; k < FFT_SIZE; k++) {
    const frequencyHz = (Math.min(k, FFT_SIZE - k) * sampleRateHz) / FFT_SIZE;
    re[k] = (levelAt(response, frequencyHz) / 20) * Math.LN10; // ln |H|
  }
  fft.inverse(re, im, re, im); // real cepstrum: even
  for (let n = 1; n < FFT_SIZE / 2; n++) re[n] *= 2; // folded on to positive times: minimum phase
  re.fill(0, FFT_SIZE / 2 + 1);
  im.fill(0);
  fft.forward(re, im, re, im);
  for (let k = 0; k < FFT_SIZE; k++) {
    const magnitude = Math.exp(re[k]);
    re[k] = magnitude * Math.cos(im[k]);
    im[k] = magnitude * Math.sin(im[k]);
  }
  fft.inverse(re, im, re, im);
  return Float32Array.from({ length: tapCount }, (_, n) => re[n] * fadeOut(n / tapCount));
}

/** 1 up to a half, then down to 0 as a raised cosine, so that cutting the filter off leaves no step. */
function fadeOut(part: number): number {
  return part < 0.5 ? 1 : 0.5 + 0.5 * Math.cos(2 * Math.PI * (part - 0.5));
}

/**
 * Sound through a loudspeaker or a microphone.
 *
 * @param samples - N samples
 * @param impulseResponse - K samples at the same rate
 * @returns N + K - 1 samples
 */
export function applyDevice(samples: Float32Array, impulseResponse: Float32Array): Float32Array {
  assertFloats('samples', samples);
  return convolve(samples, impulseResponse);
}
