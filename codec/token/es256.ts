// ES256: ECDSA on P-256 with SHA-256 (FIPS 186-5 section 6, RFC 6979, RFC 7518 section 3.4), the one algorithm that phones'
// secure hardware offers. On top of @noble/curves: pure JavaScript with BigInt, no platform.
//
// Accepted is exactly this: the key is 33 bytes, the compressed SEC1 form of a point of the curve (the identity has no
// such form, and the curve's cofactor is 1, so there are no points of small order); the signature is 64 bytes r || s with r in
// [1, n - 1] and s in [1, n / 2]. Of the two s that verify, hardware returns either one: signers send the lower
// (`lowSEs256`), and the till refuses the upper, so that nobody can make a second encoding of a signature he has heard.

import { p256 } from '@noble/curves/nist.js';
import { assertBytes } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import type { SignatureCheck, SignatureVerdict } from './ed25519.js';
import { ES256_KEY_BYTE_COUNT, ES256_SECRET_KEY_BYTE_COUNT, SIGNATURE_BYTE_COUNT } from './limits.js';

/** n, the order of the base point, FIPS 186-5 / SP 800-186 section 3.2.1.3. */
const GROUP_ORDER = p256.Point.Fn.ORDER;

/** The library's own defaults are none of our business: every option that matters is said. */
const OPTIONS = { prehash: true, lowS: true, format: 'compact' } as const;

/**
 * The strict check described at the top of this file.
 *
 * Measured on one core: 3.6 ms, good or bad; a key or signature of the wrong form costs next to nothing.
 *
 * @returns a verdict; never throws on any bytes
 * @throws TillsongError `ERR_TYPE` when one of the three is no Uint8Array
 * @see FIPS 186-5 section 6.4.2
 */
export function verifyEs256({ publicKey, message, signature }: SignatureCheck): SignatureVerdict {
  assertBytes('message', message, 0, Number.MAX_SAFE_INTEGER);
  assertBytes('signature', signature, 0, Number.MAX_SAFE_INTEGER);
  if (!isStrictEs256Key(publicKey)) return { ok: false, reason: 'key' };
  if (signature.length !== SIGNATURE_BYTE_COUNT) return { ok: false, reason: 'signature' };
  return p256.verify(signature, message, publicKey, OPTIONS) ? { ok: true } : { ok: false, reason: 'signature' };
}

/**
 * Whether a public key may be used at all: 33 bytes, the compressed encoding (SEC1 section 2.3.3) of a point of the curve with
 * x below the field prime.
 *
 * @throws TillsongError `ERR_TYPE` when publicKey is no Uint8Array
 */
export function isStrictEs256Key(publicKey: Uint8Array): boolean {
  assertBytes('publicKey', publicKey, 0, Number.MAX_SAFE_INTEGER);
  if (publicKey.length !== ES256_KEY_BYTE_COUNT) return false;
  try {
    return !p256.Point.fromBytes(publicKey).is0();
  } catch {
    return false;
  }
}

/**
 * @param secretKey - 32 bytes, big-endian, in [1, n - 1]
 * @returns the 33-byte compressed public key
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` or `ERR_RANGE` when secretKey is none
 */
export function es256PublicKey(secretKey: Uint8Array): Uint8Array {
  assertSecretKey(secretKey);
  return p256.getPublicKey(secretKey, true);
}

/**
 * Deterministic (RFC 6979) and with low S: one key and message give one signature. BigInt arithmetic is not constant in time, so
 * a secret that others may time belongs behind a hardware `Signer` instead.
 *
 * @param secretKey - 32 bytes, big-endian, in [1, n - 1]
 * @returns 64 bytes, r || s
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` or `ERR_RANGE` when secretKey is none, or message no Uint8Array
 */
export function signEs256(secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  assertSecretKey(secretKey);
  assertBytes('message', message, 0, Number.MAX_SAFE_INTEGER);
  return p256.sign(message, secretKey, { ...OPTIONS, extraEntropy: false });
}

/**
 * What phones' hardware and WebCrypto return made fit to be sent: the higher of the two possible s becomes the lower one.
 *
 * @param signature - 64 bytes, r || s
 * @returns 64 bytes; the same when s was low already, or no s at all
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when signature is not 64 bytes
 */
export function lowSEs256(signature: Uint8Array): Uint8Array {
  assertBytes('signature', signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  const result = signature.slice();
  const s = fromBigEndian(signature.subarray(32));
  if (s > GROUP_ORDER >> 1n && s < GROUP_ORDER) writeBigEndian(result.subarray(32), GROUP_ORDER - s);
  return result;
}

function assertSecretKey(secretKey: Uint8Array): void {
  assertBytes('secretKey', secretKey, ES256_SECRET_KEY_BYTE_COUNT, ES256_SECRET_KEY_BYTE_COUNT);
  const value = fromBigEndian(secretKey);
  if (value === 0n || value >= GROUP_ORDER)
    throw new TillsongError('ERR_RANGE', 'secretKey: expected a number in [1, n - 1], got one outside');
}

function fromBigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function writeBigEndian(target: Uint8Array, value: bigint): void {
  for (let i = 0; i < target.length; i++) target[target.length - 1 - i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
