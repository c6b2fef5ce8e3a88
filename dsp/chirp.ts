// The preamble: triangular sweeps, a down chirp running into an up chirp, without a break in phase or frequency.
// A moving sender shifts the matched-filter peak of the down chirp to later and of the up chirp to
// earlier: the difference is the speed. (Down first: time dilation and Doppler shift then add in it instead of cancelling.)

import type { RealArray } from './fft.js';

/** One linear chirp pair over a band. */
export interface ChirpPair {
  readonly lowHz: number;
  readonly highHz: number;
  /** Length of one chirp; the pair is twice as long. */
  readonly chirpSeconds: number;
}

/** Frequency change per second of a chirp. */
export function sweepRateHzPerSecond(pair: ChirpPair): number {
  return (pair.highHz - pair.lowHz) / pair.chirpSeconds;
}

/** Phase in cycles at a time since the first pair began: f(t) falls from high to low, rises back, and so on. */
export function chirpPhaseCycles(pair: ChirpPair, seconds: number): number {
  const { lowHz, highHz, chirpSeconds: length } = pair;
  const halfRate = (highHz - lowHz) / length / 2;
  const cyclesPerPair = (lowHz + highHz) * length;
  const index = Math.floor(seconds / (2 * length));
  const t = seconds - index * 2 * length;
  const down = Math.min(t, length);
  const up = t - down;
  return index * cyclesPerPair + highHz * down - halfRate * down * down + lowHz * up + halfRate * up * up;
}

/**
 * Samples of repeated chirp pairs at amplitude 1.
 *
 * @param out - filled from the start; its length sets how much of the train is written
 */
export function writeChirpTrain(pair: ChirpPair, sampleRateHz: number, out: RealArray): void {
  for (let n = 0; n < out.length; n++) {
    const cycles = chirpPhaseCycles(pair, n / sampleRateHz);
    out[n] = Math.cos(2 * Math.PI * (cycles - Math.floor(cycles)));
  }
}

/**
 * Complex baseband of a stretch of a chirp train, amplitude 1, mixed with exp(-2 pi i centerHz t), t from the train's start.
 *
 * @param firstSample - baseband samples from the train's start to the stretch
 */
export function basebandTrain(
  pair: ChirpPair,
  centerHz: number,
  rateHz: number,
  firstSample: number,
  count: number,
): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(count);
  const im = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const t = (firstSample + n) / rateHz;
    const cycles = chirpPhaseCycles(pair, t) - centerHz * t;
    re[n] = Math.cos(2 * Math.PI * cycles);
    im[n] = Math.sin(2 * Math.PI * cycles);
  }
  return { re, im };
}

/** Complex baseband of the first up or down chirp of a train. */
export function basebandChirp(
  pair: ChirpPair,
  direction: 'up' | 'down',
  centerHz: number,
  rateHz: number,
): { re: Float64Array; im: Float64Array } {
  const count = Math.round(pair.chirpSeconds * rateHz);
  return basebandTrain(pair, centerHz, rateHz, direction === 'down' ? 0 : count, count);
}
