// Writes what a book has decided. One order of tables in every transaction, and of keys within each, so that two transactions wait for
// one another and do not lock each other out.

import type { KnownCertificate } from './certificate-cache.js';
import type { LedgerChanges } from './ledger-book.js';
import { type CertificateRow, LedgerConflict, type LedgerTransaction } from './ledger-store.js';

/** @throws LedgerConflict when another transaction has written one of the new payments since they were read */
export async function writeChanges(transaction: LedgerTransaction, changes: LedgerChanges): Promise<void> {
  const { newPayments, newDoubleSpends } = changes;
  if ((await transaction.insertPayments(newPayments)) !== newPayments.length)
    throw new LedgerConflict('a payment was recorded by another upload');
  if ((await transaction.insertDoubleSpends(newDoubleSpends)) !== newDoubleSpends.length)
    throw new LedgerConflict('a double spend was recorded by another upload');
  await transaction.updatePayments(changes.changedPayments);
  await transaction.updateDoubleSpends(changes.changedDoubleSpends);
  await transaction.addTransfers(changes.transfers);
  await transaction.addFraudProofs(changes.fraudProofs);
  await transaction.addFindings(changes.findings);
  await transaction.addDenials(changes.denials);
}

/**
 * Keeps certificates that payments came under.
 *
 * @throws LedgerConflict when another certificate of one of the ids has been kept since they were read
 */
export async function keepCertificates(
  transaction: LedgerTransaction,
  certificates: readonly KnownCertificate[],
  nowSeconds: number,
): Promise<void> {
  if (certificates.length === 0) return;
  const rows = certificates.map(({ certificateId, certificate, packed }): CertificateRow => {
    const { issuerKeyId } = certificate;
    return { certificateId, issuerKeyId, packed, source: 'seen', recordedAtSeconds: nowSeconds };
  });
  await transaction.addCertificates(rows);
  const kept = await transaction.certificates(rows.map(({ certificateId }) => certificateId));
  const byId = new Map(kept.map((row) => [row.certificateId, row.packed]));
  for (const { certificateId, packed } of rows)
    if (!isSame(packed, byId.get(certificateId)))
      throw new LedgerConflict('another certificate of this id was recorded');
}

/** @returns which of the certificates are to be kept, and the ids of which another certificate is known */
export async function sortCertificates(
  reader: Pick<LedgerTransaction, 'certificates'>,
  certificates: readonly KnownCertificate[],
): Promise<{ fresh: readonly KnownCertificate[]; conflicting: ReadonlySet<KnownCertificate> }> {
  const unique = [...new Set(certificates)];
  const kept = await reader.certificates([...new Set(unique.map(({ certificateId }) => certificateId))]);
  const byId = new Map(kept.map((row) => [row.certificateId, row.packed]));
  const fresh: KnownCertificate[] = [];
  const conflicting = new Set<KnownCertificate>();
  for (const known of unique) {
    const before = byId.get(known.certificateId);
    if (before === undefined) {
      fresh.push(known);
      byId.set(known.certificateId, known.packed);
    } else if (!isSame(known.packed, before)) conflicting.add(known);
  }
  return { fresh, conflicting };
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
