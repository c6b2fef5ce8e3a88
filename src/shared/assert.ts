// Checks of a caller's arguments. Each throws a TillsongError of the form `name: expected what, got what`.

import { TillsongError } from './errors.js';

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** @throws TillsongError `ERR_TYPE` when value is no integer, `ERR_RANGE` when it is outside [min, max] */
export function assertInteger(name: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new TillsongError('ERR_TYPE', `${name}: expected integer in [${min}, ${max}], got ${show(value)}`);
  if (value < min || value > max)
    throw new TillsongError('ERR_RANGE', `${name}: expected integer in [${min}, ${max}], got ${value}`);
}

/** @throws TillsongError `ERR_TYPE` when value is no finite number, `ERR_RANGE` when it is outside [min, max] */
export function assertNumber(name: string, value: unknown, min: number, max: number): asserts value is number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TillsongError('ERR_TYPE', `${name}: expected number in [${min}, ${max}], got ${show(value)}`);
  if (value < min || value > max)
    throw new TillsongError('ERR_RANGE', `${name}: expected number in [${min}, ${max}], got ${value}`);
}

/** @throws TillsongError `ERR_TYPE` when value is no Uint8Array, `ERR_LENGTH` when its length is outside [min, max] */
export function assertBytes(name: string, value: unknown, min: number, max: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TillsongError('ERR_TYPE', `${name}: expected Uint8Array, got ${show(value)}`);
  if (value.length < min || value.length > max) {
    const expected = min === max ? `${min} bytes` : `${min} to ${max} bytes`;
    throw new TillsongError('ERR_LENGTH', `${name}: expected ${expected}, got ${value.length}`);
  }
}

/** @throws TillsongError `ERR_TYPE` when value is no Float32Array, `ERR_LENGTH` when its length is outside [min, max] */
export function assertFloats(
  name: string,
  value: unknown,
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
): asserts value is Float32Array {
  if (!(value instanceof Float32Array))
    throw new TillsongError('ERR_TYPE', `${name}: expected Float32Array, got ${show(value)}`);
  if (value.length < min || value.length > max)
    throw new TillsongError('ERR_LENGTH', `${name}: expected length in [${min}, ${max}], got ${value.length}`);
}

/** @throws TillsongError `ERR_TYPE` when value is not one of the choices */
export function assertOneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): asserts value is T {
  if (typeof value !== 'string' || !choices.includes(value as T))
    throw new TillsongError('ERR_TYPE', `${name}: expected one of ${choices.join(', ')}, got ${show(value)}`);
}
