// The integer fields of a fixed layout as one table, read by packing and by parsing, so that the two cannot disagree
// about an offset or a range. Big-endian, unsigned, 1 to 4 bytes.

import { assertInteger } from '../../src/shared/assert.js';

/** One unsigned big-endian integer at a fixed place. */
export interface IntegerField<Name extends string, Reason extends string> {
  readonly name: Name;
  /** from the first byte of the message */
  readonly offset: number;
  readonly byteCount: 1 | 2 | 3 | 4;
  /** Which values are allowed and what a parser says of others. Left out: every value of the width. */
  readonly range?: { readonly min: number; readonly max: number; readonly reason: Reason };
}

/**
 * Writes every field of the table.
 *
 * @param owner - how the error names the message, as in `certificate.currency`
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` naming the first bad field, what was expected and what was got
 */
export function packIntegers<Name extends string>(
  target: Uint8Array,
  fields: readonly IntegerField<Name, string>[],
  values: Readonly<Record<Name, number>>,
  owner: string,
): void {
  for (const { name, offset, byteCount, range } of fields) {
    const value: number = values[name];
    assertInteger(`${owner}.${name}`, value, range?.min ?? 0, range?.max ?? 256 ** byteCount - 1);
    writeUint(target, offset, byteCount, value);
  }
}

/**
 * Reads every field of the table. The caller has checked the length of the bytes.
 *
 * @returns all values by name, or the reason of the first field out of range
 */
export function parseIntegers<Name extends string, Reason extends string>(
  bytes: Uint8Array,
  fields: readonly IntegerField<Name, Reason>[],
): { ok: true; values: Record<Name, number> } | { ok: false; reason: Reason } {
  const values = {} as Record<Name, number>;
  for (const { name, offset, byteCount, range } of fields) {
    const value = readUint(bytes, offset, byteCount);
    if (range !== undefined && (value < range.min || value > range.max)) return { ok: false, reason: range.reason };
    values[name] = value;
  }
  return { ok: true, values };
}

function writeUint(target: Uint8Array, offset: number, byteCount: number, value: number): void {
  let rest = value;
  for (let i = offset + byteCount - 1; i >= offset; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/**
 * Multiplies instead of shifting: a shift would make 4-byte values from 2^31 on negative.
 *
 * @returns the unsigned big-endian integer of 1 to 4 bytes at an offset; the caller has checked the length
 */
export function readUint(bytes: Uint8Array, offset: number, byteCount: number): number {
  let value = 0;
  for (let i = offset; i < offset + byteCount; i++) value = value * 256 + bytes[i];
  return value;
}
