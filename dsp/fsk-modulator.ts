// Coded bits -> the FSK part of a burst. Several tones at once would have high peaks; their phases are free, though, and
// the receiver does not mind a little of the unused tones: both are spent on an almost constant envelope.

import { Fft } from './fft.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
import { mixUp, rampWeight } from './symbol-shaping.js';

/** Rounds of clip and project. */
const ROUND_COUNT = 24;
/** Envelope ceiling over the RMS in each round. */
const CLIP_RATIO_DB = 0.3;
/** Most an unused tone may carry, relative to a sounding one: 18 dB below it. */
const UNUSED_TONE_LIMIT = 0.125;

export class FskModulator {
  private readonly fft: Fft;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  private readonly toneRe: Float64Array;
  private readonly toneIm: Float64Array;

  constructor(
    private readonly waveform: FskWaveform,
    private readonly placement: {
      readonly sampleRateHz: number;
      readonly centerHz: number;
      readonly decimation: number;
    },
  ) {
    const size = waveform.fftSize * placement.decimation;
    this.fft = new Fft(size);
    this.re = new Float64Array(size);
    this.im = new Float64Array(size);
    this.toneRe = new Float64Array(fskToneCount(waveform));
    this.toneIm = new Float64Array(fskToneCount(waveform));
  }

  /** Samples of count symbols, the closing ramp included. */
  lengthSamples(symbolCount: number): number {
    const { decimation } = this.placement;
    return (symbolCount * fskSymbolSamples(this.waveform) + this.waveform.rampSamples) * decimation;
  }

  /**
   * Modulates bits, as many as some number of symbols hold; the envelope's RMS is 1 and not scaled to a peak.
   *
   * @param startSamples - position of the first sample in the burst, for the carrier's phase
   */
  modulate(bits: Uint8Array, startSamples: number): Float64Array {
    const symbolCount = Math.ceil(bits.length / fskBitsPerSymbol(this.waveform));
    const length = this.lengthSamples(symbolCount);
    const re = new Float64Array(length);
    const im = new Float64Array(length);
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      const tones = this.chooseTones(bits, symbol * fskBitsPerSymbol(this.waveform));
      this.optimisePhases(tones);
      this.writeSymbol(symbol, re, im);
    }
    return mixUp(re, im, this.placement.centerHz, this.placement.sampleRateHz, startSamples);
  }

  private chooseTones(bits: Uint8Array, firstBit: number): Int32Array {
    const { groupCount, tonesPerGroup } = this.waveform;
    const bitsPerGroup = fskBitsPerGroup(this.waveform);
    return Int32Array.from({ length: groupCount }, (_, group) => {
      let tone = 0;
      for (let b = 0; b < bitsPerGroup; b++) tone = 2 * tone + bits[firstBit + group * bitsPerGroup + b];
      return group * tonesPerGroup + tone;
    });
  }

  /**
   * Alternating projections between "envelope below the ceiling" and "sounding tones have amplitude 1, others next to
   * none": the phases settle where the peaks are low. Starts from Newman's phases, pi g^2 / G.
   *
   * @see Gerchberg, Saxton, "A practical algorithm for the determination of phase ...", 1972; Newman, 1965
   */
  private optimisePhases(tones: Int32Array): void {
    const { toneRe, toneIm } = this;
    toneRe.fill(0);
    toneIm.fill(0);
    tones.forEach((tone, g) => {
      const phase = (Math.PI * g * g) / tones.length;
      toneRe[tone] = Math.cos(phase);
      toneIm[tone] = Math.sin(phase);
    });
    const sounding = new Set(tones);
    for (let round = 0; round < ROUND_COUNT; round++) {
      this.toTime();
      this.clip();
      this.fft.forward(this.re, this.im, this.re, this.im);
      for (let tone = 0; tone < toneRe.length; tone++) this.project(tone, sounding.has(tone));
    }
  }

  private bin(tone: number): number {
    const bin = tone - this.toneRe.length / 2;
    return bin < 0 ? bin + this.fft.size : bin;
  }

  private project(tone: number, sounding: boolean): void {
    const re = this.re[this.bin(tone)];
    const im = this.im[this.bin(tone)];
    const magnitude = Math.hypot(re, im);
    const gain = sounding ? 1 / (magnitude || 1) : Math.min(1, UNUSED_TONE_LIMIT / (magnitude || 1));
    this.toneRe[tone] = re * gain;
    this.toneIm[tone] = im * gain;
  }

  private toTime(): void {
    const { re, im, toneRe, toneIm } = this;
    re.fill(0);
    im.fill(0);
    for (let tone = 0; tone < toneRe.length; tone++) {
      re[this.bin(tone)] = toneRe[tone];
      im[this.bin(tone)] = toneIm[tone];
    }
    this.fft.inverse(re, im, re, im);
  }

  private clip(): void {
    const { re, im } = this;
    let energy = 0;
    for (let n = 0; n < re.length; n++) energy += re[n] * re[n] + im[n] * im[n];
    const ceiling = (energy / re.length) * 10 ** (CLIP_RATIO_DB / 10);
    for (let n = 0; n < re.length; n++) {
      const power = re[n] * re[n] + im[n] * im[n];
      if (power <= ceiling) continue;
      const gain = Math.sqrt(ceiling / power);
      re[n] *= gain;
      im[n] *= gain;
    }
  }

  private writeSymbol(symbol: number, outRe: Float64Array, outIm: Float64Array): void {
    const { decimation } = this.placement;
    this.toTime();
    const size = this.fft.size;
    const ramp = this.waveform.rampSamples * decimation;
    const total = size + 2 * ramp;
    const start = symbol * fskSymbolSamples(this.waveform) * decimation;
    const scale = size / Math.sqrt(this.waveform.groupCount);
    for (let n = 0; n < total; n++) {
      const source = (n + size - ramp) % size;
      const weight = scale * rampWeight(n, total, ramp);
      outRe[start + n] += weight * this.re[source];
      outIm[start + n] += weight * this.im[source];
    }
  }
}
