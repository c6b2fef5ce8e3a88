import { describe, expect, test } from '@jest/globals';
import { TillsongError } from '../../src/shared/errors.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { PolarCode } from './polar-code.js';
import { PolarListDecoder } from './polar-list-decoder.js';

function randomBits(random: SeededRandom, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(2));
}

/** LLRs of BPSK (0 as +1) in white noise. */
function noisyLlrs(bits: Uint8Array, esN0Db: number, random: SeededRandom): Float32Array {
  const variance = 0.5 * 10 ** (-esN0Db / 10);
  return Float32Array.from(bits, (bit) => (2 * ((bit ? -1 : 1) + Math.sqrt(variance) * random.normal())) / variance);
}

/** What a codeword costs: the magnitudes of the LLRs it disagrees with. */
function costOf(codeword: Uint8Array, llrs: Float32Array): number {
  return llrs.reduce((sum, llr, i) => sum + (llr < 0 !== (codeword[i] === 1) ? Math.abs(llr) : 0), 0);
}

/** How far a codeword agrees with LLRs, in standard deviations of what unrelated ones do. */
function agreementOf(codeword: Uint8Array, llrs: Float32Array): number {
  const sum = llrs.reduce((total, llr, i) => total + (codeword[i] ? -llr : llr), 0);
  return sum / Math.sqrt(llrs.reduce((total, llr) => total + llr * llr, 0));
}

describe('PolarCode', () => {
  test('multiplies by the Kronecker power: x_j is the sum of the u_i with all bits of j set in i', () => {
    const random = new SeededRandom(1);
    for (const codedBitCount of [50, 64, 100, 128, 144, 150]) {
      const code = new PolarCode(20, codedBitCount);
      const info = randomBits(random, 20);
      const u = new Uint8Array(code.motherLength);
      code.infoPositions.forEach((position, i) => {
        u[position] = info[i];
      });
      const x = u.map((_, j) => u.reduce((sum, bit, i) => sum ^ ((i & j) === j ? bit : 0), 0));
      const sent = code.encode(info);
      expect(sent).toEqual(Uint8Array.from({ length: codedBitCount }, (_, i) => x[code.motherIndexOf(i)]));
    }
  });

  test('sends the last bits of a longer mother code, or repeats a shorter one', () => {
    expect(new PolarCode(42, 192).motherLength).toBe(256);
    expect(new PolarCode(42, 192).motherIndexOf(0)).toBe(64);
    expect(new PolarCode(42, 288).motherLength).toBe(256);
    expect(new PolarCode(42, 288).motherIndexOf(287)).toBe(31);
    expect(new PolarCode(42, 289).motherLength).toBe(512);
    expect(new PolarCode(42, 5000).motherLength).toBe(512);
  });

  test('never puts information where puncturing leaves nothing to tell it', () => {
    for (let codedBitCount = 42; codedBitCount <= 600; codedBitCount++) {
      const { infoPositions, motherLength } = new PolarCode(42, codedBitCount);
      expect(infoPositions).toHaveLength(42);
      expect(infoPositions[0]).toBeGreaterThanOrEqual(motherLength - codedBitCount);
      expect(infoPositions[41]).toBe(motherLength - 1);
    }
  });

  test('a caller who asks for the impossible is told so', () => {
    expect(() => new PolarCode(0, 100)).toThrow(TillsongError);
    expect(() => new PolarCode(42, 41)).toThrow('codedBitCount: expected integer in [42, 100000], got 41');
    expect(() => new PolarCode(42, 192).encode(new Uint8Array(41))).toThrow(TillsongError);
    expect(() => new PolarListDecoder(new PolarCode(42, 192), 0)).toThrow(TillsongError);
    expect(() => new PolarListDecoder(new PolarCode(42, 192), 8).decode(new Float32Array(191))).toThrow(TillsongError);
  });
});

describe('PolarListDecoder', () => {
  test.each([12, 20, 31, 64, 70, 150])(
    'with a list of all 128 words the order is that of maximum likelihood, %i coded bits (seed 2)',
    (codedBitCount) => {
      const random = new SeededRandom(2);
      const code = new PolarCode(7, codedBitCount);
      const decoder = new PolarListDecoder(code, 128);
      const all = Array.from({ length: 128 }, (_, word) => Uint8Array.from({ length: 7 }, (_, i) => (word >> i) & 1));
      for (let trial = 0; trial < 10; trial++) {
        const llrs = noisyLlrs(code.encode(randomBits(random, 7)), -3, random);
        const expected = all.map((info) => costOf(code.encode(info), llrs)).sort((a, b) => a - b);
        const costs = decoder.decode(llrs).map((info) => costOf(code.encode(info), llrs));
        expect(costs).toHaveLength(128);
        costs.forEach((cost, i) => {
          expect(cost).toBeCloseTo(expected[i], 3);
        });
      }
    },
  );

  test.each([150, 192, 256, 700])(
    'asked for an agreement it returns what agrees so far of all that it returns else, %i coded bits (seed 5)',
    (codedBitCount) => {
      const random = new SeededRandom(5);
      const code = new PolarCode(42, codedBitCount);
      const decoder = new PolarListDecoder(code, 32);
      const counts = { kept: 0, leftOut: 0 };
      for (let trial = 0; trial < 60; trial++) {
        const esN0Db = -8 + 0.1 * trial - 10 * Math.log10(codedBitCount / 192);
        const llrs = noisyLlrs(code.encode(randomBits(random, 42)), esN0Db, random);
        const all = decoder.decode(llrs).map((info) => info.slice());
        const leastAgreement = 5 + 0.1 * trial;
        const agrees = (least: number) => (info: Uint8Array) => agreementOf(code.encode(info), llrs) >= least;
        const expected = all.filter(agrees(leastAgreement));
        const found = decoder.decode(llrs, leastAgreement);
        expect(found.filter(agrees(leastAgreement))).toEqual(expected);
        expect(found.every(agrees(leastAgreement - 0.001))).toBe(true);
        counts.kept += expected.length;
        counts.leftOut += all.length - expected.length;
      }
      expect(counts.kept).toBeGreaterThan(100);
      expect(counts.leftOut).toBeGreaterThan(100);
    },
  );

  test('a clean codeword is found by any list, and the next call knows nothing of the last (seed 3)', () => {
    const random = new SeededRandom(3);
    for (const listSize of [1, 2, 5, 32]) {
      const code = new PolarCode(42, 200);
      const decoder = new PolarListDecoder(code, listSize);
      for (let trial = 0; trial < 20; trial++) {
        const info = randomBits(random, 42);
        const llrs = Float32Array.from(code.encode(info), (bit) => (bit ? -1 : 1));
        decoder.decode(noisyLlrs(code.encode(randomBits(random, 42)), -6, random));
        expect(decoder.decode(llrs)[0]).toEqual(info);
      }
    }
  });

  test('NaN counts as an erasure and infinities as certain', () => {
    const code = new PolarCode(42, 200);
    const info = randomBits(new SeededRandom(4), 42);
    const llrs = Float32Array.from(code.encode(info), (bit) => (bit ? -Infinity : Infinity));
    for (let i = 0; i < 200; i += 9) llrs[i] = Number.NaN;
    expect(new PolarListDecoder(code, 8).decode(llrs)[0]).toEqual(info);
  });
});
