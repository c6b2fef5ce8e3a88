// The decoder of the LTE turbo code: two constituent decoders that tell each other what they learnt, until they agree.
// Soft bits in, hard bits out, and soft bits again for the channel estimator. Code: 3GPP TS 36.212 section 5.1.3.2.

import { assertBytes, assertFloats, assertInteger } from '../../src/shared/assert.js';
import { decodeConstituent, tailMetrics } from './turbo-constituent.js';
import { constituentAPosteriori } from './turbo-soft-output.js';
import { TURBO_TAIL_BITS, turboTailIndex } from './turbo-encoder.js';
import { turboInterleaver } from './turbo-interleaver.js';

/** Integer steps per nat inside the decoder. */
const STEPS_PER_NAT = 256;
/** LLRs are limited to this magnitude in nats: beyond any sum of bursts, and 2^20 steps keep all metrics inside 32 bits. */
const LLR_LIMIT = 4096;
/** Max-log-MAP is too sure of itself: extrinsic LLRs are multiplied by 0.75 (Vogt, Finger, "Improving the max-log-MAP turbo decoder", 2000). */
const EXTRINSIC_SCALE_NUMERATOR = 3;
const EXTRINSIC_SCALE_SHIFT = 2;
const EXTRINSIC_LIMIT = LLR_LIMIT * STEPS_PER_NAT;

/** Input bits of each constituent's tail. */
const TAIL_STEPS = 3;

/** What a decode did. */
export interface TurboDecodeReport {
  /** Full iterations (two constituent passes each) begun, 1 to maxIterations. */
  readonly iterations: number;
  /** True when two successive passes made the same hard decisions. It does not prove that they are right. */
  readonly converged: boolean;
}

function quantise(llr: number): number {
  if (llr > LLR_LIMIT) return LLR_LIMIT * STEPS_PER_NAT;
  if (llr < -LLR_LIMIT) return -LLR_LIMIT * STEPS_PER_NAT;
  return Math.round(llr * STEPS_PER_NAT) | 0; // NaN becomes 0
}

/** Decodes blocks of one size. All memory is allocated by the constructor; decodes are independent of one another. */
export class TurboDecoder {
  private readonly blockSize: number;
  private readonly maxIterations: number;

  private readonly order: Uint16Array;
  private readonly systematic: Int32Array;
  /** Parity, tail metrics and extrinsic output, in trellis order, of the two constituents. */
  private readonly parities: readonly [Int32Array, Int32Array];
  private readonly endMetrics: readonly [Int32Array, Int32Array];
  private readonly tails: readonly [Int32Array, Int32Array];
  /** What each constituent told the other, scaled, in block order. */
  private readonly messages: readonly [Int32Array, Int32Array];
  private readonly input: Int32Array;
  private readonly extrinsic: Int32Array;
  private readonly alphas: Int32Array;

  /**
   * @param blockSize - K, one of `TURBO_BLOCK_SIZES`
   * @param options.maxIterations - 1 to 64, default 8
   * @throws TillsongError `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(blockSize: number, options: { readonly maxIterations?: number } = {}) {
    this.order = turboInterleaver(blockSize);
    this.blockSize = blockSize;
    this.maxIterations = options.maxIterations ?? 8;
    assertInteger('maxIterations', this.maxIterations, 1, 64);
    this.systematic = new Int32Array(blockSize);
    this.parities = [new Int32Array(blockSize), new Int32Array(blockSize)];
    this.endMetrics = [new Int32Array(8), new Int32Array(8)];
    this.tails = [new Int32Array(6), new Int32Array(6)];
    this.messages = [new Int32Array(blockSize), new Int32Array(blockSize)];
    this.input = new Int32Array(blockSize);
    this.extrinsic = new Int32Array(blockSize);
    this.alphas = new Int32Array(8 * (blockSize + TURBO_TAIL_BITS));
  }

  /**
   * @param llrs - 3 (K + 4) LLRs in nats in the layout of `turboEncode`; any value: NaN counts as 0, an erasure
   * @param out - receives K bits of 0 and 1
   * @throws TillsongError `ERR_LENGTH`, `ERR_TYPE` for arrays of the wrong kind
   */
  decode(llrs: Float32Array, out: Uint8Array): TurboDecodeReport {
    const codedCount = 3 * (this.blockSize + TURBO_TAIL_BITS);
    assertFloats('llrs', llrs, codedCount, codedCount);
    assertBytes('out', out, this.blockSize, this.blockSize);
    this.load(llrs);
    this.messages[1].fill(0);
    let pass = 0;
    let converged = false;
    while (!converged && pass < 2 * this.maxIterations) {
      const changes = this.runPass((pass & 1) as 0 | 1, out);
      converged = pass > 0 && changes === 0;
      pass++;
    }
    return { iterations: (pass + 1) >> 1, converged };
  }

