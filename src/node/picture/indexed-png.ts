// PNG images of at most 256 colours: a byte a pixel and a palette. A third of the bytes of a true-colour image.
// Source: W3C, "Portable Network Graphics (PNG) Specification", 2nd edition: sections 5.3 (chunks), 11.2 (header, palette, data).

import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../codec/frame/crc.js';
import type { Rgb } from './color-map.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const BITS_PER_INDEX = 8;
const COLOR_TYPE_PALETTE = 3;

/**
 * @param indices - [row * width + column] into the palette, the first row at the top
 * @param palette - 1 to 256 colours
 * @returns the bytes of a PNG file
 */
export function encodeIndexedPng(width: number, height: number, indices: Uint8Array, palette: readonly Rgb[]): Buffer {
  const header = Buffer.alloc(13); // width 4 | height 4 | bits | colour type | compression | filter | interlace
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = BITS_PER_INDEX;
  header[9] = COLOR_TYPE_PALETTE;
  // Each row begins with the number of its filter; 0 is none, which suits indices best.
  const rows = Buffer.alloc((width + 1) * height);
  for (let row = 0; row < height; row++)
    rows.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('PLTE', Uint8Array.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** length 4 | type 4 | data | CRC-32 of type and data 4 */
function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
