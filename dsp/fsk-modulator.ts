// Coded bits -> the FSK part of a burst. Several tones at once would have high peaks; their phases are free, though, and
// the receiver does not mind a little of the unused tones: both are spent on an almost constant envelope.

import type { AirPlacement } from './air-placement.js';
import { type FskWaveform, fskBitsPerGroup, fskBitsPerSymbol, fskSymbolSamples, fskToneCount } from './fsk-grid.js';
import { PeakLimiter } from './peak-limiter.js';
import { mixUp, rampWeight } from './symbol-shaping.js';

/** Ceiling and effort of the peak limiter: measured, 50 symbols a setting; more rounds gain less than 0.2 dB. */
const PEAK_LIMITS = { ceilingDb: 0.8, targetDb: 2.3, maxRounds: 30, relaxation: 1.7 } as const;
/** Most an unused tone may carry, relative to a sounding one: 9 dB below it. */
const UNUSED_TONE_LIMIT = 0.35;

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
   * Modulates a burst's header bits and payload bits, each filling whole symbols; the envelope's RMS is 1 and not scaled to
   * a peak.
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
    const sounding = new Set(tones);
    limiter.limit(tones.length, () => {
      for (let tone = 0; tone < fskToneCount(this.waveform); tone++) this.restore(tone, sounding.has(tone));
    });
  }

  private bin(tone: number): number {
    const bin = tone - fskToneCount(this.waveform) / 2;
    return bin < 0 ? bin + this.size : bin;
  }

  private restore(tone: number, sounding: boolean): void {
    const { re, im } = this.limiter;
    const bin = this.bin(tone);
    const magnitude = Math.hypot(re[bin], im[bin]) || 1;
    const gain = sounding ? 1 / magnitude : Math.min(1, UNUSED_TONE_LIMIT / magnitude);
    re[bin] *= gain;
    im[bin] *= gain;
  }

  private writeSymbol(symbol: number, outRe: Float64Array, outIm: Float64Array): void {
    const { decimation } = this.placement;
    const { limiter, size } = this;
    limiter.toTime();
    const ramp = this.waveform.rampSamples * decimation;
    const total = size + 2 * ramp;
    const start = symbol * fskSymbolSamples(this.waveform) * decimation;
    const scale = size / Math.sqrt(this.waveform.groupCount);
    for (let n = 0; n < total; n++) {
      const source = (n + size - ramp) % size;
      const weight = scale * rampWeight(n, total, ramp);
      outRe[start + n] += weight * limiter.timeRe[source];
      outIm[start + n] += weight * limiter.timeIm[source];
    }
  }
}
