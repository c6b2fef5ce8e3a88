// From baseband to matched-filter powers of the up and the down chirp: overlapping blocks, faded at their ends, whitened and
// correlated by FFT (overlap-save). First step of the burst detector.

import { basebandChirp, type ChirpPair } from './chirp.js';
import { CELL_POSITIONS, ChirpPowers, wholeCells } from './chirp-powers.js';
import { Fft } from './fft.js';
import { SpectrumWhitener } from './spectrum-whitener.js';

/** Longest block, unless four chirps are longer; a longer one is cheaper a second and later to tell. */
const LONGEST_BLOCK_SECONDS = 0.1;
/** Share of a block that is faded at each end: a block's edges would pass the whitener as clicks. */
const TAPER_SHARE = 1 / 16;
/** A chirp's worth of samples with less than this share of its block's energy is digital silence beside a sound. */
const SILENT_SHARE = 1e-9;

/** The chirps to correlate with, and how much to remember. */
export interface ChirpCorrelatorConfig {
  readonly pair: ChirpPair;
  readonly centerHz: number;
  readonly basebandRateHz: number;
  /** Positions kept besides those of the newest block. */
  readonly keptSamples: number;
}

/** A spectrum or a block, length of the FFT. */
interface ComplexBlock {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Matched filters for both chirps of a pair. `take` baseband until `isFull`, then `correlateBlock`: `powers` moves on by
 * `hopSamples` positions. A position is where a chirp begins; powers are in units of the whitened block, so that only
 * their ratios mean something.
 */
export class ChirpCorrelator {
  readonly powers: ChirpPowers;
  /** Positions that become known with each block: whole cells. */
  readonly hopSamples: number;
  // derived
  private readonly chirpSamples: number;
  private readonly fft: Fft;
  private readonly taper: Float64Array;
  private readonly downTemplate: ComplexBlock;
  private readonly upTemplate: ComplexBlock;
  private readonly whitener: SpectrumWhitener;
  // scratch
  private readonly spectrum: ComplexBlock;
  private readonly work: ComplexBlock;
  /** Energy of the block's input before each of its samples. */
  private readonly energyBefore: Float64Array;
  // state
  private readonly inputRe: Float32Array;
  private readonly inputIm: Float32Array;
  private inputCount = 0;

  constructor({ pair, centerHz, basebandRateHz, keptSamples }: ChirpCorrelatorConfig) {
    const down = basebandChirp(pair, 'down', centerHz, basebandRateHz);
    const up = basebandChirp(pair, 'up', centerHz, basebandRateHz);
    this.chirpSamples = down.re.length;
    const least = Math.ceil(Math.log2(this.chirpSamples * 4));
    const size = 2 ** Math.max(least, Math.floor(Math.log2(LONGEST_BLOCK_SECONDS * basebandRateHz)));
    this.fft = new Fft(size);
    this.taper = risingTaper(size * TAPER_SHARE);
    const known = size - 2 * this.taper.length - this.chirpSamples + 1;
    this.hopSamples = known - (known % CELL_POSITIONS);
    this.downTemplate = spectrumOf(down, this.fft);
    this.upTemplate = spectrumOf(up, this.fft);
    this.whitener = new SpectrumWhitener(size, this.hopSamples / basebandRateHz);
    this.spectrum = { re: new Float64Array(size), im: new Float64Array(size) };
    this.work = { re: new Float64Array(size), im: new Float64Array(size) };
    this.energyBefore = new Float64Array(size + 1);
    this.inputRe = new Float32Array(size);
    this.inputIm = new Float32Array(size);
    this.powers = new ChirpPowers(wholeCells(keptSamples) + this.hopSamples);
    this.reset();
  }

  /** Baseband samples in a block. */
  get blockSamples(): number {
    return this.fft.size;
  }

  /** Whether a block waits for `correlateBlock`. */
  get isFull(): boolean {
    return this.inputCount === this.fft.size;
  }

