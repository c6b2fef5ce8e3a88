import { describe, expect, test } from '@jest/globals';
import { TillsongError } from './errors.js';
import { parseJson, StrictFields } from './strict-fields.js';

const VALUE = { count: 3, open: true, name: 'till', key: '00ff', list: [1, 2], kind: 'a', extra: null };
const fields = () =>
  new StrictFields('config', VALUE, ['count', 'open', 'name', 'key', 'list', 'kind'], ['extra', 'more']);

function thrownBy(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    if (!(error instanceof TillsongError)) throw error;
    return `${error.code} ${error.message}`;
  }
  return undefined;
}

describe('strict fields', () => {
  test('give each value in its type', () => {
    const config = fields();
    expect(config.integer('count', 0, 3)).toBe(3);
    expect(config.flag('open')).toBe(true);
    expect(config.text('name', 1, 4)).toBe('till');
    expect(config.bytes('key', 2)).toEqual(Uint8Array.of(0, 0xff));
    expect(config.list('list', 2)).toEqual([1, 2]);
    expect(config.choice('kind', ['a', 'b'])).toBe('a');
    expect([config.has('extra'), config.has('more'), config.value('extra')]).toEqual([true, false, null]);
  });

  test.each([
    ['no object', () => new StrictFields('c', [], []), 'ERR_TYPE c: expected an object, got []'],
    ['null', () => new StrictFields('c', null, []), 'ERR_TYPE c: expected an object, got null'],
    ['an unknown field', () => new StrictFields('c', { a: 1 }, []), 'ERR_TYPE c."a": expected no such field, got one'],
    ['a missing field', () => new StrictFields('c', {}, ['a']), 'ERR_TYPE c.a: expected a value, got nothing'],
    [
      'an inherited field',
      () => new StrictFields('c', {}, ['toString']),
      'ERR_TYPE c.toString: expected a value, got nothing',
    ],
    [
      'a number out of range',
      () => fields().integer('count', 0, 2),
      'ERR_RANGE config.count: expected integer in [0, 2], got 3',
    ],
    [
      'a fraction',
      () => new StrictFields('c', { a: 1.5 }, ['a']).integer('a', 0, 2),
      'ERR_TYPE c.a: expected integer in [0, 2], got 1.5',
    ],
    ['a flag that is text', () => fields().flag('name'), 'ERR_TYPE config.name: expected true or false, got "till"'],
    [
      'a long text',
      () => fields().text('name', 1, 3),
      'ERR_LENGTH config.name: expected a string of 1 to 3 characters, got 4',
    ],
    [
      'a text that is none',
      () => fields().text('count', 1, 3),
      'ERR_TYPE config.count: expected a string of 1 to 3 characters, got 3',
    ],
    ['another choice', () => fields().choice('kind', ['b']), 'ERR_TYPE config.kind: expected one of b, got "a"'],
    ['bytes of another length', () => fields().bytes('key', 3), 'ERR_LENGTH config.key: expected 3 bytes, got 2'],
    ['a long list', () => fields().list('list', 1), 'ERR_LENGTH config.list: expected at most 1 elements, got 2'],
    ['no list', () => fields().list('kind', 1), 'ERR_TYPE config.kind: expected an array, got "a"'],
    ['no JSON', () => parseJson('file', '{\n'), 'ERR_TYPE file: expected JSON, got "{\\n"'],
  ])('refuse %s', (_, call, message) => {
    expect(thrownBy(call)).toBe(message);
  });

  test('show a long value in short and on one line', () => {
    const message = thrownBy(() => new StrictFields('c', 'x\n'.repeat(500), []));
    expect(message?.length).toBeLessThan(100);
    expect(message).not.toContain('\n');
  });
});
