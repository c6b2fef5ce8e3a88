// Rate matching of the turbo code: from 3 (K + 4) coded bits to as many as a burst has room for, and back for soft bits.
// A circular buffer is read from one of four starts, the redundancy version. Standard: 3GPP TS 36.212 section 5.1.4.1.

import { assertBytes, assertFloats, assertInteger } from '../../src/shared/assert.js';
import { TURBO_TAIL_BITS } from './turbo-tail.js';
import { assertTurboBlockSize } from './turbo-interleaver.js';

/** Columns of the sub-block interleaver, and the order in which they are read (table 5.1.4-1): 5-bit indices bit-reversed. */
const COLUMN_COUNT = 32;
const COLUMN_ORDER = [
  0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30, 1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31,
];

/** What the receiver knows of a filler bit, in nats: more than any sum of heard LLRs. */
const FILLER_LLR = 1024;

/** Marks a place of the circular buffer that holds nothing. */
const NULL_INDEX = -1;

/**
 * Sub-block interleaver (section 5.1.4.1.1): rows of 32 filled from the end of a run of nulls, columns permuted, read by columns.
 *
 * @param streamLength - D = K + 4
 * @param shift - 0 for streams 0 and 1; 1 for stream 2, which is read one place further on, round the matrix
 * @returns index in the stream for each place, or `NULL_INDEX`
 */
function subBlockOrder(streamLength: number, shift: 0 | 1): Int32Array {
  const rowCount = Math.ceil(streamLength / COLUMN_COUNT);
  const size = rowCount * COLUMN_COUNT;
  const nullCount = size - streamLength;
  return Int32Array.from({ length: size }, (_, k) => {
    const place = (COLUMN_ORDER[Math.floor(k / rowCount)] + COLUMN_COUNT * (k % rowCount) + shift) % size;
    return place < nullCount ? NULL_INDEX : place - nullCount;
  });
}

/**
 * Bit collection (section 5.1.4.1.2): stream 0 first, then streams 1 and 2 in turns.
 *
 * @returns index among the 3 (K + 4) coded bits for each of the places of the circular buffer, or `NULL_INDEX`
 */
function circularBuffer(blockSize: number, fillerBitCount: number): Int32Array {
  const streamLength = blockSize + TURBO_TAIL_BITS;
  const plain = subBlockOrder(streamLength, 0);
  const shifted = subBlockOrder(streamLength, 1);
  const size = plain.length;
  const buffer = new Int32Array(3 * size).fill(NULL_INDEX);
  for (let k = 0; k < size; k++) {
    if (plain[k] >= fillerBitCount) {
      buffer[k] = plain[k];
      buffer[size + 2 * k] = streamLength + plain[k];
    }
    if (shifted[k] !== NULL_INDEX) buffer[size + 2 * k + 1] = 2 * streamLength + shifted[k];
  }
  return buffer;
}

/** Cuts and soft-combines blocks of one size. */
export class RateMatcher {
  private readonly codedCount: number;
  private readonly fillerBitCount: number;
  /** Coded-bit index of each sent place of the circular buffer, nulls and fillers left out. */
  private readonly places: Uint16Array;
  /** Where in `places` each redundancy version starts. */
  private readonly starts: readonly number[];

  /**
   * @param blockSize - K, one of `TURBO_BLOCK_SIZES`
   * @param options.fillerBitCount - F, zeros at the front of the block known to both ends, 0 to K - 1 (default 0): they and
   *   their parity in the first constituent, zero too, are never sent
   * @throws TillsongError `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(blockSize: number, options: { readonly fillerBitCount?: number } = {}) {
    assertTurboBlockSize('blockSize', blockSize);
    this.fillerBitCount = options.fillerBitCount ?? 0;
    assertInteger('fillerBitCount', this.fillerBitCount, 0, blockSize - 1);
    this.codedCount = 3 * (blockSize + TURBO_TAIL_BITS);
    const buffer = circularBuffer(blockSize, this.fillerBitCount);
    this.places = Uint16Array.from(buffer.filter((index) => index !== NULL_INDEX));
    const rowCount = Math.ceil((blockSize + TURBO_TAIL_BITS) / COLUMN_COUNT);
    this.starts = [0, 1, 2, 3].map((rv) => {
      const start = rowCount * (2 * Math.ceil(buffer.length / (8 * rowCount)) * rv + 2); // k0, without limited buffer
      return buffer.subarray(0, start).filter((index) => index !== NULL_INDEX).length;
    });
  }

  /**
   * @param coded - 3 (K + 4) coded bits of 0 and 1 (`turboEncode`)
   * @param redundancyVersion - 0 to 3
   * @param outLength - bits to send, >= 1; beyond the length of the code it starts again
   * @returns outLength bits
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  match(coded: Uint8Array, redundancyVersion: number, outLength: number): Uint8Array {
    assertBytes('coded', coded, this.codedCount, this.codedCount);
    assertInteger('outLength', outLength, 1, 2 ** 24);
    const { places } = this;
    const out = new Uint8Array(outLength);
    let place = this.startOf(redundancyVersion);
    for (let i = 0; i < outLength; i++) {
      out[i] = coded[places[place]];
      if (++place === places.length) place = 0;
    }
    return out;
  }

  /**
   * Adds the LLRs of one burst to the soft buffer; what the burst did not send gains nothing. Fillers are set to a large
   * positive LLR.
   *
   * @param llrs - LLRs in transmitted order, any length
   * @param redundancyVersion - of that burst, 0 to 3
   * @param accumulator - 3 (K + 4) LLRs, added to
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  dematch(llrs: Float32Array, redundancyVersion: number, accumulator: Float32Array): void {
    assertFloats('llrs', llrs);
    assertFloats('accumulator', accumulator, this.codedCount, this.codedCount);
    const { places } = this;
    let place = this.startOf(redundancyVersion);
    for (let i = 0; i < llrs.length; i++) {
      accumulator[places[place]] += llrs[i];
      if (++place === places.length) place = 0;
    }
    const streamLength = this.codedCount / 3;
    accumulator.fill(FILLER_LLR, 0, this.fillerBitCount);
    accumulator.fill(FILLER_LLR, streamLength, streamLength + this.fillerBitCount);
  }

  /**
   * A-posteriori LLRs in transmitted order, for the channel estimator.
   *
   * @param appLlrs - 3 (K + 4) LLRs (`TurboDecoder.aPosterioriLlrs`)
   * @param redundancyVersion - of the burst, 0 to 3
   * @param out - receives as many LLRs as it is long
   * @throws TillsongError `ERR_LENGTH`, `ERR_RANGE`, `ERR_TYPE`
   */
  rematch(appLlrs: Float32Array, redundancyVersion: number, out: Float32Array): void {
    assertFloats('appLlrs', appLlrs, this.codedCount, this.codedCount);
    assertFloats('out', out);
    const { places } = this;
    let place = this.startOf(redundancyVersion);
    for (let i = 0; i < out.length; i++) {
      out[i] = appLlrs[places[place]];
      if (++place === places.length) place = 0;
    }
  }

  private startOf(redundancyVersion: number): number {
    assertInteger('redundancyVersion', redundancyVersion, 0, 3);
    return this.starts[redundancyVersion];
  }
}
