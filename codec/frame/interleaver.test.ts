import { describe, expect, test } from '@jest/globals';
import { deinterleave, interleave } from './interleaver.js';

function numbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => i);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Shortest step from one bit to another: how far they are apart on the air plus how far in the code, round the ring. */
function spreadOf(length: number): number {
  const stride = interleave(numbers(length))[1];
  let spread = length;
  for (let air = 1; air < spread; air++) {
    const code = (air * stride) % length;
    spread = Math.min(spread, air + Math.min(code, length - code));
  }
  return spread;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

describe('burst interleaver', () => {
  test('ten bits go out by a stride of seven, the number nearest to 6.18 that shares no factor with ten', () => {
    expect(Array.from(interleave(numbers(10)))).toEqual([0, 7, 4, 1, 8, 5, 2, 9, 6, 3]);
  });

  test('out[i] = values[i s mod n] for the s nearest to 0.618 n that has no common divisor with n', () => {
    for (let length = 2; length <= 300; length++) {
      const ideal = Math.round((length * (Math.sqrt(5) - 1)) / 2);
      const coprime = Array.from({ length }, (_, s) => s + 1).filter((s) => greatestCommonDivisor(s, length) === 1);
      const nearest = Math.min(...coprime.map((s) => Math.abs(s - ideal)));
      const out = interleave(numbers(length));
      expect(Math.abs((out[1] || length) - ideal)).toBe(nearest);
      expect(out.every((value, i) => value === (i * out[1]) % length)).toBe(true);
    }
  });

  test.each([0, 1, 2, 3, 96, 1664, 1700, 4097, 65536, 199999, 200000])(
    'length %i comes back, and is a permutation',
    (n) => {
      const air = interleave(numbers(n));
      expect(isSame(deinterleave(air), numbers(n))).toBe(true);
      expect(isSame(air.slice().sort(), numbers(n))).toBe(true);
    },
  );

  test('bits and LLRs are permuted alike, the input is left as it was, the kind of array is kept', () => {
    const bits = Uint8Array.from({ length: 200 }, (_, i) => (i * i) & 1);
    const copy = bits.slice();
    expect(interleave(bits)).toBeInstanceOf(Uint8Array);
    expect(Array.from(interleave(bits))).toEqual(Array.from(interleave(Float32Array.from(bits))));
    expect(bits).toEqual(copy);
  });

  test('two bits are never near on the air and in the code at once: the distances add up to 0.4 sqrt(n) or more', () => {
    // 0.41 sqrt(n) is the worst of all lengths 50 to 20000, 1.15 sqrt(n) the median; no permutation exceeds 1.41 sqrt(n).
    for (const length of [50, 96, 400, 800, 832, 1664, 1700, 1701, 2508, 3210, 16974, 18954])
      expect(spreadOf(length)).toBeGreaterThanOrEqual(0.4 * Math.sqrt(length));
  });

  test('anything but bits or LLRs is refused', () => {
    expect(() => interleave([1, 2] as unknown as Uint8Array)).toThrow(/values: expected Uint8Array or Float32Array/);
    expect(() => deinterleave('x' as unknown as Uint8Array)).toThrow(/values/);
  });
});
