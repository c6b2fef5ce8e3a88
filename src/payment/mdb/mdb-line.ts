// Blocks of the Multi-Drop Bus as lines of text, as bridges between the bus and a serial port pass them: docs/mdb-serial.md.

import { toHex } from '../../shared/hex.js';

/** A block is at most 36 bytes and a checksum (MDB/ICP 4.3, section 2.2): 37 * 3 characters, and room for a careless bridge. */
export const MAX_MDB_LINE_CHARACTERS = 160;

/** @returns upper-case pairs of digits with spaces between them, without the line's end */
export function formatMdbLine(block: Uint8Array): string {
  return Array.from(block, (byte) => toHex(Uint8Array.of(byte)).toUpperCase()).join(' ');
}

/** @returns the block, or undefined for a comment, an empty line and what is no block */
export function parseMdbLine(line: string): Uint8Array | undefined {
  const text = line.trim();
  if (text.length === 0 || text.length > MAX_MDB_LINE_CHARACTERS) return undefined;
  if (!/^[0-9A-Fa-f]{2}( ?[0-9A-Fa-f]{2})*$/.test(text)) return undefined;
  const digits = text.replace(/ /g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
