// What the wallet's calls return: data with closed sets of reasons, so that an app can say each in its user's language.

import type { Certificate } from '../../codec/token/certificate.js';
import type { CertificateRefusal } from '../../codec/token/certificate-signature.js';
import type { ReceiptOutcome, ReceiptParseReason } from '../../codec/token/receipt.js';
import type { PaymentRefusal } from './wallet-limits.js';
import type { BeaconRefusal, PaymentOffer } from './wallet-offer.js';
import type { BillEntry, CertificateForm } from './wallet-payment.js';
import type { ReceiptRefusal } from './wallet-receipts.js';

/** What is played, and the payment that it is. */
export interface SungPayment {
  /** 92 or 211 bytes of a spend, 84 or 203 of an answer (one more with an ES256 certificate inline) */
  readonly payload: Uint8Array;
  readonly form: CertificateForm;
  readonly payment: BillEntry;
}

type Refused<Reason> = { readonly ok: false; readonly reason: Reason };

export type OfferResult = { readonly ok: true; readonly offer: PaymentOffer } | Refused<PaymentRefusal | BeaconRefusal>;
export type PayResult = ({ readonly ok: true } & SungPayment) | Refused<PaymentRefusal | 'nothing-open'>;

/** `other-device`: for another key. `not-newer`: given before the present one, whose counters it would reset. */
export type InstallRefusal = CertificateRefusal | 'other-device' | 'not-newer' | 'certificate-expired' | 'payment-open';
export type InstallResult = { readonly ok: true; readonly certificate: Certificate } | Refused<InstallRefusal>;

/** `unknown-payment`: for no payment on this bill. The others: see `ReceiptRefusal`, or it is no receipt at all. */
export type HearRefusal = ReceiptParseReason | ReceiptRefusal | 'unknown-payment';
export type HearResult =
  | {
      readonly ok: true;
      readonly outcome: ReceiptOutcome;
      /** `evidence`: the machine's key is not known, so it is kept for settlement and changes nothing here */
      readonly proof: 'verified' | 'evidence';
      readonly payment: BillEntry;
    }
  | Refused<HearRefusal>;

/** What is left under the present certificate. */
export interface WalletBalance {
  readonly certificate: Certificate;
  /** first Unix second at which the certificate is no longer valid */
  readonly endsAtSeconds: number;
  /** what may still be spent, by the gross total: voids and cancelled payments give nothing back until the next sync */
  readonly remainingMinorUnits: number;
  readonly remainingCount: number;
}
