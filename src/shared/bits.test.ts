import { describe, expect, test } from '@jest/globals';
import { bitsFromBytes, bytesFromBits } from './bits.js';
import { SeededRandom } from './seeded-random.js';

describe('bits', () => {
  test('of a byte come most significant first', () => {
    expect(Array.from(bitsFromBytes(Uint8Array.of(0b10110001, 0x01)))).toEqual([
      1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
    ]);
    expect(Array.from(bytesFromBits(Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 1)))).toEqual([0b10110001]);
  });

  test('survive the way to bytes and back for every byte value', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(bytesFromBits(bitsFromBytes(bytes))).toEqual(bytes);
  });

  test('survive the way from bytes and back (seed 1)', () => {
    const bits = new SeededRandom(1).bytes(800).map((byte) => byte & 1);
    expect(bitsFromBytes(bytesFromBits(bits))).toEqual(bits);
  });

  test.each([0, 1, 7, 9, 15])('of an incomplete last byte are dropped: %i bits', (count) => {
    expect(bytesFromBits(new Uint8Array(count).fill(1))).toEqual(new Uint8Array(count >> 3).fill(0xff));
  });
});
