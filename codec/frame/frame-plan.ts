// How a payload of a given length is cut: Reed-Solomon codewords outside, turbo blocks inside. Both ends make the same plan
// from the length alone.

import { assertInteger } from '../../src/shared/assert.js';
import { MAX_FRAME_CODED_BITS, MAX_PAYLOAD_BYTES, REDUNDANCY_VERSION_COUNT } from './limits.js';
import { OuterCode } from './outer-code.js';
import { TURBO_BLOCK_SIZES, turboBlockSizeFor } from './turbo-code.js';

/** CRC-32 after the payload. */
export const CRC_BYTE_COUNT = 4;

/** One turbo block of a frame. */
export interface FrameBlock {
  /** K, one of `TURBO_BLOCK_SIZES`: fillers first, then bits of the frame. */
  readonly infoBitCount: number;
  /** Known zeros at the front of the block, never sent. */
  readonly fillerBitCount: number;
}

/** What a frame with a payload of some length is made of. */
export interface FramePlan {
  readonly payloadByteCount: number;
  /** Payload, CRC-32 and Reed-Solomon parity. */
  readonly outerByteCount: number;
  readonly blocks: readonly FrameBlock[];
  /** 8 * outerByteCount: information bits of all blocks without the fillers. Over the coded bits, it is the rate. */
  readonly infoBitCount: number;
}

/**
 * The bytes are shared out over as few turbo blocks as possible, as evenly as possible (whole bytes, the longer shares last).
 *
 * @param payloadByteCount - 1..4096; 92 gives one block of 832 bits without fillers
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
 */
export function planFrame(payloadByteCount: number): FramePlan {
  assertInteger('payloadByteCount', payloadByteCount, 1, MAX_PAYLOAD_BYTES);
  const { codedByteCount } = new OuterCode(payloadByteCount + CRC_BYTE_COUNT);
  const largestBlock = TURBO_BLOCK_SIZES[TURBO_BLOCK_SIZES.length - 1];
  const blockCount = Math.ceil((8 * codedByteCount) / largestBlock);
  const blocks = Array.from({ length: blockCount }, (_, block) => {
    const from = Math.floor((block * codedByteCount) / blockCount);
    const to = Math.floor(((block + 1) * codedByteCount) / blockCount);
    const infoBitCount = turboBlockSizeFor(8 * (to - from));
    return { infoBitCount, fillerBitCount: infoBitCount - 8 * (to - from) };
  });
  return { payloadByteCount, outerByteCount: codedByteCount, blocks, infoBitCount: 8 * codedByteCount };
}

/**
 * Where each turbo block's coded bits end among those of the frame: shares in proportion to the information bits, so that all
 * blocks have the same rate.
 *
 * @param codedBitCount - 1..204,800
 * @returns blocks.length + 1 boundaries, from 0 to codedBitCount
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
 */
export function codedBitBoundaries(plan: FramePlan, codedBitCount: number): number[] {
  assertInteger('codedBitCount', codedBitCount, 1, MAX_FRAME_CODED_BITS);
  const boundaries = [0];
  let infoBitsSoFar = 0;
  for (const { infoBitCount, fillerBitCount } of plan.blocks) {
    infoBitsSoFar += infoBitCount - fillerBitCount;
    boundaries.push(Math.floor((codedBitCount * infoBitsSoFar) / plan.infoBitCount));
  }
  return boundaries;
}

/** @throws TillsongError `ERR_TYPE`, `ERR_RANGE` when it is not 0..3 */
export function assertRedundancyVersion(redundancyVersion: unknown): asserts redundancyVersion is number {
  assertInteger('redundancyVersion', redundancyVersion, 0, REDUNDANCY_VERSION_COUNT - 1);
}
