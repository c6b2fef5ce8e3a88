// The inner loop of turbo decoding: soft-in soft-out passes over one constituent code of the LTE turbo code, an 8-state
// trellis. `TurboDecoder` runs them twice an iteration. Code: 3GPP TS 36.212 section 5.1.3.2.1; algorithm: Bahl, Cocke,
// Jelinek, Raviv 1974, in the log domain (Robertson, Villebrun, Hoeher 1995).
//
// The trellis. State = 4 s1 + 2 s2 + s3, s1 the newest register bit; feedback a = c ^ s2 ^ s3, parity z = a ^ s1 ^ s3,
// next state = 4 a + (state >> 1). Written out, `state: next for c=0 (z), next for c=1 (z)`:
//
//   0: 0 (0), 4 (1)    1: 4 (0), 0 (1)    2: 5 (1), 1 (0)    3: 1 (1), 5 (0)
//   4: 2 (1), 6 (0)    5: 6 (1), 2 (0)    6: 7 (0), 3 (1)    7: 3 (0), 7 (1)
//
// A path pays the LLR of every 1 it contains: metric 0 for (c, z) = (0, 0), -Lz for (0, 1), -Lc for (1, 0), -Lc - Lz for
// (1, 1): the usual +-L/2 metrics moved by a constant.
//
// LLRs and metrics are 32-bit integers, 256 to the nat. Metrics wrap round: only differences of metrics count, and these
// stay far below 2^31, so that nothing is ever normalised (Hekstra, "An alternative to metric rescaling in Viterbi
// decoders", IEEE Trans. Comm. 1989). Integers also give a maximum without a branch, which no processor could predict, and
// the same result on every machine. The loops are written out, state by state, and the work is split over three functions,
// because the engine inlines `maxStar` only up to a limit a function: 0.1 ms an iteration for K = 832.

/** Integer steps per nat of all LLRs and metrics here. */
export const STEPS_PER_NAT = 256;

/** Correction for max-log-MAP: none. The decisions then do not depend on the scale of the LLRs. */
export const MAX_LOG_MAP = 0;

/**
 * Correction for log-MAP, 0.586 nats: the better of the two where the LLRs are of true scale. A little below ln 2, the value
 * at a = b: packet error at Eb/N0 0.6 dB, K = 832, rate 1/3, was 3.9 % with it and 6.1 % with ln 2.
 */
export const LOG_MAP = 150;

/** A metric that no path of the code can reach. */
export const IMPOSSIBLE = -(2 ** 28);

/** One constituent's LLRs and scratch. LLRs are below 2^24 steps in magnitude. */
export interface ConstituentTrellis {
  /** K LLRs of the input bits: channel plus a-priori. */
  readonly input: Int32Array;
  /** K LLRs of the parity bits. */
  readonly parity: Int32Array;
  /** Metrics of the 8 states behind bit K - 1, from the tail. */
  readonly endMetrics: Int32Array;
  /** Scratch, 8 (K + 1): alphas[8 i + state] is the best way from the start to that state before bit i. */
  readonly alphas: Int32Array;
  /** Scratch, 8 (K + 1): betas[8 i + state] is the best way from that state before bit i to the end. */
  readonly betas: Int32Array;
}

/**
 * The larger of two wrapping integers, plus max(0, correction - |a - b| / 4). With `LOG_MAP` that is ln(e^a + e^b) to
 * within 0.11 nats (after Cheng, Ottosson, "Linearly approximated log-MAP algorithms for turbo decoding", 2000).
 */
function maxStar(a: number, b: number, correction: number): number {
  const d = (a - b) | 0;
  const sign = d >> 31;
  const gain = (correction - (((d ^ sign) - sign) >> 2)) | 0;
  return (a - (d & sign) + (gain & ~(gain >> 31))) | 0;
}

/** Fills `alphas` and `betas`: to be called before `extrinsics`. */
export function sweep(trellis: ConstituentTrellis, correction: number): void {
  forward(trellis, correction);
  backward(trellis, correction);
}

function forward({ input, parity, alphas }: ConstituentTrellis, correction: number): void {
  let [a0, a1, a2, a3, a4, a5, a6, a7] = [0, 0, 0, 0, 0, 0, 0, 0].fill(IMPOSSIBLE, 1);
  const blockSize = input.length;
  for (let i = 0, at = 0; ; i++, at += 8) {
    alphas[at] = a0;
    alphas[at + 1] = a1;
    alphas[at + 2] = a2;
    alphas[at + 3] = a3;
    alphas[at + 4] = a4;
    alphas[at + 5] = a5;
    alphas[at + 6] = a6;
    alphas[at + 7] = a7;
    if (i === blockSize) return;
    const c = input[i];
    const z = parity[i];
    const cz = (c + z) | 0;
    const n0 = maxStar(a0, (a1 - cz) | 0, correction);
    const n1 = maxStar((a2 - c) | 0, (a3 - z) | 0, correction);
    const n2 = maxStar((a4 - z) | 0, (a5 - c) | 0, correction);
    const n3 = maxStar((a6 - cz) | 0, a7, correction);
    const n4 = maxStar((a0 - cz) | 0, a1, correction);
    const n5 = maxStar((a2 - z) | 0, (a3 - c) | 0, correction);
    const n6 = maxStar((a4 - c) | 0, (a5 - z) | 0, correction);
    const n7 = maxStar(a6, (a7 - cz) | 0, correction);
    a0 = n0;
    a1 = n1;
    a2 = n2;
    a3 = n3;
    a4 = n4;
    a5 = n5;
    a6 = n6;
    a7 = n7;
  }
}

