// The proof of a double spend: two payments of one counter under one certificate, both signed by its device key. Anybody who has the
// issuer's public key can check it, without trusting settlement, tills or each other.

import { verifyCertificate } from '../../codec/token/certificate-signature.js';
import { verifySignature } from '../../codec/token/token-signature.js';
import { toHex } from '../shared/hex.js';
import { isRecord, parseHex } from './json-fields.js';
import { parseSignedPayment, signedPaymentInput } from './signed-payment.js';
import { MAX_CERTIFICATE_BYTES, MAX_PAYMENT_BYTES } from './upload-limits.js';

/** One of the two payments, packed as it was signed. */
export interface ProvenPayment {
  /** packed spend or answer, without the certificate */
  readonly token: Uint8Array;
  /** packed beacon of an answer */
  readonly beacon: Uint8Array | undefined;
}

/** All that is needed to convince a stranger. */
export interface FraudProof {
  /** packed, 127 or 128 bytes */
  readonly certificate: Uint8Array;
  readonly first: ProvenPayment;
  readonly second: ProvenPayment;
}

/**
 * Why it proves nothing. `certificate`, `payment`: does not parse or is not signed. `counter`: the two have different counters.
 * `same`: both say the same, which is one payment played twice.
 */
export type FraudProofRefusal = 'certificate' | 'payment' | 'counter' | 'same';

export type FraudProofVerdict =
  | { readonly ok: true; readonly certificateId: string; readonly counter: number }
  | { readonly ok: false; readonly reason: FraudProofRefusal };

/** @param issuerKeys - configured keys by id */
export function verifyFraudProof(proof: FraudProof, issuerKeys: ReadonlyMap<number, Uint8Array>): FraudProofVerdict {
  const verdict = verifyCertificate(proof.certificate, issuerKeys);
  if (!verdict.ok) return { ok: false, reason: 'certificate' };
  const { certificate, hash } = verdict.certificate;
  const { algorithm, deviceKey: publicKey } = certificate;
  const payments = [proof.first, proof.second].map(({ token, beacon }) => {
    const parsed = parseSignedPayment(token, beacon, certificate);
    if (!parsed.ok) return undefined;
    const message = signedPaymentInput(parsed.payment, hash);
    const check = verifySignature(algorithm, { publicKey, message, signature: parsed.payment.signature });
    return check.ok ? parsed.payment : undefined;
  });
  const [first, second] = payments;
  if (first === undefined || second === undefined) return { ok: false, reason: 'payment' };
  if (first.counter !== second.counter) return { ok: false, reason: 'counter' };
  if (first.contentHash === second.contentHash) return { ok: false, reason: 'same' };
  return { ok: true, certificateId: toHex(certificate.certificateId), counter: first.counter };
}

/** @returns an object of hex strings, for `JSON.stringify` */
export function makeFraudProof({ certificate, first, second }: FraudProof): Record<string, unknown> {
  const payment = ({ token, beacon }: ProvenPayment) => ({
    token: toHex(token),
    ...(beacon && { beacon: toHex(beacon) }),
  });
  return { version: 1, certificate: toHex(certificate), first: payment(first), second: payment(second) };
}

/** @returns the proof, or undefined when value is not what `makeFraudProof` gives; says nothing about whether it holds */
export function parseFraudProof(value: unknown): FraudProof | undefined {
  if (!isRecord(value) || value.version !== 1) return undefined;
  const certificate = parseHex(value.certificate, 1, MAX_CERTIFICATE_BYTES);
  const first = parseProvenPayment(value.first);
  const second = parseProvenPayment(value.second);
  return certificate && first && second ? { certificate, first, second } : undefined;
}

function parseProvenPayment(value: unknown): ProvenPayment | undefined {
  if (!isRecord(value)) return undefined;
  const token = parseHex(value.token, 1, MAX_PAYMENT_BYTES);
  const beacon = value.beacon === undefined ? undefined : parseHex(value.beacon, 1, MAX_PAYMENT_BYTES);
  if (token === undefined || (value.beacon !== undefined && beacon === undefined)) return undefined;
  return { token, beacon };
}
