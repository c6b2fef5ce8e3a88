// One payment of a wallet: what was ordered, what was or will be signed, what became of it. Between the wallet's state and the
// tokens on the air.

import type { Amount } from '../../codec/token/amount.js';
import { packAnswer, packAnswerMessage } from '../../codec/token/answer.js';
import { signAnswer } from '../../codec/token/answer-signature.js';
import { type Beacon, beaconTag, packBeacon } from '../../codec/token/beacon.js';
import { concatBytes, equalBytes } from '../../codec/token/bytes.js';
import { type Certificate, packCertificate } from '../../codec/token/certificate.js';
import type { CertificateReference } from '../../codec/token/certificate-reference.js';
import { packAnswerPayment } from '../../codec/token/receipt-signature.js';
import { packSpend, packSpendMessage, type SpendFields } from '../../codec/token/spend.js';
import { signSpend } from '../../codec/token/spend-signature.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { TillsongError } from '../shared/errors.js';
import type { BillPayment } from './upload.js';

/** What is bought: one-way from a machine whose number the buyer typed or scanned, or in answer to what a machine sang. */
export type Order =
  | {
      readonly kind: 'spend';
      readonly machineId: number;
      readonly amountMinorUnits: number;
      readonly item: number;
      readonly timeToLiveSeconds: number;
    }
  | { readonly kind: 'answer'; readonly beacon: Beacon };

/**
 * What the wallet knows of a payment.
 *
 * - `open`: being played; the next payment waits until this one is cancelled or a receipt is heard
 * - `maybe-spent`: cancelled; a machine may have heard it, so it counts
 * - `vended`, `voided`: the machine said so, and its signature was checked
 */
