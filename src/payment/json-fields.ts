// Fields of JSON that strangers send: bytes as lower-case hex, objects told from arrays and null.

import { hexToBytes } from '@noble/hashes/utils.js';

/**
 * @param value - anything
 * @returns the bytes, or undefined when value is not lower-case hex of min to max bytes (upper case is a second encoding of the same)
 */
export function parseHex(value: unknown, min: number, max: number): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length % 2 !== 0) return undefined;
  if (value.length < 2 * min || value.length > 2 * max || !/^[0-9a-f]*$/.test(value)) return undefined;
  return hexToBytes(value);
}

/** @returns whether value is an object with keys, no array and not null */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
