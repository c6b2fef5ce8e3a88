// A phone's bill: payments that its owner signed, whoever else has uploaded them. They are charged only when the machine's receipt or
// its till's journal says that something was delivered; until then they are claimed, and the unique key is taken.

import type { OutcomeReport } from './ledger-book.js';
import { LedgerBook } from './ledger-book.js';
import { type CheckedPayment, checkPayment, checkReceipt } from './settlement-checks.js';
import type { SettlementContext } from './settlement-context.js';
import { keepCertificates, sortCertificates, writeChanges } from './settlement-writes.js';
import type { BillPayment, BillUpload } from './upload.js';
import type { BillAnswer, PaymentResult } from './upload-answer.js';

/** A payment of the bill: refused, or with what its receipt says. */
type CheckedClaim =
  | { readonly refused: PaymentResult }
  | { readonly checked: CheckedPayment; readonly report: OutcomeReport | undefined };

/** @throws LedgerConflict when another upload was first: do it again */
export async function settleBill(
  { payments }: BillUpload,
  context: SettlementContext,
): Promise<{ ok: true; answer: BillAnswer }> {
  const { store, nowSeconds, fraudPayer } = context;
  const claims = await Promise.all(payments.map((payment) => checkClaim(payment, context)));
  const accepted = claims.flatMap((claim) => ('checked' in claim ? [claim.checked] : []));
  const { fresh, conflicting } = await sortCertificates(
    store,
    accepted.map(({ known }) => known),
  );
  const keys = accepted.map(({ row }) => row);

  const results = await store.transaction(async (transaction) => {
    const locked = await transaction.lockPayments(keys);
    const book = new LedgerBook(locked, await transaction.lockDoubleSpends(keys), nowSeconds, fraudPayer);
    const results = claims.map((claim): PaymentResult => {
      if ('refused' in claim) return claim.refused;
      if (!conflicting.has(claim.checked.known)) return book.claim(claim.checked, claim.report);
      const { certificateId } = claim.checked.row;
      book.find('certificate-conflict', certificateId, 'two certificates of one id are signed');
      return { result: 'refused', reason: 'certificate-conflict' };
    });
    await keepCertificates(transaction, fresh, nowSeconds);
    await writeChanges(transaction, book.changes());
    return results;
  });
  return { ok: true, answer: { kind: 'bill', results, denyListVersion: await store.denyListVersion() } };
}

async function checkClaim(payment: BillPayment, context: SettlementContext): Promise<CheckedClaim> {
  const { certificate, token, beacon, receipt } = payment;
  const check = await checkPayment({ certificate, token, beacon, accepted: undefined }, context);
  if (!check.ok) return { refused: { result: 'refused', reason: check.reason } };
  const { checked } = check;
  if (receipt === undefined) return { checked, report: undefined };
  const machine = await context.findMachine(checked.row.machineId);
  const { certificateId, counter, minorUnits } = checked.row;
  const claimed = { receipt, certificateId, counter, minorUnits, payment: checked.signed.payment };
  const report = machine && (await checkReceipt(claimed, machine, context.certificates));
  return report ? { checked, report } : { refused: { result: 'refused', reason: 'receipt' } };
}
