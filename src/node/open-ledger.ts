// The ledger's door: what it is made of (kysely, libsql, pg) is loaded when one is opened, since most programs never do.

import type { LedgerLocation, LedgerObserver, SqlLedgerStore } from './ledger.js';

/**
 * Opens a ledger and brings its tables up to date.
 *
 * @throws what the database says when it cannot be opened or its tables cannot be brought up to date
 */
export async function openLedger(location: LedgerLocation, observer: LedgerObserver = {}): Promise<SqlLedgerStore> {
  const ledger = await import('./ledger.js');
  return ledger.openLedger(location, observer);
}
