// The decoder of the LTE turbo code: two constituent decoders that tell each other what they learnt, until they agree.
// Soft bits in, hard bits out, and soft bits again for the channel estimator. Code: 3GPP TS 36.212 section 5.1.3.2.

import { assertBytes, assertFloats, assertInteger } from '../../src/shared/assert.js';
import {
  type ConstituentTrellis,
  extrinsics,
  LOG_MAP,
  MAX_LOG_MAP,
  STEPS_PER_NAT,
  sweep,
} from './turbo-constituent.js';
import { turboInterleaver } from './turbo-interleaver.js';
import { estimateLlrScale } from './turbo-llr-scale.js';
import { maxLogExtrinsics, maxLogSweep } from './turbo-max-log.js';
import { TAIL_WORD_BITS, TURBO_TAIL_BITS, tailAPosteriori, tailMetrics, turboTailIndex } from './turbo-tail.js';

/** LLRs are limited to this many steps (4096 nats): more than any sum of bursts, and all metrics fit 32 bits by far. */
const LLR_LIMIT = 2 ** 20;

/** A third of the iterations may go to the first method (see `TurboDecoder`). */
const DEFAULT_ITERATIONS = 18;
const FIRST_SHARE = 1 / 3;

/** One way to iterate. */
interface Method {
  /** The correction of the constituent passes. */
  readonly correction: number;
  /** What extrinsics are multiplied by before the other constituent hears them, as they are too sure of themselves. */
  readonly extrinsicScale: number;
}

/** Vogt, Finger, "Improving the max-log-MAP turbo decoder", 2000. */
const FIRST_METHOD: Method = { correction: MAX_LOG_MAP, extrinsicScale: 0.75 };
const SECOND_METHOD: Method = { correction: LOG_MAP, extrinsicScale: 0.9 };

/**
 * Where the last pass of the first method still changes more than the first share of the decisions, and one of these passes of the
 * second less than the other: the constituents have nothing to tell each other and fall back on what was heard. Of some 1300
 * decodes of bursts at the limit, in noise and rooms, 382 end so, none of which would have given a message (one does if a sixth
 * pass counts, four with 8 %); of bursts sung over one another two in three, which saves a quarter of all their passes.
 */
const LOST_CHANGES_SHARE = 0.11;
const STALE_CHANGES_SHARE = 0.04;
const FIRST_STALE_PASS = 2;
const LAST_STALE_PASS = 4;

/** What a decode did. */
export interface TurboDecodeReport {
  /** Iterations begun, of two constituent passes each: fewer than allowed when it converged, or when they led nowhere. */
  readonly iterations: number;
  /** True when two successive passes made the same hard decisions. It does not prove that they are right. */
  readonly converged: boolean;
}

/** How one method ended. */
interface MethodReport extends TurboDecodeReport {
  /** Decisions that the last pass changed. */
  readonly changes: number;
}

/** One of the two constituents, its trellis in the order in which it reads the block. */
interface Constituent {
  readonly trellis: ConstituentTrellis;
  /** LLRs of the tail word. */
  readonly tail: Int32Array;
  /** What it told the other of each bit, in the order of the block. */
  readonly message: Int32Array;
}

/**
 * Decodes blocks of one size. All buffers are allocated by the constructor; decodes do not depend on one another.
 *
 * Max-log-MAP goes first. It does not care whether the LLRs are too large or too small by some factor, and most blocks need no
 * more. If it finds no agreement, the true scale of the LLRs is estimated from what the constituents say of the heard bits
 * (`estimateLlrScale`) and log-MAP starts afresh with that scale; log-MAP is better by 0.15 dB, but with LLRs at half their true
 * scale it would fail altogether.
 *
 * Packet error for K = 832, rate 1/3, BPSK at Eb/N0 0.6 dB, by the factor that the LLRs were off by (1000 blocks each):
 *
 *                                           -3 dB   0 dB    +3 dB   ms (mean)
 *   max-log-MAP, 0.75, 8 iterations         0.11    0.11    0.11    0.66
 *   log-MAP, 8 iterations                   1.00    0.04    0.11    0.64
 *   this: 6 of the first, 12 of the second  0.033   0.033   0.031   0.90
 */
