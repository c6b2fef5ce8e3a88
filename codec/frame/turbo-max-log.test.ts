import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { type ConstituentTrellis, extrinsics, MAX_LOG_MAP, STEPS_PER_NAT, sweep } from './turbo-constituent.js';
import { maxLogExtrinsics, maxLogSweep } from './turbo-max-log.js';

function randomTrellis(blockSize: number, deviationNats: number, random: SeededRandom): ConstituentTrellis {
  const llrs = (count: number) =>
    Int32Array.from({ length: count }, () => Math.round(STEPS_PER_NAT * deviationNats * random.normal()));
  return {
    input: llrs(blockSize),
    parity: llrs(blockSize),
    endMetrics: llrs(8),
    alphas: new Int32Array(8 * (blockSize + 1)),
    betas: new Int32Array(8 * (blockSize + 1)),
  };
}

describe('the passes without a correction', () => {
  test.each([0.01, 1, 30, 4096])(
    'are those with a correction of 0 to the bit, LLRs of %f nats (seed 1)',
    (deviationNats) => {
      const random = new SeededRandom(1);
      for (const blockSize of [40, 41, 832]) {
        const trellis = randomTrellis(blockSize, deviationNats, random);
        const expected = new Int32Array(blockSize);
        sweep(trellis, MAX_LOG_MAP);
        extrinsics(trellis, MAX_LOG_MAP, expected);
        const [alphas, betas] = [trellis.alphas.slice(), trellis.betas.slice()];
        const got = new Int32Array(blockSize);
        maxLogSweep(trellis);
        maxLogExtrinsics(trellis, got);
        expect(trellis.alphas).toEqual(alphas);
        expect(trellis.betas).toEqual(betas);
        expect(got).toEqual(expected);
      }
    },
  );
});
