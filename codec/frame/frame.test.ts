import { describe, expect, test } from '@jest/globals';
import { bitsFromBytes } from '../../src/shared/bits.js';
import { TillsongError } from '../../src/shared/errors.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { crc32 } from './crc.js';
import { encodeFrame, FrameDecoder, planFrame } from './frame.js';
import { interleave } from './interleaver.js';
import { OuterCode } from './outer-code.js';
import { RateMatcher } from './rate-matcher.js';
import { scrambleBits, scramblingSequence } from './scrambler.js';
import { turboEncode } from './turbo-code.js';

const SIZES = [1, 2, 91, 92, 93, 211, 243, 244, 255, 256, 1000, 4096];

function cleanLlrs(bits: Uint8Array): Float32Array {
  return Float32Array.from(bits, (bit) => (bit ? -2 : 2));
}

/** LLRs of BPSK (0 as +1) in white noise. */
function noisyLlrs(bits: Uint8Array, esN0Db: number, random: SeededRandom): Float32Array {
  const variance = 0.5 * 10 ** (-esN0Db / 10);
  return Float32Array.from(bits, (bit) => (2 * ((bit ? -1 : 1) + Math.sqrt(variance) * random.normal())) / variance);
}

/** What one burst gives alone. */
function decodeAlone(payloadByteCount: number, llrs: Float32Array, redundancyVersion: number) {
  const decoder = new FrameDecoder(payloadByteCount);
  decoder.combine(llrs, redundancyVersion);
  return decoder.decode();
}

/** Payload, CRC-32 and parity of a 92-byte payload: 104 bytes. */
function outerWordOf(payload: Uint8Array): Uint8Array {
  const crc = [24, 16, 8, 0].map((shift) => (crc32(payload) >>> shift) & 255);
  return new OuterCode(96).encode(Uint8Array.of(...payload, ...crc));
}

/** From 104 bytes, right or forged, to coded bits: the inner half of the chain, written out. */
function sendOuterWord(word: Uint8Array, redundancyVersion: number, codedBitCount: number): Uint8Array {
  const coded = turboEncode(bitsFromBytes(word));
  const matched = new RateMatcher(832).match(coded, redundancyVersion, codedBitCount);
  return scrambleBits(interleave(matched), scramblingSequence(redundancyVersion, codedBitCount));
}

describe('the plan', () => {
  test.each([
    // payload, outer bytes, [K, fillers] of each block
    [1, 13, [[104, 0]]],
    [92, 104, [[832, 0]]],
    [93, 105, [[848, 8]]],
    [211, 223, [[1792, 8]]],
    [243, 255, [[2048, 8]]],
    [244, 264, [[2112, 0]]],
    [
      1000,
      1044,
      [
        [4224, 48],
        [4224, 48],
      ],
    ],
    [4096, 4236, Array.from({ length: 6 }, () => [5696, 48])],
  ])('of %i payload bytes is %i bytes in the blocks %j', (payloadByteCount, outerByteCount, blocks) => {
    const plan = planFrame(payloadByteCount);
    expect(plan.outerByteCount).toBe(outerByteCount);
    expect(plan.infoBitCount).toBe(8 * outerByteCount);
    expect(plan.blocks.map((block) => [block.infoBitCount, block.fillerBitCount])).toEqual(blocks);
  });

  test('of every length adds up, with blocks of nearly equal size', () => {
    for (let payloadByteCount = 1; payloadByteCount <= 4096; payloadByteCount += 7) {
      const plan = planFrame(payloadByteCount);
      const shares = plan.blocks.map((block) => block.infoBitCount - block.fillerBitCount);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(plan.infoBitCount);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(8);
    }
  });
});

