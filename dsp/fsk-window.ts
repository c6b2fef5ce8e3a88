// When to open an FSK burst's windows in a room. Each hears the part of every path's symbol that falls into it: the best
// place is where the echoes' energy comes, which need not be where the strongest single path is.

import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement } from './burst-demodulator.js';
import { limitImpulses } from './impulse-limiter.js';
import { sharedPairFilter } from './pair-filter.js';
import type { TimeMap } from './time-map.js';

/** How far from the strongest path the windows may be moved. */
const REACH_SECONDS = 0.06;
/** Powers by delay are smoothed over this to each side: noise that is cut off at 0 does not average out. */
const SMOOTHING_SECONDS = 0.0005;
/** Places tried in a window's length. */
const PLACES_PER_WINDOW = 128;
/**
 * What a window hears of the next symbol, over all energy, that is as bad as the noise: without it a strong burst's windows would hear
 * less of their own symbol than they could, for the sake of a next one that does no harm. A third or three times as much serves rooms as
 * measured hardly worse.
 */
const HARMLESS_SHARE = 0.03;
/**
 * What a window hears of earlier symbols is as bad as this share of the next one: the tone judge knows of it, but it hides faint
 * tones. Without it a burst whose room rings long may have its windows opened most of a symbol too early, where little of the next is
 * heard, and little of their own. 0.05 to 0.2 serve far rooms alike.
 */
const RINGING_SHARE = 0.1;
/** Power of all sounding tones over that of the preamble, at the same peak: they are 1.7 to 2.1 dB below it. */
const TONES_POWER = 0.63;
/**
 * So many standard deviations of noise are taken off the power at each delay: what is left by chance, cut off at 0 and summed over 0.1 s
 * of delays, is otherwise more than a faint burst's one path, and the windows follow it (preamble-repetition.test.ts).
 */
const NOISE_DEVIATIONS = 2;
/** A pair's autocorrelation has half the energy of its peak beside it, a third of all; and that is not even. */
const SIDELOBE_SHARE = 0.75;
/** Sweeps of the least squares, whose few unknowns each are mostly told by one value. */
const SWEEPS = 12;

/** What the windows are for. */
export interface WindowSearch {
  readonly placement: BasebandPlacement;
  /** Sent baseband samples of the preamble. */
  readonly preambleSamples: number;
  /** Baseband samples of a window. */
  readonly fftSize: number;
  /** Tones that sound at a time. */
  readonly groupCount: number;
}

/** The largest shift, and how far beyond the preamble the baseband must be known for it besides a window: baseband samples. */
export function windowReachSamples({ basebandRateHz }: BasebandPlacement): number {
  return Math.round((REACH_SECONDS + SMOOTHING_SECONDS) * basebandRateHz);
}

/**
 * Where the windows hear most of their own symbol S = sum of P (1 - x / N)^2 for little of the next, I = sum of P (x / N)^2 over the
 * paths of power P that come x samples before the window's own time, and of those before, R, the same over the paths that come after
 * it: the largest S / (I + share of R + share of all P + noise). What rings from the symbols before is mostly the tone judge's
 * business, which knows of it; of the next symbol it does not.
 *
 * @param map - the preamble's clock by its strongest path
 * @returns baseband samples to shift all windows by; 0 where the preamble has one pair of chirps
 */
export function windowShiftSamples(buffer: BasebandBuffer, map: TimeMap, search: WindowSearch): number {
  const { placement, fftSize } = search;
  if (pairCountOf(search) < 2) return 0;
  const step = Math.max(1, Math.floor(fftSize / PLACES_PER_WINDOW));
  const window = Math.floor(fftSize / step);
  const reach = Math.floor((REACH_SECONDS * placement.basebandRateHz) / step);
  const heard = pathPowers(buffer, map, search, (reach + window) * step);
  const powers = inSteps(heard.powers, step);
  const sums = momentSums(powers);
  const noise = heard.toneNoise + HARMLESS_SHARE * sums.power[powers.length];
  let best = 0;
  let most = 0;
  for (let shift = -reach; shift <= reach; shift++) {
    const center = reach + window + shift;
    const before = partsOf(sums, center - window, center, center, window);
    const behind = partsOf(sums, center, center + window, center, window);
    const own = before.own + behind.own;
    const next = sums.power[center - window] + before.distant;
    const ringing = behind.distant + sums.power[powers.length] - sums.power[center + window];
    const harm = next + RINGING_SHARE * ringing + noise;
    if (own <= most * harm) continue;
    most = own / harm;
    best = shift * step;
  }
  return best;
}

