// Rate matching of the turbo code: from 3 (K + 4) coded bits to as many as a burst has room for, and back for soft bits.
// Four redundancy versions send different parity, so that bursts of one message add up. After 3GPP TS 36.212 section 5.1.4.1.

import { assertBytes, assertFloats, assertInteger } from '../../src/shared/assert.js';
import { assertTurboBlockSize } from './turbo-interleaver.js';
import { TURBO_TAIL_BITS } from './turbo-tail.js';

/** The sub-block interleaver writes rows of this many columns and reads column by column, in this order (table 5.1.4-1). */
const COLUMN_COUNT = 32;
// biome-ignore format: one row
const COLUMN_ORDER = [
  0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30, 1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31,
];

/**
 * The columns, in reading order, where a redundancy version begins with systematic and with parity bits. A version sends 30
 * systematic columns, all parity, and last the two systematic columns before its first: the standard leaves out as many.
 *
 * Version 0 is the standard's. The standard's others start at a quarter, a half and three quarters of the whole buffer and so
 * miss most systematic bits: at rate 1/2 its version 1 alone needs 0.8 dB more than version 0, at 2/3 its version 2 alone
 * cannot be decoded at all. A till may hear any burst first, so here every version has its systematic bits. Es/N0 for
 * packet error 10 %, K = 832, against version 0 alone, in dB (ours; the standard's in brackets):
 *
 *   rate   version 1 alone   2 alone         3 alone         0 and 1 together
 *   0.40   +0.03 (+0.16)     -0.02 (-0.02)   +0.00 (-0.01)   -3.14 (-3.18)
 *   0.50   +0.00 (+0.81)     +0.12 (+0.12)   +0.08 (+0.04)   -3.47 (-3.41)
 *   0.60   +0.03 (+1.42)     +0.08 (+1.15)   +0.15 (+0.03)   -3.68 (-3.66)
 *   0.67   +0.00 (+3.66)     +0.00 (never)   +0.08 (-0.03)   -3.69 (-3.93)
 */
const VERSIONS = [
  { systematicColumn: 2, parityColumn: 0 },
  { systematicColumn: 10, parityColumn: 16 },
  { systematicColumn: 18, parityColumn: 8 },
  { systematicColumn: 26, parityColumn: 24 },
] as const;
const LATE_SYSTEMATIC_COLUMNS = 2;

/** What the receiver knows of a filler bit, in nats: more than any sum of heard LLRs. */
const FILLER_LLR = 1024;

/**
 * The coded-bit indices that a redundancy version sends, in order, all of them once, fillers left out. The sub-block interleaver
 * (section 5.1.4.1.1): a stream of D = K + 4 bits fills the matrix row by row from behind, what is left free at its front holds
 * nothing. Of stream 2 every place is read one further on, round the matrix.
 */
function sendingOrder(blockSize: number, fillerBitCount: number, redundancyVersion: number): Uint16Array {
  const streamLength = blockSize + TURBO_TAIL_BITS;
  const { systematicColumn, parityColumn } = VERSIONS[redundancyVersion];
  const size = Math.ceil(streamLength / COLUMN_COUNT) * COLUMN_COUNT;
  const free = size - streamLength;
  const order = new Uint16Array(3 * streamLength - 2 * fillerBitCount);
  let count = 0;
  const sendSystematic = (column: number) => {
    for (let place = COLUMN_ORDER[column % COLUMN_COUNT]; place < size; place += COLUMN_COUNT)
      if (place - free >= fillerBitCount) order[count++] = place - free;
  };
  const early = COLUMN_COUNT - LATE_SYSTEMATIC_COLUMNS;
  for (let i = 0; i < early; i++) sendSystematic(systematicColumn + i);
  for (let i = 0; i < COLUMN_COUNT; i++) {
    for (let first = COLUMN_ORDER[(parityColumn + i) % COLUMN_COUNT]; first < size; first += COLUMN_COUNT) {
      const second = (first + 1) % size;
      if (first - free >= fillerBitCount) order[count++] = streamLength + first - free;
      if (second >= free) order[count++] = 2 * streamLength + second - free;
    }
  }
  for (let i = early; i < COLUMN_COUNT; i++) sendSystematic(systematicColumn + i);
  return order;
}