export class TurboDecoder {
  private readonly blockSize: number;
  private readonly maxIterations: number;

  private readonly order: Uint16Array;

  /** Channel LLRs of the block, in steps. */
  private readonly systematic: Int32Array;
  private readonly constituents: readonly [Constituent, Constituent];
  private readonly extrinsic: Int32Array;
  private readonly parityExtrinsic: Int32Array;
  private readonly heardLlrs: Float32Array;
  private readonly codeLlrs: Float32Array;

  /**
   * @param blockSize - K, one of `TURBO_BLOCK_SIZES`
   * @param options.maxIterations - of both methods together, 1 to 100, default 18; blocks that decode seldom need 6
   * @throws TillsongError `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(blockSize: number, options: { readonly maxIterations?: number } = {}) {
    this.order = turboInterleaver(blockSize);
    this.blockSize = blockSize;
    this.maxIterations = options.maxIterations ?? DEFAULT_ITERATIONS;
    assertInteger('maxIterations', this.maxIterations, 1, 100);
    this.systematic = new Int32Array(blockSize);
    this.extrinsic = new Int32Array(blockSize);
    this.parityExtrinsic = new Int32Array(blockSize);
    this.heardLlrs = new Float32Array(blockSize);
    this.codeLlrs = new Float32Array(blockSize);
    const input = new Int32Array(blockSize);
    const alphas = new Int32Array(8 * (blockSize + 1));
    const betas = new Int32Array(8 * (blockSize + 1));
    const constituent = (): Constituent => ({
      trellis: { input, parity: new Int32Array(blockSize), endMetrics: new Int32Array(8), alphas, betas },
      tail: new Int32Array(TAIL_WORD_BITS),
      message: new Int32Array(blockSize),
    });
    this.constituents = [constituent(), constituent()];
  }

  /**
   * @param llrs - 3 (K + 4) LLRs in nats in the layout of `turboEncode`. Any value is taken: NaN counts as 0, an erasure;
   *   what exceeds 4096 counts as 4096
   * @param out - receives K bits of 0 and 1
   * @throws TillsongError `ERR_LENGTH`, `ERR_TYPE` for arrays of the wrong kind
   */
  decode(llrs: Float32Array, out: Uint8Array): TurboDecodeReport {
    const codedCount = 3 * (this.blockSize + TURBO_TAIL_BITS);
    assertFloats('llrs', llrs, codedCount, codedCount);
    assertBytes('out', out, this.blockSize, this.blockSize);
    const firstCount = Math.ceil(this.maxIterations * FIRST_SHARE);
    this.load(llrs, 1);
    const first = this.iterate(FIRST_METHOD, firstCount, out);
    const { iterations, converged } = first;
    if (converged || firstCount === this.maxIterations) return { iterations, converged };
    this.load(llrs, this.estimateScale());
    const isLost = first.changes > LOST_CHANGES_SHARE * this.blockSize;
    const staleChanges = isLost ? STALE_CHANGES_SHARE * this.blockSize : 0;
    const second = this.iterate(SECOND_METHOD, this.maxIterations - firstCount, out, staleChanges);
    return { iterations: iterations + second.iterations, converged: second.converged };
  }

  /**
   * A-posteriori LLRs of all coded bits as the last `decode` left them: what was heard and what the code says, together.
   *
   * @param out - receives 3 (K + 4) LLRs in nats in the layout of `turboEncode`
   * @throws TillsongError `ERR_LENGTH`, `ERR_TYPE`
   */
  aPosterioriLlrs(out: Float32Array): void {
    const { blockSize, systematic, extrinsic, parityExtrinsic } = this;
    const streamLength = blockSize + TURBO_TAIL_BITS;
    assertFloats('out', out, 3 * streamLength, 3 * streamLength);
    for (const [which, { trellis }] of this.constituents.entries()) {
      this.loadInput(which);
      sweep(trellis, LOG_MAP);
      extrinsics(trellis, LOG_MAP, extrinsic, parityExtrinsic);
      const start = (1 + which) * streamLength;
      for (let i = 0; i < blockSize; i++) out[start + i] = (trellis.parity[i] + parityExtrinsic[i]) / STEPS_PER_NAT;
      const last = trellis.alphas.subarray(8 * blockSize);
      const tail = tailAPosteriori(trellis.endMetrics.map((metric, state) => metric + last[state] - last[0]));
      for (let i = 0; i < TAIL_WORD_BITS; i++) out[turboTailIndex(blockSize, which, i)] = tail[i] / STEPS_PER_NAT;
    }
    const [{ message: first }, { message: second }] = this.constituents;
    for (let i = 0; i < blockSize; i++) out[i] = (systematic[i] + first[i] + second[i]) / STEPS_PER_NAT;
  }