function pairCountOf({ placement, preambleSamples }: WindowSearch): number {
  const { pair, basebandRateHz } = placement;
  return Math.round(preambleSamples / (2 * pair.chirpSeconds * basebandRateHz));
}

/** Sums of P, i P and i^2 P over the places i before each. */
interface MomentSums {
  readonly power: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function momentSums(powers: Float64Array): MomentSums {
  const [power, first, second] = [0, 1, 2].map(() => new Float64Array(powers.length + 1));
  for (let i = 0; i < powers.length; i++) {
    power[i + 1] = power[i] + powers[i];
    first[i + 1] = first[i] + i * powers[i];
    second[i + 1] = second[i] + i * i * powers[i];
  }
  return { power, first, second };
}

/** Sums of P (1 - d)^2 and P d^2 over the places from `from` up to `to`, all d windows to one side of the center. */
function partsOf({ power, first, second }: MomentSums, from: number, to: number, center: number, window: number) {
  const all = power[to] - power[from];
  const offsets = first[to] - first[from] - center * all;
  const squares = second[to] - second[from] - center * (2 * offsets + center * all);
  const distant = squares / (window * window);
  return { own: all - (2 * Math.abs(offsets)) / window + distant, distant };
}

/** Sums around every step-th value, the first and the last among them. */
function inSteps(values: Float64Array, step: number): Float64Array {
  const out = new Float64Array(Math.ceil(values.length / step));
  const early = step >> 1;
  for (let i = 0; i < values.length; i++) out[Math.min(out.length - 1, Math.floor((i + early) / step))] += values[i];
  return out;
}

interface PathPowers {
  /** By delay from -reach to reach. */
  readonly powers: Float64Array;
  /** Noise of a tone's bin, on their scale: a path whose sounding tone is as strong as that has its powers add up to it. */
  readonly toneNoise: number;
}

/**
 * Power by delay from -reach to reach. A path is also heard a pair's length early and late, by all P pairs but one, and so
 * on: k pairs off by (P - k) (P - k - 1) products of different pairs. Undone by least squares with no power below 0, and of equal
 * fits one of little power: what noise makes is taken off.
 */
function pathPowers(buffer: BasebandBuffer, map: TimeMap, search: WindowSearch, reach: number): PathPowers {
  const { fftSize, groupCount } = search;
  const { basebandRateHz, pair } = search.placement;
  const half = Math.round(SMOOTHING_SECONDS * basebandRateHz);
  const repeated = repeatedPowers(buffer, map, search, reach + half);
  const heard = movingMean(repeated.powers, half);
  const pairSamples = Math.round(2 * pair.chirpSeconds * basebandRateHz);
  const pairCount = pairCountOf(search);
  // Beyond both ends nothing is known: 0.
  const margin = Math.max(0, pairCount - 2) * pairSamples;
  const padded = new Float64Array(heard.length + 2 * margin);
  const lobeSamples = basebandRateHz / (pair.highHz - pair.lowHz);
  // P (P - 1) products of two of the noise each, averaged over the lobes that fall into the smoothing.
  const products = Math.max(1, pairCount * (pairCount - 1));
  const chance = NOISE_DEVIATIONS * repeated.noise * Math.sqrt(products / Math.max(1, (2 * half + 1) / lobeSamples));
  for (let sweep = 0; sweep < SWEEPS && pairCount > 1; sweep++) {
    for (let i = 0, at = margin; i < heard.length; i++, at++) {
      let rest = heard[i];
      for (let k = 1; k < pairCount - 1; k++) {
        const distantProducts = (pairCount - k) * (pairCount - k - 1);
        rest -= distantProducts * (padded[at - k * pairSamples] + padded[at + k * pairSamples]);
      }
      padded[at] = Math.max(0, (rest - chance) / products);
    }
  }
  const powers = padded.subarray(margin, margin + heard.length);
  const noisePerBin = (repeated.noise * pairSamples * groupCount) / (TONES_POWER * fftSize);
  return { powers: withoutSidelobes(powers, pairSamples), toneNoise: noisePerBin * lobeSamples };
}

/**
 * What the pairs have in common by delay: |sum of c|^2 - sum of |c|^2 over the pairs, c what a filter matched to one hears. What
 * does not repeat, noise or the symbols that follow, averages to 0. How far the pairs differ before the first path is the noise
 * of one c: its mean square, by the median.
 */
function repeatedPowers(
  buffer: BasebandBuffer,
  map: TimeMap,
  search: WindowSearch,
  reach: number,
): { powers: Float64Array; noise: number } {
  const { placement, preambleSamples } = search;
  const { pair, centerHz, basebandRateHz } = placement;
  const pairSamples = Math.round(2 * pair.chirpSeconds * basebandRateHz);
  const pairCount = pairCountOf(search);
  const { re, im } = matchedToPair(buffer, map, placement, { reach, count: preambleSamples + 2 * reach });
  // The phase by which one pair is ahead of the one before; 0 where pairs hold whole turns of chirp and carrier.
  const turnRad = 2 * Math.PI * (((pair.lowHz + pair.highHz - 2 * centerHz) * pair.chirpSeconds) % 1);
  const powers = new Float64Array(2 * reach + 1);
  for (let p = 0; p < pairCount; p++) {
    const cos = Math.cos(p * turnRad);
    const sin = Math.sin(p * turnRad);
    for (let i = 0, j = p * pairSamples; i < powers.length; i++, j++) {
      const x = re[j];
      re[j] = x * cos + im[j] * sin;
      im[j] = im[j] * cos - x * sin;
    }
  }
  const differences = new Float64Array(reach);
  for (let i = 0; i < powers.length; i++) {
    let sumRe = 0;
    let sumIm = 0;
    let apart = 0;
    for (let p = 0, j = i; p < pairCount; p++, j += pairSamples) {
      sumRe += re[j];
      sumIm += im[j];
      apart += re[j] * re[j] + im[j] * im[j];
    }
    const together = sumRe * sumRe + sumIm * sumIm;
    powers[i] = together - apart;
    if (i < reach) differences[i] = apart - together / pairCount;
  }
  const degrees = Math.max(1, pairCount - 1);
  // Median of a sum of squares of so many complex numbers over its mean, Wilson and Hilferty 1931.
  const median = degrees * (1 - 1 / (9 * degrees)) ** 3;
  differences.sort();
  return { powers, noise: (differences[reach >> 1] ?? 0) / median };
}

/** What a filter matched to one pair hears of `count` samples from `reach` before the preamble on. */
function matchedToPair(
  buffer: BasebandBuffer,
  map: TimeMap,
  placement: BasebandPlacement,
  { reach, count }: { reach: number; count: number },
): { re: Float64Array; im: Float64Array } {
  const filter = sharedPairFilter(placement, count);
  const re = new Float64Array(filter.size);
  const im = new Float64Array(filter.size);
  const heardRe = re.subarray(0, count);
  const heardIm = im.subarray(0, count);
  buffer.read(map.plan(-reach), heardRe, heardIm);
  limitImpulses(heardRe, heardIm);
  filter.apply(re, im);
  return { re, im };
}

/** Less the floor that every path leaves over a pair's length to both sides; nothing is below 0. */
function withoutSidelobes(powers: Float64Array, pairSamples: number): Float64Array {
  const padded = new Float64Array(powers.length + 2 * pairSamples);
  padded.set(powers, pairSamples);
  const floors = movingMean(padded, pairSamples);
  for (let i = 0; i < floors.length; i++) floors[i] = Math.max(0, powers[i] - SIDELOBE_SHARE * floors[i]);
  return floors;
}

/** Means of 2 half + 1 values. */
function movingMean(values: Float64Array, half: number): Float64Array {
  const out = new Float64Array(values.length - 2 * half);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    if (i < 2 * half) continue;
    out[i - 2 * half] = sum / (2 * half + 1);
    sum -= values[i - 2 * half];
  }
  return out;
}
