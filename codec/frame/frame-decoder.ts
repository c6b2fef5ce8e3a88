// From soft bits back to the payload: the inverse of frame.ts. The LLRs of bursts that carry the same payload are added in
// one soft buffer; each turbo block is decoded, Reed-Solomon mends what is left, the CRC-32 decides.

import { assertFloats } from '../../src/shared/assert.js';
import { bytesFromBits } from '../../src/shared/bits.js';
import { TillsongError } from '../../src/shared/errors.js';
import { saturateLlr } from '../../src/shared/llr.js';
import { crc32 } from './crc.js';
import {
  assertRedundancyVersion,
  CRC_BYTE_COUNT,
  codedBitBoundaries,
  type FrameBlock,
  type FramePlan,
  planFrame,
} from './frame-plan.js';
import { deinterleave, interleave } from './interleaver.js';
import { MAX_FRAME_CODED_BITS } from './limits.js';
import { OuterCode } from './outer-code.js';
import { RateMatcher } from './rate-matcher.js';
import { scrambleLlrs, scramblingSequence } from './scrambler.js';
import { TurboDecoder } from './turbo-code.js';

/**
 * What became of the soft buffer. `iterations` is that of the turbo block that took most. Reasons: `code`, a turbo block did
 * not settle and Reed-Solomon could not mend it; `reed-solomon`, all settled, but on too many wrong bytes; `crc`, codewords
 * were found without erasures, but not those that were sent.
 */
export type FrameDecodeResult =
  | {
      readonly ok: true;
      readonly payload: Uint8Array;
      readonly correctedByteCount: number;
      readonly iterations: number;
    }
  | { readonly ok: false; readonly reason: 'code' | 'reed-solomon' | 'crc'; readonly iterations: number };

/** Blocks that decode seldom need more. */
const DEFAULT_ITERATIONS = 8;

/** Soft buffer and decoder of one turbo block. */
class BlockDecoder {
  readonly block: FrameBlock;
  readonly matcher: RateMatcher;
  /** Hard decisions, fillers included. */
  readonly bits: Uint8Array;
  private readonly turbo: TurboDecoder;
  /** 3 (K + 4) sums of LLRs in the layout of the turbo code. */
  private readonly soft: Float32Array;

  constructor(block: FrameBlock, maxIterations: number) {
    const { infoBitCount, fillerBitCount } = block;
    this.block = block;
    this.matcher = new RateMatcher(infoBitCount, { fillerBitCount });
    this.turbo = new TurboDecoder(infoBitCount, { maxIterations });
    this.bits = new Uint8Array(infoBitCount);
    this.soft = new Float32Array(3 * (infoBitCount + 4));
    this.clear();
  }

  combine(llrs: Float32Array, redundancyVersion: number): void {
    this.matcher.dematch(llrs, redundancyVersion, this.soft);
  }

  decode(): { iterations: number; converged: boolean } {
    return this.turbo.decode(this.soft, this.bits);
  }

  aPosterioriLlrs(): Float32Array {
    const llrs = new Float32Array(this.soft.length);
    this.turbo.aPosterioriLlrs(llrs);
    return llrs;
  }

  clear(): void {
    this.soft.fill(0);
    this.matcher.setFillers(this.soft);
  }
}

/** Decodes one message from the bursts that carry it. Memory is taken once: about 300 bytes a byte of payload. */
export class FrameDecoder {
  readonly plan: FramePlan;
  private readonly outer: OuterCode;
  private readonly blocks: readonly BlockDecoder[];
  /** A posteriori LLRs of each block as the last decode left them; undefined before, and for blocks nobody asked about. */
  private softOutputs: (Float32Array | undefined)[] = [];
  private hasDecoded = false;
  /** By redundancy version, as long as was needed so far. */
  private readonly scrambling: Uint8Array[] = [];
  private readonly maxIterations: number;

  /**
   * @param payloadByteCount - 1..4096
   * @param options.maxIterations - of the turbo decoder, 1..64, default 8; it stops earlier once it has settled
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE`
   */
  constructor(payloadByteCount: number, options: { readonly maxIterations?: number } = {}) {
    this.plan = planFrame(payloadByteCount);
    this.outer = new OuterCode(payloadByteCount + CRC_BYTE_COUNT);
    this.maxIterations = options.maxIterations ?? DEFAULT_ITERATIONS;
    this.blocks = this.plan.blocks.map((block) => new BlockDecoder(block, this.maxIterations));
  }