describe('a frame', () => {
  test('of 92 bytes is the chain of its parts: one turbo block of 832 bits, no fillers (seed 1)', () => {
    const payload = new SeededRandom(1).bytes(92);
    expect(encodeFrame(payload, 3, 1700)).toEqual(sendOuterWord(outerWordOf(payload), 3, 1700));
  });

  test('has these coded bits (regression: CRC-32 of the bits as bytes of 0 and 1)', () => {
    const digests = SIZES.map((size) => {
      const payload = Uint8Array.from({ length: size }, (_, i) => (i * 7 + size) & 255);
      return [0, 1, 2, 3].map((rv) => crc32(encodeFrame(payload, rv, 2 * planFrame(size).infoBitCount)).toString(16));
    });
    expect(digests).toEqual([
      ['f0acbaf3', '263dee1', 'bba88e2e', 'eea6106f'],
      ['194ba19d', '8c387880', '1abcc53c', 'fbd9d6b4'],
      ['dda1f780', 'bfd37b83', 'be14f891', '8f9765d4'],
      ['5e656566', '34fdefca', '56952e84', 'a5152582'],
      ['42df7d24', '293a1e72', 'cbe91956', 'c6a46abe'],
      ['7f228ab6', 'b9d85b50', '9060f8c3', '8b4a8cf0'],
      ['4572789a', '410303f0', '38ddaeb2', 'f93fdf88'],
      ['2657ce93', '838f1a9c', '5fb8f895', '65e99197'],
      ['7c38e915', 'bb4d54b2', 'f8aa1757', '105c6003'],
      ['aaa54f05', 'dc5ba247', 'e070d6fc', '579525d2'],
      ['475e9d52', 'e9ee9724', 'ebfc3087', 'dbd5b3c3'],
      ['a58da8ac', '7fa62692', '4ecb7d3a', '3d54a5ac'],
    ]);
  });

  test.each(SIZES)('of %i bytes comes back from any redundancy version at rate 1/2 (seed 2)', (size) => {
    const random = new SeededRandom(2);
    const payload = random.bytes(size);
    const codedBitCount = 2 * planFrame(size).infoBitCount + 5;
    for (let redundancyVersion = 0; redundancyVersion < 4; redundancyVersion++) {
      const bits = encodeFrame(payload, redundancyVersion, codedBitCount);
      expect(bits).toHaveLength(codedBitCount);
      const result = decodeAlone(size, noisyLlrs(bits, 4, random), redundancyVersion);
      expect(result).toMatchObject({ ok: true, payload, correctedByteCount: 0 });
    }
  });

  test('of all zeros or all ones is as mixed as any other', () => {
    for (const byte of [0, 255]) {
      const bits = encodeFrame(new Uint8Array(92).fill(byte), 0, 1700);
      const ones = bits.reduce((sum, bit) => sum + bit, 0);
      expect(Math.abs(ones - 850)).toBeLessThan(4 * Math.sqrt(1700 / 4));
      expect(bits.join('')).not.toMatch(/0{20}|1{20}/);
    }
  });

  test('longer than the code is sent over and over, and the repeats add up (seed 3)', () => {
    const random = new SeededRandom(3);
    const payload = random.bytes(20);
    const bits = encodeFrame(payload, 1, 10 * planFrame(20).infoBitCount);
    expect(decodeAlone(20, noisyLlrs(bits, -7.5, random), 1)).toMatchObject({ ok: true, payload });
  });
});

