// How the values of options are read, the same in every command.

import { InvalidArgumentError } from 'commander';
import { PROFILE_NAMES } from 'tillsong';

/** What `--profile` takes. */
export const PROFILE_HELP = `${PROFILE_NAMES.join(', ')}, or a JSON file`;

/** For an option that may be given several times. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @returns a reader of integers from min to max, without a sign */
export function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`Expected an integer from ${min} to ${max}.`);
  };
}

/** @returns a reader of bytes in hexadecimal digits */
export function hexBytes(minBytes: number, maxBytes = minBytes): (value: string) => Uint8Array {
  return (value) => {
    const byteCount = value.length / 2;
    if (/^([0-9a-f]{2})*$/i.test(value) && byteCount >= minBytes && byteCount <= maxBytes)
      return Uint8Array.from(Buffer.from(value, 'hex'));
    const lengths = minBytes === maxBytes ? `${minBytes}` : `${minBytes} to ${maxBytes}`;
    throw new InvalidArgumentError(`Expected ${lengths} bytes in hexadecimal digits.`);
  };
}
