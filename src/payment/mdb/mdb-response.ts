// What a cashless device says to the controller: MDB/ICP 4.3, section 7.4. Every response but a bare ACK is a block with a checksum.

import { assertInteger } from '../../shared/assert.js';
import { withChecksum } from './mdb-command.js';

/** Section 2.4: "done, nothing to tell", one byte without a checksum. */
export const ACK = Uint8Array.of(0x00);

/** Who the reader says it is. */
export interface ReaderIdentity {
  /** three letters */
  readonly manufacturer: string;
  /** up to 12 characters */
  readonly serialNumber: string;
  /** up to 12 characters */
  readonly model: string;
}

/** How the bus counts money. */
export interface ReaderSettings {
  /** ISO 4217 numeric code */
  readonly currency: number;
  /** minor units of one step on the bus, integer in [1, 255] */
  readonly scaleFactor: number;
  /** digits behind the point of the scaled amount, 0 to 3: for the machine's display */
  readonly decimalPlaces: number;
  /** seconds that the controller waits for VEND APPROVED, integer in [1, 255] */
  readonly responseSeconds: number;
}

/** Section 7.4.2, level 1 and up. A level 3 reader says so only to a level 3 controller. */
export function readerConfig(level: number, settings: ReaderSettings): Uint8Array {
  assertInteger('settings.scaleFactor', settings.scaleFactor, 1, 255);
  assertInteger('settings.decimalPlaces', settings.decimalPlaces, 0, 3);
  assertInteger('settings.responseSeconds', settings.responseSeconds, 1, 255);
  assertInteger('settings.currency', settings.currency, 1, 999);
  const digits = settings.currency.toString().padStart(3, '0');
  // 1xxx: ISO 4217, in packed BCD. Options: may restore funds after a failed vend (bit 0); no multivend, display or cash sales.
  const currency = [0x10 + Number(digits[0]), Number.parseInt(digits.slice(1), 16)];
  const { scaleFactor, decimalPlaces, responseSeconds } = settings;
  return withChecksum(0x01, level, ...currency, scaleFactor, decimalPlaces, responseSeconds, 0x01);
}

/** Section 7.4.4. Levels 2 and 3 add a medium's id (none), a payment type (normal) and payment data (none). */
export function beginSession(level: number, funds: number): Uint8Array {
  const medium = level >= 2 ? [0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00] : [];
  return withChecksum(0x03, ...uint16(funds), ...medium);
}

export function vendApproved(price: number): Uint8Array {
  return withChecksum(0x05, ...uint16(price));
}

export const JUST_RESET = withChecksum(0x00);
export const SESSION_CANCEL_REQUEST = withChecksum(0x04);
export const VEND_DENIED = withChecksum(0x06);
export const END_SESSION = withChecksum(0x07);
export const CANCELLED = withChecksum(0x08);
export const REVALUE_DENIED = withChecksum(0x0e);
/** Malfunction, code 1100yyyy: refund error, internal reader credit lost. */
export const REFUND_ERROR = withChecksum(0x0a, 0xc0);

/** Level 2 and up tell the state in which the command was not expected: 1 Inactive to 5 Vend. */
export function outOfSequence(level: number, stateNumber: number): Uint8Array {
  return level >= 2 ? withChecksum(0x0b, stateNumber) : withChecksum(0x0b);
}

/** Section 7.4.18; level 3 adds four bytes of optional features. */
export function peripheralId(level: number, identity: ReaderIdentity, features: number): Uint8Array {
  const text = (value: string, length: number) =>
    Array.from({ length }, (_, i) => (i < value.length ? value.charCodeAt(i) & 0x7f : 0x20));
  const { manufacturer, serialNumber, model } = identity;
  const names = [...text(manufacturer, 3), ...text(serialNumber, 12), ...text(model, 12)];
  const options = level >= 3 ? [...uint16(features >>> 16), ...uint16(features & 0xff_ff)] : [];
  return withChecksum(0x09, ...names, 0x01, 0x00, ...options);
}

function uint16(value: number): [number, number] {
  return [(value >> 8) & 0xff, value & 0xff];
}
