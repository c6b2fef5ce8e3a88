import { describe, expect, test } from '@jest/globals';
import { fromHex, isHex, toHex } from './hex.js';
import { SeededRandom } from './seeded-random.js';

describe('hexadecimal', () => {
  test('has two lower-case digits a byte', () => {
    expect(toHex(Uint8Array.of(0, 1, 0xab, 0xff))).toBe('0001abff');
    expect(fromHex('x', '0001abff')).toEqual(Uint8Array.of(0, 1, 0xab, 0xff));
    expect(toHex(new Uint8Array(0))).toBe('');
    expect(fromHex('x', '')).toEqual(new Uint8Array(0));
  });

  test('survives the way to text and back (seed 3)', () => {
    const bytes = new SeededRandom(3).bytes(500);
    expect(fromHex('x', toHex(bytes))).toEqual(bytes);
  });

  test.each(['0', 'AB', 'aB', '0x', ' 00', '00\n', 'zz', '+1', '１２', 12, null, undefined, ['00']])(
    'is not %p',
    (text) => {
      expect(() => fromHex('key', text)).toThrow(
        /^key: expected an even number of lower-case hexadecimal digits, got /,
      );
    },
  );

  test('is told apart without an error', () => {
    expect([isHex('00ff'), isHex(''), isHex('0'), isHex('FF')]).toEqual([true, true, false, false]);
  });
});