/** Cuts blocks of one size to length, and adds up their soft bits. */
export class RateMatcher {
  private readonly blockSize: number;
  private readonly codedCount: number;
  private readonly fillerBitCount: number;
  /** Coded-bit indices in sending order, for each redundancy version that was asked for. */
  private readonly orders: Uint16Array[] = [];

  /**
   * @param blockSize - K, one of `TURBO_BLOCK_SIZES`
   * @param options.fillerBitCount - F, zeros at the front of the block known to both ends, 0 to K - 1 (default 0): they and
   *   their parity in the first constituent, which is zero too, are never sent
   * @throws TillsongError `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(blockSize: number, options: { readonly fillerBitCount?: number } = {}) {
    assertTurboBlockSize('blockSize', blockSize);
    const fillerBitCount = options.fillerBitCount ?? 0;
    assertInteger('fillerBitCount', fillerBitCount, 0, blockSize - 1);
    this.blockSize = blockSize;
    this.fillerBitCount = fillerBitCount;
    this.codedCount = 3 * (blockSize + TURBO_TAIL_BITS);
  }

  /**
   * @param coded - 3 (K + 4) coded bits of 0 and 1 (`turboEncode`)
   * @param redundancyVersion - 0 to 3
   * @param outLength - bits to send, 1 to 2^24; beyond 3 (K + 4) - 2 F they start again
   * @returns outLength bits
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  match(coded: Uint8Array, redundancyVersion: number, outLength: number): Uint8Array {
    assertBytes('coded', coded, this.codedCount, this.codedCount);
    assertInteger('outLength', outLength, 1, 2 ** 24);
    const order = this.orderOf(redundancyVersion);
    const out = new Uint8Array(outLength);
    for (let i = 0, at = 0; i < outLength; i++) {
      out[i] = coded[order[at]];
      if (++at === order.length) at = 0;
    }
    return out;
  }

  /**
   * Adds the LLRs of one burst to the soft buffer; what the burst did not send gains nothing. Fillers are set to a large
   * positive LLR.
   *
   * @param llrs - LLRs in transmitted order, any length
   * @param redundancyVersion - of that burst, 0 to 3
   * @param accumulator - 3 (K + 4) LLRs in the layout of `turboEncode`, added to
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  dematch(llrs: Float32Array, redundancyVersion: number, accumulator: Float32Array): void {
    assertFloats('llrs', llrs);
    assertFloats('accumulator', accumulator, this.codedCount, this.codedCount);
    const order = this.orderOf(redundancyVersion);
    for (let i = 0, at = 0; i < llrs.length; i++) {
      accumulator[order[at]] += llrs[i];
      if (++at === order.length) at = 0;
    }
    this.setFillers(accumulator);
  }

  /**
   * Puts in what is known before anything is heard.
   *
   * @param accumulator - 3 (K + 4) LLRs in the layout of `turboEncode`
   * @throws TillsongError `ERR_LENGTH`, `ERR_TYPE`
   */
  setFillers(accumulator: Float32Array): void {
    assertFloats('accumulator', accumulator, this.codedCount, this.codedCount);
    const streamLength = this.codedCount / 3;
    accumulator.fill(FILLER_LLR, 0, this.fillerBitCount);
    accumulator.fill(FILLER_LLR, streamLength, streamLength + this.fillerBitCount);
  }

  /**
   * Puts a-posteriori LLRs into transmitted order, for the channel estimator.
   *
   * @param appLlrs - 3 (K + 4) LLRs in the layout of `turboEncode` (`TurboDecoder.aPosterioriLlrs`)
   * @param redundancyVersion - of the burst, 0 to 3
   * @param out - receives as many LLRs as it is long
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  rematch(appLlrs: Float32Array, redundancyVersion: number, out: Float32Array): void {
    assertFloats('appLlrs', appLlrs, this.codedCount, this.codedCount);
    assertFloats('out', out);
    const order = this.orderOf(redundancyVersion);
    for (let i = 0, at = 0; i < out.length; i++) {
      out[i] = appLlrs[order[at]];
      if (++at === order.length) at = 0;
    }
  }

  private orderOf(redundancyVersion: number): Uint16Array {
    assertInteger('redundancyVersion', redundancyVersion, 0, VERSIONS.length - 1);
    this.orders[redundancyVersion] ??= sendingOrder(this.blockSize, this.fillerBitCount, redundancyVersion);
    return this.orders[redundancyVersion];
  }
}
