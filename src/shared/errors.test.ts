import { expect, test } from '@jest/globals';
import { TillsongError } from './errors.js';

test('an error carries its code, its text and its name, and is an Error', () => {
  const error = new TillsongError('ERR_RANGE', 'x: expected 1, got 2');
  expect(error).toBeInstanceOf(Error);
  expect({ code: error.code, name: error.name, message: error.message }).toEqual({
    code: 'ERR_RANGE',
    name: 'TillsongError',
    message: 'x: expected 1, got 2',
  });
  expect(String(error)).toBe('TillsongError: x: expected 1, got 2');
});
