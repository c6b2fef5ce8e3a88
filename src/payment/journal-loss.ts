// What a till has lost for good: its disk was damaged, its operator has repaired the journal, and the entries that settlement lacks will
// never come. A person at settlement takes note of that, so that the entries after the hole can be taken: nothing is charged for those in it.

import type { JournalRow, LedgerStore } from './ledger-store.js';

/** A hole in a machine's journal, up to and with `lastSequence`. */
export interface JournalLoss {
  readonly machineId: number;
  readonly lastSequence: number;
  /** the till's chain after the hole, 64 hex digits */
  readonly chainHash: string;
}

/** `known`: settlement has those entries. `too-many`: more than a hole has; a mistyped number would shut the machine out for good. */
export type LossResult =
  | { readonly ok: true; readonly firstSequence: number; readonly lastSequence: number }
  | { readonly ok: false; readonly reason: 'known' | 'too-many' };

/** A torn end is an entry or two, a broken page a few dozen. */
const MAX_LOST_ENTRIES = 1000;

/** @returns which entries count as lost now; the next upload goes on behind them */
export function recordLoss(
  store: LedgerStore,
  { machineId, lastSequence, chainHash }: JournalLoss,
  nowSeconds: number,
): Promise<LossResult> {
  return store.transaction(async (transaction): Promise<LossResult> => {
    const head = await transaction.lockJournal(machineId);
    const firstSequence = head.lastSequence + 1;
    const count = lastSequence - head.lastSequence;
    if (count < 1) return { ok: false, reason: 'known' };
    if (count > MAX_LOST_ENTRIES) return { ok: false, reason: 'too-many' };
    const rows = Array.from({ length: count }, (_, i): JournalRow => {
      const sequence = firstSequence + i;
      const place = {
        machineId,
        sequence,
        packed: new Uint8Array(),
        chainHash: sequence === lastSequence ? chainHash : '',
      };
      return { ...place, result: 'lost', reason: null, recordedAtSeconds: nowSeconds };
    });
    await transaction.appendJournal(rows);
    const subject = `${machineId}/${firstSequence}-${lastSequence}`;
    const detail = `${count} entries are lost: what they charge is to be found on phones' bills`;
    await transaction.addFindings([{ kind: 'journal-loss', subject, detail, recordedAtSeconds: nowSeconds }]);
    return { ok: true, firstSequence, lastSequence };
  });
}
