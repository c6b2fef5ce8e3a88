// How a token is signed: domain tag || what it is tied to || message, through a signer that may be hardware.
// The algorithm of a check comes from the certificate (or is Ed25519, for issuer, machine and settlement), never from the
// signature.

import { assertBytes, assertOneOf } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { concatBytes } from './bytes.js';
import {
  ed25519PublicKey,
  isStrictEd25519Key,
  type SignatureCheck,
  type SignatureVerdict,
  signEd25519,
  verifyEd25519,
} from './ed25519.js';
import { es256PublicKey, isStrictEs256Key, lowSEs256, signEs256, verifyEs256 } from './es256.js';
import { ED25519_KEY_BYTE_COUNT, ES256_KEY_BYTE_COUNT, SIGNATURE_BYTE_COUNT } from './limits.js';

/** The allow-list of signature algorithms. `es256` is ECDSA on P-256 with SHA-256, r || s, low S. */
export const SIGNATURE_ALGORITHMS = ['ed25519', 'es256'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** Bytes of a public key, by its algorithm. */
export const KEY_BYTE_COUNTS: Readonly<Record<SignatureAlgorithm, number>> = {
  ed25519: ED25519_KEY_BYTE_COUNT,
  es256: ES256_KEY_BYTE_COUNT,
};

/**
 * One tag a type, sent by nobody and signed by everybody: a signature made for one type is no signature of another.
 * The closing colon keeps any tag from being the beginning of a longer one (version 1 and version 10).
 */
export const SIGNATURE_DOMAINS = {
  certificate: 'tillsong:certificate:1:',
  spend: 'tillsong:spend:1:',
  beacon: 'tillsong:beacon:1:',
  answer: 'tillsong:answer:1:',
  receipt: 'tillsong:receipt:1:',
  acknowledgement: 'tillsong:acknowledgement:1:',
  denyList: 'tillsong:deny-list:1:',
  enrolment: 'tillsong:enrolment:1:',
  journal: 'tillsong:journal:1:',
} as const;
export type SignatureDomain = keyof typeof SIGNATURE_DOMAINS;

/** Somebody who can sign. Asynchronous, so that the key may stay in a Secure Enclave, a StrongBox or a server's HSM. */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** 32 bytes for Ed25519; 33 for ES256, the compressed form of SEC1 */
  readonly publicKey: Uint8Array;
  /**
   * @returns the 64-byte signature of the whole message (the signer hashes it as its algorithm says); ES256 as r || s, where
   *   s may be the high one (`signWith` sends the low one)
   */
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
 * The same for P-256.
 *
 * @param secretKey - 32 bytes from a cryptographic random generator, big-endian, in [1, n - 1]; copied
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` or `ERR_RANGE` when secretKey is none
 */
export function es256Signer(secretKey: Uint8Array): Signer {
  const publicKey = es256PublicKey(secretKey);
  const ownKey = secretKey.slice();
  return { algorithm: 'es256', publicKey, sign: async (message) => signEs256(ownKey, message) };
}

/**
 * Whether a public key may be used at all under an algorithm: the one accepted encoding of a point of the curve, and not one
 * of small order.
 *
 * @throws TillsongError `ERR_TYPE` when the algorithm is not known or the key no Uint8Array
 */
export function isStrictDeviceKey(algorithm: SignatureAlgorithm, publicKey: Uint8Array): boolean {
  assertOneOf('algorithm', algorithm, SIGNATURE_ALGORITHMS);
  return algorithm === 'es256' ? isStrictEs256Key(publicKey) : isStrictEd25519Key(publicKey);
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
 * computed, would burn a counter for a token that no till accepts. The high S of a P-256 signer is made the low one.
 *
 * @throws TillsongError `ERR_TYPE`, `ERR_LENGTH` when the signer is not of the described shape, `ERR_STATE` when its
 *   signature does not verify
 */
export async function signWith(signer: Signer, input: Uint8Array): Promise<Uint8Array> {
  assertOneOf('signer.algorithm', signer.algorithm, SIGNATURE_ALGORITHMS);
  const { algorithm } = signer;
  assertBytes('signer.publicKey', signer.publicKey, KEY_BYTE_COUNTS[algorithm], KEY_BYTE_COUNTS[algorithm]);
  const publicKey = signer.publicKey.slice();
  const answer: unknown = await signer.sign(input.slice());
  assertBytes('signature', answer, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  const signature = algorithm === 'es256' ? lowSEs256(answer) : answer.slice();
  const verdict = verifySignature(algorithm, { publicKey, message: input, signature });
  if (!verdict.ok)
    throw new TillsongError('ERR_STATE', `signature: expected one of signer.publicKey, got a bad ${verdict.reason}`);
  return signature;
}

/**
 * `signWith` for those whose key is always Ed25519: issuer, machine and settlement.
 *
 * @param name - how an error names the signer
 * @throws TillsongError `ERR_TYPE` when the signer's algorithm is another, and what `signWith` throws
 */
export async function signWithEd25519(name: string, signer: Signer, input: Uint8Array): Promise<Uint8Array> {
  assertOneOf(`${name}.algorithm`, signer.algorithm, ['ed25519']);
  return signWith(signer, input);
}

/** @returns the verdict of the algorithm's strict check */
export function verifySignature(algorithm: SignatureAlgorithm, check: SignatureCheck): SignatureVerdict {
  switch (algorithm) {
    case 'ed25519':
      return verifyEd25519(check);
    case 'es256':
      return verifyEs256(check);
  }
}
