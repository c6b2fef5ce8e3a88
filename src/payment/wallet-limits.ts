// Whether the wallet may sign a payment at all (rules 2 and 5). Asked before anything is shown, and again before anything is signed.

import { type Certificate, certificateEndSeconds } from '../../codec/token/certificate.js';
import { amountOf, type Order, type WalletPayment } from './wallet-payment.js';

/**
 * Payments on one bill: handed in at most three times each (without a receipt, and with two unchecked ones) they fit into one upload of
 * 500, and the state that is stored at each payment stays small.
 */
export const MAX_BILL_PAYMENTS = 166;

/** What a wallet has spent so far under its certificate. */
export interface SpentSoFar {
  readonly certificate: Certificate | undefined;
  /** highest counter used, 0 before the first payment */
  readonly counter: number;
  /** gross: it never falls, whatever is voided (rule 2) */
  readonly cumulativeMinorUnits: number;
  readonly payments: readonly WalletPayment[];
}

/**
 * Why the wallet does not pay.
 *
 * - `no-certificate`: it was never synced
 * - `payment-open`: the payment before is still being played; cancel it, or hear its receipt
 * - `clock-before-issue`, `certificate-expired`: by the phone's clock
 * - `currency`: the price is in another currency than the certificate
 * - `payment-limit`, `cumulative-limit`, `count-limit`: beyond the certificate's limits; payments that nobody heard count
 * - `bill-full`: too much is not settled yet
 */
export type PaymentRefusal =
  | 'no-certificate'
  | 'payment-open'
  | 'clock-before-issue'
  | 'certificate-expired'
  | 'currency'
  | 'payment-limit'
  | 'cumulative-limit'
  | 'count-limit'
  | 'bill-full';

/**
 * @param currency - ISO 4217 number of the price
 * @returns undefined when the payment may be made, else the first reason against
 */
export function refusePayment(
  spent: SpentSoFar,
  order: Order,
  currency: number,
  nowSeconds: number,
): PaymentRefusal | undefined {
  const { certificate, counter, cumulativeMinorUnits, payments } = spent;
  if (certificate === undefined) return 'no-certificate';
  if (payments.some(({ status }) => status === 'open')) return 'payment-open';
  if (nowSeconds < certificate.issuedAtSeconds) return 'clock-before-issue';
  if (nowSeconds >= certificateEndSeconds(certificate)) return 'certificate-expired';
  if (currency !== certificate.currency) return 'currency';
  const amount = amountOf(order);
  if (amount > certificate.maxPaymentMinorUnits) return 'payment-limit';
  if (cumulativeMinorUnits + amount > certificate.maxCumulativeMinorUnits) return 'cumulative-limit';
  if (counter + 1 > certificate.maxCount) return 'count-limit';
  return payments.length >= MAX_BILL_PAYMENTS ? 'bill-full' : undefined;
}
