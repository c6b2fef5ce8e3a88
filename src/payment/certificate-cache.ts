// Certificates that settlement has verified, remembered for as long as there is room: a phone's many payments come under one.

import { sha256 } from '@noble/hashes/sha2.js';
import {
  type Certificate,
  type CertificateParseReason,
  packCertificateMessage,
  parseCertificate,
} from '../../codec/token/certificate.js';
import type { SignatureCheck, SignatureVerdict } from '../../codec/token/ed25519.js';
import { isStrictDeviceKey, type SignatureAlgorithm, signedInput } from '../../codec/token/token-signature.js';
import { toHex } from '../shared/hex.js';

/**
 * Checks one signature by the strict rules of `verifyEd25519` and ES256: an implementation may be faster (native code, worker
 * threads), never laxer. `verifySignature` is the portable one.
 */
export type SignatureVerifier = (
  algorithm: SignatureAlgorithm,
  check: SignatureCheck,
) => SignatureVerdict | Promise<SignatureVerdict>;

/** A certificate of a configured issuer. */
export interface KnownCertificate {
  readonly certificate: Certificate;
  /** 16 hex digits */
  readonly certificateId: string;
  readonly packed: Uint8Array;
  /** SHA-256 of the packed certificate */
  readonly hash: Uint8Array;
}

export type CertificateCheck =
  | { readonly ok: true; readonly known: KnownCertificate }
  | {
      readonly ok: false;
      readonly reason: `certificate-${CertificateParseReason}` | 'issuer-unknown' | 'issuer-signature' | 'device-key';
    };

/** 50,000 certificates of about 500 bytes in memory: 25 MB at most. */
const MAX_CACHED = 50_000;

/** Verifies each certificate once. */
export class CertificateCache {
  readonly #known = new Map<string, KnownCertificate>();
  /** checks that run: a batch of payments under one new certificate asks for it once */
  readonly #pending = new Map<string, Promise<CertificateCheck>>();

  /** @param issuerKeys - configured keys by id */
  constructor(
    readonly issuerKeys: ReadonlyMap<number, Uint8Array>,
    readonly verify: SignatureVerifier,
  ) {}

  /** @param packed - from anybody */
  async check(packed: Uint8Array): Promise<CertificateCheck> {
    const hash = sha256(packed);
    const key = toHex(hash);
    const known = this.#known.get(key);
    if (known !== undefined) return { ok: true, known };
    const pending = this.#pending.get(key) ?? this.#checkNew(packed, hash);
    this.#pending.set(key, pending);
    try {
      const result = await pending;
      if (result.ok) this.#remember(key, result.known);
      return result;
    } finally {
      this.#pending.delete(key);
    }
  }

  async #checkNew(packed: Uint8Array, hash: Uint8Array): Promise<CertificateCheck> {
    const parsed = parseCertificate(packed);
    if (!parsed.ok) return { ok: false, reason: `certificate-${parsed.reason}` };
    const { certificate } = parsed;
    const publicKey = this.issuerKeys.get(certificate.issuerKeyId);
    if (publicKey === undefined) return { ok: false, reason: 'issuer-unknown' };
    const message = signedInput('certificate', packCertificateMessage(certificate));
    const verdict = await this.verify('ed25519', { publicKey, message, signature: certificate.signature });
    if (!verdict.ok) return { ok: false, reason: 'issuer-signature' };
    if (!isStrictDeviceKey(certificate.algorithm, certificate.deviceKey)) return { ok: false, reason: 'device-key' };
    const certificateId = toHex(certificate.certificateId);
    return { ok: true, known: { certificate, certificateId, packed: packed.slice(), hash } };
  }

  /** The oldest goes first: a map keeps the order in which its keys came. */
  #remember(key: string, known: KnownCertificate): void {
    if (this.#known.has(key)) return;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < MAX_CACHED) break;
      this.#known.delete(oldest);
    }
    this.#known.set(key, known);
  }
}
