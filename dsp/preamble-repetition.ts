// How time runs in a burst, by its preamble's repeating itself: whatever a room makes of a pair of chirps it makes of the next
// as well, so that the stretch under which the pairs agree is the sender's, even where no single path stands out.

import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement, BurstSync } from './burst-demodulator.js';
import { sharedFft } from './fft.js';
import { limitImpulses } from './impulse-limiter.js';
import { TimeMap } from './time-map.js';

/** How far the detector may have taken the peaks of down and up chirps apart, in baseband samples: two paths of like strength. */
const PEAKS_APART_SAMPLES = 1.7;
/**
 * What it is mostly off by, in the same measure: about the root mean square in white noise at the limit of the robust profiles
 * (burst-detector.test.ts). Where rooms take it further off the repeats say so clearly; repeats in noise alone agree by chance a turn of
 * the carrier away.
 */
const USUAL_ERROR_SAMPLES = 0.2;
/** Pairs are never taken to be more alike than this. */
const MOST_LIKENESS = 0.95;
/** Steps of the search in which the highest frequency turns once between first and last pair. */
const STEPS_PER_TURN = 6;
/** Half width over which the preamble's power is smoothed to whiten it. */
const SMOOTHING_HZ = 100;

/**
 * Time dilation of a burst whose preamble repeats its chirp pair: the likeliest by how its repeats add up and by what the
 * detector found.
 *
 * Energy of the sum of all pairs, each shifted back by its place, over all frequencies of the band:
 *   J(a) = sum over L = 1 .. P-1 of Re R(L 2T / (1 + a)) with R the autocorrelation of the whitened passband preamble.
 * That gives the likelihood of the dilation for an unknown room, which the chirps' peaks do not. Their error e is taken to follow
 * Cauchy's distribution, ln p(e) = -ln(1 + (e / usual error)^2): mostly small, at times large.
 *
 * @returns the dilation, or that of `sync` where the preamble has one pair
 */
export function dilationByRepetition(buffer: BasebandBuffer, placement: BasebandPlacement, sync: BurstSync): number {
  const { pair, basebandRateHz, centerHz } = placement;
  const pairSamples = 2 * pair.chirpSeconds * basebandRateHz;
  const pairCount = Math.round(sync.offsetSamples / pairSamples);
  if (pairCount < 2) return sync.dilation;
  const { chirpSeconds, lowHz, highHz } = pair;
  const carrierRad = (2 * Math.PI * centerHz) / basebandRateHz;
  const spectrum = whitenedPower(buffer, new TimeMap(sync.startSamples, sync.dilation, carrierRad), sync, placement);
  const shiftPerDilation = (centerHz * chirpSeconds * basebandRateHz) / (highHz - lowHz);
  const reach = PEAKS_APART_SAMPLES / (2 * shiftPerDilation + pairSamples / 2);
  const turns = (highHz * pairSamples * (pairCount - 1)) / basebandRateHz;
  const steps = Math.ceil(reach * turns * STEPS_PER_TURN);
  // A chirp pair need not hold whole turns.
  const turnRad = 2 * Math.PI * (((lowHz + highHz) * chirpSeconds) % 1);
  const values = new Float64Array(2 * steps + 1);
  for (let i = 0; i < values.length; i++) {
    const error = (reach * (i - steps)) / steps;
    values[i] = repetition(spectrum, pairSamples / (1 + error), turnRad, pairCount);
  }
  const natsPerUnit = natsPerRepetition(spectrum, Math.max(...values), pairCount);
  if (!(natsPerUnit > 0)) return sync.dilation;
  const usualError = (reach * USUAL_ERROR_SAMPLES) / PEAKS_APART_SAMPLES;
  for (let i = 0; i < values.length; i++) {
    const error = (reach * (i - steps)) / steps;
    values[i] = natsPerUnit * values[i] - Math.log1p((error / usualError) ** 2);
  }
  const top = topOf(values);
  const error = (reach * (top - steps)) / steps;
  return (1 + sync.dilation) * (1 + error) - 1;
}

/** Power of equally spaced frequencies of the passband. */
interface PowerSpectrum {
  readonly firstRadPerSample: number;
  readonly stepRadPerSample: number;
  /** Their mean is about 1. */
  readonly power: Float64Array;
  /** Frequencies for each independent one. */
  readonly oversampling: number;
}

