import { describe, expect, test } from '@jest/globals';
import { assertBytes, assertFloats, assertInteger, assertNumber, assertOneOf } from './assert.js';
import { TillsongError } from './errors.js';

/** @returns code and message of what the call throws; undefined when it passes */
function thrownBy(call: () => void): { code: string; message: string } | undefined {
  try {
    call();
  } catch (error) {
    if (!(error instanceof TillsongError)) throw error;
    return { code: error.code, message: error.message };
  }
  return undefined;
}

describe('a check of an argument', () => {
  test('says name, expected and got', () => {
    expect(thrownBy(() => assertInteger('cyclicPrefixSamples', 600, 0, 512))).toEqual({
      code: 'ERR_RANGE',
      message: 'cyclicPrefixSamples: expected integer in [0, 512], got 600',
    });
  });

  test('passes what is allowed, the limits included', () => {
    expect(thrownBy(() => assertInteger('n', 0, 0, 5))).toBeUndefined();
    expect(thrownBy(() => assertInteger('n', 5, 0, 5))).toBeUndefined();
    expect(thrownBy(() => assertNumber('x', -0.5, -0.5, 0.5))).toBeUndefined();
    expect(thrownBy(() => assertNumber('x', 0.5, -0.5, 0.5))).toBeUndefined();
    expect(thrownBy(() => assertBytes('b', new Uint8Array(3), 3, 3))).toBeUndefined();
    expect(thrownBy(() => assertFloats('f', new Float32Array(0)))).toBeUndefined();
    expect(thrownBy(() => assertOneOf('o', 'b', ['a', 'b']))).toBeUndefined();
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null, undefined, {}, 3n])(
    'refuses %p as an integer by its type',
    (value) => {
      expect(thrownBy(() => assertInteger('n', value, 0, 5))?.code).toBe('ERR_TYPE');
    },
  );

  test.each([Number.NaN, Number.NEGATIVE_INFINITY, '3', null, undefined, []])(
    'refuses %p as a number by its type',
    (value) => {
      expect(thrownBy(() => assertNumber('x', value, 0, 5))?.code).toBe('ERR_TYPE');
    },
  );

  test.each([
    ['a number below its range', () => assertNumber('x', -1, 0, 5), 'ERR_RANGE'],
    ['a number above its range', () => assertNumber('x', 5.01, 0, 5), 'ERR_RANGE'],
    ['an integer below its range', () => assertInteger('n', -1, 0, 5), 'ERR_RANGE'],
    ['too few bytes', () => assertBytes('b', new Uint8Array(0), 1, 4), 'ERR_LENGTH'],
    ['too many bytes', () => assertBytes('b', new Uint8Array(5), 1, 4), 'ERR_LENGTH'],
    ['an array as bytes', () => assertBytes('b', [1, 2], 1, 4), 'ERR_TYPE'],
    ['clamped bytes as bytes', () => assertBytes('b', new Uint8ClampedArray(2), 1, 4), 'ERR_TYPE'],
    ['doubles as floats', () => assertFloats('f', new Float64Array(2)), 'ERR_TYPE'],
    ['floats of another length', () => assertFloats('f', new Float32Array(2), 3, 3), 'ERR_LENGTH'],
    ['a choice that is none', () => assertOneOf('o', 'c', ['a', 'b']), 'ERR_TYPE'],
    ['a choice that is no string', () => assertOneOf('o', 1, ['a', 'b']), 'ERR_TYPE'],
  ])('refuses %s with %p', (_, call, code) => {
    expect(thrownBy(call)?.code).toBe(code);
  });

  test('shows long strings and objects in short', () => {
    expect(thrownBy(() => assertInteger('n', 'x'.repeat(5000), 0, 1))?.message.length).toBeLessThan(140);
    expect(thrownBy(() => assertInteger('n', { secret: 'y'.repeat(5000) }, 0, 1))?.message).toMatch(/got Object$/);
  });
});
