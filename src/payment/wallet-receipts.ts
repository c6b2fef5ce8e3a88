// What a heard receipt or void does to a payment. A machine's word counts when its signature was checked with a key that the phone
// has from elsewhere; else it is kept for settlement, which has the key.

import { equalBytes } from '../../codec/token/bytes.js';
import { packReceipt, type Receipt } from '../../codec/token/receipt.js';
import { verifyReceipt } from '../../codec/token/receipt-signature.js';
import { amountOf, paidMessage, type WalletPayment } from './wallet-payment.js';
import { MAX_EVIDENCE } from './wallet-state.js';

/**
 * Why a receipt for a payment changes nothing.
 *
 * - `receipt-amount`: it is for another amount
 * - `receipt-key`, `receipt-signature`: the key known for that machine is none, or did not sign this
 * - `already-voided`: the machine took the payment back before; it stays so
 * - `evidence-full`: enough unchecked receipts of this payment are kept
 */
export type ReceiptRefusal =
  | 'receipt-amount'
  | 'receipt-key'
  | 'receipt-signature'
  | 'already-voided'
  | 'evidence-full';

export type ReceiptJudgement =
  | { readonly ok: true; readonly payment: WalletPayment; readonly proof: 'verified' | 'evidence' }
  | { readonly ok: false; readonly reason: ReceiptRefusal };

/**
 * @param machineKey - of the payment's machine, from the issuer or the operator; undefined when it is not known
 * @returns the payment as it is now: the same object when nothing is new
 */
export function judgeReceipt(
  payment: WalletPayment,
  receipt: Receipt,
  machineKey: Uint8Array | undefined,
): ReceiptJudgement {
  if (receipt.amountMinorUnits !== amountOf(payment.order)) return { ok: false, reason: 'receipt-amount' };
  const packed = packReceipt(receipt);
  if (machineKey === undefined) return keepEvidence(payment, packed);
  const verdict = verifyReceipt(receipt, paidMessage(payment), machineKey);
  if (!verdict.ok) return { ok: false, reason: verdict.reason === 'key' ? 'receipt-key' : 'receipt-signature' };
  if (payment.receipt !== undefined && equalBytes(payment.receipt, packed))
    return { ok: true, payment, proof: 'verified' };
  if (receipt.outcome === 'vended' && payment.status === 'voided') return { ok: false, reason: 'already-voided' };
  const status = receipt.outcome === 'vended' ? 'vended' : 'voided';
  return { ok: true, payment: { ...payment, status, receipt: packed, evidence: [] }, proof: 'verified' };
}

function keepEvidence(payment: WalletPayment, packed: Uint8Array): ReceiptJudgement {
  const isKept = payment.evidence.some((kept) => equalBytes(kept, packed));
  if (isKept) return { ok: true, payment, proof: 'evidence' };
  if (payment.evidence.length >= MAX_EVIDENCE) return { ok: false, reason: 'evidence-full' };
  return { ok: true, payment: { ...payment, evidence: [...payment.evidence, packed] }, proof: 'evidence' };
}
