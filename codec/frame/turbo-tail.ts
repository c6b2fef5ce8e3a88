// The tail of the LTE turbo code: after its K bits each constituent encoder is driven to state 0 by three more steps, and the
// six bits of these steps are shared out over the three coded streams. Standard: 3GPP TS 36.212 section 5.1.3.2.2.

/** Each of the three coded streams carries this many tail bits behind its K bits. */
export const TURBO_TAIL_BITS = 4;

/** Bits of one constituent's tail, in the order x(K) z(K) x(K+1) z(K+1) x(K+2) z(K+2): x feeds the register, z is parity. */
export const TAIL_WORD_BITS = 6;

/**
 * Stream and place behind the K bits of that stream for each bit of a tail word of the first constituent. The second
 * constituent's (primed) are two places further on.
 *
 *              place 0   1        2        3
 *   stream 0   x(K)      z(K+1)   x'(K)    z'(K+1)
 *   stream 1   z(K)      x(K+2)   z'(K)    x'(K+2)
 *   stream 2   x(K+1)    z(K+2)   x'(K+1)  z'(K+2)
 */
const TAIL_PLACES = [
  [0, 0],
  [1, 0],
  [2, 0],
  [0, 1],
  [1, 1],
  [2, 1],
] as const;

/**
 * @param constituent - 0 or 1
 * @param i - bit of the tail word, 0 to 5
 * @returns its index among the 3 (K + 4) coded bits
 */
export function turboTailIndex(blockSize: number, constituent: number, i: number): number {
  const [stream, place] = TAIL_PLACES[i];
  return stream * (blockSize + TURBO_TAIL_BITS) + blockSize + place + 2 * constituent;
}

/**
 * The tail word that leads from a state to state 0: at each step x = s2 ^ s3 makes the feedback 0, and z = s1 ^ s3.
 *
 * @param state - 4 s1 + 2 s2 + s3, 0 to 7
 * @returns 6 bits of 0 and 1
 */
export function tailWord(state: number): Uint8Array {
  const word = new Uint8Array(TAIL_WORD_BITS);
  for (let i = 0, register = state; i < 3; i++, register >>= 1) {
    word[2 * i] = ((register >> 1) ^ register) & 1;
    word[2 * i + 1] = ((register >> 2) ^ register) & 1;
  }
  return word;
}

const TAIL_WORDS = Array.from({ length: 8 }, (_, state) => tailWord(state));

/**
 * Metrics of the 8 states before the tail: each has one way to state 0 and pays the LLR of each 1 on it.
 *
 * @param tail - 6 LLRs of a tail word
 * @param out - receives 8 metrics
 */
export function tailMetrics(tail: Int32Array, out: Int32Array): void {
  for (let state = 0; state < 8; state++)
    out[state] = TAIL_WORDS[state].reduce((metric, bit, i) => (bit ? metric - tail[i] : metric), 0);
}

/**
 * A-posteriori LLRs of a tail word (max-log).
 *
 * @param stateMetrics - 8 metrics of the states before the tail, all that is known in them: forward plus `tailMetrics`
 * @returns 6 LLRs in the unit of the metrics
 */
export function tailAPosteriori(stateMetrics: ArrayLike<number>): number[] {
  return Array.from({ length: TAIL_WORD_BITS }, (_, i) => {
    const best = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let state = 0; state < 8; state++) {
      const bit = TAIL_WORDS[state][i];
      best[bit] = Math.max(best[bit], stateMetrics[state]);
    }
    return best[0] - best[1];
  });
}