  private load(llrs: Float32Array, scale: number): void {
    const { blockSize, systematic } = this;
    const steps = scale * STEPS_PER_NAT;
    for (let i = 0; i < blockSize; i++) systematic[i] = quantise(llrs[i] * steps);
    for (const [which, { trellis, tail }] of this.constituents.entries()) {
      const start = (1 + which) * (blockSize + TURBO_TAIL_BITS);
      for (let i = 0; i < blockSize; i++) trellis.parity[i] = quantise(llrs[start + i] * steps);
      for (let i = 0; i < TAIL_WORD_BITS; i++) tail[i] = quantise(llrs[turboTailIndex(blockSize, which, i)] * steps);
      tailMetrics(tail, trellis.endMetrics);
    }
  }

  /** @param staleChanges - with fewer changes than this one of a few passes is the last */
  private iterate(method: Method, maxIterations: number, bits: Uint8Array, staleChanges = 0): MethodReport {
    this.constituents[1].message.fill(0);
    let changes = 0;
    for (let pass = 0; pass < 2 * maxIterations; pass++) {
      changes = this.runPass(pass & 1, method, bits);
      const converged = pass > 0 && changes === 0;
      const isStale = pass >= FIRST_STALE_PASS && pass <= LAST_STALE_PASS && changes < staleChanges;
      if (converged || isStale) return { iterations: (pass >> 1) + 1, converged, changes };
    }
    return { iterations: maxIterations, converged: false, changes };
  }

  /** One pass of one constituent. Writes the hard decisions to `bits`; returns how many of them changed. */
  private runPass(which: number, { correction, extrinsicScale }: Method, bits: Uint8Array): number {
    const { blockSize, order, extrinsic } = this;
    const { trellis, message } = this.constituents[which];
    this.loadInput(which);
    if (correction === MAX_LOG_MAP) {
      maxLogSweep(trellis);
      maxLogExtrinsics(trellis, extrinsic);
    } else {
      sweep(trellis, correction);
      extrinsics(trellis, correction, extrinsic);
    }
    const input = trellis.input;
    let changes = 0;
    for (let i = 0; i < blockSize; i++) {
      const k = which === 0 ? i : order[i];
      const bit = (input[i] + extrinsic[i]) >>> 31;
      changes += bit ^ bits[k];
      bits[k] = bit;
      message[k] = quantise(extrinsic[i] * extrinsicScale);
    }
    return changes;
  }

  /** The input of a constituent: what was heard, and what the other told, in the order in which it reads the block. */
  private loadInput(which: number): void {
    const { blockSize, order, systematic } = this;
    const { input } = this.constituents[which].trellis;
    const { message } = this.constituents[1 - which];
    for (let i = 0; i < blockSize; i++) {
      const k = which === 0 ? i : order[i];
      input[i] = systematic[k] + message[k];
    }
  }

  private estimateScale(): number {
    const { blockSize, systematic, heardLlrs, codeLlrs } = this;
    const [{ message: first }, { message: second }] = this.constituents;
    for (let i = 0; i < blockSize; i++) {
      heardLlrs[i] = systematic[i] / STEPS_PER_NAT;
      codeLlrs[i] = (first[i] + second[i]) / STEPS_PER_NAT;
    }
    return estimateLlrScale(heardLlrs, codeLlrs);
  }
}

/** @returns the nearest integer within `LLR_LIMIT`; NaN becomes 0 */
function quantise(steps: number): number {
  if (steps > LLR_LIMIT) return LLR_LIMIT;
  if (steps < -LLR_LIMIT) return -LLR_LIMIT;
  return Math.round(steps) | 0;
}
