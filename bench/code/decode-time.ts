// How long a decode of the inner code takes, at rate 1/3.

import { SeededRandom } from 'tillsong';
import { CodeLink } from './packet-error.js';

/** Median milliseconds of a decode. */
export interface DecodeTime {
  readonly blockSize: number;
  /** Eb/N0 3 dB: next to no errors to correct. */
  readonly easyMs: number;
  /** Eb/N0 0.8 dB: where a packet of 832 bits is lost about once in a hundred times. */
  readonly nearMs: number;
  /** Eb/N0 -6 dB: never decodes, all iterations are spent. */
  readonly hopelessMs: number;
}

/** Decodes to warm up the engine, and then to time, at least. */
const MIN_DECODES = 40;
/** Small blocks are timed more often: as many as make up this many bits. */
const BITS = 200_000;

/** @returns times of blocks of one size */
export function measureDecodeTime(blockSize: number, seed: number): DecodeTime {
  const link = new CodeLink({ infoBitCount: blockSize, codedBitCount: 3 * (blockSize + 4) });
  const decodeCount = Math.max(MIN_DECODES, Math.round(BITS / blockSize));
  const medianMs = (ebN0Db: number) => {
    const random = new SeededRandom(seed);
    const times = Array.from({ length: 2 * decodeCount }, () => link.send(ebN0Db, random).ms).slice(decodeCount);
    return times.sort((a, b) => a - b)[decodeCount >> 1];
  };
  return { blockSize, easyMs: medianMs(3), nearMs: medianMs(0.8), hopelessMs: medianMs(-6) };
}
