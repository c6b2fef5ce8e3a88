// Issuing and checking certificates: the only door from "bytes that look like a certificate" to one that can be relied on.

import { sha256 } from '@noble/hashes/sha2.js';
import { TillsongError } from '../../src/shared/errors.js';
import {
  type Certificate,
  type CertificateFields,
  type CertificateParseReason,
  packCertificate,
  packCertificateMessage,
  parseCertificate,
} from './certificate.js';
import { type KeyRefusal, verifyByKeyId } from './configured-keys.js';
import { isStrictDeviceKey, type Signer, signedInput, signWithEd25519 } from './token-signature.js';

/**
 * A certificate whose issuer signature was checked. Only `verifyCertificate` makes one (the class is exported as a type
 * only), and a copy made by spreading is none, so nothing downstream can be handed an unchecked one by mistake.
 */
export class VerifiedCertificate {
  /** @param hash - SHA-256 of all its bytes, part of the signed input of every spend and answer */
  constructor(
    readonly certificate: Certificate,
    readonly hash: Uint8Array,
  ) {}
}

/**
 * Why a certificate is refused: it does not parse, or
 *
 * - `issuer-unknown`: no key of that id is configured
 * - `issuer-key`: the configured key is no usable Ed25519 key
 * - `issuer-signature`: not signed by that key
 * - `device-key`: signed, but the device key is no point of its curve, not canonical or of small order (so that anybody could sign)
 */
export type CertificateRefusal = CertificateParseReason | KeyRefusal<'issuer'> | 'device-key';

export type CertificateVerdict =
  | { readonly ok: true; readonly certificate: VerifiedCertificate }
  | { readonly ok: false; readonly reason: CertificateRefusal };

/**
 * Issues a certificate.
 *
 * @param issuer - holds the Ed25519 key that tills have configured as `fields.issuerKeyId`
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming a bad field, also when the device key is one
 *   that anybody could sign for; `ERR_STATE` when the signer's answer does not verify
 */
export async function signCertificate(fields: CertificateFields, issuer: Signer): Promise<Certificate> {
  const message = packCertificateMessage(fields);
  // Copied before the signer is awaited: what is returned is what was signed, whatever the caller does meanwhile.
  const own = { ...fields, certificateId: fields.certificateId.slice(), deviceKey: fields.deviceKey.slice() };
  if (!isStrictDeviceKey(own.algorithm, own.deviceKey))
    throw new TillsongError('ERR_RANGE', 'certificate.deviceKey: expected a canonical key of large order, got another');
  const signature = await signWithEd25519('issuer', issuer, signedInput('certificate', message));
  return { ...own, signature };
}

/**
 * Checks who issued a certificate, and that its device key can be relied on. Whether it is valid *now* and *here* is asked with
 * every spend (`verifySpend`), so a verified certificate may be kept.
 *
 * @param input - the bytes heard, or what `parseCertificate` made of them
 * @param issuerKeys - configured keys by id; a key is never taken out of a message
 * @throws TillsongError when a `Certificate` object is passed that could not have been parsed
 */
export function verifyCertificate(
  input: Uint8Array | Certificate,
  issuerKeys: ReadonlyMap<number, Uint8Array>,
): CertificateVerdict {
  const bytes = input instanceof Uint8Array ? input.slice() : packCertificate(input);
  const parsed = parseCertificate(bytes);
  if (!parsed.ok) return parsed;
  const { certificate } = parsed;

  const { issuerKeyId: keyId, signature } = certificate;
  const message = packCertificateMessage(certificate);
  const verdict = verifyByKeyId('issuer', issuerKeys, { keyId, domain: 'certificate', message, signature });
  if (!verdict.ok) return verdict;
  if (!isStrictDeviceKey(certificate.algorithm, certificate.deviceKey)) return { ok: false, reason: 'device-key' };
  return { ok: true, certificate: new VerifiedCertificate(certificate, sha256(bytes)) };
}
