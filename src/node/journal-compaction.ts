// Making room: deletes the oldest entries of a journal once nobody can ask for them any more. Only ever by explicit call.

import type Libsql from 'libsql';
import { certificateEndSeconds, parseCertificate } from '../../codec/token/certificate.js';
import { type JournalEntry, parseJournalEntry } from '../payment/journal-entry.js';
import type { StoredEntry } from '../payment/journal-store.js';
import { readRows } from './journal-check.js';
import { inTransaction } from './sqlite.js';

/** Where a journal can be cut: the last entry that goes. */
export type JournalCut = Pick<StoredEntry, 'sequence' | 'chainHash'>;

/** What decides whether an entry can go. */
interface EntryFacts extends JournalCut {
  readonly kind: JournalEntry['kind'];
  /** of the sale that it is about */
  readonly saleSequence: number;
  /** the certificate has expired; of an outcome: it is one that somebody knows */
  readonly isOver: boolean;
}

/**
 * The longest beginning of a journal that can go: every entry acknowledged by settlement, every sale in it closed, every certificate
 * expired by the time that was written down (so that no replay is possible whatever happens to the clock), and no entry after it about a
 * sale in it (a refund may come late, and settlement may not have it yet).
 *
 * @returns the last entry of it, undefined when nothing can go
 */
export function compactableUpTo(
  entries: Iterable<StoredEntry>,
  acknowledgedSequence: number,
  persistedSeconds: number,
): JournalCut | undefined {
  const all = Array.from(entries, (entry) => factsOf(entry, persistedSeconds));
  const lastWords = new Map(all.map((facts) => [facts?.saleSequence, facts?.sequence]));
  const open = new Set<number>();
  let last: JournalCut | undefined;
  for (const facts of all) {
    if (facts === undefined || facts.sequence > acknowledgedSequence) break;
    const { kind, sequence, saleSequence, isOver } = facts;
    if (kind === 'accepted') {
      if (!isOver) break;
      open.add(sequence);
    } else if (isOver && lastWords.get(saleSequence) === sequence) open.delete(saleSequence);
    if (open.size === 0) last = facts;
  }
  return last;
}

function factsOf({ sequence, chainHash, packed }: StoredEntry, persistedSeconds: number): EntryFacts | undefined {
  const parsed = parseJournalEntry(packed);
  if (!parsed.ok) return undefined;
  const { entry } = parsed;
  const place = { sequence, chainHash, kind: entry.kind };
  if (entry.kind === 'outcome')
    return { ...place, saleSequence: entry.acceptedSequence, isOver: entry.outcome !== 'unknown' };
  const certificate = parseCertificate(entry.certificate);
  const isOver = certificate.ok && certificateEndSeconds(certificate.certificate) <= persistedSeconds;
  return { ...place, saleSequence: sequence, isOver };
}

/** Deletes the entries up to that one and keeps the link of the chain that the next one follows. @returns how many were deleted */
export function deleteUpTo(database: Libsql.Database, { sequence, chainHash }: JournalCut): number {
  return inTransaction(database, () => {
    database.prepare('INSERT OR IGNORE INTO anchors VALUES (?, ?)').run(sequence, Buffer.from(chainHash));
    database.prepare('DELETE FROM holes WHERE sequence <= ?').run(sequence);
    return database.prepare('DELETE FROM entries WHERE sequence <= ?').run(sequence).changes;
  });
}

/** @returns what `compactableUpTo` says of this database */
export function findCompactable(database: Libsql.Database, acknowledgedSequence: number, persistedSeconds: number) {
  return compactableUpTo(readRows(database, 1), acknowledgedSequence, persistedSeconds);
}
