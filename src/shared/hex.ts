// Bytes as text where they meet JSON and people: lower-case hexadecimal, two digits a byte, one accepted form.

import { TillsongError } from './errors.js';

const HEX = /^(?:[0-9a-f]{2})*$/;

const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** @returns two lower-case digits a byte */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

/** @returns whether `fromHex` reads it: lower-case digits, an even number of them */
export function isHex(text: string): boolean {
  return HEX.test(text);
}

/**
 * @param name - how the error names the value
 * @throws TillsongError `ERR_TYPE` for anything but lower-case digits, an even number of them
 */
export function fromHex(name: string, text: unknown): Uint8Array {
  if (typeof text !== 'string' || !isHex(text)) {
    const shown = typeof text === 'string' ? JSON.stringify(text.slice(0, 24)) : typeof text;
    throw new TillsongError(
      'ERR_TYPE',
      `${name}: expected an even number of lower-case hexadecimal digits, got ${shown}`,
    );
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
