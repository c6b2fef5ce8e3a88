// Coded bits -> the FSK part of a burst. Several tones at once would have high peaks; their phases are free, though, and
// the receiver does not mind a little of the unused tones, nor tones and symbols that differ a little in level: all of that is
// spent on an almost constant envelope.

import type { AirPlacement } from './air-placement.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
import { PeakLimiter } from './peak-limiter.js';
import { mixUp, rampWeight } from './symbol-shaping.js';

/**
 * Ceiling and effort of the peak limiter, by trial: a ceiling below what can be reached asks for so much at once that the rounds end
 * higher, one above it for too little. Further rounds gain ever less.
 */
const PEAK_LIMITS = { ceilingDb: 1.6, maxRounds: 40 } as const;
/** Most an unused tone may carry, relative to a sounding one: 9 dB below it. */
const UNUSED_TONE_LIMIT = 0.35;
/**
 * A sounding tone's amplitude may differ from the others' by this share, which lowers the peak further; with more of it unlike tones
 * would lose again what that gains.
 */
const TONE_FREEDOM = 0.15;

export class FskModulator {
  private readonly limiter: PeakLimiter;
  private readonly size: number;

  constructor(
    private readonly waveform: FskWaveform,
    private readonly placement: AirPlacement,
  ) {
    const { decimation, sampleRateHz, skirtHz } = placement;
    this.size = waveform.fftSize * decimation;
    const skirtBins = Math.floor((skirtHz * this.size) / sampleRateHz);
    this.limiter = new PeakLimiter({
      ...PEAK_LIMITS,
      size: this.size,
      halfWidthBins: fskToneCount(waveform) / 2 + skirtBins,
    });
  }

  /** Samples of count symbols, the closing ramp included. */
  lengthSamples(symbolCount: number): number {
    const { decimation } = this.placement;
    return (symbolCount * fskSymbolSamples(this.waveform) + this.waveform.rampSamples) * decimation;
  }

  /**
   * Modulates a burst's header bits and payload bits, each filling whole symbols; the envelope of every symbol reaches 1.
   *
   * @param startSamples - position of the first sample in the burst, for the carrier's phase
   */
  modulate(headerBits: Uint8Array, payloadBits: Uint8Array, startSamples: number): Float64Array {
    const bits = new Uint8Array(headerBits.length + payloadBits.length);
    bits.set(headerBits);
    bits.set(payloadBits, headerBits.length);
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
   * Finds phases with low peaks: sounding tones keep amplitude 1 and turn as they like, others stay weak. Starts from
   * Newman's phases, pi g^2 / G. Leaves the spectrum in the limiter.
   *
   * @see Gerchberg, Saxton, "A practical algorithm for the determination of phase ...", 1972; Newman, 1965
   */
  private optimisePhases(tones: Int32Array): void {
    const { limiter } = this;
    limiter.re.fill(0);
    limiter.im.fill(0);
    tones.forEach((tone, g) => {
      const phase = (Math.PI * g * g) / tones.length;
      limiter.re[this.bin(tone)] = Math.cos(phase);
      limiter.im[this.bin(tone)] = Math.sin(phase);
    });
    const unused = Array.from({ length: fskToneCount(this.waveform) }, (_, tone) => tone).filter(
      (tone) => !tones.includes(tone),
    );
    limiter.limit(tones.length, () => {
      this.level(tones);
      for (const tone of unused) this.scaleTo(tone, Math.min(UNUSED_TONE_LIMIT, this.magnitude(tone)));
    });
  }

  /** Brings the sounding tones back to a mean power of 1, each within its freedom. */
  private level(tones: Int32Array): void {
    const magnitudes = Float64Array.from(tones, (tone) => this.magnitude(tone));
    const before = rootMeanSquare(magnitudes) || 1;
    for (let i = 0; i < tones.length; i++)
      magnitudes[i] = Math.max(1 - TONE_FREEDOM, Math.min(1 + TONE_FREEDOM, magnitudes[i] / before));
    const after = rootMeanSquare(magnitudes);
    tones.forEach((tone, i) => {
      this.scaleTo(tone, magnitudes[i] / after);
    });
  }

  private magnitude(tone: number): number {
    const bin = this.bin(tone);
    return Math.hypot(this.limiter.re[bin], this.limiter.im[bin]);
  }

  private scaleTo(tone: number, magnitude: number): void {
    const { re, im } = this.limiter;
    const bin = this.bin(tone);
    const gain = magnitude / (this.magnitude(tone) || 1);
    re[bin] *= gain;
    im[bin] *= gain;
  }

  private bin(tone: number): number {
    const bin = tone - fskToneCount(this.waveform) / 2;
    return bin < 0 ? bin + this.size : bin;
  }

  /** Every symbol is as loud as its peak allows: the mean counts, not the symbol with the highest peak. */
  private writeSymbol(symbol: number, outRe: Float64Array, outIm: Float64Array): void {
    const { decimation } = this.placement;
    const { limiter, size } = this;
    limiter.toTime();
    const ramp = this.waveform.rampSamples * decimation;
    const total = size + 2 * ramp;
    const start = symbol * fskSymbolSamples(this.waveform) * decimation;
    const scale = 1 / peakEnvelope(limiter.timeRe, limiter.timeIm);
    for (let n = 0; n < total; n++) {
      const source = (n + size - ramp) % size;
      const weight = scale * rampWeight(n, total, ramp);
      outRe[start + n] += weight * limiter.timeRe[source];
      outIm[start + n] += weight * limiter.timeIm[source];
    }
  }
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function peakEnvelope(re: Float64Array, im: Float64Array): number {
  let power = 0;
  for (let n = 0; n < re.length; n++) power = Math.max(power, re[n] * re[n] + im[n] * im[n]);
  return Math.sqrt(power);
}
