// What settling an upload needs besides the upload.

import type { LedgerStore } from './ledger-store.js';
import type { FraudPayer } from './ledger-transfers.js';
import type { KeyedSigner } from './settlement.js';
import type { CheckContext } from './settlement-checks.js';

export interface SettlementContext extends CheckContext {
  readonly store: LedgerStore;
  readonly fraudPayer: FraudPayer;
  readonly settlementKey: KeyedSigner;
}
