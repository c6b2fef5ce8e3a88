// The encoder of the LTE turbo code: two 8-state recursive encoders, the second fed through the QPP interleaver.
// It makes the rate 1/3 mother code that the rate matcher cuts to length. Standard: 3GPP TS 36.212 section 5.1.3.2.

import { TillsongError } from '../../src/shared/errors.js';
import { assertTurboBlockSize, turboInterleaver } from './turbo-interleaver.js';
import { TAIL_WORD_BITS, TURBO_TAIL_BITS, tailWord, turboTailIndex } from './turbo-tail.js';

/**
 * One constituent encoder, transfer function g1(D) / g0(D) with g0 = 1 + D^2 + D^3 (13 octal), g1 = 1 + D + D^3 (15 octal).
 *
 * @param bits - its K input bits in the order it reads them
 * @param parity - receives K parity bits from `offset` on
 * @returns the tail word that brings its register back to 0
 */
function encodeConstituent(bits: Uint8Array, parity: Uint8Array, offset: number): Uint8Array {
  let s1 = 0; // the register, newest bit first
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < bits.length; i++) {
    const feedback = bits[i] ^ s2 ^ s3;
    parity[offset + i] = feedback ^ s1 ^ s3;
    s3 = s2;
    s2 = s1;
    s1 = feedback;
  }
  return tailWord(4 * s1 + 2 * s2 + s3);
}

/**
 * Encodes one code block at rate about 1/3.
 *
 * @param bits - K bits of 0 and 1, K one of `TURBO_BLOCK_SIZES`
 * @returns 3 (K + 4) coded bits, three streams of K + 4 one after the other: d0 (the bits themselves), d1 (parity of the
 *   first constituent), d2 (parity of the second); the last 4 of each stream are tail bits
 * @throws TillsongError `ERR_RANGE` when the length is no block size
 * @see 3GPP TS 36.212 section 5.1.3.2
 */
export function turboEncode(bits: Uint8Array): Uint8Array {
  if (!(bits instanceof Uint8Array))
    throw new TillsongError('ERR_TYPE', `bits: expected Uint8Array, got ${typeof bits}`);
  const blockSize = bits.length;
  assertTurboBlockSize('bits.length', blockSize);
  const streamLength = blockSize + TURBO_TAIL_BITS;
  const coded = new Uint8Array(3 * streamLength);
  const first = bits.map((bit) => bit & 1);
  const second = new Uint8Array(blockSize);
  const order = turboInterleaver(blockSize);
  for (let i = 0; i < blockSize; i++) second[i] = first[order[i]];
  coded.set(first);
  const tails = [
    encodeConstituent(first, coded, streamLength),
    encodeConstituent(second, coded, 2 * streamLength),
  ] as const;
  for (let i = 0; i < TAIL_WORD_BITS; i++) {
    coded[turboTailIndex(blockSize, 0, i)] = tails[0][i];
    coded[turboTailIndex(blockSize, 1, i)] = tails[1][i];
  }
  return coded;
}
