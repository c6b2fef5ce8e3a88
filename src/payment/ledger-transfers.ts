// Which accounts a payment moves money between. Every movement is one row with a debit and a credit, so that the ledger balances to
// zero in each currency whatever else goes wrong.
//
//   certificate:<id>   what the holder of a certificate owes         machine:<id>   what a machine's operator is owed
//   recovery:<id>      what a fraudulent holder owes besides         issuer:<key>   what an issuer has lost to fraud

import type { PaymentRow, TransferKind, TransferRow } from './ledger-store.js';

/** Who pays for what was delivered a second time under one counter. `operator`: nobody pays him. */
export const FRAUD_PAYERS = ['issuer', 'operator', 'holder'] as const;
export type FraudPayer = (typeof FRAUD_PAYERS)[number];

/** @returns the charge of a delivered payment, or its refund */
export function paymentTransfer(row: PaymentRow, kind: 'charge' | 'refund', nowSeconds: number): TransferRow {
  const accounts = [`certificate:${row.certificateId}`, `machine:${row.machineId}`] as const;
  return transfer(row, { kind, subject: '', accounts, nowSeconds });
}

/** @returns who bears a delivered double spend, or the undoing of it; undefined when it stays with the operator */
export function fraudTransfer(
  row: PaymentRow,
  kind: 'fraud-loss' | 'fraud-refund',
  payer: FraudPayer,
  nowSeconds: number,
): TransferRow | undefined {
  if (payer === 'operator') return undefined;
  const debit = payer === 'issuer' ? `issuer:${row.issuerKeyId}` : `recovery:${row.certificateId}`;
  return transfer(row, { kind, subject: row.contentHash, accounts: [debit, `machine:${row.machineId}`], nowSeconds });
}

interface TransferTerms {
  readonly kind: TransferKind;
  readonly subject: string;
  readonly accounts: readonly [debit: string, credit: string];
  readonly nowSeconds: number;
}

/** A refund goes the way of its charge backwards. */
function transfer(row: PaymentRow, { kind, subject, accounts, nowSeconds }: TransferTerms): TransferRow {
  const isForward = kind === 'charge' || kind === 'fraud-loss';
  const [debitAccount, creditAccount] = isForward ? accounts : [accounts[1], accounts[0]];
  const { certificateId, counter, currency, minorUnits } = row;
  return {
    certificateId,
    counter,
    kind,
    subject,
    debitAccount,
    creditAccount,
    currency,
    minorUnits,
    recordedAtSeconds: nowSeconds,
  };
}
