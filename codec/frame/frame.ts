// The payload of a burst, from bytes to coded bits; the way back is in frame-decoder.ts, the header in header.ts.
//
//   payload | CRC-32  ->  Reed-Solomon codewords, byte-interleaved (outer-code.ts)  ->  bits, MSB first
//     ->  turbo blocks, fillers in front (frame-plan.ts)  ->  rate matching for a redundancy version, block after block
//     ->  interleaved over the whole burst  ->  scrambled

import { assertBytes } from '../../src/shared/assert.js';
import { bitsFromBytes } from '../../src/shared/bits.js';
import { crc32 } from './crc.js';
import {
  assertRedundancyVersion,
  CRC_BYTE_COUNT,
  codedBitBoundaries,
  type FramePlan,
  planFrame,
} from './frame-plan.js';
import { interleave } from './interleaver.js';
import { MAX_PAYLOAD_BYTES } from './limits.js';
import { OuterCode } from './outer-code.js';
import { RateMatcher } from './rate-matcher.js';
import { scrambleBits, scramblingSequence } from './scrambler.js';
import { turboEncode } from './turbo-code.js';

export { type FrameDecodeResult, FrameDecoder } from './frame-decoder.js';
export { type FrameBlock, type FramePlan, planFrame } from './frame-plan.js';

/**
 * @param payload - 1..4096 bytes
 * @param redundancyVersion - 0..3: another selection of the same code, scrambled differently; each can be decoded alone at
 *   rates up to about 0.6, together they add up
 * @param codedBitCount - 1..204,800; the rate is `planFrame(...).infoBitCount / codedBitCount`
 * @returns codedBitCount bits of 0 and 1
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE`
 */
export function encodeFrame(payload: Uint8Array, redundancyVersion: number, codedBitCount: number): Uint8Array {
  assertBytes('payload', payload, 1, MAX_PAYLOAD_BYTES);
  assertRedundancyVersion(redundancyVersion);
  const plan = planFrame(payload.length);
  const boundaries = codedBitBoundaries(plan, codedBitCount);
  const matched = new Uint8Array(codedBitCount);
  turboBlocksOf(payload, plan).forEach((info, block) => {
    const length = boundaries[block + 1] - boundaries[block];
    if (length === 0) return;
    const { infoBitCount, fillerBitCount } = plan.blocks[block];
    const matcher = new RateMatcher(infoBitCount, { fillerBitCount });
    matched.set(matcher.match(turboEncode(info), redundancyVersion, length), boundaries[block]);
  });
  return scrambleBits(interleave(matched), scramblingSequence(redundancyVersion, codedBitCount));
}

/** The information bits of each turbo block, fillers included. */
function turboBlocksOf(payload: Uint8Array, plan: FramePlan): Uint8Array[] {
  const message = new Uint8Array(payload.length + CRC_BYTE_COUNT);
  message.set(payload);
  new DataView(message.buffer).setUint32(payload.length, crc32(payload));
  const bits = bitsFromBytes(new OuterCode(message.length).encode(message));
  let start = 0;
  return plan.blocks.map(({ infoBitCount, fillerBitCount }) => {
    const info = new Uint8Array(infoBitCount);
    const end = start + infoBitCount - fillerBitCount;
    info.set(bits.subarray(start, end), fillerBitCount);
    start = end;
    return info;
  });
}
