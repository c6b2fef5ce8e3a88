// Coded bits -> the OFDM part of a burst, as samples at the air's rate.

import { Fft } from './fft.js';
import { BITS_PER_CELL, OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
import { PeakLimiter } from './peak-limiter.js';
import { mixUp, rampWeight } from './symbol-shaping.js';

/** Where the waveform sits: baseband samples are `decimation` air samples long. */
export interface OfdmPlacement {
  readonly sampleRateHz: number;
  readonly centerHz: number;
  readonly decimation: number;
}

export class OfdmModulator {
  readonly grid: OfdmGrid;
  private readonly fft: Fft;
  private readonly limiter: PeakLimiter;
  private readonly bins: Int32Array;
  private readonly symbolSamples: number;
  private readonly prefixSamples: number;
  private readonly rampSamples: number;

  constructor(
    private readonly waveform: OfdmWaveform,
    private readonly placement: OfdmPlacement,
  ) {
    const { decimation } = placement;
    const size = waveform.fftSize * decimation;
    this.grid = new OfdmGrid(waveform);
    this.fft = new Fft(size);
    this.limiter = new PeakLimiter(size);
    this.bins = Int32Array.from({ length: waveform.carrierCount }, (_, c) => {
      const bin = c - waveform.carrierCount / 2;
      return bin < 0 ? bin + size : bin;
    });
    this.prefixSamples = waveform.cyclicPrefixSamples * decimation;
    this.rampSamples = waveform.rampSamples * decimation;
    this.symbolSamples = size + this.prefixSamples;
  }

  /** Samples of count symbols, the closing ramp included. */
  lengthSamples(symbolCount: number): number {
    return symbolCount * this.symbolSamples + this.rampSamples;
  }

  /**
   * Modulates header bits and payload bits, as many as the header symbols and some number of payload symbols hold; the
   * envelope has an RMS of 1 and is not scaled to a peak.
   *
   * @param startSamples - position of the first sample in the burst, for the carrier's phase
   */
  modulate(bits: Uint8Array, startSamples: number): Float64Array {
    const { headerSymbolCount } = this.waveform;
    let symbolCount = headerSymbolCount;
    const payloadBitCount = bits.length - this.grid.headerBitCount;
    while (this.grid.payloadBitCount(symbolCount - headerSymbolCount) < payloadBitCount) symbolCount++;
    const length = this.lengthSamples(symbolCount);
    const re = new Float64Array(length);
    const im = new Float64Array(length);
    for (let symbol = 0, bit = 0; symbol < symbolCount; symbol++) bit = this.addSymbol(symbol, bits, bit, re, im);
    return mixUp(re, im, this.placement.centerHz, this.placement.sampleRateHz, startSamples);
  }

  /** Adds one symbol with its ramps; returns the index of the next bit. */
  private addSymbol(
    symbol: number,
    bits: Uint8Array,
    firstBit: number,
    outRe: Float64Array,
    outIm: Float64Array,
  ): number {
    const { carrierCount } = this.waveform;
    const cellRe = new Float64Array(carrierCount);
    const cellIm = new Float64Array(carrierCount);
    const fixed = new Uint8Array(carrierCount);
    let bit = firstBit;
    for (let c = 0; c < carrierCount; c++) {
      if (this.grid.isPilot(symbol, c)) {
        fixed[c] = 1;
        cellRe[c] = this.grid.pilotRe(symbol, c);
        cellIm[c] = this.grid.pilotIm(symbol, c);
      } else {
        cellRe[c] = bits[bit] ? -Math.SQRT1_2 : Math.SQRT1_2;
        cellIm[c] = bits[bit + 1] ? -Math.SQRT1_2 : Math.SQRT1_2;
        bit += BITS_PER_CELL;
      }
    }
    this.limiter.limit(cellRe, cellIm, this.bins, fixed);
    this.writeSymbol(cellRe, cellIm, symbol * this.symbolSamples, outRe, outIm);
    return bit;
  }

  private writeSymbol(
    cellRe: Float64Array,
    cellIm: Float64Array,
    start: number,
    outRe: Float64Array,
    outIm: Float64Array,
  ): void {
    const size = this.fft.size;
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    // An inverse transform divides by its size; this makes the symbol's mean power 1 for unit cells.
    const scale = size / Math.sqrt(this.waveform.carrierCount);
    for (let c = 0; c < cellRe.length; c++) {
      re[this.bins[c]] = cellRe[c] * scale;
      im[this.bins[c]] = cellIm[c] * scale;
    }
    this.fft.inverse(re, im, re, im);
    const total = this.symbolSamples + this.rampSamples;
    for (let n = 0; n < total; n++) {
      const source = (n + size - this.prefixSamples) % size;
      const weight = rampWeight(n, total, this.rampSamples);
      outRe[start + n] += weight * re[source];
      outIm[start + n] += weight * im[source];
    }
  }
}
