// The inner loop of turbo decoding: one soft-in soft-out pass over one constituent code of the LTE turbo code (max-log-MAP).
// `TurboDecoder` calls it twice an iteration. Standard of the code: 3GPP TS 36.212 section 5.1.3.2.1.
//
// The trellis. State = 4 s1 + 2 s2 + s3, s1 the newest register bit; feedback a = c ^ s2 ^ s3, parity z = a ^ s1 ^ s3,
// next state = 4 a + (state >> 1). Written out, `state: next for c=0 (z), next for c=1 (z)`:
//
//   0: 0 (0), 4 (1)    1: 4 (0), 0 (1)    2: 5 (1), 1 (0)    3: 1 (1), 5 (0)
//   4: 2 (1), 6 (0)    5: 6 (1), 2 (0)    6: 7 (0), 3 (1)    7: 3 (0), 7 (1)
//
// Metrics are 32-bit integers that wrap round. Only differences of metrics count, and these stay far below 2^31, so that
// nothing ever has to be normalised (Hekstra, "An alternative to metric rescaling in Viterbi decoders", 1989). Integers
// also give the maximum without a branch, which a processor could only guess, and the same result on every machine.

/** The larger of two wrapping integers, without a branch. */
function max(a: number, b: number): number {
  const d = (a - b) | 0;
  return (a - (d & (d >> 31))) | 0;
}

/**
 * One max-log-MAP pass. LLRs are integers of any scale, magnitude below 2^24, positive means 0.
 *
 * A path pays the LLR of every 1 it contains: metric 0 for (c, z) = (0, 0), -Lz for (0, 1), -Lc for (1, 0), -Lc - Lz for
 * (1, 1). These are the usual +-L/2 metrics moved by a constant.
 *
 * @param input - K LLRs of the input bits: systematic plus a-priori
 * @param parity - K LLRs of the parity bits
 * @param endMetrics - 8 backward metrics of the states after bit K - 1 (see `tailMetrics`)
 * @param alphas - scratch, at least 8 K
 * @param extrinsic - out: K LLRs, what the code says of each input bit apart from `input` itself
 */
export function decodeConstituent(
  input: Int32Array,
  parity: Int32Array,
  endMetrics: Int32Array,
  alphas: Int32Array,
  extrinsic: Int32Array,
): void {
  forward(input, parity, alphas);
  backward(input, parity, endMetrics, alphas, extrinsic);
}

/** A metric that no path of the code can reach: the encoder starts in state 0. */
const IMPOSSIBLE = -(2 ** 28);

/** Forward metrics before each bit: alphas[8 i + state]. */
function forward(input: Int32Array, parity: Int32Array, alphas: Int32Array): void {
  const blockSize = input.length;
  let a0 = 0;
  let a1 = IMPOSSIBLE;
  let a2 = IMPOSSIBLE;
  let a3 = IMPOSSIBLE;
  let a4 = IMPOSSIBLE;
  let a5 = IMPOSSIBLE;
  let a6 = IMPOSSIBLE;
  let a7 = IMPOSSIBLE;
  for (let i = 0, at = 0; i < blockSize; i++, at += 8) {
    alphas[at] = a0;
    alphas[at + 1] = a1;
    alphas[at + 2] = a2;
    alphas[at + 3] = a3;
    alphas[at + 4] = a4;
    alphas[at + 5] = a5;
    alphas[at + 6] = a6;
    alphas[at + 7] = a7;
    const c = input[i];
    const z = parity[i];
    const cz = (c + z) | 0;
    const n0 = max(a0, (a1 - cz) | 0);
    const n4 = max((a0 - cz) | 0, a1);
    const n1 = max((a2 - c) | 0, (a3 - z) | 0);
    const n5 = max((a2 - z) | 0, (a3 - c) | 0);
    const n2 = max((a4 - z) | 0, (a5 - c) | 0);
    const n6 = max((a4 - c) | 0, (a5 - z) | 0);
    const n3 = max((a6 - cz) | 0, a7);
    const n7 = max(a6, (a7 - cz) | 0);
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

/** Backward metrics, held in registers only, and the extrinsic LLR of each bit on the way. */
function backward(
  input: Int32Array,
  parity: Int32Array,
  endMetrics: Int32Array,
  alphas: Int32Array,
  extrinsic: Int32Array,
): void {
  let b0 = endMetrics[0];
  let b1 = endMetrics[1];
  let b2 = endMetrics[2];
  let b3 = endMetrics[3];
  let b4 = endMetrics[4];
  let b5 = endMetrics[5];
  let b6 = endMetrics[6];
  let b7 = endMetrics[7];
  for (let i = input.length - 1, at = 8 * i; i >= 0; i--, at -= 8) {
    const z = parity[i];
    const c = input[i];
    // y: the branch into that state whose parity is 1.
    const y0 = (b0 - z) | 0;
    const y1 = (b1 - z) | 0;
    const y2 = (b2 - z) | 0;
    const y3 = (b3 - z) | 0;
    const y4 = (b4 - z) | 0;
    const y5 = (b5 - z) | 0;
    const y6 = (b6 - z) | 0;
    const y7 = (b7 - z) | 0;
    const a0 = alphas[at];
    const a1 = alphas[at + 1];
    const a2 = alphas[at + 2];
    const a3 = alphas[at + 3];
    const a4 = alphas[at + 4];
    const a5 = alphas[at + 5];
    const a6 = alphas[at + 6];
    const a7 = alphas[at + 7];
    const zero = max(
      max(max((a0 + b0) | 0, (a1 + b4) | 0), max((a2 + y5) | 0, (a3 + y1) | 0)),
      max(max((a4 + y2) | 0, (a5 + y6) | 0), max((a6 + b7) | 0, (a7 + b3) | 0)),
    );
    const one = max(
      max(max((a0 + y4) | 0, (a1 + y0) | 0), max((a2 + b1) | 0, (a3 + b5) | 0)),
      max(max((a4 + b6) | 0, (a5 + b2) | 0), max((a6 + y3) | 0, (a7 + y7) | 0)),
    );
    extrinsic[i] = (zero - one) | 0;
    const n0 = max(b0, (y4 - c) | 0);
    const n1 = max(b4, (y0 - c) | 0);
    const n2 = max(y5, (b1 - c) | 0);
    const n3 = max(y1, (b5 - c) | 0);
    const n4 = max(y2, (b6 - c) | 0);
    const n5 = max(y6, (b2 - c) | 0);
    const n6 = max(b7, (y3 - c) | 0);
    const n7 = max(b3, (y7 - c) | 0);
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
 * Backward metrics of the 8 states before the tail. The tail input of a state is its own feedback, so that each state has
 * one way to state 0: it pays for the 1s on that way.
 *
 * @param tail - 6 LLRs x z x z x z
 * @param endMetrics - out: 8 metrics
 */
export function tailMetrics(tail: Int32Array, endMetrics: Int32Array): void {
  for (let start = 0; start < 8; start++) {
    let metric = 0;
    for (let i = 0, state = start; i < 3; i++, state >>= 1) {
      const s3 = state & 1;
      if (((state >> 1) & 1) ^ s3) metric -= tail[2 * i];
      if ((state >> 2) ^ s3) metric -= tail[2 * i + 1];
    }
    endMetrics[start] = metric;
  }
}