  /**
   * Adds what one burst says to the soft buffer.
   *
   * @param llrs - one for each coded bit of the burst, 1..204,800, positive means 0; any value: NaN counts as 0, everything
   *   is saturated
   * @param redundancyVersion - that burst's, 0..3
   * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH`, `ERR_RANGE`
   */
  combine(llrs: Float32Array, redundancyVersion: number): void {
    assertFloats('llrs', llrs, 1, MAX_FRAME_CODED_BITS);
    assertRedundancyVersion(redundancyVersion);
    const plain = new Float32Array(llrs.length);
    for (let i = 0; i < plain.length; i++) plain[i] = saturateLlr(llrs[i]);
    scrambleLlrs(plain, this.scramblingOf(redundancyVersion, plain.length), plain);
    const matched = deinterleave(plain);
    const boundaries = codedBitBoundaries(this.plan, matched.length);
    this.blocks.forEach((block, b) => {
      block.combine(matched.subarray(boundaries[b], boundaries[b + 1]), redundancyVersion);
    });
  }

  /** Tries to read the message from all that was combined. Never throws; may be called again after further bursts. */
  decode(): FrameDecodeResult {
    let iterations = 0;
    let converged = true;
    let isLost = false;
    for (const block of this.blocks) {
      const report = block.decode();
      iterations = Math.max(iterations, report.iterations);
      converged &&= report.converged;
      isLost ||= !report.converged && report.iterations < this.maxIterations;
    }
    this.softOutputs = this.blocks.map(() => undefined);
    this.hasDecoded = true;
    // A block given up has some 40 wrong bits or more: beyond what Reed-Solomon can mend in any of its codewords.
    if (isLost) return { ok: false, reason: 'code', iterations };

    const result = this.outer.decode(this.receivedBytes(), () => this.byteReliabilities(), hasValidCrc);
    if (!result.ok) {
      const reason = result.reason === 'reed-solomon' && !converged ? 'code' : result.reason;
      return { ok: false, reason, iterations };
    }
    const payload = result.message.slice(0, -CRC_BYTE_COUNT);
    return { ok: true, payload, correctedByteCount: result.correctedByteCount, iterations };
  }

  /**
   * What the last decode makes of each bit of a burst, for a second look at the channel.
   *
   * @param redundancyVersion - of the burst, 0..3
   * @param codedBitCount - of the burst, 1..204,800
   * @returns codedBitCount a posteriori LLRs in the order and scrambling in which they were sent
   * @throws TillsongError `ERR_STATE` before the first decode, `ERR_TYPE`, `ERR_RANGE`
   */
  aPosterioriLlrs(redundancyVersion: number, codedBitCount: number): Float32Array {
    assertRedundancyVersion(redundancyVersion);
    const boundaries = codedBitBoundaries(this.plan, codedBitCount);
    if (!this.hasDecoded) throw new TillsongError('ERR_STATE', 'aPosterioriLlrs: expected a decode before, got none');
    const matched = new Float32Array(codedBitCount);
    this.blocks.forEach((block, b) => {
      block.matcher.rematch(
        this.softOutputOf(b),
        redundancyVersion,
        matched.subarray(boundaries[b], boundaries[b + 1]),
      );
    });
    const sent = interleave(matched);
    scrambleLlrs(sent, this.scramblingOf(redundancyVersion, codedBitCount), sent);
    return sent;
  }

  /** @returns at least as many bits of the version's sequence */
  private scramblingOf(redundancyVersion: number, leastCount: number): Uint8Array {
    const known = this.scrambling[redundancyVersion];
    if (known?.length >= leastCount) return known;
    this.scrambling[redundancyVersion] = scramblingSequence(redundancyVersion, leastCount);
    return this.scrambling[redundancyVersion];
  }

  /** Forgets all bursts: as newly made. */
  clear(): void {
    for (const block of this.blocks) block.clear();
    this.softOutputs = [];
    this.hasDecoded = false;
  }

  private receivedBytes(): Uint8Array {
    const bits = new Uint8Array(this.plan.infoBitCount);
    let length = 0;
    for (const { bits: decided, block } of this.blocks) {
      bits.set(decided.subarray(block.fillerBitCount), length);
      length += block.infoBitCount - block.fillerBitCount;
    }
    return bytesFromBits(bits);
  }

  /** A byte is as reliable as the least reliable of its bits: the smallest magnitude of their a posteriori LLRs. */
  private byteReliabilities(): Float32Array {
    const reliabilities = new Float32Array(this.plan.outerByteCount).fill(Number.POSITIVE_INFINITY);
    let bitIndex = 0;
    this.blocks.forEach(({ block }, b) => {
      const systematic = this.softOutputOf(b).subarray(block.fillerBitCount, block.infoBitCount);
      for (const llr of systematic) {
        const byteIndex = bitIndex++ >> 3;
        reliabilities[byteIndex] = Math.min(reliabilities[byteIndex], Math.abs(llr));
      }
    });
    return reliabilities;
  }

  private softOutputOf(block: number): Float32Array {
    const known = this.softOutputs[block] ?? this.blocks[block].aPosterioriLlrs();
    this.softOutputs[block] = known;
    return known;
  }
}

/** @param message - payload and its CRC-32, big-endian */
function hasValidCrc(message: Uint8Array): boolean {
  const payloadByteCount = message.length - CRC_BYTE_COUNT;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return crc32(message.subarray(0, payloadByteCount)) === view.getUint32(payloadByteCount);
}
