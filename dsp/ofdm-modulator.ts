// Coded bits -> the OFDM part of a burst, as samples at the air's rate.

import type { AirPlacement } from './air-placement.js';
import { BITS_PER_CELL, OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
import { PeakLimiter } from './peak-limiter.js';
import { mixUp, rampWeight } from './symbol-shaping.js';

/** Limits for the data cells' coordinates over their nominal value: outward costs power but never a bit (active
 * constellation extension: Krongold, Jones 2003), inward costs a weak bit, which the code forgives. */
const LEAST_COORDINATE = 0.5;
const GREATEST_COORDINATE = 1.7;

/**
 * Chosen by what the receiver's soft bits carry: in white noise at the limit of both profiles, and in near rooms, where some carriers are
 * strong enough for the distortion to be what limits them. A lower ceiling distorts more than its lower peak is worth, a higher one less;
 * 2.5 to 2.8 dB are alike.
 */
const PEAK_LIMITS = { ceilingDb: 2.7, maxRounds: 30 } as const;

export class OfdmModulator {
  readonly grid: OfdmGrid;
  private readonly limiter: PeakLimiter;
  private readonly bins: Int32Array;
  private readonly size: number;
  private readonly symbolSamples: number;
  private readonly prefixSamples: number;
  private readonly rampSamples: number;

  constructor(
    private readonly waveform: OfdmWaveform,
    private readonly placement: AirPlacement,
  ) {
    const { decimation, sampleRateHz, skirtHz } = placement;
    this.size = waveform.fftSize * decimation;
    this.grid = new OfdmGrid(waveform);
    const skirtBins = Math.floor((skirtHz * this.size) / sampleRateHz);
    this.limiter = new PeakLimiter({
      ...PEAK_LIMITS,
      size: this.size,
      halfWidthBins: waveform.carrierCount / 2 + skirtBins,
    });
    this.bins = Int32Array.from({ length: waveform.carrierCount }, (_, c) => {
      const bin = c - waveform.carrierCount / 2;
      return bin < 0 ? bin + this.size : bin;
    });
    this.prefixSamples = waveform.cyclicPrefixSamples * decimation;
    this.rampSamples = waveform.rampSamples * decimation;
    this.symbolSamples = this.size + this.prefixSamples;
  }

  /** Samples of count symbols, the closing ramp included. */
  lengthSamples(symbolCount: number): number {
    return symbolCount * this.symbolSamples + this.rampSamples;
  }

  /**
   * Modulates a burst's header bits, as many as the grid has, and payload bits, as many as some number of symbols hold; the
   * envelope has an RMS of 1 and is not scaled to a peak.
   *
   * @param startSamples - position of the first sample in the burst, for the carrier's phase
   */
  modulate(headerBits: Uint8Array, payloadBits: Uint8Array, startSamples: number): Float64Array {
    let symbolCount = 1;
    while (this.grid.payloadBitCount(symbolCount) < payloadBits.length) symbolCount++;
    const length = this.lengthSamples(symbolCount);
    const re = new Float64Array(length);
    const im = new Float64Array(length);
    const next = { header: 0, payload: 0 };
    for (let symbol = 0; symbol < symbolCount; symbol++)
      this.addSymbol(symbol, { header: headerBits, payload: payloadBits }, next, re, im);
    return mixUp(re, im, this.placement.centerHz, this.placement.sampleRateHz, startSamples);
  }

  /** Adds one symbol with its ramps, taking bits from where `next` stands. */
  private addSymbol(
    symbol: number,
    bits: Readonly<Record<'header' | 'payload', Uint8Array>>,
    next: Record<'header' | 'payload', number>,
    outRe: Float64Array,
    outIm: Float64Array,
  ): void {
    const { carrierCount } = this.waveform;
    const cellRe = new Float64Array(carrierCount);
    const cellIm = new Float64Array(carrierCount);
    const fixed = new Uint8Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      const kind = this.grid.cellKind(symbol, c);
      if (kind === 'pilot') {
        fixed[c] = 1;
        cellRe[c] = this.grid.pilotRe(symbol, c);
        cellIm[c] = this.grid.pilotIm(symbol, c);
      } else {
        cellRe[c] = bits[kind][next[kind]] ? -Math.SQRT1_2 : Math.SQRT1_2;
        cellIm[c] = bits[kind][next[kind] + 1] ? -Math.SQRT1_2 : Math.SQRT1_2;
        next[kind] += BITS_PER_CELL;
      }
    }
    this.limitPeaks(cellRe, cellIm, fixed);
    this.writeSymbol(symbol * this.symbolSamples, outRe, outIm);
  }

  /** Leaves the symbol's spectrum, with low peaks, in the limiter. */
  private limitPeaks(cellRe: Float64Array, cellIm: Float64Array, fixed: Uint8Array): void {
    const { limiter, bins } = this;
    limiter.re.fill(0);
    limiter.im.fill(0);
    for (let c = 0; c < bins.length; c++) {
      limiter.re[bins[c]] = cellRe[c];
      limiter.im[bins[c]] = cellIm[c];
    }
    limiter.limit(bins.length, () => {
      let along = 0;
      for (let c = 0; c < bins.length; c++) along += limiter.re[bins[c]] * cellRe[c] + limiter.im[bins[c]] * cellIm[c];
      const gain = bins.length / along; // clipping shrinks all cells alike; that is no distortion
      for (let c = 0; c < bins.length; c++) {
        const bin = bins[c];
        limiter.re[bin] = fixed[c] ? cellRe[c] : confine(limiter.re[bin] * gain, cellRe[c]);
        limiter.im[bin] = fixed[c] ? cellIm[c] : confine(limiter.im[bin] * gain, cellIm[c]);
      }
    });
  }

  private writeSymbol(start: number, outRe: Float64Array, outIm: Float64Array): void {
    const { limiter, size } = this;
    limiter.toTime();
    // An inverse transform divides by its size; this makes the symbol's mean power 1 for unit cells.
    const scale = size / Math.sqrt(this.waveform.carrierCount);
    const total = this.symbolSamples + this.rampSamples;
    for (let n = 0; n < total; n++) {
      const source = (n + size - this.prefixSamples) % size;
      const weight = scale * rampWeight(n, total, this.rampSamples);
      outRe[start + n] += weight * limiter.timeRe[source];
      outIm[start + n] += weight * limiter.timeIm[source];
    }
  }
}

/** Keeps a coordinate on its side of the axis, within the allowed span around its nominal value. */
function confine(value: number, nominal: number): number {
  return nominal * Math.max(LEAST_COORDINATE, Math.min(GREATEST_COORDINATE, value / nominal));
}
