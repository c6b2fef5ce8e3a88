// Which cell of an OFDM burst carries what: pilots, header bits, payload bits. Both ends make the same grid.
//
//            carrier 0 . . . . . . . . . . .          P pilot, h header cell, d payload cell
//  symbol 0  P d h d P d h d P d h d P d h d          header symbol: a pilot every 4 and, with headerSpacing 4, a header
//  symbol 1  P d d d d d d d d d d d P d d d          cell between two pilots (with 2: on all odd carriers)
//  symbol 2  d d d d d P d d d d d d d d d d          other symbols: a pilot every 12, shifted by 5 from symbol to symbol

/** Numbers of an OFDM waveform. Lengths are in baseband samples. */
export interface OfdmWaveform {
  readonly kind: 'ofdm';
  readonly fftSize: number;
  readonly cyclicPrefixSamples: number;
  /** Raised-cosine overlap of neighbouring symbols; taken from the cyclic prefix. */
  readonly rampSamples: number;
  /** Subcarriers used, centred on 0 Hz of the baseband: -count/2 ... count/2 - 1. */
  readonly carrierCount: number;
  /** Every how many carriers of the first symbol one is for the header: 2 or 4. */
  readonly headerSpacing: 2 | 4;
  /** Highest code rate used: information bits over coded bits; the last symbol is filled up. */
  readonly codeRate: number;
}

export const HEADER_PILOT_SPACING = 4;
export const PAYLOAD_PILOT_SPACING = 12;
const PAYLOAD_PILOT_SHIFT = 5;

/** What a cell carries. */
export type CellKind = 'pilot' | 'header' | 'payload';

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
  /** Carriers by kind: of the first symbol, and of the others by the place of their pilots, as far as they were asked for. */
  private readonly carriers: Readonly<Record<CellKind, (readonly number[])[]>> = { pilot: [], header: [], payload: [] };

  constructor(readonly waveform: OfdmWaveform) {}

  /** @param symbol - index within the burst; the first holds the header */
  cellKind(symbol: number, carrier: number): CellKind {
    if (symbol > 0) {
      const shift = ((symbol - 1) * PAYLOAD_PILOT_SHIFT) % PAYLOAD_PILOT_SPACING;
      return carrier % PAYLOAD_PILOT_SPACING === shift ? 'pilot' : 'payload';
    }
    if (carrier % HEADER_PILOT_SPACING === 0) return 'pilot';
    const { headerSpacing } = this.waveform;
    return carrier % headerSpacing === headerSpacing >> 1 ? 'header' : 'payload';
  }

  /** The carriers of a symbol's cells of one kind, in rising order. */
  carriersOf(kind: CellKind, symbol: number): readonly number[] {
    const alike = firstAlike(symbol);
    const known = this.carriers[kind];
    known[alike] ??= Array.from({ length: this.waveform.carrierCount }, (_, c) => c).filter(
      (c) => this.cellKind(alike, c) === kind,
    );
    return known[alike];
  }

  /** The carriers of a symbol's pilots, in rising order. */
  pilotsOf(symbol: number): readonly number[] {
    return this.carriersOf('pilot', symbol);
  }

  /** Real part of a pilot, +-sqrt(1/2): chip 2 (symbol carrierCount + carrier) of the sequence. */
  pilotRe(symbol: number, carrier: number): number {
    return this.chip(2 * (symbol * this.waveform.carrierCount + carrier));
  }

  /** Imaginary part of a pilot: the chip after that of the real part. */
  pilotIm(symbol: number, carrier: number): number {
    return this.chip(2 * (symbol * this.waveform.carrierCount + carrier) + 1);
  }

  /** Coded bits that the header cells hold. */
  get headerBitCount(): number {
    return BITS_PER_CELL * this.carriersOf('header', 0).length;
  }

  /** Coded bits of the payload in the first count symbols. */
  payloadBitCount(symbolCount: number): number {
    let bits = 0;
    for (let symbol = 0; symbol < symbolCount; symbol++) bits += this.payloadBitsOf(symbol);
    return bits;
  }

  /** Symbols needed so that the payload's code rate is at most the waveform's. */
  symbolCountFor(infoBitCount: number): number {
    const wanted = infoBitCount / this.waveform.codeRate;
    let symbolCount = 0;
    for (let bits = 0; bits < wanted; symbolCount++) bits += this.payloadBitsOf(symbolCount);
    return symbolCount;
  }

  private payloadBitsOf(symbol: number): number {
    return BITS_PER_CELL * this.carriersOf('payload', symbol).length;
  }

  private chip(index: number): number {
    return this.signs[index % PILOT_SEQUENCE_LENGTH] * Math.SQRT1_2;
  }
}

/** The first symbol whose cells are of the same kinds. */
function firstAlike(symbol: number): number {
  return symbol === 0 ? 0 : 1 + ((symbol - 1) % PAYLOAD_PILOT_SPACING);
}
