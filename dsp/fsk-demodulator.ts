// One FSK burst from baseband to soft bits: energies of all tones symbol by symbol, following the sender's motion; levels
// and LLRs once the symbols are there.

import { assertInteger } from '../src/shared/assert.js';
import { saturateLlr } from '../src/shared/llr.js';
import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement, BurstDemodulator, BurstSync } from './burst-demodulator.js';
import { Fft } from './fft.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
import { estimateFskLevels, type FskLevels, toneMetrics } from './fsk-levels.js';
import { toneBitLlrs } from './fsk-metric.js';
import { judgeByRinging } from './fsk-tone-chain.js';
import { limitImpulses } from './impulse-limiter.js';
import { TimeMap } from './time-map.js';

/** Symbols whose levels are estimated together: long enough for medians, short enough for changing noise. */
const LEVEL_BLOCK_SYMBOLS = 64;
/** Energies are also taken this far beside each bin, in bins, to see on which side a tone lies. */
const SIDE_BINS = 0.25;
/** d/dx of (sinc^2(q - x) - sinc^2(q + x)) / (sinc^2(q - x) + sinc^2(q + x)) at x = 0 for q = 1/4. */
const DISCRIMINATOR_SLOPE = 1.717;
/** From this share of a tone's power on in the next symbol, tones are judged together with what they leave there. */
const LEAST_DECAY = 0.1;
/** Share of a measured frequency error that is taken for motion. */
const DILATION_GAIN = 0.2;

export class FskDemodulator implements BurstDemodulator {
  // derived
  private readonly fft: Fft;
  private readonly toneCount: number;
  private readonly omegaRadPerSample: Float64Array;
  private readonly readRe: Float64Array;
  private readonly readIm: Float64Array;
  private readonly workRe: Float64Array;
  private readonly workIm: Float64Array;
  // state
  private readonly map: TimeMap;
  private readonly energies: Float64Array[] = [];
  private readonly knownTones: (Int32Array | undefined)[] = [];
  private snrLinear = 0;
  /** What the decoder says of the payload's coded bits beyond what `latest` told it. */
  private priors: Float32Array = new Float32Array(0);
  private latest: Float32Array = new Float32Array(0);
  /** Log-likelihood ratios of the payload's tones, symbol after symbol; none while they are to be judged anew. */
  private metrics: Float32Array = new Float32Array(0);
  /** Whether the room rings so much that tones are judged by it. */
  private rings = false;
  /** Whether the decoder has said something since the tones were judged. */
  private isToldMore = false;

  constructor(
    private readonly waveform: FskWaveform,
    placement: BasebandPlacement,
    private readonly sync: BurstSync,
  ) {
    const { fftSize } = waveform;
    this.fft = new Fft(fftSize);
    this.toneCount = fskToneCount(waveform);
    const carrierRad = (2 * Math.PI * placement.centerHz) / placement.basebandRateHz;
    this.map = new TimeMap(sync.startSamples, sync.dilation, carrierRad);
    this.omegaRadPerSample = Float64Array.from(
      { length: this.toneCount },
      (_, tone) => carrierRad + (2 * Math.PI * (tone - this.toneCount / 2)) / fftSize,
    );
    this.readRe = new Float64Array(fftSize);
    this.readIm = new Float64Array(fftSize);
    this.workRe = new Float64Array(fftSize);
    this.workIm = new Float64Array(fftSize);
  }

  get dilation(): number {
    return this.map.dilation;
  }

  get snrDb(): number {
    return this.snrLinear > 0 ? 10 * Math.log10(this.snrLinear) : 0;
  }

  get headerBitCount(): number {
    return this.waveform.headerSymbolCount * fskBitsPerSymbol(this.waveform);
  }

  endOfSymbol(symbol: number): number {
    return this.map.at(this.windowStart(symbol) + this.waveform.fftSize);
  }

  endOfBurst(symbolCount: number): number {
    return this.map.at(
      this.sync.offsetSamples + symbolCount * fskSymbolSamples(this.waveform) + this.waveform.rampSamples,
    );
  }

  /**
   * A copy of what one symbol's soft bits are made of, for diagnosis and pictures.
   *
   * @param symbol - index in the burst, header symbols first; it has been demodulated
   * @returns the energy heard at each tone, group after group: squared magnitudes, on one scale for the whole burst
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` for a symbol that has not
   */
  toneEnergies(symbol: number): Float64Array {
    assertInteger('symbol', symbol, 0, this.energies.length - 1);
    return this.energies[symbol].slice();
  }

  demodulateHeader(buffer: BasebandBuffer): Float32Array {
    const { headerSymbolCount } = this.waveform;
    for (let symbol = 0; symbol < headerSymbolCount; symbol++) this.demodulateSymbol(buffer, symbol);
    const metrics = new Float32Array(headerSymbolCount * this.toneCount);
    this.judge(0, headerSymbolCount, 0, headerSymbolCount, metrics, 0);
    return this.bitLlrs(metrics, new Float32Array(this.headerBitCount));
  }

  retryHeader(): undefined {
    return undefined;
  }

