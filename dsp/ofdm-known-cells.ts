// What an OFDM burst's cells are known to carry: pilots from the start, the header once it is decoded, and the payload as
// far as the decoder has an opinion.

import type { CellStatistics } from './cell-statistics.js';
import type { OfdmGrid } from './ofdm-grid.js';
import { type CellPoints, cellSlip, type FittedCells, type OfdmSymbol } from './ofdm-symbol.js';
import { demapQpsk, softCoordinate } from './qpsk.js';

/** Coordinate of a coded bit that is certain. */
function hardCoordinate(bit: number): number {
  return bit ? -Math.SQRT1_2 : Math.SQRT1_2;
}

export class KnownCells {
  private headerBits: Uint8Array = new Uint8Array(0);

  constructor(private readonly grid: OfdmGrid) {}

  /** The header's coded bits as sent: from now on its cells are known. */
  acceptHeader(headerBits: Uint8Array): void {
    this.headerBits = headerBits;
  }

  /** Adds a symbol's pilots to the statistics, and its header cells if they are known. @param noise - per carrier */
  addTo(statistics: CellStatistics, symbol: OfdmSymbol, noise: Float64Array): void {
    const { index, re, im } = symbol;
    for (const c of this.grid.pilotsOf(index)) {
      const xRe = this.grid.pilotRe(index, c);
      statistics.addCell(c, re[c], im[c], xRe, this.grid.pilotIm(index, c), noise[c]);
    }
    if (index > 0 || this.headerBits.length === 0) return;
    for (let c = 0, bit = 0; c < re.length; c++) {
      if (this.grid.cellKind(0, c) !== 'header') continue;
      const xRe = hardCoordinate(this.headerBits[bit++]);
      const xIm = hardCoordinate(this.headerBits[bit++]);
      statistics.addCell(c, re[c], im[c], xRe, xIm, noise[c]);
    }
  }

  /**
   * Expected points of all cells: pilots and header exactly, payload by the decoder's LLRs (0 where there are none).
   *
   * @param appLlrs - LLRs of the payload's coded bits in transmitted order, any number of them
   * @returns the points of the first symbolCount symbols
   */
  meanPoints(symbolCount: number, appLlrs: Float32Array): CellPoints[] {
    const { carrierCount } = this.grid.waveform;
    let headerBit = 0;
    let payloadBit = 0;
    return Array.from({ length: symbolCount }, (_, symbol) => {
      const re = new Float64Array(carrierCount);
      const im = new Float64Array(carrierCount);
      for (let c = 0; c < carrierCount; c++) {
        const kind = this.grid.cellKind(symbol, c);
        if (kind === 'pilot') {
          re[c] = this.grid.pilotRe(symbol, c);
          im[c] = this.grid.pilotIm(symbol, c);
        } else if (kind === 'header') {
          re[c] = hardCoordinate(this.headerBits[headerBit++]);
          im[c] = hardCoordinate(this.headerBits[headerBit++]);
        } else {
          re[c] = softCoordinate(appLlrs[payloadBit++] ?? 0);
          im[c] = softCoordinate(appLlrs[payloadBit++] ?? 0);
        }
      }
      return { re, im };
    });
  }

  /** Expected points of a symbol's cells before any decoder's help: pilots exactly, others as each looks by itself. */
  likelyPoints(symbol: OfdmSymbol, noise: Float64Array): CellPoints {
    const { index, re, im, channelRe, channelIm, errorVariance, noiseGains } = symbol;
    const points = this.pilotPoints(index);
    const llrs = new Float32Array(2);
    for (let c = 0; c < re.length; c++) {
      if (this.grid.cellKind(index, c) === 'pilot') continue;
      demapQpsk(re[c], im[c], channelRe[c], channelIm[c], noise[c] * noiseGains[c] + errorVariance, llrs, 0);
      points.re[c] = softCoordinate(llrs[0]);
      points.im[c] = softCoordinate(llrs[1]);
    }
    return points;
  }

  /** Time by which a symbol's pilots lie early, in samples. @param noise - per carrier @param searchSteps - as in `measureSlip` */
  pilotSlip(symbol: FittedCells, noise: Float64Array, omegaRadPerSample: Float64Array, searchSteps?: number): number {
    return cellSlip(symbol, this.pilotPoints(symbol.index), noise, omegaRadPerSample, searchSteps);
  }

  /** A symbol's points as far as they are known by its pilots: 0 elsewhere. */
  pilotPoints(symbol: number): CellPoints {
    const { carrierCount } = this.grid.waveform;
    const re = new Float64Array(carrierCount);
    const im = new Float64Array(carrierCount);
    for (const c of this.grid.pilotsOf(symbol)) {
      re[c] = this.grid.pilotRe(symbol, c);
      im[c] = this.grid.pilotIm(symbol, c);
    }
    return { re, im };
  }
}
