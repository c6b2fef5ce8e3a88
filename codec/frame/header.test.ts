import { describe, expect, test } from '@jest/globals';
import { bitsFromBytes } from '../../src/shared/bits.js';
import { TillsongError } from '../../src/shared/errors.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { crc12, crc32 } from './crc.js';
import {
  decodeHeader,
  decodeHeaderCodeword,
  descrambleHeader,
  encodeHeader,
  type Header,
  HeaderCodec,
  messageIdOf,
} from './header.js';
import { interleave } from './interleaver.js';
import { PolarCode } from './polar-code.js';
import { scrambleBits, scramblingSequence } from './scrambler.js';

function randomHeader(random: SeededRandom): Header {
  return { payloadByteCount: 1 + random.below(4096), messageId: random.below(16384) };
}

/** LLRs of BPSK (0 as +1) in white noise. */
function noisyLlrs(bits: Uint8Array, esN0Db: number, random: SeededRandom): Float32Array {
  const variance = 0.5 * 10 ** (-esN0Db / 10);
  return Float32Array.from(bits, (bit) => (2 * ((bit ? -1 : 1) + Math.sqrt(variance) * random.normal())) / variance);
}

describe('a header', () => {
  test('comes back from clean bits, all redundancy versions, any length of codeword (seed 1)', () => {
    const random = new SeededRandom(1);
    for (const codedBitCount of [64, 80, 128, 150, 192, 240, 289, 300, 511, 512, 513, 1200]) {
      for (let redundancyVersion = 0; redundancyVersion < 4; redundancyVersion++) {
        const header = randomHeader(random);
        const bits = encodeHeader(header, redundancyVersion, codedBitCount);
        expect(bits).toHaveLength(codedBitCount);
        const llrs = Float32Array.from(bits, (bit) => (bit ? -2 : 2));
        expect(decodeHeader(llrs)).toEqual({ ok: true, header, redundancyVersion });
      }
    }
  });

  test('of 1 and of 4096 bytes, ids 0 and 16383, keeps its fields', () => {
    const codec = new HeaderCodec(192);
    for (const payloadByteCount of [1, 4096]) {
      for (const messageId of [0, 16383]) {
        const header = { payloadByteCount, messageId };
        const llrs = Float32Array.from(codec.encode(header, 3), (bit) => (bit ? -2 : 2));
        expect(codec.decode(llrs)).toEqual({ ok: true, header, redundancyVersion: 3 });
      }
    }
  });

  test('has these 192 coded bits (regression)', () => {
    const bits = encodeHeader({ payloadByteCount: 92, messageId: 1234 }, 0, 192);
    expect(bits.join('')).toBe(
      '000000101011001111101011100110000011001111100000001100000011010110100101010011000000111011011110001000000010000111111011111101000101001101010011101001001000101100010110101100101101110110101111',
    );
  });

  test('has long runs of equal bits as seldom as chance makes them (seed 2)', () => {
    const codec = new HeaderCodec(240);
    const random = new SeededRandom(2);
    let withLongRun = 0;
    for (let trial = 0; trial < 1000; trial++)
      if (/0{16}|1{16}/.test(codec.encode(randomHeader(random), trial & 3).join(''))) withLongRun++;
    // 240 places, 2^-15 each: 7 of 1,000 expected.
    expect(withLongRun).toBeLessThanOrEqual(15);
  });

  test('carries the low 14 bits of the payload CRC-32 as its message id', () => {
    const payload = new SeededRandom(3).bytes(92);
    expect(messageIdOf(payload)).toBe(crc32(payload) & 0x3fff);
  });
});