  /** As newly made: as if silence had gone before. */
  reset(): void {
    const history = this.fft.size - this.hopSamples;
    this.powers.reset(this.taper.length - history - this.powers.length);
    this.inputRe.fill(0);
    this.inputIm.fill(0);
    this.inputCount = history;
    this.whitener.reset();
  }

  /** Takes baseband from index `from` on, before `to`, until the block is full. @returns samples taken */
  take(re: Float32Array, im: Float32Array, from: number, to: number): number {
    const { inputRe, inputIm } = this;
    const count = Math.min(to - from, this.fft.size - this.inputCount);
    for (let i = from, j = this.inputCount; i < from + count; i++, j++) {
      inputRe[j] = re[i];
      inputIm[j] = im[i];
    }
    this.inputCount += count;
    return count;
  }

  /** Correlates the full block: the last `hopSamples` of `powers` are new then. */
  correlateBlock(): void {
    const { fft, inputRe, inputIm, hopSamples, powers } = this;
    const { re, im } = this.spectrum;
    this.copyInput(re, im);
    this.fadeEnds(re);
    this.fadeEnds(im);
    fft.forward(re, im, re, im);
    this.whitener.whiten(re, im);
    powers.advance(hopSamples);
    this.correlate(this.upTemplate, powers.up);
    this.correlate(this.downTemplate, powers.down);
    powers.summarise(hopSamples);
    inputRe.copyWithin(0, hopSamples);
    inputIm.copyWithin(0, hopSamples);
    this.inputCount = fft.size - hopSamples;
  }

  private copyInput(re: Float64Array, im: Float64Array): void {
    const { inputRe, inputIm, energyBefore } = this;
    let sum = 0;
    for (let n = 0; n < inputRe.length; n++) {
      const x = inputRe[n];
      const y = inputIm[n];
      re[n] = x;
      im[n] = y;
      sum += x * x + y * y;
      energyBefore[n + 1] = sum;
    }
  }

  private fadeEnds(block: Float64Array): void {
    const { taper } = this;
    for (let n = 0; n < taper.length; n++) {
      block[n] *= taper[n];
      block[block.length - 1 - n] *= taper[n];
    }
  }

  /** Matched-filter powers of this block's new positions, at the end of out. */
  private correlate({ re, im }: ComplexBlock, out: Float32Array): void {
    const { energyBefore, chirpSamples, hopSamples } = this;
    const { re: spectrumRe, im: spectrumIm } = this.spectrum;
    const { re: workRe, im: workIm } = this.work;
    for (let k = 0; k < workRe.length; k++) {
      workRe[k] = spectrumRe[k] * re[k] + spectrumIm[k] * im[k];
      workIm[k] = spectrumIm[k] * re[k] - spectrumRe[k] * im[k];
    }
    this.fft.forward(workIm, workRe, workIm, workRe); // the inverse, unscaled: parts exchanged before and after
    const start = out.length - hopSamples;
    const silent = SILENT_SHARE * energyBefore[energyBefore.length - 1];
    for (let n = 0, m = this.taper.length; n < hopSamples; n++, m++) {
      // In silence next to a sound there is only the whitener's ringing.
      const heard = energyBefore[m + chirpSamples] - energyBefore[m] > silent;
      out[start + n] = heard ? workRe[m] * workRe[m] + workIm[m] * workIm[m] : 0;
    }
  }
}

/** Rising half of a Hann window. */
function risingTaper(length: number): Float64Array {
  return Float64Array.from({ length }, (_, n) => 0.5 - 0.5 * Math.cos((Math.PI * (n + 0.5)) / length));
}

/** Spectrum of a chirp with zeros after it. */
function spectrumOf(chirp: ComplexBlock, fft: Fft): ComplexBlock {
  const re = new Float64Array(fft.size);
  const im = new Float64Array(fft.size);
  re.set(chirp.re);
  im.set(chirp.im);
  fft.forward(re, im, re, im);
  return { re, im };
}
