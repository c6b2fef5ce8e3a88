// The beacon: a machine speaks first and says what it sells for how much, with a number that it uses once.
// Layout, packing, strict parsing and the machine's signature, where there is one.

import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes } from '../../src/shared/assert.js';
import { concatBytes } from './bytes.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { BEACON_LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import {
  BEACON_BYTE_COUNT,
  MAX_CURRENCY,
  MAX_MINOR_UNITS,
  MAX_UINT32,
  MIN_CURRENCY,
  NONCE_BYTE_COUNT,
  SIGNATURE_BYTE_COUNT,
  SIGNED_BEACON_BYTE_COUNT,
} from './limits.js';
import { type Signer, signedInput, signWithEd25519, verifySignature } from './token-signature.js';

/** What a machine offers. */
export interface BeaconFields {
  /** the machine that offers, integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** 8 random bytes, used once and not for long */
  readonly nonce: Uint8Array;
  /** integer in [1, 16777215], in minor units of `currency` */
  readonly priceMinorUnits: number;
  /** ISO 4217 numeric code, integer in [1, 999] */
  readonly currency: number;
  /** what is offered, integer in [0, 255] */
  readonly item: number;
  /** the machine's clock, Unix seconds, integer in [0, 2^32 - 1]; 0 when it has none. A phone may show it and trusts it for nothing */
  readonly timeSeconds: number;
}

/** A beacon, 23 bytes, or 87 with the machine's signature. */
export interface Beacon extends BeaconFields {
  /** the machine's, 64 bytes; undefined in an unsigned beacon */
  readonly signature: Uint8Array | undefined;
}

/** Why bytes are no beacon. `version`: a version or a form (unsigned, signed) that is not known. */
export type BeaconParseReason = 'length' | 'type' | 'version' | 'machine' | 'price' | 'currency';

export type BeaconParseResult =
  | { readonly ok: true; readonly beacon: Beacon }
  | { readonly ok: false; readonly reason: BeaconParseReason };

/** `unsigned`: there is no signature. `key`: the machine's key is no usable Ed25519 key. `signature`: not signed by that key. */
export type BeaconVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unsigned' | 'key' | 'signature' };

//   0    1         5                  13        16         18    19         23                      87
//  +----+---------+------------------+---------+----------+-----+----------+-----------------------+
//  |0x35| machine | nonce            | price   | currency | item| machine  | machine's signature   |
//  |0x36| id 4    | 8                | 3       | 2        | 1   | time 4   | 64, only behind 0x36  |
//  +----+---------+------------------+---------+----------+-----+----------+-----------------------+
const NONCE_OFFSET = 5;

const BEACON_INTEGERS: readonly IntegerField<Exclude<keyof BeaconFields, 'nonce'>, BeaconParseReason>[] = [
  { name: 'machineId', offset: 1, byteCount: 4, range: { min: 1, max: MAX_UINT32, reason: 'machine' } },
  { name: 'priceMinorUnits', offset: 13, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'price' } },
  { name: 'currency', offset: 16, byteCount: 2, range: { min: MIN_CURRENCY, max: MAX_CURRENCY, reason: 'currency' } },
  { name: 'item', offset: 18, byteCount: 1 },
  { name: 'timeSeconds', offset: 19, byteCount: 4 },
];

/**
 * The unsigned form: what the machine signs, what an answer is signed over, and what both take the beacon's tag from, whether or
 * not the machine signed.
 *
 * @returns 23 bytes
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packBeaconMessage(fields: BeaconFields): Uint8Array {
  const bytes = new Uint8Array(BEACON_BYTE_COUNT);
  assertBytes('beacon.nonce', fields.nonce, NONCE_BYTE_COUNT, NONCE_BYTE_COUNT);
  packIntegers(bytes, BEACON_INTEGERS, fields, 'beacon');
  bytes[0] = BEACON_LEAD_BYTES.unsigned;
  bytes.set(fields.nonce, NONCE_OFFSET);
  return bytes;
}

/**
 * @returns 23 bytes without a signature, 87 with one
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packBeacon(beacon: Beacon): Uint8Array {
  const message = packBeaconMessage(beacon);
  if (beacon.signature === undefined) return message;
  assertBytes('beacon.signature', beacon.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  message[0] = BEACON_LEAD_BYTES.signed;
  return concatBytes(message, beacon.signature);
}

/**
 * Strict: one accepted encoding per value, so `packBeacon` of the result gives the same bytes again. Says nothing about who
 * speaks.
 *
 * @param bytes - anything, from anybody
 * @returns the beacon with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseBeacon(bytes: Uint8Array): BeaconParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  const lead = bytes[0];
  if (tokenTypeOf(lead) !== 'beacon') return { ok: false, reason: 'type' };
  const isSigned = lead === BEACON_LEAD_BYTES.signed;
  if (!isSigned && lead !== BEACON_LEAD_BYTES.unsigned) return { ok: false, reason: 'version' };
  if (bytes.length !== (isSigned ? SIGNED_BEACON_BYTE_COUNT : BEACON_BYTE_COUNT))
    return { ok: false, reason: 'length' };

  const integers = parseIntegers(bytes, BEACON_INTEGERS);
  if (!integers.ok) return integers;
  const nonce = bytes.slice(NONCE_OFFSET, NONCE_OFFSET + NONCE_BYTE_COUNT);
  const signature = isSigned ? bytes.slice(BEACON_BYTE_COUNT) : undefined;
  return { ok: true, beacon: { ...integers.values, nonce, signature } };
}

/**
 * Signs a beacon. Only phones that know the machine's key gain by it.
 *
 * @param machine - holds the machine's Ed25519 key
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming a bad field, `ERR_STATE` when the signer's answer does
 *   not verify
 */
export async function signBeacon(fields: BeaconFields, machine: Signer): Promise<Beacon> {
  const message = packBeaconMessage(fields);
  const own = { ...fields, nonce: fields.nonce.slice() };
  return { ...own, signature: await signWithEd25519('machine', machine, signedInput('beacon', message)) };
}

/**
 * @param machineKey - the machine's Ed25519 key as the phone has it from its issuer, never out of a message
 * @throws TillsongError when a beacon is passed that could not have been parsed
 */
export function verifyBeacon(beacon: Beacon, machineKey: Uint8Array): BeaconVerdict {
  const message = signedInput('beacon', packBeaconMessage(beacon));
  if (beacon.signature === undefined) return { ok: false, reason: 'unsigned' };
  return verifySignature('ed25519', { publicKey: machineKey, message, signature: beacon.signature });
}

/**
 * What an answer names its beacon by: enough to find it among the few that are open. It protects nothing, the signature over the
 * whole beacon does.
 *
 * @returns the first 2 bytes of SHA-256 of the 23 bytes of the unsigned form, integer in [0, 65535]
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function beaconTag(beacon: BeaconFields): number {
  const hash = sha256(packBeaconMessage(beacon));
  return hash[0] * 256 + hash[1];
}
