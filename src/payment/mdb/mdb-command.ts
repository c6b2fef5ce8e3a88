// What a vending machine controller (VMC) says to a cashless device on the Multi-Drop Bus, as blocks of bytes.
//
// MDB/ICP 4.3, section 2 (blocks and checksums) and section 7 (cashless devices). A block is an address and command byte, data, and a
// checksum: the sum of all bytes before it, modulo 256. The first device answers at 10H, the second at 60H.

import { assertOneOf } from '../../shared/assert.js';

/** Cashless device 1 or 2. */
export type MdbAddress = 'cashless-1' | 'cashless-2';

const ADDRESSES: Readonly<Record<MdbAddress, number>> = { 'cashless-1': 0x10, 'cashless-2': 0x60 };

/** One command. Prices are in the bus's scaled units, items are the machine's numbers; FFFFH says that it has none. */
export type MdbCommand =
  | { readonly type: 'reset' }
  | { readonly type: 'setup'; readonly vmcLevel: number }
  | { readonly type: 'prices'; readonly maxPrice: number; readonly minPrice: number }
  | { readonly type: 'poll' }
  | { readonly type: 'vend-request'; readonly price: number; readonly item: number }
  | { readonly type: 'vend-cancel' }
  | { readonly type: 'vend-success'; readonly item: number }
  | { readonly type: 'vend-failure' }
  | { readonly type: 'session-complete' }
  | { readonly type: 'cash-sale'; readonly price: number; readonly item: number }
  | { readonly type: 'reader-disable' }
  | { readonly type: 'reader-enable' }
  | { readonly type: 'reader-cancel' }
  | { readonly type: 'revalue' }
  | { readonly type: 'identify' }
  | { readonly type: 'enable-features'; readonly features: number }
  | { readonly type: 'diagnostics' };

/** `checksum`: mangled on the bus, to be ignored so that the controller sends it again. `address`: for another device. `command`: none that a cashless device knows, or of a wrong length. */
export type MdbParseResult =
  | { readonly ok: true; readonly command: MdbCommand }
  | { readonly ok: false; readonly reason: 'checksum' | 'address' | 'command' };

/** No item number: the machine does not say which column was chosen. */
export const UNKNOWN_ITEM = 0xff_ff;

/** @returns the checksum of a block, section 2.2 */
export function checksumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

/** @returns the block with its checksum behind it */
export function withChecksum(...bytes: readonly number[]): Uint8Array {
  const block = Uint8Array.from(bytes);
  return Uint8Array.of(...block, checksumOf(block));
}

/**
 * @param block - with its checksum, from the bus
 * @param address - of this device
 */
export function parseMdbCommand(block: Uint8Array, address: MdbAddress): MdbParseResult {
  assertOneOf('address', address, ['cashless-1', 'cashless-2']);
  if (block.length < 2 || checksumOf(block.subarray(0, -1)) !== block[block.length - 1])
    return { ok: false, reason: 'checksum' };
  if ((block[0] & 0xf8) !== ADDRESSES[address]) return { ok: false, reason: 'address' };
  const command = readCommand(block[0] & 0x07, block.subarray(1, -1));
  return command === undefined ? { ok: false, reason: 'command' } : { ok: true, command };
}

/** @returns undefined for what is not of this form */
function readCommand(number: number, data: Uint8Array): MdbCommand | undefined {
  if (number === 0 && data.length === 0) return { type: 'reset' };
  if (number === 2 && data.length === 0) return { type: 'poll' };
  const [sub] = data;
  const is = (code: number, ...lengths: readonly number[]) => sub === code && lengths.includes(data.length);
  switch (number) {
    case 1:
      if (is(0, 5)) return { type: 'setup', vmcLevel: data[1] };
      // A level 3 controller sends prices of four bytes and a currency.
      if (is(1, 5, 11)) return { type: 'prices', maxPrice: uint16(data, 1), minPrice: uint16(data, 3) };
      return undefined;
    case 3:
      return readVend(data, is);
    case 4:
      if (is(0, 1)) return { type: 'reader-disable' };
      if (is(1, 1)) return { type: 'reader-enable' };
      return is(2, 1) ? { type: 'reader-cancel' } : undefined;
    case 5:
      return data.length > 0 ? { type: 'revalue' } : undefined;
    case 7:
      if (is(0, 30)) return { type: 'identify' };
      if (is(4, 5)) return { type: 'enable-features', features: uint16(data, 1) * 0x1_00_00 + uint16(data, 3) };
      return sub === 0xff ? { type: 'diagnostics' } : undefined;
    default:
      return undefined;
  }
}

function readVend(data: Uint8Array, is: (code: number, ...lengths: number[]) => boolean): MdbCommand | undefined {
  if (is(0, 5)) return { type: 'vend-request', price: uint16(data, 1), item: uint16(data, 3) };
  if (is(1, 1)) return { type: 'vend-cancel' };
  if (is(2, 3)) return { type: 'vend-success', item: uint16(data, 1) };
  if (is(3, 1)) return { type: 'vend-failure' };
  if (is(4, 1)) return { type: 'session-complete' };
  // Level 2 adds a currency to a cash sale.
  return is(5, 5, 7) ? { type: 'cash-sale', price: uint16(data, 1), item: uint16(data, 3) } : undefined;
}

function uint16(bytes: Uint8Array, offset: number): number {
  return bytes[offset] * 0x1_00 + bytes[offset + 1];
}
