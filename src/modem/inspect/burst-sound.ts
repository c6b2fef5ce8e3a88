// What can be measured of a burst's sound without decoding it: level, signal and noise over the band, flattened tops, gaps, and
// how the room answers after its end.

import { type MeanSpectrum, meanSpectrum } from '../../../dsp/spectrogram.js';
import type { Profile } from '../profiles.js';
import { brokenOffAfter } from './broken-off.js';
import type { BurstSound, Interferer } from './inspection.js';
import { flatTops, longestRun } from './sample-faults.js';

/** Windows of the spectra: about 11 ms. */
const WINDOW_SECONDS = 0.0107;
/** Parts of the band that are looked at one by one. */
const SUB_BANDS = 32;
/** Noise is heard in a stretch this long, this far before or after the burst (the room must have fallen silent). */
const NOISE_SECONDS = 0.3;
const NOISE_DISTANCE_SECONDS = 0.02;
const SILENCE_SECONDS = 0.15;
/** Less is not worth a spectrum. */
const LEAST_NOISE_SECONDS = 0.03;
/** Neighbourhood of a steady tone that counts neither as noise nor as signal. */
const INTERFERER_WIDTH_HZ = 150;
/** Noise before and after that differs by less than this factor is one noise. */
const ALIKE = 2;
const LOWEST_DENSITY = 1e-18;

export interface SoundOfBurst {
  readonly samplesBetween: (fromSeconds: number, toSeconds: number) => Float32Array;
  readonly sampleRateHz: number;
  readonly profile: Profile;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly interferers: readonly Interferer[];
  /** The recording's noise, for a burst with no silence around it. */
  readonly noiseDensityAt: (frequencyHz: number) => number;
  readonly neededSnrDb: number;
  readonly lateEchoDb: number;
}

export function measureSound(burst: SoundOfBurst): BurstSound {
  const { samplesBetween, sampleRateHz, profile, startSeconds, endSeconds, neededSnrDb, lateEchoDb } = burst;
  const samples = samplesBetween(startSeconds, endSeconds);
  const windowSamples = 2 ** Math.round(Math.log2(WINDOW_SECONDS * sampleRateHz));
  const heard = meanSpectrum(samples, sampleRateHz, windowSamples);
  const noise = noiseSpectrum(burst, windowSamples, heard);
  const { lowHz, highHz } = profile.preamble;
  const widthHz = (highHz - lowHz) / SUB_BANDS;
  const frequenciesHz = Float64Array.from({ length: SUB_BANDS }, (_, k) => lowHz + (k + 0.5) * widthHz);
  const powerOf = (spectrum: MeanSpectrum) =>
    frequenciesHz.map((hz) => densityBetween(spectrum, hz - widthHz / 2, hz + widthHz / 2));
  const noisePower = powerOf(noise);
  const signalPower = powerOf(heard).map((power, k) => Math.max(LOWEST_DENSITY, power - noisePower[k]));
  return {
    peakDbfs: 20 * Math.log10(samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 1e-9)),
    rmsDbfs: 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 1e-18) / Math.max(1, samples.length) / 0.5),
    snrDb: quietSnrDb(frequenciesHz, signalPower, noisePower, burst.interferers, widthHz),
    neededSnrDb,
    frequenciesHz,
    signalDb: signalPower.map((power) => 10 * Math.log10(power)),
    noiseDb: noisePower.map((power) => 10 * Math.log10(power)),
    ...flatTops(samples),
    longestGapSeconds: longestRun(samples) / sampleRateHz,
    brokenOffAfterSeconds: brokenOffAfter(samples, sampleRateHz, profile, densityBetween(noise, lowHz, highHz)),
    lateEchoDb,
  };
}

/** Before and after together, or the quieter of the two where they differ; the recording's where neither was heard. */
function noiseSpectrum(burst: SoundOfBurst, windowSamples: number, { binHz, densities }: MeanSpectrum): MeanSpectrum {
  const { samplesBetween, sampleRateHz, startSeconds, endSeconds, profile, noiseDensityAt } = burst;
  const beforeEnd = startSeconds - NOISE_DISTANCE_SECONDS;
  const afterStart = endSeconds + SILENCE_SECONDS;
  const [first, second] = [
    samplesBetween(beforeEnd - NOISE_SECONDS, beforeEnd),
    samplesBetween(afterStart, afterStart + NOISE_SECONDS),
  ]
    .filter(({ length }) => length >= Math.max(windowSamples, LEAST_NOISE_SECONDS * sampleRateHz))
    .map((samples) => meanSpectrum(samples, sampleRateHz, windowSamples));
  if (!first) return { binHz, densities: densities.map((_, k) => noiseDensityAt(k * binHz)) };
  if (!second) return first;
  const { lowHz, highHz } = profile.preamble;
  const [one, other] = [first, second].map((spectrum) => densityBetween(spectrum, lowHz, highHz));
  if (Math.max(one, other) > ALIKE * Math.min(one, other)) return one < other ? first : second;
  return { binHz, densities: first.densities.map((density, k) => (density + second.densities[k]) / 2) };
}

/** Mean density of a stretch of a spectrum. */
function densityBetween({ binHz, densities }: MeanSpectrum, lowHz: number, highHz: number): number {
  const first = Math.min(densities.length - 1, Math.max(0, Math.round(lowHz / binHz)));
  const last = Math.min(densities.length, Math.max(first + 1, Math.round(highHz / binHz)));
  let sum = 0;
  for (let k = first; k < last; k++) sum += densities[k];
  return Math.max(LOWEST_DENSITY, sum / (last - first));
}

/** In-band SNR without the parts of the band that hold a steady tone. */
function quietSnrDb(
  frequenciesHz: Float64Array,
  signal: Float64Array,
  noise: Float64Array,
  interferers: readonly Interferer[],
  widthHz: number,
): number {
  let signalSum = 0;
  let noiseSum = 0;
  frequenciesHz.forEach((hz, k) => {
    const reach = widthHz / 2 + INTERFERER_WIDTH_HZ;
    if (interferers.some(({ frequencyHz }) => Math.abs(frequencyHz - hz) < reach)) return;
    signalSum += signal[k];
    noiseSum += noise[k];
  });
  return noiseSum > 0 ? 10 * Math.log10(signalSum / noiseSum) : Number.NaN;
}