function backward({ input, parity, endMetrics, betas }: ConstituentTrellis, correction: number): void {
  let [b0, b1, b2, b3, b4, b5, b6, b7] = endMetrics;
  for (let i = input.length; ; ) {
    const at = 8 * i;
    betas[at] = b0;
    betas[at + 1] = b1;
    betas[at + 2] = b2;
    betas[at + 3] = b3;
    betas[at + 4] = b4;
    betas[at + 5] = b5;
    betas[at + 6] = b6;
    betas[at + 7] = b7;
    if (--i < 0) return;
    const c = input[i];
    const z = parity[i];
    const cz = (c + z) | 0;
    const n0 = maxStar(b0, (b4 - cz) | 0, correction);
    const n1 = maxStar(b4, (b0 - cz) | 0, correction);
    const n2 = maxStar((b5 - z) | 0, (b1 - c) | 0, correction);
    const n3 = maxStar((b1 - z) | 0, (b5 - c) | 0, correction);
    const n4 = maxStar((b2 - z) | 0, (b6 - c) | 0, correction);
    const n5 = maxStar((b6 - z) | 0, (b2 - c) | 0, correction);
    const n6 = maxStar(b7, (b3 - cz) | 0, correction);
    const n7 = maxStar(b3, (b7 - cz) | 0, correction);
    b0 = n0;
    b1 = n1;
    b2 = n2;
    b3 = n3;
    b4 = n4;
    b5 = n5;
    b6 = n6;
    b7 = n7;
  }
}

/**
 * After `sweep`: what the code says of each bit, the LLR heard of that very bit left out.
 *
 * @param inputOut - receives K LLRs of the input bits
 * @param parityOut - receives K LLRs of the parity bits, when given
 */
export function extrinsics(
  { input, parity, alphas, betas }: ConstituentTrellis,
  correction: number,
  inputOut: Int32Array,
  parityOut?: Int32Array,
): void {
  for (let i = 0, at = 0; i < input.length; i++, at += 8) {
    const a0 = alphas[at];
    const a1 = alphas[at + 1];
    const a2 = alphas[at + 2];
    const a3 = alphas[at + 3];
    const a4 = alphas[at + 4];
    const a5 = alphas[at + 5];
    const a6 = alphas[at + 6];
    const a7 = alphas[at + 7];
    const b0 = betas[at + 8];
    const b1 = betas[at + 9];
    const b2 = betas[at + 10];
    const b3 = betas[at + 11];
    const b4 = betas[at + 12];
    const b5 = betas[at + 13];
    const b6 = betas[at + 14];
    const b7 = betas[at + 15];
    // The paths with (c, z) at this bit, without what they pay for it: four branches each.
    const c0z0a = maxStar((a0 + b0) | 0, (a1 + b4) | 0, correction);
    const c0z0b = maxStar((a6 + b7) | 0, (a7 + b3) | 0, correction);
    const c0z0 = maxStar(c0z0a, c0z0b, correction);
    const c0z1a = maxStar((a2 + b5) | 0, (a3 + b1) | 0, correction);
    const c0z1b = maxStar((a4 + b2) | 0, (a5 + b6) | 0, correction);
    const c0z1 = maxStar(c0z1a, c0z1b, correction);
    const c1z0a = maxStar((a2 + b1) | 0, (a3 + b5) | 0, correction);
    const c1z0b = maxStar((a4 + b6) | 0, (a5 + b2) | 0, correction);
    const c1z0 = maxStar(c1z0a, c1z0b, correction);
    const c1z1a = maxStar((a0 + b4) | 0, (a1 + b0) | 0, correction);
    const c1z1b = maxStar((a6 + b3) | 0, (a7 + b7) | 0, correction);
    const c1z1 = maxStar(c1z1a, c1z1b, correction);
    const z = parity[i];
    inputOut[i] = maxStar(c0z0, (c0z1 - z) | 0, correction) - maxStar(c1z0, (c1z1 - z) | 0, correction);
    if (parityOut === undefined) continue;
    const c = input[i];
    parityOut[i] = maxStar(c0z0, (c1z0 - c) | 0, correction) - maxStar(c0z1, (c1z1 - c) | 0, correction);
  }
}
