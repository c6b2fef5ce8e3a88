// Which cell of an OFDM burst carries what: pilots, header bits, payload bits. Both ends make the same grid.
//
//            carrier 0 . . . . . . . . . . .          P pilot, h header cell, d payload cell
//  symbol 0  P h h h P h h h P h h h P h h h          header symbols: a pilot every 4, shifted by 2 in odd symbols
//  symbol 1  P d d d d d d d d d d d P d d d          payload symbols: a pilot every 12, shifted by 5 a symbol
//  symbol 2  d d d d d P d d d d d d d d d d

/** Numbers of an OFDM waveform. Lengths are in baseband samples. */
export interface OfdmWaveform {
  readonly kind: 'ofdm';
  readonly fftSize: number;
  readonly cyclicPrefixSamples: number;
  /** Raised-cosine overlap of neighbouring symbols; taken from the cyclic prefix. */
  readonly rampSamples: number;
  /** Subcarriers used, centred on 0 Hz of the baseband: -count/2 ... count/2 - 1. */
  readonly carrierCount: number;
  readonly headerSymbolCount: number;
  /** Highest code rate used: information bits over coded bits; the last symbol is filled up. */
  readonly codeRate: number;
}

export const HEADER_PILOT_SPACING = 4;
export const PAYLOAD_PILOT_SPACING = 12;
const HEADER_PILOT_SHIFT = 2;
const PAYLOAD_PILOT_SHIFT = 5;

/** Coded bits of a cell: QPSK, one bit on each axis, 0 -> +1. */
export const BITS_PER_CELL = 2;

/** Period of the maximum length sequence x^11 + x^9 + 1 (ITU-T O.152) that gives the pilots their signs. */
const PILOT_SEQUENCE_LENGTH = 2047;

function pilotSequence(): Int8Array {
  const signs = new Int8Array(PILOT_SEQUENCE_LENGTH);
  let register = 0x7ff;
  for (let i = 0; i < signs.length; i++) {
    const bit = ((register >> 10) ^ (register >> 8)) & 1;
    signs[i] = bit ? -1 : 1;
    register = ((register << 1) | bit) & 0x7ff;
  }
  return signs;
}

export class OfdmGrid {
  private readonly signs = pilotSequence();

  constructor(readonly waveform: OfdmWaveform) {}

  /** @param symbol - index within the burst, header symbols first */
  isPilot(symbol: number, carrier: number): boolean {
    const { headerSymbolCount } = this.waveform;
    if (symbol < headerSymbolCount)
      return carrier % HEADER_PILOT_SPACING === (symbol * HEADER_PILOT_SHIFT) % HEADER_PILOT_SPACING;
    const shift = (symbol - headerSymbolCount) * PAYLOAD_PILOT_SHIFT;
    return carrier % PAYLOAD_PILOT_SPACING === shift % PAYLOAD_PILOT_SPACING;
  }

  /** Real part of a pilot, +-sqrt(1/2): chip 2 (symbol carrierCount + carrier) of the sequence. */
  pilotRe(symbol: number, carrier: number): number {
    return this.chip(2 * (symbol * this.waveform.carrierCount + carrier));
  }

  /** Imaginary part of a pilot: the chip after that of the real part. */
  pilotIm(symbol: number, carrier: number): number {
    return this.chip(2 * (symbol * this.waveform.carrierCount + carrier) + 1);
  }

  /** Carriers of a symbol that hold coded bits, ascending. */
  dataCarriers(symbol: number): Int32Array {
    const carriers: number[] = [];
    for (let carrier = 0; carrier < this.waveform.carrierCount; carrier++)
      if (!this.isPilot(symbol, carrier)) carriers.push(carrier);
    return Int32Array.from(carriers);
  }

  /** Coded bits that the header symbols hold. */
  get headerBitCount(): number {
    return this.bitCount(0, this.waveform.headerSymbolCount);
  }

  /** Coded bits in the first count payload symbols. */
  payloadBitCount(symbolCount: number): number {
    const first = this.waveform.headerSymbolCount;
    return this.bitCount(first, first + symbolCount);
  }

  /** Payload symbols needed so that the code rate is at most the waveform's. */
  payloadSymbolCount(infoBitCount: number): number {
    const wanted = infoBitCount / this.waveform.codeRate;
    let count = 0;
    for (let bits = 0; bits < wanted; count++)
      bits += this.bitCount(this.waveform.headerSymbolCount + count, this.waveform.headerSymbolCount + count + 1);
    return count;
  }

  private bitCount(firstSymbol: number, endSymbol: number): number {
    let cells = 0;
    for (let symbol = firstSymbol; symbol < endSymbol; symbol++)
      for (let carrier = 0; carrier < this.waveform.carrierCount; carrier++)
        if (!this.isPilot(symbol, carrier)) cells++;
    return cells * BITS_PER_CELL;
  }

  private chip(index: number): number {
    return this.signs[index % PILOT_SEQUENCE_LENGTH] * Math.SQRT1_2;
  }
}