describe('combining', () => {
  test('two bursts of different redundancy versions give what neither gives alone (seed 4)', () => {
    const random = new SeededRandom(4);
    let aloneCount = 0;
    let togetherCount = 0;
    for (let trial = 0; trial < 20; trial++) {
      const payload = random.bytes(92);
      const decoder = new FrameDecoder(92);
      for (const redundancyVersion of [0, 2]) {
        const llrs = noisyLlrs(encodeFrame(payload, redundancyVersion, 1700), -3.5, random);
        if (decodeAlone(92, llrs, redundancyVersion).ok) aloneCount++;
        decoder.combine(llrs, redundancyVersion);
      }
      const result = decoder.decode();
      if (result.ok) {
        togetherCount++;
        expect(result.payload).toEqual(payload);
      }
    }
    expect(aloneCount).toBe(0);
    expect(togetherCount).toBeGreaterThanOrEqual(19);
  });

  test('is possible after a failed decode, and bursts may have different lengths (seed 5)', () => {
    const random = new SeededRandom(5);
    const payload = random.bytes(211);
    const decoder = new FrameDecoder(211);
    decoder.combine(noisyLlrs(encodeFrame(payload, 0, 2500), -5, random), 0);
    expect(decoder.decode().ok).toBe(false);
    decoder.combine(noisyLlrs(encodeFrame(payload, 1, 7000), -4, random), 1);
    expect(decoder.decode()).toMatchObject({ ok: true, payload });
  });

  test('after clear() starts as if new (seed 6)', () => {
    const random = new SeededRandom(6);
    const used = new FrameDecoder(93);
    used.combine(noisyLlrs(encodeFrame(random.bytes(93), 0, 1700), 0, random), 0);
    used.decode();
    used.clear();
    expect(() => used.aPosterioriLlrs(0, 100)).toThrow('aPosterioriLlrs: expected a decode before, got none');
    const fresh = new FrameDecoder(93);
    const llrs = noisyLlrs(encodeFrame(random.bytes(93), 3, 1700), 0, random);
    for (const decoder of [used, fresh]) decoder.combine(llrs, 3);
    expect(used.decode()).toEqual(fresh.decode());
    expect(used.aPosterioriLlrs(3, 1700)).toEqual(fresh.aPosterioriLlrs(3, 1700));
  });
});

describe('Reed-Solomon and CRC inside the frame', () => {
  const payload = new SeededRandom(7).bytes(92);

  test.each([1, 2, 3, 4])('%i wrong bytes that the turbo decoder is sure of are mended and counted', (count) => {
    const word = outerWordOf(payload);
    for (let i = 0; i < count; i++) word[20 * i] ^= 0x55;
    const result = decodeAlone(92, cleanLlrs(sendOuterWord(word, 0, 2508)), 0);
    expect(result).toMatchObject({ ok: true, payload, correctedByteCount: count });
  });

  test('more of them are refused as such', () => {
    const word = outerWordOf(payload);
    for (let i = 0; i < 30; i++) word[3 * i] ^= 0x55;
    expect(decodeAlone(92, cleanLlrs(sendOuterWord(word, 0, 2508)), 0)).toMatchObject({ reason: 'reed-solomon' });
  });

  test('a codeword around a wrong CRC is refused as such', () => {
    const word = new OuterCode(96).encode(new SeededRandom(8).bytes(96));
    expect(decodeAlone(92, cleanLlrs(sendOuterWord(word, 0, 2508)), 0)).toMatchObject({ ok: false, reason: 'crc' });
  });

  test('what the turbo decoder could not settle is refused as such (seed 9)', () => {
    const random = new SeededRandom(9);
    const llrs = noisyLlrs(encodeFrame(payload, 0, 1700), -8, random);
    expect(decodeAlone(92, llrs, 0)).toMatchObject({ ok: false, reason: 'code' });
  });
});

describe('a posteriori LLRs', () => {
  test.each([92, 1000])('of %i bytes tell the bits that were sent better than the channel did (seed 8)', (size) => {
    const random = new SeededRandom(8);
    const payload = random.bytes(size);
    const codedBitCount = 3 * planFrame(size).infoBitCount + 11;
    const bits = encodeFrame(payload, 2, codedBitCount);
    const llrs = noisyLlrs(bits, -2.5, random);
    const decoder = new FrameDecoder(size);
    decoder.combine(llrs, 2);
    expect(decoder.decode().ok).toBe(true);
    const errors = (soft: Float32Array) => soft.reduce((sum, llr, i) => sum + (llr < 0 === (bits[i] === 1) ? 0 : 1), 0);
    expect(errors(llrs)).toBeGreaterThan(codedBitCount / 10);
    expect(errors(decoder.aPosterioriLlrs(2, codedBitCount))).toBe(0);
    // Also for a burst that was not heard.
    const unheard = encodeFrame(payload, 0, 999);
    expect(Uint8Array.from(decoder.aPosterioriLlrs(0, 999), (llr) => (llr < 0 ? 1 : 0))).toEqual(unheard);
  });
});