/** Power spectrum of the preamble in its band, over its own smoothed self. */
function whitenedPower(
  buffer: BasebandBuffer,
  map: TimeMap,
  sync: BurstSync,
  { pair, basebandRateHz, centerHz }: BasebandPlacement,
): PowerSpectrum {
  const count = Math.ceil(sync.offsetSamples);
  const size = 2 ** Math.ceil(Math.log2(2 * count)); // room for every lag without wrapping round
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const heardRe = re.subarray(0, count);
  const heardIm = im.subarray(0, count);
  buffer.read(map.plan(0), heardRe, heardIm);
  limitImpulses(heardRe, heardIm);
  sharedFft(size).forward(re, im, re, im);
  const binHz = basebandRateHz / size;
  const half = Math.round(SMOOTHING_HZ / binHz);
  const first = Math.ceil((pair.lowHz - centerHz) / binHz);
  const power = new Float64Array(Math.floor((pair.highHz - centerHz) / binHz) - first + 1);
  const prefix = new Float64Array(power.length + 1);
  for (let i = 0; i < power.length; i++) {
    const k = (first + i) & (size - 1);
    power[i] = re[k] * re[k] + im[k] * im[k];
    prefix[i + 1] = prefix[i] + power[i];
  }
  for (let i = 0; i < power.length; i++) {
    const from = Math.max(0, i - half);
    const to = Math.min(power.length, i + half + 1);
    power[i] *= (to - from) / (prefix[to] - prefix[from] || 1);
  }
  const stepRadPerSample = (2 * Math.PI) / size;
  const firstRadPerSample = (2 * Math.PI * centerHz) / basebandRateHz + first * stepRadPerSample;
  return { firstRadPerSample, stepRadPerSample, power, oversampling: size / count };
}

/**
 * Real part of the sum of power exp(i L (omega lag - turn)) over L = 1 .. pairCount - 1: how far the pairs repeat one another. The
 * cosines of multiples follow from the first: cos(L x) = 2 cos(x) cos((L - 1) x) - cos((L - 2) x).
 */
function repetition(
  { power, firstRadPerSample, stepRadPerSample }: PowerSpectrum,
  lag: number,
  turnRad: number,
  pairCount: number,
): number {
  const stepCos = Math.cos(stepRadPerSample * lag);
  const stepSin = Math.sin(stepRadPerSample * lag);
  let cos = Math.cos(firstRadPerSample * lag - turnRad);
  let sin = Math.sin(firstRadPerSample * lag - turnRad);
  let sum = 0;
  for (let i = 0; i < power.length; i++) {
    let multiples = cos;
    let before = 1;
    let latest = cos;
    for (let L = 2; L < pairCount; L++) {
      const next = 2 * cos * latest - before;
      before = latest;
      latest = next;
      multiples += next;
    }
    sum += power[i] * multiples;
    const next = cos * stepCos - sin * stepSin;
    sin = cos * stepSin + sin * stepCos;
    cos = next;
  }
  return sum;
}

/**
 * Log-likelihood of a dilation over `repetition` under it: P Gaussian numbers of unit variance of which any two have the covariance
 * r, the share of what repeats, have ln p = c |their sum|^2 + what does not depend on it, c = r / ((1 - r) (1 + (P - 1) r)).
 *
 * @param most - the largest repetition, which is (P - 1) / 2 r a frequency; 0 or less if nothing repeats, and so is the result
 */
function natsPerRepetition({ power, oversampling }: PowerSpectrum, most: number, pairCount: number): number {
  const likeness = Math.min(MOST_LIKENESS, (2 * most) / ((pairCount - 1) * power.length));
  return (2 * likeness) / ((1 - likeness) * (1 + (pairCount - 1) * likeness) * oversampling);
}

/** Place of the largest value, between the places by a parabola. */
function topOf(values: Float64Array): number {
  let top = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[top]) top = i;
  if (top === 0 || top === values.length - 1) return top;
  const curvature = values[top - 1] - 2 * values[top] + values[top + 1];
  return curvature < 0 ? top + (values[top - 1] - values[top + 1]) / (2 * curvature) : top;
}
