import { describe, expect, test } from '@jest/globals';
import { bitsFromBytes } from '../../src/shared/bits.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { crc12, crc32 } from './crc.js';

const CHECK_INPUT = Uint8Array.from('123456789', (character) => character.charCodeAt(0));

/** Long division, a bit at a time, straight from the catalogue's parameters. */
function slowCrc(
  bytes: Uint8Array,
  width: number,
  polynomial: bigint,
  init: bigint,
  reflected: boolean,
  xorOut: bigint,
) {
  const mask = (1n << BigInt(width)) - 1n;
  let register = init;
  for (const byte of bytes) {
    const bits = bitsFromBytes(Uint8Array.of(byte));
    for (const bit of reflected ? bits.reverse() : bits) {
      const top = (register >> BigInt(width - 1)) ^ BigInt(bit);
      register = (register << 1n) & mask;
      if (top & 1n) register ^= polynomial;
    }
  }
  const text = register.toString(2).padStart(width, '0');
  const value = reflected ? BigInt(`0b${[...text].reverse().join('')}`) : register;
  return Number(value ^ xorOut);
}

describe('CRC-32/ISO-HDLC', () => {
  test('has the catalogue check value', () => {
    expect(crc32(CHECK_INPUT)).toBe(0xcbf43926);
  });

  test('of nothing is 0', () => {
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test('agrees with long division on random bytes (seed 1)', () => {
    const random = new SeededRandom(1);
    for (let length = 0; length < 40; length++) {
      const bytes = random.bytes(length);
      expect(crc32(bytes)).toBe(slowCrc(bytes, 32, 0x04c11db7n, 0xffffffffn, true, 0xffffffffn));
    }
  });
});

describe('CRC-12/CDMA2000', () => {
  test('has the catalogue check value', () => {
    expect(crc12(CHECK_INPUT)).toBe(0xd4d);
  });

  test('agrees with long division on random bytes (seed 2)', () => {
    const random = new SeededRandom(2);
    for (let length = 0; length < 40; length++) {
      const bytes = random.bytes(length);
      expect(crc12(bytes)).toBe(slowCrc(bytes, 12, 0xf13n, 0xfffn, false, 0n));
    }
  });

  test('over 30 bits finds every pattern of up to three wrong bits, and all but 37 of up to five', () => {
    // Linear: an error pattern is missed exactly if its syndrome, the sum of those of its single bits, is zero.
    const zero = crc12(new Uint8Array(4));
    const syndromes = Array.from({ length: 42 }, (_, bit) => {
      if (bit < 12) return 1 << bit;
      const message = new Uint8Array(4);
      message[3 - ((bit - 12) >> 3)] = 1 << ((bit - 12) & 7);
      return crc12(message) ^ zero;
    });
    const missed = [0, 0, 0, 0, 0, 0];
    const extend = (from: number, sum: number, weight: number) => {
      if (weight > 0 && sum === 0) missed[weight]++;
      if (weight < 5) for (let bit = from; bit < 42; bit++) extend(bit + 1, sum ^ syndromes[bit], weight + 1);
    };
    extend(0, 0, 0);
    expect(missed).toEqual([0, 0, 0, 0, 37, 0]);
  });
});
