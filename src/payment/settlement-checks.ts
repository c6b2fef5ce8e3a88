// Rule 18: every signature is verified again, and everything a till claims about a payment is compared with what the phone signed. The
// till is not trusted: it cannot alter a price, make up a sale or show a payment that was made to another machine.

import { sha256 } from '@noble/hashes/sha2.js';
import { type Certificate, certificateEndSeconds } from '../../codec/token/certificate.js';
import { type LimitRefusal, limitRefusal } from '../../codec/token/certificate-checks.js';
import { packReceiptMessage, parseReceipt } from '../../codec/token/receipt.js';
import { signedInput } from '../../codec/token/token-signature.js';
import { toHex } from '../shared/hex.js';
import type { CertificateCache, CertificateCheck, KnownCertificate } from './certificate-cache.js';
import type { AcceptedEntry } from './journal-entry.js';
import type { IncomingPayment, OutcomeReport } from './ledger-book.js';
import type { PaymentRow } from './ledger-store.js';
import { parseSignedPayment, type SignedPayment, signedPaymentInput } from './signed-payment.js';

/** A machine that settlement knows. */
export interface RegisteredMachine {
  /** integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** the machine's Ed25519 key: of its journal, receipts and signed beacons */
  readonly publicKey: Uint8Array;
  /** its operator or flight, integer in [1, 2^32 - 1] */
  readonly audience: number;
}

/**
 * Why an entry or a payment is kept but not charged.
 *
 * - `entry`, `sequence`: no journal entry, or not in its place
 * - `certificate-...`, `issuer-unknown`, `issuer-signature`, `device-key`: the certificate is none of a configured issuer's
 * - `certificate-conflict`: another certificate of this id is known
 * - `token`, `beacon`: no payment; or the answer is to another beacon, or a spend came with one
 * - `machine`: made to another machine than the one that shows it, or to none that is registered
 * - `audience`, `item`, `currency`, `price`: not what was signed
 * - `payment-limit`, `cumulative-limit`, `count-limit`: beyond the certificate
 * - `time`: signed outside the certificate's validity, or accepted beyond the payment's life
 * - `signature`: not by the device key, or not under this certificate
 * - `receipt`: not the machine's, or not of this payment and outcome
 * - `accepted-unknown`: an outcome of nothing that was accepted
 * - `outcome-conflict`: another outcome is final
 */
export type SettlementRefusal =
  | 'entry'
  | 'sequence'
  | Extract<CertificateCheck, { ok: false }>['reason']
  | 'certificate-conflict'
  | 'token'
  | 'beacon'
  | 'machine'
  | 'audience'
  | 'item'
  | 'currency'
  | 'price'
  | LimitRefusal
  | 'time'
  | 'signature'
  | 'receipt'
  | 'accepted-unknown'
  | 'outcome-conflict';

/** When settlement takes a payment without asking a person. */
export interface SettlementTimes {
  /** how long after a certificate's end its payments may still come in, seconds */
  readonly graceSeconds: number;
  /** how far a phone's and a till's clock may differ, seconds */
  readonly clockToleranceSeconds: number;
}

/** A payment whose every signature was checked. */
export interface CheckedPayment extends IncomingPayment {
  readonly known: KnownCertificate;
  readonly signed: SignedPayment;
}

export type PaymentCheck =
  | { readonly ok: true; readonly checked: CheckedPayment }
  | { readonly ok: false; readonly reason: SettlementRefusal };

/** What is claimed: the signed parts, and where a till shows them, what it says about them. */
export interface ClaimedPayment {
  readonly certificate: Uint8Array;
  readonly token: Uint8Array;
  readonly beacon: Uint8Array | undefined;
  readonly accepted: AcceptedEntry | undefined;
}

export interface CheckContext {
  readonly certificates: CertificateCache;
  readonly findMachine: (machineId: number) => Promise<RegisteredMachine | undefined>;
  readonly times: SettlementTimes;
  readonly nowSeconds: number;
}

/** @returns the payment as a row to keep, or the first reason not to believe it; the signature comes last, as it costs most */
export async function checkPayment(claimed: ClaimedPayment, context: CheckContext): Promise<PaymentCheck> {
  const { certificates, times, nowSeconds } = context;
  const certificateCheck = await certificates.check(claimed.certificate);
  if (!certificateCheck.ok) return certificateCheck;
  const { known } = certificateCheck;
  const { certificate } = known;
  const parsed = parseSignedPayment(claimed.token, claimed.beacon, certificate);
  if (!parsed.ok) return parsed;
  const signed = parsed.payment;
  const machine = await context.findMachine(signed.machineId);
  if (machine === undefined) return { ok: false, reason: 'machine' };
  const reason =
    termsRefusal(signed, certificate, machine, claimed.accepted) ??
    limitRefusal(signed, signed.minorUnits, certificate) ??
    timeRefusal(signed, certificate, claimed.accepted, times);
  if (reason !== undefined) return { ok: false, reason };
  const { algorithm, deviceKey: publicKey } = certificate;
  const message = signedPaymentInput(signed, known.hash);
  const verdict = await certificates.verify(algorithm, { publicKey, message, signature: signed.signature });
  if (!verdict.ok) return { ok: false, reason: 'signature' };
  const isLate = nowSeconds > certificateEndSeconds(certificate) + times.graceSeconds;
  const row = {
    ...newRow(claimed, known, signed),
    review: isLate ? 'late' : 'none',
    recordedAtSeconds: nowSeconds,
  } as const;
  return { ok: true, checked: { row, certificate: known.packed, known, signed } };
}