  acceptHeader(headerBits: Uint8Array): void {
    const perSymbol = fskBitsPerSymbol(this.waveform);
    for (let symbol = 0; symbol < this.waveform.headerSymbolCount; symbol++)
      this.knownTones[symbol] = this.tonesOf(headerBits, symbol * perSymbol);
  }

  demodulateSymbol(buffer: BasebandBuffer, symbol: number): void {
    this.metrics = new Float32Array(0);
    const { fftSize } = this.waveform;
    buffer.read(this.map.plan(this.windowStart(symbol)), this.readRe, this.readIm);
    limitImpulses(this.readRe, this.readIm);
    this.energies[symbol] = this.energiesBeside(0);
    const error = this.measureDilationError(symbol);
    this.map.correct(this.windowStart(symbol) + fftSize / 2, 0, error * DILATION_GAIN);
  }

  payloadLlrs(): Float32Array {
    const { headerSymbolCount } = this.waveform;
    const count = this.energies.length;
    const llrCount = (count - headerSymbolCount) * fskBitsPerSymbol(this.waveform);
    if (this.priors.length !== llrCount) this.priors = new Float32Array(llrCount);
    if (this.metrics.length !== (count - headerSymbolCount) * this.toneCount) this.judgePayload(undefined);
    else if (this.isToldMore && this.rings) this.judgePayload(this.metrics);
    this.isToldMore = false;
    this.latest = this.bitLlrs(this.metrics, this.priors);
    return this.latest.slice();
  }

  /** What the decoder adds to the soft bits judges the tones anew: a symbol's bits are not independent of each other. */
  refine(appLlrs: Float32Array): void {
    this.priors = appLlrs.map((app, i) => saturateLlr(app - (this.latest[i] ?? 0)));
    this.isToldMore = true;
  }

  restart(): void {
    this.priors = new Float32Array(0);
    if (this.rings) this.metrics = new Float32Array(0);
  }

  private windowStart(symbol: number): number {
    return this.sync.offsetSamples + symbol * fskSymbolSamples(this.waveform) + this.waveform.rampSamples;
  }

  /** Squared magnitudes of the window's transform, read a fraction of a bin above every tone. */
  private energiesBeside(offsetBins: number): Float64Array {
    const { fftSize } = this.waveform;
    const { workRe, workIm, readRe, readIm, toneCount } = this;
    const step = (-2 * Math.PI * offsetBins) / fftSize;
    for (let n = 0; n < fftSize; n++) {
      const cos = offsetBins === 0 ? 1 : Math.cos(step * n);
      const sin = offsetBins === 0 ? 0 : Math.sin(step * n);
      workRe[n] = readRe[n] * cos - readIm[n] * sin;
      workIm[n] = readRe[n] * sin + readIm[n] * cos;
    }
    this.fft.forward(workRe, workIm, workRe, workIm);
    const energies = new Float64Array(toneCount);
    for (let tone = 0; tone < toneCount; tone++) {
      const bin = (tone - toneCount / 2) & (fftSize - 1);
      energies[tone] = workRe[bin] * workRe[bin] + workIm[bin] * workIm[bin];
    }
    return energies;
  }

  /** Dilation still left, from the strongest tones' leaning to one side, weighted by their strength. */
  private measureDilationError(symbol: number): number {
    const { groupCount, tonesPerGroup, fftSize } = this.waveform;
    const row = this.energies[symbol];
    const above = this.energiesBeside(SIDE_BINS);
    const below = this.energiesBeside(-SIDE_BINS);
    let sum = 0;
    let weight = 0;
    for (let group = 0; group < groupCount; group++) {
      let best = group * tonesPerGroup;
      let others = 0;
      for (let m = 0; m < tonesPerGroup; m++) {
        const tone = group * tonesPerGroup + m;
        others += row[tone];
        if (row[tone] > row[best]) best = tone;
      }
      others = (others - row[best]) / (tonesPerGroup - 1);
      const strength = Math.max(0, row[best] - 3 * others);
      const leaning = (above[best] - below[best]) / (above[best] + below[best] + 1e-30);
      const errorRad = ((leaning / DISCRIMINATOR_SLOPE) * 2 * Math.PI) / fftSize;
      const omega = this.omegaRadPerSample[best];
      sum += strength * omega * errorRad;
      weight += strength * omega * omega + others * omega * omega;
    }
    return weight > 0 ? Math.max(-1e-3, Math.min(1e-3, sum / weight)) : 0;
  }

  private tonesOf(bits: Uint8Array, firstBit: number): Int32Array {
    const { groupCount, tonesPerGroup } = this.waveform;
    const bitsPerGroup = fskBitsPerGroup(this.waveform);
    return Int32Array.from({ length: groupCount }, (_, group) => {
      let tone = 0;
      for (let b = 0; b < bitsPerGroup; b++) tone = 2 * tone + bits[firstBit + group * bitsPerGroup + b];
      return group * tonesPerGroup + tone;
    });
  }

