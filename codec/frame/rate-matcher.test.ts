import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { RateMatcher } from './rate-matcher.js';
import { TURBO_BLOCK_SIZES, TurboDecoder, turboEncode } from './turbo-code.js';

const VERSIONS = [0, 1, 2, 3];

/** The indices that a matcher sends, read off by sending the numbers 0, 1, 2, ... */
function sentIndices(matcher: RateMatcher, blockSize: number, version: number, count: number): number[] {
  const numbers = Float32Array.from({ length: 3 * (blockSize + 4) }, (_, i) => i);
  const out = new Float32Array(count);
  matcher.rematch(numbers, version, out);
  return Array.from(out);
}

/** The circular buffer of 36.212 section 5.1.4.1, built as the text says: matrices, permuted columns, nulls. */
function standardBuffer(blockSize: number): (number | null)[] {
  const permutation = [
    0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30, 1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15,
    31,
  ];
  const length = blockSize + 4;
  const rows = Math.ceil(length / 32);
  const streams = [0, 1, 2].map((stream) => {
    const nulls: (number | null)[] = new Array(32 * rows - length).fill(null);
    return [...nulls, ...Array.from({ length }, (_, i) => stream * length + i)];
  });
  const read = (y: (number | null)[]) => permutation.flatMap((p) => y.filter((_, i) => i % 32 === p));
  const v0 = read(streams[0]);
  const v1 = read(streams[1]);
  const v2 = Array.from({ length: 32 * rows }, (_, k) => {
    const place = permutation[Math.floor(k / rows)] + 32 * (k % rows) + 1;
    return streams[2][place % (32 * rows)];
  });
  return [...v0, ...v1.flatMap((index, k) => [index, v2[k]])];
}

