import { describe, expect, test } from '@jest/globals';
import { TillsongError } from '../../src/shared/errors.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { OuterCode } from './outer-code.js';
import { ReedSolomon } from './reed-solomon.js';

const SURE = () => {
  throw new Error('nobody should ask for reliabilities');
};

/** Damages distinct random bytes. @returns where */
function damage(word: Uint8Array, count: number, random: SeededRandom): Set<number> {
  const places = new Set<number>();
  while (places.size < count) places.add(random.below(word.length));
  for (const place of places) word[place] ^= 1 + random.below(255);
  return places;
}

describe('the layout', () => {
  test('of a short message is the message and then the parity of one codeword', () => {
    const message = new SeededRandom(1).bytes(96);
    const coded = new OuterCode(96).encode(message);
    expect(coded).toHaveLength(104);
    expect(coded.subarray(0, 96)).toEqual(message);
    expect(coded.subarray(96)).toEqual(new ReedSolomon(8).encode(message));
  });

  test('of 249 bytes is that of two codewords, byte by byte in turns', () => {
    const message = new SeededRandom(2).bytes(249);
    const coded = new OuterCode(249).encode(message);
    expect(coded).toHaveLength(265);
    expect(coded.subarray(0, 249)).toEqual(message);
    const parity = (word: number) => new ReedSolomon(8).encode(message.filter((_, i) => i % 2 === word));
    expect(coded.subarray(249).filter((_, j) => j % 2 === 0)).toEqual(parity(0));
    expect(coded.subarray(249).filter((_, j) => j % 2 === 1)).toEqual(parity(1));
  });

  test.each([
    [247, 255],
    [248, 264],
    [494, 510],
    [495, 519],
    [4100, 4236],
  ])('of %i bytes takes %i', (messageByteCount, codedByteCount) => {
    expect(new OuterCode(messageByteCount).codedByteCount).toBe(codedByteCount);
  });
});

describe('decoding', () => {
  test.each([5, 96, 247, 248, 1004, 4100])(
    '%i bytes: four wrong bytes in a row in every codeword are corrected (seed 3)',
    (messageByteCount) => {
      const code = new OuterCode(messageByteCount);
      const random = new SeededRandom(3);
      const message = random.bytes(messageByteCount);
      const coded = code.encode(message);
      const burstLength = (4 * (code.codedByteCount - messageByteCount)) / 8;
      const start = random.below(messageByteCount - Math.min(burstLength, messageByteCount) + 1);
      for (let i = start; i < start + burstLength; i++) coded[i] ^= 1 + random.below(255);
      expect(code.decode(coded, SURE, () => true)).toEqual({ ok: true, message, correctedByteCount: burstLength });
    },
  );

  test('eight wrong bytes are corrected if they are the least reliable, five of them also if not all are (seed 4)', () => {
    const code = new OuterCode(96);
    const random = new SeededRandom(4);
    const message = random.bytes(96);
    const accepts = (candidate: Uint8Array) => candidate.every((byte, i) => byte === message[i]);
    for (let trial = 0; trial < 50; trial++) {
      for (const [wrongCount, doubtedCount] of [
        [8, 8],
        [5, 4],
        [5, 3],
        [6, 4],
      ]) {
        const received = code.encode(message);
        const places = damage(received, wrongCount, random);
        const doubted = new Set([...places].slice(0, doubtedCount));
        const reliabilities = Float32Array.from(received, (_, i) => (doubted.has(i) ? 1 : 5) + random.uniform());
        const result = code.decode(received, () => reliabilities, accepts);
        expect(result).toEqual({ ok: true, message, correctedByteCount: wrongCount });
      }
    }
  });

  test('only the codewords in trouble are given erasures', () => {
    const code = new OuterCode(494);
    const random = new SeededRandom(5);
    const message = random.bytes(494);
    const received = code.encode(message);
    for (let i = 0; i < 16; i += 2) received[i] ^= 0xff;
    for (let i = 1; i < 9; i += 2) received[i] ^= 0xff;
    // All of the second codeword's errors look sure; it needs no erasures, so that they do no harm.
    const reliabilities = Float32Array.from(received, (_, i) =>
      i % 2 === 0 && i < 16 ? 1 : i % 2 === 1 && i < 9 ? 9 : 5,
    );
    const accepts = (candidate: Uint8Array) => candidate.every((byte, i) => byte === message[i]);
    expect(code.decode(received, () => reliabilities, accepts)).toEqual({ ok: true, message, correctedByteCount: 12 });
  });

  test('a codeword that is not the one that was sent is told from too many errors', () => {
    const code = new OuterCode(96);
    const other = code.encode(new SeededRandom(6).bytes(96));
    expect(code.decode(other, SURE, () => false)).toEqual({ ok: false, reason: 'crc' });
    damage(other, 9, new SeededRandom(7));
    expect(
      code.decode(
        other,
        () => new Float32Array(104),
        () => false,
      ),
    ).toEqual({ ok: false, reason: 'reed-solomon' });
  });

  test('the CRC is asked at most five times', () => {
    const code = new OuterCode(1004);
    const random = new SeededRandom(8);
    for (let trial = 0; trial < 20; trial++) {
      let asked = 0;
      code.decode(
        random.bytes(code.codedByteCount),
        () => Float32Array.from({ length: code.codedByteCount }, () => random.uniform()),
        () => {
          asked++;
          return false;
        },
      );
      expect(asked).toBeLessThanOrEqual(5);
    }
  });

  test('a caller who asks for the impossible is told so', () => {
    expect(() => new OuterCode(0)).toThrow(TillsongError);
    expect(() => new OuterCode(10).encode(new Uint8Array(11))).toThrow(TillsongError);
    expect(() => new OuterCode(10).decode(new Uint8Array(17), SURE, () => true)).toThrow(TillsongError);
  });
});
