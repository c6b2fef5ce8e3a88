// Ed25519 (RFC 8032) with the strict rules that payments need, on top of @noble/ed25519 and SHA-512 of @noble/hashes.
// Pure JavaScript with BigInt: no crypto.subtle, no randomness and no platform, so it runs in Hermes, workers and
// worklets as in Node.
//
// Accepted is exactly this: A and R are canonical encodings of points that are not of small order, S < L, and
// [S]B = R + [k]A without the cofactor. RFC 8032 allows the equation times 8 too, and the library's `{ zip215: false }`
// checks that one: a phone could then add a point of order 8 to R, and a till that checks with the factor would sell
// what a settlement server that checks without it (OpenSSL among others; the vectors show it) refuses to pay. No honest
// signer's signature is refused by any of these rules.

import { etc, getPublicKey, hashes, Point, sign, verify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { assertBytes } from '../../src/shared/assert.js';
import { concatBytes, equalBytes } from './bytes.js';
import { ED25519_KEY_BYTE_COUNT, ED25519_SEED_BYTE_COUNT, SIGNATURE_BYTE_COUNT } from './limits.js';

/** What is checked. Any lengths: what has the wrong length is refused. */
export interface SignatureCheck {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** `key`: no signature under this key means anything. `signature`: the key is sound, the signature is not of this message. */
export type SignatureVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: 'key' | 'signature' };

/** L, the order of the base point, RFC 8032 section 5.1. */
const GROUP_ORDER = Point.CURVE().n;

/**
 * The strict check described at the top of this file.
 *
 * The cheap refusals come first and the equation without the cofactor last, so that a flood of bad signatures costs
 * hardly more than the library's own check. Measured on one core: good 2.3 ms, bad 1.3 ms, the library alone 1.1 ms; the
 * first call of all builds the library's table of the base point, 31 ms.
 *
 * @returns a verdict; never throws on any bytes
 * @throws TillsongError `ERR_TYPE` when one of the three is no Uint8Array
 * @see RFC 8032 section 5.1.7
 */
export function verifyEd25519({ publicKey, message, signature }: SignatureCheck): SignatureVerdict {
  assertBytes('message', message, 0, Number.MAX_SAFE_INTEGER);
  assertBytes('signature', signature, 0, Number.MAX_SAFE_INTEGER);
  const keyPoint = strictPoint('publicKey', publicKey);
  if (keyPoint === undefined) return { ok: false, reason: 'key' };

  if (signature.length !== SIGNATURE_BYTE_COUNT) return { ok: false, reason: 'signature' };
  const encodedR = signature.slice(0, 32);
  const pointR = strictPoint('signature', encodedR);
  const scalarS = littleEndian(signature.slice(32));
  if (pointR === undefined || scalarS >= GROUP_ORDER) return { ok: false, reason: 'signature' };

  if (!withSha512(() => verify(signature, message, publicKey, { zip215: false })))
    return { ok: false, reason: 'signature' };

  // [S]B - [k]A = R exactly; the library has shown it only up to a point of small order.
  const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % GROUP_ORDER;
  const expectedR = Point.BASE.multiply(scalarS, false).subtract(keyPoint.multiply(k, false));
  return expectedR.equals(pointR) ? { ok: true } : { ok: false, reason: 'signature' };
}

/**
 * Whether a public key may be used at all: 32 bytes, the canonical encoding of a point of the curve that is not of small
 * order. (Under the identity key one constant signature verifies every message.)
 *
 * @throws TillsongError `ERR_TYPE` when publicKey is no Uint8Array
 */
export function isStrictEd25519Key(publicKey: Uint8Array): boolean {
  return strictPoint('publicKey', publicKey) !== undefined;
}

/**
 * @param seed - 32 secret random bytes
 * @returns the 32-byte public key
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when seed is not 32 bytes
 * @see RFC 8032 section 5.1.5
 */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  assertBytes('seed', seed, ED25519_SEED_BYTE_COUNT, ED25519_SEED_BYTE_COUNT);
  return withSha512(() => getPublicKey(seed));
}

/**
 * Deterministic: one seed and message give one signature. BigInt arithmetic is not constant in time, so a secret that
 * others may time (a shared machine) belongs behind a hardware `Signer` instead.
 *
 * @param seed - 32 secret random bytes
 * @returns 64 bytes, R || S
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when seed is not 32 bytes or message no Uint8Array
 * @see RFC 8032 section 5.1.6
 */
export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  assertBytes('seed', seed, ED25519_SEED_BYTE_COUNT, ED25519_SEED_BYTE_COUNT);
  assertBytes('message', message, 0, Number.MAX_SAFE_INTEGER);
  return withSha512(() => sign(message, seed));
}

/** @returns the point, or undefined when the bytes are not the canonical encoding of a point, or it is of small order */
function strictPoint(name: string, encoded: Uint8Array): Point | undefined {
  assertBytes(name, encoded, 0, Number.MAX_SAFE_INTEGER);
  if (encoded.length !== ED25519_KEY_BYTE_COUNT) return undefined;
  let point: Point;
  try {
    point = Point.fromBytes(encoded, false);
  } catch {
    return undefined;
  }
  // Canonical by definition: encoding the point again gives the same bytes, whatever the decoder let through.
  return !point.isSmallOrder() && equalBytes(point.toBytes(), encoded) ? point : undefined;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${etc.bytesToHex(bytes.slice().reverse())}`);
}

/**
 * Lends our SHA-512 to one synchronous call of the library and puts back what was there. Setting `hashes.sha512` once
 * when this module loads would be shorter, but the slot is shared with everybody who uses the library: the application may
 * have put a native hash there, or may put a broken one there later.
 */
function withSha512<T>(call: () => T): T {
  const before = hashes.sha512;
  hashes.sha512 = sha512;
  try {
    return call();
  } finally {
    hashes.sha512 = before;
  }
}
