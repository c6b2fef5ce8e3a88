import { describe, expect, test } from '@jest/globals';
import { HeaderCodec } from '../../codec/frame/header.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { agreementOf, LEAST_AGREEMENT_ALONE } from './header-agreement.js';

const BIT_COUNT = 192;
/** All seeds up to 6,000 whose noise the decoder takes for a header: 15, where 32 / 2^14 of them are 12. */
const DECEIVING_SEEDS = [833, 1145, 1290, 1302, 1525, 1827, 2001, 2324, 3221, 3225, 3388, 3687, 4402, 4444, 5681];

function noise(seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: BIT_COUNT }, () => random.normal());
}

describe('the agreement of soft bits with a codeword', () => {
  const codec = new HeaderCodec(BIT_COUNT);

  test('is the root of their number where all agree alike, whatever their level, and 0 of nothing', () => {
    const bits = codec.encode({ payloadByteCount: 92, messageId: 5 }, 1);
    const llrs = Float32Array.from(bits, (bit) => (bit ? -3 : 3));
    expect(agreementOf(llrs, bits)).toBeCloseTo(Math.sqrt(BIT_COUNT), 5);
    expect(agreementOf(new Float32Array(BIT_COUNT), bits)).toBe(0);
  });

  test('with an unrelated codeword has mean 0 and variance 1 (seeds 1 to 1000)', () => {
    const bits = codec.encode({ payloadByteCount: 92, messageId: 5 }, 1);
    const all = Array.from({ length: 1000 }, (_, i) => agreementOf(noise(i + 1), bits));
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const variance = all.reduce((sum, x) => sum + x * x, 0) / all.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(all.length));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / all.length));
  });

  test('tells most of what noise deceives the decoder with: of 15 such headers in 6,000 all but 3 agree too little', () => {
    const agreements = DECEIVING_SEEDS.map((seed) => {
      const result = codec.decode(noise(seed));
      if (!result.ok) throw new Error(`seed ${seed} no longer deceives the decoder: search the seeds again`);
      return agreementOf(noise(seed), codec.encode(result.header, result.redundancyVersion));
    });
    expect(agreements.filter((agreement) => agreement >= LEAST_AGREEMENT_ALONE)).toHaveLength(3);
  });

  test('of headers that can just be read alone is enough (Es/N0 -5 dB, seed 1)', () => {
    const random = new SeededRandom(1);
    const level = 10 ** (-5 / 20);
    for (let i = 0; i < 300; i++) {
      const bits = codec.encode({ payloadByteCount: 92, messageId: random.below(16384) }, i % 4);
      const llrs = Float32Array.from(bits, (bit) => (bit ? -level : level) + Math.SQRT1_2 * random.normal());
      expect(agreementOf(llrs, bits)).toBeGreaterThan(LEAST_AGREEMENT_ALONE);
    }
  });
});
