// Making room: deletes the oldest entries of a journal once nobody can ask for them any more. Only ever by explicit call.

import type Libsql from 'libsql';
import { certificateEndSeconds, parseCertificate } from '../../codec/token/certificate.js';
import { type JournalEntry, parseJournalEntry } from '../payment/journal-entry.js';
import type { StoredEntry } from '../payment/journal-store.js';
import { readRows } from './journal-check.js';
import { inTransaction } from './sqlite.js';

/**
 * The longest beginning of a journal that can go: every entry acknowledged by settlement, every sale in it closed, every certificate
 * expired by the time that was written down (so that no replay is possible whatever happens to the clock).
 *
 * @returns the last entry of it, undefined when nothing can go
 */
export function compactableUpTo(
  entries: Iterable<StoredEntry>,
  acknowledgedSequence: number,
  persistedSeconds: number,
): StoredEntry | undefined {
  const open = new Set<number>();
  let last: StoredEntry | undefined;
  for (const stored of entries) {
    if (stored.sequence > acknowledgedSequence) break;
    const parsed = parseJournalEntry(stored.packed);
    if (!parsed.ok || !mayGo(parsed.entry, open, persistedSeconds)) break;
    if (open.size === 0) last = stored;
  }
  return last;
}

function mayGo(entry: JournalEntry, open: Set<number>, persistedSeconds: number): boolean {
  if (entry.kind === 'outcome') {
    if (entry.outcome !== 'unknown') open.delete(entry.acceptedSequence);
    return true;
  }
  open.add(entry.sequence);
  const parsed = parseCertificate(entry.certificate);
  return parsed.ok && certificateEndSeconds(parsed.certificate) <= persistedSeconds;
}

/** Deletes the entries up to that one and keeps the link of the chain that the next one follows. @returns how many were deleted */
export function deleteUpTo(database: Libsql.Database, { sequence, chainHash }: StoredEntry): number {
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