export const PAYMENT_STATUSES = ['open', 'maybe-spent', 'vended', 'voided'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** A payment as the wallet keeps it. */
export interface WalletPayment {
  readonly certificate: Certificate;
  readonly order: Order;
  readonly counter: number;
  readonly cumulativeMinorUnits: number;
  /** by the phone's clock, when it was stored */
  readonly timeSeconds: number;
  /** 64 bytes; undefined when it is stored but not signed yet */
  readonly signature: Uint8Array | undefined;
  readonly status: PaymentStatus;
  /** packed, of the machine, checked; undefined until one is heard */
  readonly receipt: Uint8Array | undefined;
  /** packed receipts and voids that could not be checked, because the machine's key is not known */
  readonly evidence: readonly Uint8Array[];
}

/** A payment as it is shown to the phone's owner. */
export interface BillEntry {
  readonly certificateId: Uint8Array;
  readonly counter: number;
  readonly status: PaymentStatus;
  readonly kind: Order['kind'];
  readonly machineId: number;
  readonly amount: Amount;
  readonly item: number;
  readonly timeSeconds: number;
  /** last Unix second at which a till may take it; undefined for an answer, which lives as long as its beacon */
  readonly expiresAtSeconds: number | undefined;
  /** whether the machine's signed receipt or void is kept */
  readonly hasReceipt: boolean;
  /** how many receipts are kept that could not be checked */
  readonly evidenceCount: number;
}

/** Which form travels: with the whole certificate at first contact, or with its 8-byte id. */
export type CertificateForm = 'inline' | 'id';

export function machineOf(order: Order): number {
  return order.kind === 'spend' ? order.machineId : order.beacon.machineId;
}

export function amountOf(order: Order): number {
  return order.kind === 'spend' ? order.amountMinorUnits : order.beacon.priceMinorUnits;
}

export function itemOf(order: Order): number {
  return order.kind === 'spend' ? order.item : order.beacon.item;
}

/** @returns whether both are the payment with one counter under one certificate */
export function isSamePayment(a: WalletPayment, b: WalletPayment): boolean {
  return a.counter === b.counter && equalBytes(a.certificate.certificateId, b.certificate.certificateId);
}

export function billEntry(payment: WalletPayment): BillEntry {
  const { certificate, order, counter, status, timeSeconds, receipt, evidence } = payment;
  return {
    certificateId: certificate.certificateId.slice(),
    counter,
    status,
    kind: order.kind,
    machineId: machineOf(order),
    amount: { minorUnits: amountOf(order), currency: certificate.currency },
    item: itemOf(order),
    timeSeconds,
    expiresAtSeconds: order.kind === 'spend' ? timeSeconds + order.timeToLiveSeconds : undefined,
    hasReceipt: receipt !== undefined,
    evidenceCount: evidence.length,
  };
}

/**
 * What a receipt is tied to: the paid message without signature and certificate.
 *
 * @throws TillsongError naming a bad field
 */
export function paidMessage(payment: WalletPayment): Uint8Array {
  const { order } = payment;
  return order.kind === 'spend'
    ? packSpendMessage(spendFields(payment, order))
    : packAnswerPayment(order.beacon, answerFields(payment, order.beacon));
}

/**
 * Signs exactly what is stored, so that signing again after a crash signs the same message again.
 *
 * @returns 64 bytes
 * @throws what the signer throws; TillsongError `ERR_STATE` when its answer does not verify
 */
export async function signPayment(payment: WalletPayment, device: Signer): Promise<Uint8Array> {
  const { order, certificate } = payment;
  const signed =
    order.kind === 'spend'
      ? await signSpend(spendFields(payment, order), certificate, device)
      : await signAnswer(answerFields(payment, order.beacon), order.beacon, certificate, device);
  return signed.signature;
}

/**
 * @returns what is played
 * @throws TillsongError `ERR_STATE` when the payment is not signed
 */
export function packToken(payment: WalletPayment, form: CertificateForm): Uint8Array {
  const { order, certificate } = payment;
  const signature = signatureOf(payment);
  const reference: CertificateReference =
    form === 'inline' ? { kind: 'inline', certificate } : { kind: 'id', certificateId: certificate.certificateId };
  return order.kind === 'spend'
    ? packSpend({ spend: { ...spendFields(payment, order), signature }, certificate: reference })
    : packAnswer({ answer: { ...answerFields(payment, order.beacon), signature }, certificate: reference });
}

/**
 * A payment as settlement is sent it: with its receipt, or without one and once more for each that could not be checked, because
 * settlement knows the machine's key and tells which is good.
 *
 * @returns nothing for a payment that was never signed
 */
export function billPayments(payment: WalletPayment): readonly BillPayment[] {
  if (payment.signature === undefined) return [];
  const { order, certificate, receipt, evidence } = payment;
  const packed = {
    certificate: packCertificate(certificate),
    token: packBareToken(payment),
    beacon: order.kind === 'answer' ? packBeacon(order.beacon) : undefined,
  };
  if (receipt !== undefined) return [{ ...packed, receipt }];
  // Unchecked receipts may be anybody's: settlement refuses a payment for a bad one, so the payment goes without one as well.
  return [{ ...packed, receipt: undefined }, ...evidence.map((heard) => ({ ...packed, receipt: heard }))];
}

/** @returns the signed token without the certificate: 84 bytes of a spend, 76 of an answer */
function packBareToken(payment: WalletPayment): Uint8Array {
  const { order } = payment;
  const message =
    order.kind === 'spend'
      ? packSpendMessage(spendFields(payment, order))
      : packAnswerMessage(answerFields(payment, order.beacon));
  return concatBytes(message, signatureOf(payment));
}

/** @returns whether `billPayments` made this of the payment */
export function isBilledAs(payment: WalletPayment, { certificate, token }: BillPayment): boolean {
  if (payment.signature === undefined) return false;
  return equalBytes(packCertificate(payment.certificate), certificate) && equalBytes(packBareToken(payment), token);
}

function signatureOf({ signature }: WalletPayment): Uint8Array {
  if (signature === undefined)
    throw new TillsongError('ERR_STATE', 'payment: expected a signed one, got one not signed yet');
  return signature;
}

type SpendOrder = Extract<Order, { kind: 'spend' }>;

function spendFields({ counter, cumulativeMinorUnits, timeSeconds }: WalletPayment, order: SpendOrder): SpendFields {
  const { amountMinorUnits, machineId, item, timeToLiveSeconds } = order;
  return { counter, amountMinorUnits, cumulativeMinorUnits, machineId, item, timeSeconds, timeToLiveSeconds };
}

function answerFields({ counter, cumulativeMinorUnits, timeSeconds }: WalletPayment, beacon: Beacon) {
  return { beaconTag: beaconTag(beacon), counter, cumulativeMinorUnits, timeSeconds };
}