  /**
   * Fills `metrics` for all payload symbols so far, with levels that may change from block to block.
   *
   * @param before - the metrics as judged last, if the decoder has said something since
   */
  private judgePayload(before: Float32Array | undefined): void {
    const { headerSymbolCount } = this.waveform;
    const count = this.energies.length;
    this.metrics = new Float32Array((count - headerSymbolCount) * this.toneCount);
    this.rings = false;
    for (let first = headerSymbolCount; first < count; first += LEVEL_BLOCK_SYMBOLS) {
      const last = Math.min(count, first + LEVEL_BLOCK_SYMBOLS);
      const from = Math.max(0, Math.min(first - headerSymbolCount, last - LEVEL_BLOCK_SYMBOLS));
      const at = (first - headerSymbolCount) * this.toneCount;
      const levels = this.judge(from, last, first, last, this.metrics, at);
      if (levels.decay < LEAST_DECAY) continue;
      this.rings = true;
      this.judgeByRinging(levels, from, last, first, before);
    }
  }

  /** Judges symbols [from, to) once more by what rings, and writes the metrics of those from `first` on. */
  private judgeByRinging(
    levels: FskLevels,
    from: number,
    to: number,
    first: number,
    before: Float32Array | undefined,
  ): void {
    const { waveform, toneCount, metrics, energies, knownTones } = this;
    const { headerSymbolCount } = waveform;
    const rowOf = (table: Float32Array, symbol: number) => {
      const at = (symbol - headerSymbolCount) * toneCount;
      return Float64Array.from({ length: toneCount }, (_, tone) => table[at + tone] ?? 0);
    };
    const symbols = Array.from({ length: to - from }, (_, i) => from + i);
    const judged = judgeByRinging(waveform, {
      energies: energies.slice(from, to),
      known: knownTones.slice(from, to),
      levels,
      metrics: symbols.map((symbol) => rowOf(before ?? metrics, symbol)),
      logPriors: symbols.map((symbol) => this.tonePriors(symbol)),
    });
    for (let symbol = first; symbol < to; symbol++)
      metrics.set(judged[symbol - from], (symbol - headerSymbolCount) * toneCount);
  }

  /** What the decoder says of a symbol's tones: sums of its soft bits. */
  private tonePriors(symbol: number): Float64Array {
    const { waveform, toneCount, priors } = this;
    const { headerSymbolCount, tonesPerGroup } = waveform;
    const bitCount = fskBitsPerGroup(waveform);
    const firstBit = (symbol - headerSymbolCount) * fskBitsPerSymbol(waveform);
    return Float64Array.from({ length: toneCount }, (_, tone) => {
      const group = Math.floor(tone / tonesPerGroup);
      let sum = 0;
      for (let b = 0; b < bitCount; b++)
        if ((tone >> (bitCount - 1 - b)) & 1) sum -= priors[firstBit + group * bitCount + b] ?? 0;
      return sum;
    });
  }

  /** Estimates levels over [from, to) and writes the metrics of the tones of symbols [first, last) to out[at] on. */
  private judge(from: number, to: number, first: number, last: number, out: Float32Array, at: number): FskLevels {
    const { groupCount, tonesPerGroup } = this.waveform;
    const levels = estimateFskLevels(this.waveform, this.energies.slice(from, to), this.knownTones.slice(from, to));
    const metrics = new Float64Array(tonesPerGroup);
    let next = at;
    for (let symbol = first; symbol < last; symbol++) {
      for (let group = 0; group < groupCount; group++) {
        toneMetrics(tonesPerGroup, this.energies[symbol], levels, symbol - from, group, metrics);
        out.set(metrics, next);
        next += tonesPerGroup;
      }
    }
    this.snrLinear = meanSnr(levels.steady, levels.diffuse, levels.noise, this.waveform);
    return levels;
  }

  /** Soft bits of symbols from their tones' metrics, with what the decoder says of the bits. */
  private bitLlrs(metrics: Float32Array, priors: Float32Array): Float32Array {
    const { tonesPerGroup } = this.waveform;
    const bits = new Float64Array(fskBitsPerGroup(this.waveform));
    const work = new Float64Array(tonesPerGroup);
    const llrs = new Float32Array((metrics.length / tonesPerGroup) * bits.length);
    for (let group = 0, next = 0; next < llrs.length; group++) {
      toneBitLlrs(metrics.subarray(group * tonesPerGroup, (group + 1) * tonesPerGroup), bits, priors, next, work);
      for (let b = 0; b < bits.length; b++) llrs[next++] = saturateLlr(bits[b]);
    }
    return llrs;
  }
}

/** In-band SNR: power of all sounding tones over the noise of all bins. */
function meanSnr(
  steady: Float64Array,
  diffuse: Float64Array,
  noise: readonly Float64Array[],
  { tonesPerGroup }: FskWaveform,
): number {
  let signal = 0;
  let level = 0;
  for (let group = 0; group < steady.length; group++) signal += steady[group] + diffuse[group];
  for (const row of noise) for (let tone = 0; tone < row.length; tone++) level += row[tone] / row.length / noise.length;
  return level > 0 ? signal / steady.length / tonesPerGroup / level : 0;
}