describe('rate matcher', () => {
  test('version 0 sends the circular buffer of the standard from k0 = 2 rows on', () => {
    for (const blockSize of [40, 64, 832, 6144]) {
      const buffer = standardBuffer(blockSize);
      const k0 = 2 * Math.ceil((blockSize + 4) / 32);
      const expected = [...buffer.slice(k0), ...buffer.slice(0, k0)].filter((index) => index !== null);
      const matcher = new RateMatcher(blockSize);
      expect(sentIndices(matcher, blockSize, 0, expected.length)).toEqual(expected);
    }
  });

  test('the first bits of version 0 for K = 40 are those worked out by hand', () => {
    // D = 44, 2 rows, 20 nulls: rows are [20 nulls, 0..11] and [12..43]. Columns in order 0, 16, 8, 24, 4, 20, ...; two are left
    // for the end. Column 8 holds null and 20, column 24 holds 4 and 36, column 4 null and 16, column 20 holds 0 and 32.
    expect(sentIndices(new RateMatcher(40), 40, 0, 6)).toEqual([20, 4, 36, 16, 0, 32]);
  });

  test('every version sends every coded bit once before it sends one again, and then starts over', () => {
    for (const blockSize of TURBO_BLOCK_SIZES.filter((_, i) => i % 17 === 0)) {
      const count = 3 * (blockSize + 4);
      const matcher = new RateMatcher(blockSize);
      for (const version of VERSIONS) {
        const sent = sentIndices(matcher, blockSize, version, 2 * count);
        expect(new Set(sent.slice(0, count)).size).toBe(count);
        expect(sent.findIndex((index, i) => index !== sent[i % count])).toBe(-1);
      }
    }
  });

  test('every version sends at least 93 % of the systematic bits before any parity', () => {
    const matcher = new RateMatcher(832);
    for (const version of VERSIONS) {
      const firstParity = sentIndices(matcher, 832, version, 2508).findIndex((index) => index >= 836);
      expect(firstParity).toBeGreaterThan(0.93 * 836);
    }
  });

  test('at rate 1/2 versions 0 and 1 together have sent every coded bit', () => {
    const matcher = new RateMatcher(832);
    const sent = new Set([0, 1].flatMap((version) => sentIndices(matcher, 832, version, 1664)));
    expect(sent.size).toBe(2508);
  });

  test('fillers and their parity are never sent, and count as certain zeros at the receiver', () => {
    const fillerBitCount = 13;
    const matcher = new RateMatcher(48, { fillerBitCount });
    const count = 3 * 52 - 2 * fillerBitCount;
    for (const version of VERSIONS) {
      const sent = sentIndices(matcher, 48, version, count);
      expect(new Set(sent).size).toBe(count);
      expect(sent.filter((i) => i < fillerBitCount || (i >= 52 && i < 52 + fillerBitCount))).toEqual([]);
    }
    const accumulator = new Float32Array(3 * 52);
    matcher.dematch(new Float32Array(10).fill(1), 0, accumulator);
    matcher.dematch(new Float32Array(10).fill(1), 1, accumulator);
    expect(Math.min(...accumulator.slice(0, 13), ...accumulator.slice(52, 65))).toBe(1024);
    expect(Math.max(...accumulator.slice(13, 52))).toBeLessThanOrEqual(2);
  });

  test('dematching puts each LLR where match took the bit, and adds what comes twice', () => {
    const blockSize = 40;
    const coded = Uint8Array.from({ length: 132 }, (_, i) => (i * 7) & 1);
    const matcher = new RateMatcher(blockSize);
    for (const version of VERSIONS) {
      const sent = matcher.match(coded, version, 132 + 50);
      const accumulator = new Float32Array(132);
      matcher.dematch(
        Float32Array.from(sent, (bit) => 1 - 2 * bit),
        version,
        accumulator,
      );
      expect(Uint8Array.from(accumulator, (llr) => (llr < 0 ? 1 : 0))).toEqual(coded);
      expect(accumulator.filter((llr) => Math.abs(llr) === 2).length).toBe(50);
    }
  });

  test.each(VERSIONS)('version %i alone decodes at rate 0.6, Es/N0 0 dB (seed 3)', (version) => {
    const blockSize = 832;
    const random = new SeededRandom(3);
    const matcher = new RateMatcher(blockSize);
    const decoder = new TurboDecoder(blockSize);
    const noiseVariance = 1 / 2;
    const out = new Uint8Array(blockSize);
    let errors = 0;
    for (let block = 0; block < 40; block++) {
      const bits = Uint8Array.from({ length: blockSize }, () => random.below(2));
      const sent = matcher.match(turboEncode(bits), version, Math.round(blockSize / 0.6));
      const llrs = Float32Array.from(
        sent,
        (bit) => (2 / noiseVariance) * (1 - 2 * bit + Math.sqrt(noiseVariance) * random.normal()),
      );
      const accumulator = new Float32Array(3 * (blockSize + 4));
      matcher.dematch(llrs, version, accumulator);
      decoder.decode(accumulator, out);
      if (out.some((bit, i) => bit !== bits[i])) errors++;
    }
    expect(errors).toBeLessThanOrEqual(2); // packet error is 1 % here
  });

  test('callers’ mistakes are refused', () => {
    const matcher = new RateMatcher(40);
    expect(() => new RateMatcher(41)).toThrow(/blockSize: expected a block size/);
    expect(() => new RateMatcher(40, { fillerBitCount: 40 })).toThrow(/fillerBitCount: expected integer in \[0, 39\]/);
    expect(() => matcher.match(new Uint8Array(131), 0, 10)).toThrow(/coded: expected 132 bytes/);
    expect(() => matcher.match(new Uint8Array(132), 4, 10)).toThrow(/redundancyVersion: expected integer in \[0, 3\]/);
    expect(() => matcher.match(new Uint8Array(132), 0, 0)).toThrow(/outLength/);
    expect(() => matcher.dematch(new Float32Array(5), 0, new Float32Array(5))).toThrow(/accumulator/);
    expect(() => matcher.rematch(new Float32Array(5), 0, new Float32Array(5))).toThrow(/appLlrs/);
  });
});