describe('sensitivity', () => {
  test.each([
    { codedBitCount: 192, esN0Db: -5.5 },
    { codedBitCount: 240, esN0Db: -6.5 },
  ])('at most 2 of 100 are lost at $codedBitCount bits and Es/N0 $esN0Db dB, none is wrong (seed 4)', (point) => {
    const codec = new HeaderCodec(point.codedBitCount);
    const random = new SeededRandom(4);
    let lost = 0;
    for (let trial = 0; trial < 400; trial++) {
      const header = randomHeader(random);
      const result = codec.decode(noisyLlrs(codec.encode(header, trial & 3), point.esN0Db, random));
      if (result.ok) expect(result).toEqual({ ok: true, header, redundancyVersion: trial & 3 });
      else lost++;
    }
    expect(lost).toBeLessThanOrEqual(8);
  });

  test('four bursts of different redundancy versions add up to 6 dB (seed 5)', () => {
    const codec = new HeaderCodec(192);
    const random = new SeededRandom(5);
    let alone = 0;
    let together = 0;
    for (let trial = 0; trial < 100; trial++) {
      const header = randomHeader(random);
      const sum = new Float32Array(192);
      for (let redundancyVersion = 0; redundancyVersion < 4; redundancyVersion++) {
        const llrs = noisyLlrs(codec.encode(header, redundancyVersion), -10.5, random);
        if (redundancyVersion === 0 && codec.decode(llrs).ok) alone++;
        descrambleHeader(llrs, redundancyVersion, llrs);
        for (let i = 0; i < sum.length; i++) sum[i] += llrs[i];
      }
      const result = decodeHeaderCodeword(sum);
      if (result.ok && result.header.messageId === header.messageId) together++;
    }
    expect(alone).toBeLessThanOrEqual(5);
    expect(together).toBeGreaterThanOrEqual(95);
  });

  test('a header is read that agrees as far as is asked, and refused if more is asked', () => {
    const codec = new HeaderCodec(192);
    const header = { payloadByteCount: 92, messageId: 5 };
    // Of 192 equal LLRs 38 say otherwise: they agree by (192 - 2 * 38) / sqrt(192) = 8.4.
    const llrs = Float32Array.from(codec.encode(header, 1), (bit, i) => (i % 5 === 4 ? -1 : 1) * (bit ? -2 : 2));
    expect(codec.decode(llrs, 8)).toEqual({ ok: true, header, redundancyVersion: 1 });
    expect(codec.decode(llrs, 8.5)).toEqual({ ok: false });
  });

  test('a wrongly supposed redundancy version is refused, or told as the exclusive or of the two', () => {
    const codec = new HeaderCodec(192);
    const llrs = Float32Array.from(codec.encode({ payloadByteCount: 92, messageId: 5 }, 2), (bit) => (bit ? -2 : 2));
    const descrambled = new Float32Array(192);
    for (let supposed = 0; supposed < 4; supposed++) {
      codec.descramble(llrs, supposed, descrambled);
      expect(codec.decodeDescrambled(descrambled).ok).toBe(supposed === 2);
      expect(codec.decodeDescrambled(descrambled, 3)).toMatchObject({ ok: true, redundancyVersion: supposed ^ 2 });
    }
  });
});

describe('hostile input', () => {
  test('noise is taken for a header in at most 6 of 1,000 cases (seed 6)', () => {
    const codec = new HeaderCodec(192);
    const random = new SeededRandom(6);
    let accepted = 0;
    for (let trial = 0; trial < 1000; trial++)
      if (codec.decode(Float32Array.from({ length: 192 }, () => 2 * random.normal())).ok) accepted++;
    // Expected 32 / 2^14 = 0.2 % of 1000, which is 2.
    expect(accepted).toBeLessThanOrEqual(6);
  });

  test.each([
    ['zeros', 0],
    ['NaN', Number.NaN],
    ['infinity', Infinity],
    ['minus infinity', -Infinity],
  ])('%s are no header', (_name, value) => {
    expect(decodeHeader(new Float32Array(192).fill(value))).toEqual({ ok: false });
  });

  test('another format version is refused', () => {
    // A codeword of version 1 is made from public parts: code, interleaver and scrambler as a later sender would use them.
    const fields = Uint8Array.of(0x10, 91, 0, 0);
    const info = new Uint8Array(42);
    info.set(bitsFromBytes(fields).subarray(2));
    info.set(bitsFromBytes(Uint8Array.of(crc12(fields) >> 4, (crc12(fields) & 15) << 4)).subarray(0, 12), 30);
    const bits = scrambleBits(interleave(new PolarCode(42, 192).encode(info)), scramblingSequence(4, 192));
    const llrsOf = (sent: Uint8Array) => Float32Array.from(sent, (bit) => (bit ? -2 : 2));
    expect(decodeHeader(llrsOf(bits))).toEqual({ ok: false });
    // The same recipe with version 0 is accepted, so that the recipe is right.
    fields[0] = 0;
    info.set(bitsFromBytes(fields).subarray(2));
    info.set(bitsFromBytes(Uint8Array.of(crc12(fields) >> 4, (crc12(fields) & 15) << 4)).subarray(0, 12), 30);
    const valid = scrambleBits(interleave(new PolarCode(42, 192).encode(info)), scramblingSequence(4, 192));
    expect(decodeHeader(llrsOf(valid)).ok).toBe(true);
  });

  test('a caller who asks for the impossible is told so', () => {
    expect(() => new HeaderCodec(41)).toThrow(TillsongError);
    expect(() => encodeHeader({ payloadByteCount: 0, messageId: 0 }, 0, 192)).toThrow(TillsongError);
    expect(() => encodeHeader({ payloadByteCount: 4097, messageId: 0 }, 0, 192)).toThrow(TillsongError);
    expect(() => encodeHeader({ payloadByteCount: 1, messageId: 16384 }, 0, 192)).toThrow(TillsongError);
    expect(() => encodeHeader({ payloadByteCount: 1, messageId: 0 }, 4, 192)).toThrow(TillsongError);
    expect(() => new HeaderCodec(192).decode(new Float32Array(191))).toThrow(TillsongError);
    expect(() => messageIdOf(new Uint8Array(0))).toThrow(TillsongError);
  });
});