/** A receipt with the payment that it is said to be of. */
export interface ClaimedReceipt {
  readonly receipt: Uint8Array;
  readonly certificateId: string;
  /** `SignedPayment.payment` */
  readonly payment: Uint8Array;
  readonly counter: number;
  readonly minorUnits: number;
}

/** @returns the outcome that a machine has signed, or undefined when it is no receipt of this machine for this payment */
export async function checkReceipt(
  claimed: ClaimedReceipt,
  machine: RegisteredMachine,
  certificates: CertificateCache,
): Promise<OutcomeReport | undefined> {
  const parsed = parseReceipt(claimed.receipt);
  if (!parsed.ok) return undefined;
  const { receipt } = parsed;
  const isOfPayment =
    toHex(receipt.certificateId) === claimed.certificateId &&
    receipt.counter === claimed.counter &&
    receipt.amountMinorUnits === claimed.minorUnits;
  if (!isOfPayment) return undefined;
  const message = signedInput('receipt', sha256(claimed.payment), packReceiptMessage(receipt));
  const { publicKey } = machine;
  const verdict = await certificates.verify('ed25519', { publicKey, message, signature: receipt.signature });
  if (!verdict.ok) return undefined;
  const outcome = receipt.outcome === 'vended' ? 'vended' : 'failed';
  return { outcome, atSeconds: receipt.timeSeconds, receipt: claimed.receipt };
}

function termsRefusal(
  signed: SignedPayment,
  certificate: Certificate,
  machine: RegisteredMachine,
  accepted: AcceptedEntry | undefined,
): SettlementRefusal | undefined {
  if (certificate.audience !== 0 && certificate.audience !== machine.audience) return 'audience';
  if (signed.currency !== certificate.currency) return 'currency';
  if (signed.minorUnits > signed.cumulativeMinorUnits) return 'price';
  if (accepted === undefined) return undefined;
  if (accepted.machineId !== signed.machineId) return 'machine';
  if (accepted.item !== signed.item) return 'item';
  if (accepted.amount.currency !== signed.currency) return 'currency';
  if (accepted.amount.minorUnits !== signed.minorUnits) return 'price';
  return undefined;
}

/** A till without a trusted clock writes the latest time that it knows to have passed: early is then no fault of an answer. */
function timeRefusal(
  signed: SignedPayment,
  certificate: Certificate,
  accepted: AcceptedEntry | undefined,
  { clockToleranceSeconds }: SettlementTimes,
): SettlementRefusal | undefined {
  const { signedAtSeconds, timeToLiveSeconds } = signed;
  const endSeconds = certificateEndSeconds(certificate);
  if (signedAtSeconds < certificate.issuedAtSeconds || signedAtSeconds >= endSeconds) return 'time';
  if (accepted === undefined) return undefined;
  const { acceptedAtSeconds } = accepted;
  if (acceptedAtSeconds >= endSeconds) return 'time';
  if (timeToLiveSeconds === undefined) return undefined;
  if (acceptedAtSeconds < signedAtSeconds - clockToleranceSeconds) return 'time';
  return acceptedAtSeconds > signedAtSeconds + timeToLiveSeconds + clockToleranceSeconds ? 'time' : undefined;
}

function newRow(
  { token, beacon, accepted }: ClaimedPayment,
  { certificateId, certificate }: KnownCertificate,
  signed: SignedPayment,
): Omit<PaymentRow, 'review' | 'recordedAtSeconds'> {
  const { counter, contentHash, machineId, minorUnits, currency, item, cumulativeMinorUnits, signedAtSeconds } = signed;
  const content = {
    counter,
    contentHash,
    machineId,
    minorUnits,
    currency,
    item,
    cumulativeMinorUnits,
    signedAtSeconds,
  };
  return {
    certificateId,
    issuerKeyId: certificate.issuerKeyId,
    ...content,
    token,
    beacon: beacon ?? null,
    acceptedSequence: accepted?.sequence ?? null,
    acceptedAtSeconds: accepted?.acceptedAtSeconds ?? null,
    outcome: 'none',
    outcomeAtSeconds: null,
    receipt: null,
  };
}
