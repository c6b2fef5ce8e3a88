// The money side of the demo: an issuer and a phone with keys made from a seed, and a till that knows the issuer's key.
// Real keys come from a cryptographic random generator, and a phone's never leaves its secure hardware.

import type { SeededRandom } from 'tillsong';
import {
  ASSURANCE_FLAGS,
  type Certificate,
  ed25519Signer,
  packSpend,
  type Signer,
  type SpendToken,
  type SpendFields,
  signCertificate,
  signSpend,
  verifyCertificate,
} from 'tillsong/codec';
import { hexOf, type TillSettings } from '../vending-machine/check-payment.js';
import { CLOCK_TOLERANCE_SECONDS, ISSUER_KEY_ID, MACHINE } from '../vending-machine/machine.js';

/** The phone was online this long ago. */
const SECONDS_SINCE_SYNC = 3 * 3600;

/** A phone after its last sync with the issuer, and the till it will pay at. */
export interface Parties {
  readonly certificate: Certificate;
  readonly device: Signer;
  readonly till: TillSettings;
}

/** A signed payment, ready to be sung. */
export interface Payment {
  readonly token: SpendToken;
  /** What goes on the air: 211 bytes with the certificate, 92 with its id. */
  readonly payload: Uint8Array;
}

/**
 * The phone is online: the issuer signs a certificate for its key.
 *
 * @param random - seeded, so that a demo can be repeated
 * @param isKnown - the till has met this certificate before
 */
export async function issueCertificate(random: SeededRandom, nowSeconds: number, isKnown: boolean): Promise<Parties> {
  const issuer = ed25519Signer(random.bytes(32));
  const device = ed25519Signer(random.bytes(32));
  const fields = {
    algorithm: device.algorithm,
    issuerKeyId: ISSUER_KEY_ID,
    certificateId: random.bytes(8),
    issuedAtSeconds: nowSeconds - SECONDS_SINCE_SYNC,
    validityHours: 24,
    currency: MACHINE.price.currency,
    maxPaymentMinorUnits: 10_00,
    maxCumulativeMinorUnits: 50_00,
    maxCount: 20,
    audience: MACHINE.audience,
    assuranceFlags: ASSURANCE_FLAGS.USER_VERIFICATION | ASSURANCE_FLAGS.REGISTERED,
    deviceKey: device.publicKey,
  } as const;
  const certificate = await signCertificate(fields, issuer);
  const issuerKeys = new Map([[ISSUER_KEY_ID, issuer.publicKey]]);
  const verdict = verifyCertificate(certificate, issuerKeys);
  if (!verdict.ok) throw new Error(`the demo's own certificate is refused: ${verdict.reason}`);
  const terms = { ...MACHINE, nowSeconds, clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS };
  const knownCertificates = new Map(isKnown ? [[hexOf(fields.certificateId), verdict.certificate]] : []);
  return { certificate, device, till: { issuerKeys, knownCertificates, terms } };
}

/** Nobody is online: the phone signs a spend for what the till sells. */
export async function signPayment({ certificate, device, till }: Parties, nowSeconds: number): Promise<Payment> {
  const { price, machineId, item } = till.terms;
  const fields: SpendFields = {
    counter: 1,
    amountMinorUnits: price.minorUnits,
    cumulativeMinorUnits: price.minorUnits,
    machineId,
    item,
    timeSeconds: nowSeconds,
    timeToLiveSeconds: 30,
  };
  const spend = await signSpend(fields, certificate, device);
  const isKnown = till.knownCertificates.size > 0;
  const reference = isKnown
    ? ({ kind: 'id', certificateId: certificate.certificateId } as const)
    : ({ kind: 'inline', certificate } as const);
  const token: SpendToken = { type: 'spend', spend, certificate: reference };
  return { token, payload: packSpend(token) };
}

/** @returns for example `1.50 EUR` */
export function euros(minorUnits: number): string {
  return `${(minorUnits / 100).toFixed(2)} EUR`;
}
