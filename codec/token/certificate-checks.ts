// What a spend and an answer are both held to: the certificate that they were signed under.

import { sha256 } from '@noble/hashes/sha2.js';
import { TillsongError } from '../../src/shared/errors.js';
import { equalBytes } from './bytes.js';
import { type Certificate, packCertificate } from './certificate.js';
import { type CertificateReference, referencedCertificateId } from './certificate-reference.js';
import { VerifiedCertificate } from './certificate-signature.js';
import type { Signer } from './token-signature.js';

/** A payment beyond what the issuer allowed: this one, all together, or their number. */
export type LimitRefusal = 'payment-limit' | 'cumulative-limit' | 'count-limit';

/** @throws TillsongError `ERR_TYPE` when the certificate does not come from `verifyCertificate` */
export function assertVerified(certificate: unknown): asserts certificate is VerifiedCertificate {
  if (!(certificate instanceof VerifiedCertificate))
    throw new TillsongError('ERR_TYPE', 'certificate: expected the result of verifyCertificate, got something else');
}

/** @throws TillsongError `ERR_STATE` when the signer does not hold the certificate's device key */
export function assertDeviceOf(certificate: Certificate, device: Signer): void {
  if (device.algorithm !== certificate.algorithm || !equalBytes(device.publicKey, certificate.deviceKey))
    throw new TillsongError('ERR_STATE', 'device.publicKey: expected the device key of the certificate, got another');
}

/** An inline certificate must be the verified one byte for byte; an id must be its id. */
export function matchesReference(reference: CertificateReference, { certificate, hash }: VerifiedCertificate): boolean {
  if (reference.kind === 'inline') return equalBytes(sha256(packCertificate(reference.certificate)), hash);
  return equalBytes(referencedCertificateId(reference), certificate.certificateId);
}

/** @returns the first limit of the certificate that the payment is beyond */
export function limitRefusal(
  { counter, cumulativeMinorUnits }: { readonly counter: number; readonly cumulativeMinorUnits: number },
  amountMinorUnits: number,
  certificate: Certificate,
): LimitRefusal | undefined {
  if (amountMinorUnits > certificate.maxPaymentMinorUnits) return 'payment-limit';
  if (cumulativeMinorUnits > certificate.maxCumulativeMinorUnits) return 'cumulative-limit';
  if (counter > certificate.maxCount) return 'count-limit';
  return undefined;
}
