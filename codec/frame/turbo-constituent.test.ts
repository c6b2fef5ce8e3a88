import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import {
  type ConstituentTrellis,
  extrinsics,
  LOG_MAP,
  MAX_LOG_MAP,
  STEPS_PER_NAT,
  sweep,
} from './turbo-constituent.js';
import { tailAPosteriori, tailMetrics } from './turbo-tail.js';

type Combine = (a: number, b: number) => number;

/** ln(e^a + e^b), exactly. */
const logSum: Combine = (a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))));

/** What the code says of every bit, input and parity, in doubles: K + 3 steps, the tail included. */
interface SlowResult {
  readonly inputApp: number[];
  readonly parityApp: number[];
}

/** The BCJR algorithm as in the textbook: a trellis from the two polynomials, +-L/2 metrics, no shortcuts. */
function slowBcjr(input: ArrayLike<number>, parity: ArrayLike<number>, combine: Combine): SlowResult {
  const steps = input.length;
  const branches: { from: number; to: number; c: number; z: number }[] = [];
  for (let from = 0; from < 8; from++) {
    const [s1, s2, s3] = [from >> 2, (from >> 1) & 1, from & 1];
    for (const c of [0, 1]) {
      const feedback = c ^ s2 ^ s3; // g0 = 1 + D^2 + D^3
      const z = feedback ^ s1 ^ s3; // g1 = 1 + D + D^3
      branches.push({ from, to: 4 * feedback + 2 * s1 + s2, c, z });
    }
  }
  const isOpen = (step: number, to: number) => step < steps - 3 || to < 4; // the tail feeds zeros into the register
  const metric = (step: number, c: number, z: number) => ((1 - 2 * c) * input[step] + (1 - 2 * z) * parity[step]) / 2;
  const none = Number.NEGATIVE_INFINITY;
  const add = (a: number, b: number) => (a === none ? b : b === none ? a : combine(a, b));
  const alphas = Array.from({ length: steps + 1 }, () => new Array<number>(8).fill(none));
  const betas = Array.from({ length: steps + 1 }, () => new Array<number>(8).fill(none));
  alphas[0][0] = 0;
  betas[steps][0] = 0;
  for (let i = 0; i < steps; i++)
    for (const { from, to, c, z } of branches)
      if (isOpen(i, to)) alphas[i + 1][to] = add(alphas[i + 1][to], alphas[i][from] + metric(i, c, z));
  for (let i = steps - 1; i >= 0; i--)
    for (const { from, to, c, z } of branches)
      if (isOpen(i, to)) betas[i][from] = add(betas[i][from], betas[i + 1][to] + metric(i, c, z));
  const app = (i: number, bitOf: (branch: { c: number; z: number }) => number) => {
    const best = [none, none];
    for (const branch of branches) {
      if (!isOpen(i, branch.to)) continue;
      const path = alphas[i][branch.from] + metric(i, branch.c, branch.z) + betas[i + 1][branch.to];
      best[bitOf(branch)] = add(best[bitOf(branch)], path);
    }
    return best[0] - best[1];
  };
  const indices = Array.from({ length: steps }, (_, i) => i);
  return { inputApp: indices.map((i) => app(i, (b) => b.c)), parityApp: indices.map((i) => app(i, (b) => b.z)) };
}

/** Our passes over the same K + 3 LLRs a stream, in steps. */
function fastApp(input: Int32Array, parity: Int32Array, correction: number) {
  const blockSize = input.length - 3;
  const tail = Int32Array.from({ length: 6 }, (_, i) => (i % 2 ? parity : input)[blockSize + (i >> 1)]);
  const trellis: ConstituentTrellis = {
    input: input.slice(0, blockSize),
    parity: parity.slice(0, blockSize),
    endMetrics: new Int32Array(8),
    alphas: new Int32Array(8 * (blockSize + 1)),
    betas: new Int32Array(8 * (blockSize + 1)),
  };
  tailMetrics(tail, trellis.endMetrics);
  sweep(trellis, correction);
  const inputOut = new Int32Array(blockSize);
  const parityOut = new Int32Array(blockSize);
  extrinsics(trellis, correction, inputOut, parityOut);
  const last = trellis.alphas.slice(8 * blockSize);
  const tailApp = tailAPosteriori(trellis.endMetrics.map((metric, state) => metric + last[state] - last[0]));
  return {
    inputApp: [...inputOut.map((llr, i) => llr + input[i]), tailApp[0], tailApp[2], tailApp[4]],
    parityApp: [...parityOut.map((llr, i) => llr + parity[i]), tailApp[1], tailApp[3], tailApp[5]],
  };
}

/** LLRs of the all-zero word with noise, in steps, as even integers so that halves are exact. */
function noisyLlrs(length: number, spread: number, random: SeededRandom): Int32Array {
  return Int32Array.from({ length }, () => 2 * Math.round(spread * (0.4 + random.normal())));
}

describe('constituent passes', () => {
  test.each([1, 2, 3])('max-log-MAP equals the slow algorithm to the last integer, tail included (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const input = noisyLlrs(67, 200, random);
    const parity = noisyLlrs(67, 200, random);
    expect(fastApp(input, parity, MAX_LOG_MAP)).toEqual(slowBcjr(input, parity, Math.max));
  });

  test('metrics wrap round 32 bits without harm: 6000 bits of the largest LLRs (seed 4)', () => {
    const random = new SeededRandom(4);
    const input = noisyLlrs(6003, 2 ** 19, random).map((llr) => Math.max(-(2 ** 20), Math.min(2 ** 20, llr)));
    const parity = noisyLlrs(6003, 2 ** 19, random).map((llr) => Math.max(-(2 ** 20), Math.min(2 ** 20, llr)));
    expect(input.reduce((sum, llr) => sum + Math.abs(llr), 0)).toBeGreaterThan(2 ** 31);
    const fast = fastApp(input, parity, MAX_LOG_MAP);
    const slow = slowBcjr(input, parity, Math.max);
    expect(fast.inputApp.findIndex((llr, i) => llr !== slow.inputApp[i])).toBe(-1);
    expect(fast.parityApp.findIndex((llr, i) => llr !== slow.parityApp[i])).toBe(-1);
  });

  test.each([5, 6, 7])('log-MAP comes within 0.5 nats of the exact algorithm, 0.1 on average (seed %i)', (seed) => {
    const random = new SeededRandom(seed);
    const input = noisyLlrs(203, 200, random);
    const parity = noisyLlrs(203, 200, random);
    const nats = (steps: Int32Array) => Array.from(steps, (step) => step / STEPS_PER_NAT);
    const slow = slowBcjr(nats(input), nats(parity), logSum);
    const fast = fastApp(input, parity, LOG_MAP);
    for (const stream of ['inputApp', 'parityApp'] as const) {
      const errors = slow[stream].slice(0, 200).map((llr, i) => Math.abs(fast[stream][i] / STEPS_PER_NAT - llr));
      expect(Math.max(...errors)).toBeLessThan(0.5);
      expect(errors.reduce((sum, error) => sum + error) / errors.length).toBeLessThan(0.1);
    }
  });

  test('a parity LLR of 8 nats tells what an erased input bit was, and the other way round', () => {
    const known = new Int32Array(43).fill(8 * STEPS_PER_NAT);
    const erased = new Int32Array(43);
    expect(Math.min(...fastApp(erased, known, LOG_MAP).inputApp)).toBeGreaterThan(6 * STEPS_PER_NAT);
    expect(Math.min(...fastApp(known, erased, LOG_MAP).parityApp)).toBeGreaterThan(6 * STEPS_PER_NAT);
  });
});
