// A strict reader of JSON objects: exactly the fields that are expected, each of its type and in its range. Configuration,
// state files and uploads are read with it, so that a misspelt limit is an error and not a limit that is not there.

import { assertInteger } from './assert.js';
import { TillsongError } from './errors.js';
import { fromHex } from './hex.js';

/** The fields of one JSON object under a path such as `policy.limits`. Every reader throws naming path, expected and got. */
export class StrictFields {
  private readonly fields: Readonly<Record<string, unknown>>;

  /**
   * @param path - how errors name the object
   * @param value - a parsed JSON value, from anybody
   * @param names - the fields that must be there
   * @param optionalNames - the fields that may be there; no other may
   * @throws TillsongError `ERR_TYPE` when value is no object, has another field or lacks one
   */
  constructor(
    readonly path: string,
    value: unknown,
    names: readonly string[],
    optionalNames: readonly string[] = [],
  ) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(path, 'an object', value);
    for (const name of Object.keys(value))
      if (!names.includes(name) && !optionalNames.includes(name))
        throw new TillsongError('ERR_TYPE', `${path}.${shown(name)}: expected no such field, got one`);
    for (const name of names)
      if (!Object.hasOwn(value, name))
        throw new TillsongError('ERR_TYPE', `${path}.${name}: expected a value, got nothing`);
    this.fields = { ...(value as Record<string, unknown>) };
  }

  /** @returns whether an optional field is there */
  has(name: string): boolean {
    return Object.hasOwn(this.fields, name);
  }

  /** @returns the value as it is, for a reader of its own */
  value(name: string): unknown {
    return this.fields[name];
  }

  /** @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when it is no integer in [min, max] */
  integer(name: string, min: number, max: number): number {
    const value = this.fields[name];
    assertInteger(`${this.path}.${name}`, value, min, max);
    return value;
  }

  /** @throws TillsongError `ERR_TYPE` when it is not true or false */
  flag(name: string): boolean {
    const value = this.fields[name];
    if (typeof value !== 'boolean') throw mismatch(`${this.path}.${name}`, 'true or false', value);
    return value;
  }

  /** @throws TillsongError `ERR_TYPE` when it is no string, `ERR_LENGTH` when it is longer or shorter */
  text(name: string, minLength: number, maxLength: number): string {
    const value = this.fields[name];
    const expected = `a string of ${minLength} to ${maxLength} characters`;
    if (typeof value !== 'string') throw mismatch(`${this.path}.${name}`, expected, value);
    if (value.length < minLength || value.length > maxLength)
      throw new TillsongError('ERR_LENGTH', `${this.path}.${name}: expected ${expected}, got ${value.length}`);
    return value;
  }

  /** @throws TillsongError `ERR_TYPE` when it is none of the choices */
  choice<T extends string | number>(name: string, choices: readonly T[]): T {
    const value = this.fields[name];
    if (!choices.includes(value as T)) throw mismatch(`${this.path}.${name}`, `one of ${choices.join(', ')}`, value);
    return value as T;
  }

  /** @throws TillsongError `ERR_TYPE` when it is no lower-case hexadecimal, `ERR_LENGTH` when it is not that many bytes */
  bytes(name: string, minLength: number, maxLength = minLength): Uint8Array {
    const bytes = fromHex(`${this.path}.${name}`, this.fields[name]);
    if (bytes.length < minLength || bytes.length > maxLength) {
      const expected = minLength === maxLength ? `${minLength} bytes` : `${minLength} to ${maxLength} bytes`;
      throw new TillsongError('ERR_LENGTH', `${this.path}.${name}: expected ${expected}, got ${bytes.length}`);
    }
    return bytes;
  }

  /** @throws TillsongError `ERR_TYPE` when it is no array, `ERR_LENGTH` when it has more elements */
  list(name: string, maxLength: number): readonly unknown[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) throw mismatch(`${this.path}.${name}`, 'an array', value);
    if (value.length > maxLength)
      throw new TillsongError(
        'ERR_LENGTH',
        `${this.path}.${name}: expected at most ${maxLength} elements, got ${value.length}`,
      );
    return value;
  }
}

/**
 * @param name - how the error names the text
 * @throws TillsongError `ERR_TYPE` when it is not JSON; the message is one line
 */
export function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TillsongError('ERR_TYPE', `${name}: expected JSON, got ${shown(text)}`);
  }
}

function mismatch(path: string, expected: string, value: unknown): TillsongError {
  return new TillsongError('ERR_TYPE', `${path}: expected ${expected}, got ${shown(value)}`);
}

/** Short, and one line whatever the value is. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
