// The certificates a till knows: heard before, preloaded (registered before boarding) or in its journal. Their phones need to send only
// the 8-byte id. Bounded: of those heard the least recently used makes room, and its phone sends it again; preloaded ones stay.

import type { Certificate } from '../../codec/token/certificate.js';
import {
  type CertificateVerdict,
  type VerifiedCertificate,
  verifyCertificate,
} from '../../codec/token/certificate-signature.js';
import { toHex } from '../shared/hex.js';

/** Most certificates kept of those that were heard, and of those that were preloaded. At about 1 KB each. */
export const MAX_HEARD_CERTIFICATES = 1000;
export const MAX_PRELOADED_CERTIFICATES = 10_000;

/** Verified certificates by their id in hexadecimal digits. */
export class KnownCertificates {
  private readonly heard = new Map<string, VerifiedCertificate>();
  private readonly preloaded = new Map<string, VerifiedCertificate>();
  /** From the journal after a restart: verified when first asked for, because a thousand checks would delay the start. */
  private readonly unverified = new Map<string, Uint8Array>();

  /** @param issuerKeys - configured keys by id; a key never comes out of a message */
  constructor(private readonly issuerKeys: ReadonlyMap<number, Uint8Array>) {}

  /** @returns the certificate with this id, if it is known */
  get(certificateId: Uint8Array): VerifiedCertificate | undefined {
    const id = toHex(certificateId);
    const known = this.preloaded.get(id) ?? this.heard.get(id);
    if (known !== undefined) {
      if (this.heard.delete(id)) this.heard.set(id, known);
      return known;
    }
    const packed = this.unverified.get(id);
    if (packed === undefined) return undefined;
    this.unverified.delete(id);
    const verdict = verifyCertificate(packed, this.issuerKeys);
    if (!verdict.ok) return undefined;
    this.add(verdict.certificate);
    return verdict.certificate;
  }

  /** Remembers a certificate that was heard and verified. */
  add(verified: VerifiedCertificate): void {
    const id = toHex(verified.certificate.certificateId);
    if (this.preloaded.has(id)) return;
    this.heard.delete(id);
    this.heard.set(id, verified);
    if (this.heard.size > MAX_HEARD_CERTIFICATES) this.heard.delete(this.heard.keys().next().value as string);
  }

  /** Remembers the bytes of one that the till accepted before it was restarted. */
  recall(certificateId: Uint8Array, packed: Uint8Array): void {
    const id = toHex(certificateId);
    this.unverified.delete(id);
    this.unverified.set(id, packed);
    if (this.unverified.size > MAX_HEARD_CERTIFICATES)
      this.unverified.delete(this.unverified.keys().next().value as string);
  }

  /** Verifies one and keeps it for good. @returns the verdict; `full` when there are too many */
  preload(certificate: Uint8Array | Certificate): CertificateVerdict | { readonly ok: false; readonly reason: 'full' } {
    const verdict = verifyCertificate(certificate, this.issuerKeys);
    if (!verdict.ok) return verdict;
    const id = toHex(verdict.certificate.certificate.certificateId);
    if (!this.preloaded.has(id) && this.preloaded.size >= MAX_PRELOADED_CERTIFICATES)
      return { ok: false, reason: 'full' };
    this.preloaded.set(id, verdict.certificate);
    this.heard.delete(id);
    return verdict;
  }
}
