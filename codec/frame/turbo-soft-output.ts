// A-posteriori LLRs of all bits of one constituent code, parity and tail included: what an iterative channel estimator asks
// for after a decode. It runs once a decode, so that it is written for reading: a table-driven max-log-MAP pass over the
// trellis drawn in `turbo-constituent.ts`, in wrapping integers like the pass there.

/** TRELLIS[2 * state + c] = 2 * next state + parity bit. */
const TRELLIS = Uint8Array.from({ length: 16 }, (_, branch) => {
  const state = branch >> 1;
  const s3 = state & 1;
  const feedback = (branch & 1) ^ ((state >> 1) & 1) ^ s3;
  return 2 * (4 * feedback + (state >> 1)) + (feedback ^ (state >> 2) ^ s3);
});

/** Steps of the tail: in each of them a state has one branch only, the one whose feedback is 0. */
const TAIL_STEPS = 3;

/** A metric that no path of the code can reach. */
const IMPOSSIBLE = -(2 ** 28);

/** The larger of two wrapping integers. */
function max(a: number, b: number): number {
  return ((a - b) | 0) < 0 ? b : a;
}

/** @returns whether the branch exists at this step */
function isOpen(branch: number, isTail: boolean): boolean {
  return !isTail || TRELLIS[branch] >> 1 < 4;
}

/** What a path pays for a branch: the LLR of each 1 it contains. */
function costOf(branch: number, inputLlr: number, parityLlr: number): number {
  return ((branch & 1 ? inputLlr : 0) + (TRELLIS[branch] & 1 ? parityLlr : 0)) | 0;
}

/** Forward metrics before each step: alphas[8 i + state], relative to the best of the step. */
function forward(input: Int32Array, parity: Int32Array, alphas: Int32Array): void {
  const stepCount = input.length;
  alphas.fill(IMPOSSIBLE, 0, 8 * stepCount);
  alphas[0] = 0;
  for (let i = 0; i + 1 < stepCount; i++) {
    const next = alphas.subarray(8 * (i + 1), 8 * (i + 2));
    for (let branch = 0; branch < 16; branch++) {
      if (!isOpen(branch, i >= stepCount - TAIL_STEPS)) continue;
      const state = TRELLIS[branch] >> 1;
      next[state] = max(next[state], (alphas[8 * i + (branch >> 1)] - costOf(branch, input[i], parity[i])) | 0);
    }
    normalise(next);
  }
}

/** Makes the best metric 0 and keeps the impossible ones where they are. */
function normalise(metrics: Int32Array): void {
  let best = metrics[0];
  for (let state = 1; state < 8; state++) best = Math.max(best, metrics[state]);
  for (let state = 0; state < 8; state++) metrics[state] = Math.max(metrics[state] - best, IMPOSSIBLE);
}

/**
 * @param input - K + 3 LLRs of the input bits, a-priori included, the three of the tail at the end; magnitude below 2^24
 * @param parity - K + 3 LLRs of the parity bits, the three of the tail at the end
 * @param alphas - scratch, at least 8 (K + 3)
 * @param inputApp - out: K + 3 a-posteriori LLRs of the input bits
 * @param parityApp - out: K + 3 a-posteriori LLRs of the parity bits
 */
export function constituentAPosteriori(
  input: Int32Array,
  parity: Int32Array,
  alphas: Int32Array,
  inputApp: Int32Array,
  parityApp: Int32Array,
): void {
  forward(input, parity, alphas);
  const stepCount = input.length;
  let after = new Int32Array(8).fill(IMPOSSIBLE);
  let before = new Int32Array(8);
  const best = new Int32Array(4); // of the paths with c = 0, c = 1, z = 0, z = 1
  after[0] = 0;
  for (let i = stepCount - 1; i >= 0; i--) {
    before.fill(IMPOSSIBLE);
    best.fill(2 * IMPOSSIBLE);
    for (let branch = 0; branch < 16; branch++) {
      if (!isOpen(branch, i >= stepCount - TAIL_STEPS)) continue;
      const state = branch >> 1;
      const c = branch & 1;
      const z = TRELLIS[branch] & 1;
      const rest = (after[TRELLIS[branch] >> 1] - costOf(branch, input[i], parity[i])) | 0;
      const path = (alphas[8 * i + state] + rest) | 0;
      before[state] = max(before[state], rest);
      best[c] = max(best[c], path);
      best[2 + z] = max(best[2 + z], path);
    }
    inputApp[i] = best[0] - best[1];
    parityApp[i] = best[2] - best[3];
    normalise(before);
    [after, before] = [before, after];
  }
}
