// The header's code: a short polar code. A header is too short for the turbo code of the payload; a polar code of its size,
// decoded with a list and a CRC, comes within a fraction of a decibel of what is possible at all (figures in header.ts). Here:
// which code it is, and the encoder. The decoder is in polar-list-decoder.ts.

import { assertInteger } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';

/** Longest mother code: beyond it repetition loses less than 0.1 dB, and the decoder would take longer. */
const MAX_MOTHER_LENGTH = 512;
const MIN_MOTHER_LENGTH = 64;
const MAX_CODED_BIT_COUNT = 100_000;
/**
 * The erasure channel the bit channels are ranked for. Of 0.5 ... 0.93 this is the best for 42 bits in 150 to 300, list 16
 * (at 192 bits and Es/N0 -5.5 dB: 1.1 % of headers lost with 0.5, 1.0 % with 0.7, 0.6 % with 0.85, 0.8 % with 0.93).
 */
const DESIGN_ERASURE_PROBABILITY = 0.875;

/**
 * A polar code of any length: x = u F, with F the m-th Kronecker power of [[1, 0], [1, 1]] and N = 2^m, without bit
 * reversal. Sent are the last n of the N bits of x (the first N - n are punctured), or for n > N all of x over and over.
 *
 * @see Arikan, "Channel Polarization", IEEE Trans. Information Theory 55(7), 2009
 */
export class PolarCode {
  /** k. */
  readonly infoBitCount: number;
  /** n. */
  readonly codedBitCount: number;
  /** N, a power of two. */
  readonly motherLength: number;
  /** The k indices of u that carry information, ascending. All other bits of u are 0 ("frozen"). */
  readonly infoPositions: readonly number[];

  /**
   * @param infoBitCount - k, 1..64
   * @param codedBitCount - n, k..100,000
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(infoBitCount: number, codedBitCount: number) {
    assertInteger('infoBitCount', infoBitCount, 1, MIN_MOTHER_LENGTH);
    assertInteger('codedBitCount', codedBitCount, infoBitCount, MAX_CODED_BIT_COUNT);
    this.infoBitCount = infoBitCount;
    this.codedBitCount = codedBitCount;
    // As in 3GPP TS 38.212 section 5.3.1: up to an eighth more is better repeated than punctured from the double length.
    let length = MIN_MOTHER_LENGTH;
    while (length < MAX_MOTHER_LENGTH && 8 * codedBitCount > 9 * length) length *= 2;
    this.motherLength = length;
    this.infoPositions = selectInfoPositions(infoBitCount, length, Math.max(0, length - codedBitCount));
  }

  /** @returns which bit of x the transmitted bit with this index is, 0 <= index < codedBitCount */
  motherIndexOf(index: number): number {
    return (index % this.motherLength) + Math.max(0, this.motherLength - this.codedBitCount);
  }

  /**
   * @param info - infoBitCount bits
   * @returns codedBitCount bits
   * @throws TillsongError `ERR_LENGTH`
   */
  encode(info: Uint8Array): Uint8Array {
    if (info.length !== this.infoBitCount)
      throw new TillsongError('ERR_LENGTH', `info: expected ${this.infoBitCount} bits, got ${info.length}`);
    const word = new Uint8Array(this.motherLength);
    for (let i = 0; i < info.length; i++) word[this.infoPositions[i]] = info[i];
    for (let half = 1; half < word.length; half *= 2)
      for (let start = 0; start < word.length; start += 2 * half)
        for (let i = start; i < start + half; i++) word[i] ^= word[i + half];
    return Uint8Array.from({ length: this.codedBitCount }, (_, i) => word[this.motherIndexOf(i)]);
  }
}

/**
 * The bit channels with the smallest erasure probability when x is sent over an erasure channel (Arikan 2009, equations 34
 * and 35). Made of sums and products only, so that sender and receiver get the same set on any machine, which formulas with
 * exp and log would not promise.
 */
function selectInfoPositions(count: number, length: number, puncturedCount: number): number[] {
  const erasure = new Float64Array(length).fill(DESIGN_ERASURE_PROBABILITY);
  erasure.fill(1, 0, puncturedCount);
  for (let half = length / 2; half >= 1; half /= 2) {
    for (let start = 0; start < length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = erasure[i];
        const b = erasure[i + half];
        erasure[i] = a + b - a * b;
        erasure[i + half] = a * b;
      }
    }
  }
  const bestFirst = Array.from(erasure.keys()).sort((a, b) => erasure[a] - erasure[b] || b - a);
  return bestFirst.slice(0, count).sort((a, b) => a - b);
}
