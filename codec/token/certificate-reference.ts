// What a signed message travels with: at first contact the whole certificate, later its 8-byte id. The message itself comes
// first in both, so that the first byte of everything on the air is a lead byte (lead-byte.ts), and the length
// tells which of the two follows. It cannot be a flag in the message: the same signed bytes are sent in either form.

import { assertBytes } from '../../src/shared/assert.js';
import { type Certificate, type CertificateParseReason, packCertificate, parseCertificate } from './certificate.js';
import { CERTIFICATE_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT, ES256_CERTIFICATE_BYTE_COUNT } from './limits.js';

/** How a message names the certificate it was signed under. */
export type CertificateReference =
  | { readonly kind: 'inline'; readonly certificate: Certificate }
  | { readonly kind: 'id'; readonly certificateId: Uint8Array };

export type ReferenceParseReason = 'length' | `certificate-${CertificateParseReason}`;

/**
 * @returns 127 or 128 bytes inline, 8 bytes by id
 * @throws TillsongError naming the bad field
 */
export function packReference(reference: CertificateReference): Uint8Array {
  if (reference.kind === 'inline') return packCertificate(reference.certificate);
  assertBytes('certificateId', reference.certificateId, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
  return reference.certificateId.slice();
}

/**
 * @param bytes - all that follows the message
 * @returns the reference, told apart by its length alone (a certificate's own first byte then says which of its two it must have)
 */
export function parseReference(
  bytes: Uint8Array,
): { ok: true; reference: CertificateReference } | { ok: false; reason: ReferenceParseReason } {
  if (bytes.length === CERTIFICATE_ID_BYTE_COUNT)
    return { ok: true, reference: { kind: 'id', certificateId: bytes.slice() } };
  if (bytes.length !== CERTIFICATE_BYTE_COUNT && bytes.length !== ES256_CERTIFICATE_BYTE_COUNT)
    return { ok: false, reason: 'length' };
  const parsed = parseCertificate(bytes);
  if (!parsed.ok) return { ok: false, reason: `certificate-${parsed.reason}` };
  return { ok: true, reference: { kind: 'inline', certificate: parsed.certificate } };
}

/** @returns the 8-byte id of the certificate referred to */
export function referencedCertificateId(reference: CertificateReference): Uint8Array {
  return reference.kind === 'inline' ? reference.certificate.certificateId : reference.certificateId;
}
