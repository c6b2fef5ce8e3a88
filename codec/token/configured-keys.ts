// A check against a key that was configured under an id. A key is never taken out of a message: the message only says which
// of the configured ones it claims.

import { type SignatureDomain, signedInput, verifySignature } from './token-signature.js';

/** Whose keys have ids: several issuers and settlement servers may serve one till, and each replaces its key now and then. */
export type KeyHolder = 'issuer' | 'settlement';

/**
 * - `...-unknown`: no key of that id is configured
 * - `...-key`: the configured key is no usable Ed25519 key
 * - `...-signature`: not signed by that key
 */
export type KeyRefusal<Holder extends KeyHolder> = `${Holder}-unknown` | `${Holder}-key` | `${Holder}-signature`;

export type KeyVerdict<Holder extends KeyHolder> =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: KeyRefusal<Holder> };

/** What was signed with a configured Ed25519 key. */
export interface KeyedSignature {
  readonly keyId: number;
  readonly domain: SignatureDomain;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * @param keys - configured Ed25519 keys by id
 * @returns a verdict whose reasons carry the holder's name
 */
export function verifyByKeyId<Holder extends KeyHolder>(
  holder: Holder,
  keys: ReadonlyMap<number, Uint8Array>,
  { keyId, domain, message, signature }: KeyedSignature,
): KeyVerdict<Holder> {
  const publicKey = keys.get(keyId);
  if (publicKey === undefined) return { ok: false, reason: `${holder}-unknown` };
  const verdict = verifySignature('ed25519', { publicKey, message: signedInput(domain, message), signature });
  if (verdict.ok) return verdict;
  return { ok: false, reason: verdict.reason === 'key' ? `${holder}-key` : `${holder}-signature` };
}
