// What a till does with the bytes it heard: parse strictly, verify the certificate, verify the spend. Replays, the till's own
// limits and the journal need memory and are not here: this says what the token proves, not yet whether to deliver.

import {
  type Amount,
  type CertificateRefusal,
  parseToken,
  type SpendRefusal,
  type SpendTerms,
  type SpendToken,
  type TokenParseReason,
  type VerifiedCertificate,
  verifyCertificate,
  verifySpend,
} from 'tillsong/codec';

/** What a till has been configured with, and what it sells now. */
export interface TillSettings {
  /** Public keys by issuer key id. A key never comes out of a message. */
  readonly issuerKeys: ReadonlyMap<number, Uint8Array>;
  /** Certificates verified before, by the hexadecimal of their id: their phones need to send only that id. */
  readonly knownCertificates: ReadonlyMap<string, VerifiedCertificate>;
  readonly terms: SpendTerms;
}

/** How far a payload came on its way to be money. */
export type PaymentVerdict =
  | {
      readonly ok: true;
      readonly amount: Amount;
      readonly token: SpendToken;
      readonly certificate: VerifiedCertificate;
    }
  | { readonly ok: false; readonly step: 'parse'; readonly reason: TokenParseReason | 'not-a-spend' }
  | { readonly ok: false; readonly step: 'certificate'; readonly reason: CertificateRefusal | 'certificate-unknown' }
  | { readonly ok: false; readonly step: 'spend'; readonly reason: SpendRefusal };

/** @returns lower-case hexadecimal digits */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * @param payload - what a receiver delivered: anything, from anybody
 * @returns the amount that is promised, or the first step that refuses and why
 */
export function checkPayment(payload: Uint8Array, settings: TillSettings): PaymentVerdict {
  const parsed = parseToken(payload);
  if (!parsed.ok) return { ok: false, step: 'parse', reason: parsed.reason };
  if (parsed.token.type !== 'spend') return { ok: false, step: 'parse', reason: 'not-a-spend' };
  const { token } = parsed;

  const certificate = certificateOf(token, settings);
  if (typeof certificate === 'string') return { ok: false, step: 'certificate', reason: certificate };

  const verdict = verifySpend(token, certificate, settings.terms);
  if (!verdict.ok) return { ok: false, step: 'spend', reason: verdict.reason };
  return { ok: true, amount: verdict.amount, token, certificate };
}

/** @returns the verified certificate that a token travels with or names, or why there is none */
function certificateOf(
  { certificate }: SpendToken,
  settings: TillSettings,
): VerifiedCertificate | CertificateRefusal | 'certificate-unknown' {
  if (certificate.kind === 'id')
    return settings.knownCertificates.get(hexOf(certificate.certificateId)) ?? 'certificate-unknown';
  const verdict = verifyCertificate(certificate.certificate, settings.issuerKeys);
  return verdict.ok ? verdict.certificate : verdict.reason;
}
