// How much of a burst's energy arrives too late to be of use: from what is still heard after its end, or, where the end is not
// known, from what its preamble heard of the room.

import type { EchoProfile } from '../../../dsp/burst-alignment.js';
import { DensitySpectrum } from '../../../dsp/spectrogram.js';
import type { Profile } from '../profiles.js';

/** FSK gathers echoes as long as they arrive within about a quarter of a symbol. */
const FSK_USABLE_SHARE = 0.25;
/** Windows in which what follows the end is heard. */
const TAIL_WINDOW_SECONDS = 0.0053;
/** Few windows make the share of late energy uncertain; much more than all is another sound. */
const MOST_SHARE = 0.9;
const SOMETHING_ELSE = 1.3;
/** A tail less than so many times the noise tells nothing. */
const LEAST_TAIL = 3;
/** Echoes before this are noise: the strongest path is at 0. */
const BEFORE_SECONDS = 0.005;

/** Longest delay of an echo that the waveform can use. */
export function usableEchoSeconds({ waveform, sampleRateHz, decimation }: Profile): number {
  const samples = waveform.kind === 'ofdm' ? waveform.cyclicPrefixSamples : FSK_USABLE_SHARE * waveform.fftSize;
  return (samples * decimation) / sampleRateHz;
}

/**
 * Late over early energy from the fall after a burst's end: what is heard a time t after the end of a steady sound is the
 * share of the room's answer that is later than t.
 *
 * @returns dB; NaN where the end is followed by something else, or by no sound, or drowns in noise
 */
export function lateEchoAfterEnd(
  samplesBetween: (fromSeconds: number, toSeconds: number) => Float32Array,
  sampleRateHz: number,
  profile: Profile,
  startSeconds: number,
  endSeconds: number,
): number {
  const windowSamples = 2 ** Math.round(Math.log2(TAIL_WINDOW_SECONDS * sampleRateHz));
  const spectrum = new DensitySpectrum(windowSamples, sampleRateHz);
  const half = windowSamples / 2 / sampleRateHz;
  const { lowHz, highHz } = profile.preamble;
  const powerAround = (seconds: number) => {
    const samples = samplesBetween(seconds - half, seconds + half);
    if (samples.length < windowSamples - 1) return Number.NaN;
    const densities = spectrum.at(samples, samples.length / 2);
    let sum = 0;
    for (let k = Math.round(lowHz / spectrum.binHz); k <= highHz / spectrum.binHz; k++) sum += densities[k];
    return sum;
  };
  const meanAround = (seconds: readonly number[]) => {
    const powers = seconds.map(powerAround).filter(Number.isFinite);
    return powers.reduce((sum, power) => sum + power, 0) / powers.length;
  };
  const length = endSeconds - startSeconds;
  const during = meanAround(Array.from({ length: 16 }, (_, i) => startSeconds + length * (0.4 + (0.5 * i) / 16)));
  const silence = [0.15, 0.17, 0.19, 0.21, 0.23].map((after) => endSeconds + after);
  const noise = Math.min(meanAround(silence), meanAround([1, 2, 3, 4].map((i) => startSeconds - 0.02 - 0.01 * i)));
  const usable = usableEchoSeconds(profile);
  const tail = meanAround([1, 2, 3, 4].map((step) => endSeconds + usable + step * half));
  const share = (tail - noise) / (during - noise);
  if (!(share < SOMETHING_ELSE) || (tail < LEAST_TAIL * noise && noise > 0.01 * during)) return Number.NaN;
  const late = Math.max(1e-4, Math.min(MOST_SHARE, share));
  return 10 * Math.log10(late / (1 - late));
}

/** Late over early energy from a preamble's echo profile. @returns dB */
export function lateEchoOfPreamble({ powers, originSamples }: EchoProfile, profile: Profile): number {
  const basebandRateHz = profile.sampleRateHz / profile.decimation;
  const usable = Math.round(usableEchoSeconds(profile) * basebandRateHz);
  const before = originSamples - Math.round(BEFORE_SECONDS * basebandRateHz);
  let noise = 0;
  for (let i = 0; i < before; i++) noise += powers[i] / before;
  let early = 0;
  let late = 0;
  for (let i = before; i < powers.length; i++) {
    if (i <= originSamples + usable) early += powers[i] - noise;
    else late += powers[i] - noise;
  }
  return early > 0 ? 10 * Math.log10(Math.max(1e-4, late / early)) : Number.NaN;
}
