// How a token is signed: domain tag || what it is tied to || message, through a signer that may be hardware.
// The algorithm of a check comes from the certificate (or is Ed25519, for the issuer), never from the signature.

import { assertBytes, assertOneOf } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { concatBytes } from './bytes.js';
import { ed25519PublicKey, type SignatureCheck, type SignatureVerdict, signEd25519, verifyEd25519 } from './ed25519.js';
import { ED25519_KEY_BYTE_COUNT, SIGNATURE_BYTE_COUNT } from './limits.js';

/** The allow-list of signature algorithms. */
export const SIGNATURE_ALGORITHMS = ['ed25519'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/**
 * One tag a type, sent by nobody and signed by everybody: a signature made for one type is no signature of another.
 * The closing colon keeps any tag from being the beginning of a longer one (version 1 and version 10).
 */
export const SIGNATURE_DOMAINS = {
  certificate: 'tillsong:certificate:1:',
  spend: 'tillsong:spend:1:',
} as const;
export type SignatureDomain = keyof typeof SIGNATURE_DOMAINS;

/** Somebody who can sign. Asynchronous, so that the key may stay in a Secure Enclave, a StrongBox or a server's HSM. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** 32 bytes for Ed25519 */
  readonly publicKey: Uint8Array;
  /** @returns the 64-byte signature of the whole message (the signer hashes it as its algorithm says) */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * A signer with its key in memory: for issuers' servers, tests and phones without a hardware key.
 *
 * @param seed - 32 secret bytes from a cryptographic random generator; copied
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when seed is not 32 bytes
 */
export function ed25519Signer(seed: Uint8Array): Signer {
  const publicKey = ed25519PublicKey(seed);
  const ownSeed = seed.slice();
  return { algorithm: 'ed25519', publicKey, sign: async (message) => signEd25519(ownSeed, message) };
}

/**
 * The bytes that are signed: ASCII domain tag || parts. Every part has a length that its type fixes, so no two lists
 * of parts give the same bytes. (Written without TextEncoder, which an AudioWorklet does not have.)
 */
export function signedInput(domain: SignatureDomain, ...parts: readonly Uint8Array[]): Uint8Array {
  const tag = Uint8Array.from(SIGNATURE_DOMAINS[domain], (character) => character.charCodeAt(0));
  return concatBytes(tag, ...parts);
}

/**
 * Signs and checks the result before anybody sees it: a signer that answers for another key, or a fault while it
 * computed, would burn a counter for a token that no till accepts.
 *
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` when the signer is not of the described shape, `ERR_STATE` when its
 *   signature does not verify
 */
export async function signWith(signer: Signer, input: Uint8Array): Promise<Uint8Array> {
  assertOneOf('signer.algorithm', signer.algorithm, SIGNATURE_ALGORITHMS);
  assertBytes('signer.publicKey', signer.publicKey, ED25519_KEY_BYTE_COUNT, ED25519_KEY_BYTE_COUNT);
  const publicKey = signer.publicKey.slice();
  const signature: unknown = await signer.sign(input.slice());
  assertBytes('signature', signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  const verdict = verifySignature(signer.algorithm, { publicKey, message: input, signature });
  if (!verdict.ok)
    throw new TillsongError('ERR_STATE', `signature: expected one of signer.publicKey, got a bad ${verdict.reason}`);
  return signature.slice();
}

/** @returns the verdict of the algorithm's strict check */
export function verifySignature(algorithm: SignatureAlgorithm, check: SignatureCheck): SignatureVerdict {
  switch (algorithm) {
    case 'ed25519':
      return verifyEd25519(check);
  }
}