  private load(llrs: Float32Array): void {
    const { blockSize, systematic } = this;
    const [parity0, parity1] = this.parities;
    const streamLength = blockSize + TURBO_TAIL_BITS;
    for (let i = 0; i < blockSize; i++) {
      systematic[i] = quantise(llrs[i]);
      parity0[i] = quantise(llrs[streamLength + i]);
      parity1[i] = quantise(llrs[2 * streamLength + i]);
    }
    for (const constituent of [0, 1] as const) {
      const tail = this.tails[constituent];
      for (let i = 0; i < 6; i++) tail[i] = quantise(llrs[turboTailIndex(blockSize, constituent, i)]);
      tailMetrics(tail, this.endMetrics[constituent]);
    }
  }

  /** One pass of one constituent. Writes the hard decisions to `bits` and returns how many of them changed. */
  private runPass(constituent: 0 | 1, bits: Uint8Array): number {
    const { blockSize, order, systematic, input, extrinsic } = this;
    const heard = this.messages[1 - constituent];
    const told = this.messages[constituent];
    for (let i = 0; i < blockSize; i++) {
      const k = constituent === 0 ? i : order[i];
      input[i] = systematic[k] + heard[k];
    }
    decodeConstituent(input, this.parities[constituent], this.endMetrics[constituent], this.alphas, extrinsic);
    let changes = 0;
    for (let i = 0; i < blockSize; i++) {
      const k = constituent === 0 ? i : order[i];
      const bit = (input[i] + extrinsic[i]) >>> 31;
      changes += bit ^ bits[k];
      bits[k] = bit;
      const scaled = Math.imul(extrinsic[i], EXTRINSIC_SCALE_NUMERATOR) >> EXTRINSIC_SCALE_SHIFT;
      told[k] = Math.max(-EXTRINSIC_LIMIT, Math.min(scaled, EXTRINSIC_LIMIT));
    }
    return changes;
  }

  /**
   * A-posteriori LLRs of all coded bits as the last `decode` left them: channel, code and both constituents together.
   *
   * @param out - receives 3 (K + 4) LLRs in nats in the layout of `turboEncode`
   * @throws TillsongError `ERR_LENGTH`, `ERR_TYPE`
   */
  aPosterioriLlrs(out: Float32Array): void {
    const { blockSize, order, systematic } = this;
    const [first, second] = this.messages;
    const streamLength = blockSize + TURBO_TAIL_BITS;
    assertFloats('out', out, 3 * streamLength, 3 * streamLength);
    const stepCount = blockSize + TAIL_STEPS;
    const input = new Int32Array(stepCount);
    const parity = new Int32Array(stepCount);
    const inputApp = new Int32Array(stepCount);
    const parityApp = new Int32Array(stepCount);
    for (const constituent of [0, 1] as const) {
      const heard = this.messages[1 - constituent];
      const tail = this.tails[constituent];
      parity.set(this.parities[constituent]);
      for (let i = 0; i < blockSize; i++) {
        const k = constituent === 0 ? i : order[i];
        input[i] = systematic[k] + heard[k];
      }
      for (let i = 0; i < TAIL_STEPS; i++) {
        input[blockSize + i] = tail[2 * i];
        parity[blockSize + i] = tail[2 * i + 1];
      }
      constituentAPosteriori(input, parity, this.alphas, inputApp, parityApp);
      for (let i = 0; i < blockSize; i++) out[(1 + constituent) * streamLength + i] = parityApp[i] / STEPS_PER_NAT;
      for (let i = 0; i < TAIL_STEPS; i++) {
        out[turboTailIndex(blockSize, constituent, 2 * i)] = inputApp[blockSize + i] / STEPS_PER_NAT;
        out[turboTailIndex(blockSize, constituent, 2 * i + 1)] = parityApp[blockSize + i] / STEPS_PER_NAT;
      }
    }
    for (let i = 0; i < blockSize; i++) out[i] = (systematic[i] + first[i] + second[i]) / STEPS_PER_NAT;
  }
}