describe('hostile input', () => {
  test('noise never gives a message, 300 trials (seed 9)', () => {
    const random = new SeededRandom(9);
    for (let trial = 0; trial < 300; trial++) {
      const size = 1 + random.below(30);
      const scale = [0.1, 1, 10, 1000][trial & 3];
      const llrs = Float32Array.from({ length: 50 + random.below(600) }, () => scale * random.normal());
      expect(decodeAlone(size, llrs, trial & 3).ok).toBe(false);
    }
  });

  test.each([
    ['zeros', () => 0],
    ['NaN', () => Number.NaN],
    ['infinity', () => Infinity],
    ['minus infinity', () => -Infinity],
    ['all of these in turns', (i: number) => [0, Number.NaN, Infinity, -Infinity, 3e38, -1e-40][i % 6]],
  ])('%s give a refusal, for all sizes', (_name, llrAt) => {
    for (const size of [1, 92, 256, 1000]) {
      const llrs = Float32Array.from({ length: 3000 }, (_, i) => llrAt(i));
      expect(decodeAlone(size, llrs, size & 3).ok).toBe(false);
    }
  });

  test('a decoder that has heard nothing refuses every length: no all-zero message has an all-zero CRC', () => {
    for (let size = 1; size <= 4096; size++) if (crc32(new Uint8Array(size)) === 0) throw new Error(`size ${size}`);
    for (const size of SIZES) expect(new FrameDecoder(size).decode().ok).toBe(false);
  });

  test('a tenth of NaN and some infinities are survived (seed 10)', () => {
    const random = new SeededRandom(10);
    const payload = random.bytes(92);
    const llrs = noisyLlrs(encodeFrame(payload, 0, 2000), 2, random);
    for (let i = 0; i < llrs.length; i += 10) llrs[i] = Number.NaN;
    for (let i = 5; i < llrs.length; i += 100) llrs[i] *= Infinity;
    expect(decodeAlone(92, llrs, 0)).toMatchObject({ ok: true, payload });
  });

  test('a single LLR is a burst too', () => {
    expect(decodeAlone(4096, Float32Array.of(5), 1).ok).toBe(false);
  });

  test('the input is not modified', () => {
    const llrs = cleanLlrs(encodeFrame(Uint8Array.of(1, 2, 3), 1, 300));
    const before = llrs.slice();
    decodeAlone(3, llrs, 1);
    expect(llrs).toEqual(before);
  });

  test('a caller who asks for the impossible is told so', () => {
    expect(() => planFrame(0)).toThrow(TillsongError);
    expect(() => planFrame(4097)).toThrow('payloadByteCount: expected integer in [1, 4096], got 4097');
    expect(() => encodeFrame(new Uint8Array(0), 0, 100)).toThrow(TillsongError);
    expect(() => encodeFrame(new Uint8Array(5), 4, 100)).toThrow(TillsongError);
    expect(() => encodeFrame(new Uint8Array(5), 0, 0)).toThrow(TillsongError);
    const decoder = new FrameDecoder(5);
    expect(() => decoder.combine(new Float32Array(0), 0)).toThrow(TillsongError);
    expect(() => decoder.combine(new Float32Array(9), -1)).toThrow(TillsongError);
    expect(() => decoder.combine([1, 2] as unknown as Float32Array, 0)).toThrow(TillsongError);
    expect(() => new FrameDecoder(5, { maxIterations: 0 })).toThrow(TillsongError);
  });
});
