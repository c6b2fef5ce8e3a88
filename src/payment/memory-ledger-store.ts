// The ledger in memory: for tests, simulations and trying things out. What it holds is gone with the process, so it is not for money.

import { toHex } from '../shared/hex.js';
import { emptyChainHash } from './journal-entry.js';
import {
  type BalanceRow,
  type CertificateRow,
  type DenialRow,
  type FindingRow,
  type FraudProofRow,
  type JournalHead,
  type JournalRow,
  type LedgerCounts,
  type LedgerStore,
  type LedgerTransaction,
  type Page,
  type PaymentKey,
  type PaymentQueue,
  type PaymentRow,
  paymentKey,
  type TransferRow,
} from './ledger-store.js';

/** Tables by unique key. Rows are never changed, only replaced, so a copy of the maps is a snapshot. */
class Tables {
  heads = new Map<number, JournalHead>();
  journal = new Map<string, JournalRow>();
  forks = new Map<string, JournalRow>();
  payments = new Map<string, PaymentRow>();
  doubles = new Map<string, PaymentRow>();
  certificates = new Map<string, CertificateRow>();
  transfers = new Map<string, TransferRow>();
  proofs = new Map<string, FraudProofRow>();
  findings = new Map<string, FindingRow>();
  denials = new Map<string, DenialRow>();

  copy(): Tables {
    const copy = new Tables();
    for (const name of Object.keys(copy) as (keyof Tables)[])
      if (name !== 'copy') Object.assign(copy, { [name]: new Map(this[name] as ReadonlyMap<unknown, unknown>) });
    return copy;
  }
}

/** One transaction at a time, each on a copy that becomes the truth when it ends well. */
export class MemoryLedgerStore implements LedgerStore {
  #tables = new Tables();
  #last: Promise<unknown> = Promise.resolve();

  transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T> {
    const run = async () => {
      const copy = this.#tables.copy();
      const result = await work(new MemoryTransaction(copy));
      this.#tables = copy;
      return result;
    };
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => {});
    return result;
  }

  get #reader(): MemoryTransaction {
    return new MemoryTransaction(this.#tables);
  }

  journalHead = (machineId: number) => this.#reader.journalHead(machineId);
  journalHashes = (machineId: number, first: number, last: number) =>
    this.#reader.journalHashes(machineId, first, last);
  payments = (keys: readonly PaymentKey[]) => this.#reader.payments(keys);
  doubleSpends = (keys: readonly PaymentKey[]) => this.#reader.doubleSpends(keys);
  certificates = (ids: readonly string[]) => this.#reader.certificates(ids);
  denials = (ids: readonly string[]) => this.#reader.denials(ids);
  denyListVersion = () => this.#reader.denyListVersion();

  async balances(): Promise<readonly BalanceRow[]> {
    const sums = new Map<string, BalanceRow>();
    const add = (account: string, currency: number, minorUnits: number) => {
      const key = `${account} ${currency}`;
      sums.set(key, { account, currency, minorUnits: (sums.get(key)?.minorUnits ?? 0) + minorUnits });
    };
    for (const { debitAccount, creditAccount, currency, minorUnits } of this.#tables.transfers.values()) {
      add(debitAccount, currency, minorUnits);
      add(creditAccount, currency, -minorUnits);
    }
    return [...sums.values()].sort((a, b) => (a.account < b.account ? -1 : 1));
  }

  async counts(): Promise<LedgerCounts> {
    const { payments, doubles, proofs, transfers, findings, journal, denials } = this.#tables;
    const count = (wanted: (row: PaymentRow) => boolean) => [...payments.values()].filter(wanted).length;
    return {
      payments: payments.size,
      vended: count(({ outcome }) => outcome === 'vended'),
      failed: count(({ outcome }) => outcome === 'failed'),
      held: count((row) => isInQueue(row, 'held')),
      claimed: count((row) => isInQueue(row, 'claimed')),
      late: count((row) => isInQueue(row, 'late')),
      doubleSpends: doubles.size,
      fraudProofs: proofs.size,
      transfers: transfers.size,
      findings: findings.size,
      journalEntries: journal.size,
      denied: denials.size,
    };
  }

  async denialsAfter(version: number, limit: number): Promise<readonly DenialRow[]> {
    const later = [...this.#tables.denials.values()].filter((row) => row.version > version);
    return later.sort((a, b) => a.version - b.version).slice(0, limit);
  }

  async queue(queue: PaymentQueue, page: Page): Promise<readonly PaymentRow[]> {
    const { payments, doubles } = this.#tables;
    const all = [...payments.values(), ...doubles.values()];
    return paged(
      all.filter((row) => isInQueue(row, queue)),
      page,
    );
  }

  async allPayments(page: Page): Promise<readonly PaymentRow[]> {
    return paged([...this.#tables.payments.values()], page);
  }

  async findings(after: FindingRow | undefined, limit: number): Promise<readonly FindingRow[]> {
    const key = ({ kind, subject }: FindingRow) => `${kind} ${subject}`;
    const all = [...this.#tables.findings.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
    return all.filter((row) => after === undefined || key(row) > key(after)).slice(0, limit);
  }

  async fraudProofs(page: Page): Promise<readonly FraudProofRow[]> {
    return paged([...this.#tables.proofs.values()], page);
  }
}

class MemoryTransaction implements LedgerTransaction {
  constructor(readonly tables: Tables) {}

  async journalHead(machineId: number): Promise<JournalHead> {
    return this.tables.heads.get(machineId) ?? { lastSequence: 0, chainHash: toHex(emptyChainHash()) };
  }

  async journalHashes(machineId: number, firstSequence: number, lastSequence: number) {
    const hashes = new Map<number, string>();
    for (let sequence = firstSequence; sequence <= lastSequence; sequence++) {
      const row = this.tables.journal.get(`${machineId}/${sequence}`);
      if (row) hashes.set(sequence, row.chainHash);
    }
    return hashes;
  }

  async payments(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]> {
    const wanted = new Set(keys.map(paymentKey));
    return [...wanted].flatMap((key) => this.tables.payments.get(key) ?? []);
  }

  async doubleSpends(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]> {
    const wanted = new Set(keys.map(paymentKey));
    return [...this.tables.doubles.values()].filter((row) => wanted.has(paymentKey(row)));
  }

  async certificates(ids: readonly string[]): Promise<readonly CertificateRow[]> {
    return [...new Set(ids)].flatMap((id) => this.tables.certificates.get(id) ?? []);
  }

  async denials(ids: readonly string[]): Promise<readonly DenialRow[]> {
    return [...new Set(ids)].flatMap((id) => this.tables.denials.get(id) ?? []);
  }

  async denyListVersion(): Promise<number> {
    return this.tables.denials.size;
  }

  lockJournal = (machineId: number) => this.journalHead(machineId);
  lockPayments = (keys: readonly PaymentKey[]) => this.payments(keys);
  lockDoubleSpends = (keys: readonly PaymentKey[]) => this.doubleSpends(keys);

  async appendJournal(rows: readonly JournalRow[]): Promise<void> {
    insertAll(this.tables.journal, rows, ({ machineId, sequence }) => `${machineId}/${sequence}`);
    const last = rows.at(-1);
    if (last) this.tables.heads.set(last.machineId, { lastSequence: last.sequence, chainHash: last.chainHash });
  }

  async addForks(rows: readonly JournalRow[]): Promise<void> {
    insertAll(this.tables.forks, rows, ({ machineId, chainHash }) => `${machineId}/${chainHash}`);
  }

  insertPayments = async (rows: readonly PaymentRow[]) => insertAll(this.tables.payments, rows, paymentKey);
  insertDoubleSpends = async (rows: readonly PaymentRow[]) => insertAll(this.tables.doubles, rows, doubleKey);

  async updatePayments(rows: readonly PaymentRow[]): Promise<void> {
    for (const row of rows) this.tables.payments.set(paymentKey(row), row);
  }

  async updateDoubleSpends(rows: readonly PaymentRow[]): Promise<void> {
    for (const row of rows) this.tables.doubles.set(doubleKey(row), row);
  }

  async addCertificates(rows: readonly CertificateRow[]): Promise<void> {
    insertAll(this.tables.certificates, rows, ({ certificateId }) => certificateId);
  }

  async addTransfers(rows: readonly TransferRow[]): Promise<void> {
    insertAll(this.tables.transfers, rows, (row) => `${paymentKey(row)}:${row.kind}:${row.subject}`);
  }

  async addFraudProofs(rows: readonly FraudProofRow[]): Promise<void> {
    insertAll(this.tables.proofs, rows, doubleKey);
  }

  async addFindings(rows: readonly FindingRow[]): Promise<void> {
    insertAll(this.tables.findings, rows, ({ kind, subject }) => `${kind} ${subject}`);
  }

  async addDenials(rows: readonly Omit<DenialRow, 'version'>[]): Promise<void> {
    const { denials } = this.tables;
    for (const row of rows)
      if (!denials.has(row.certificateId)) denials.set(row.certificateId, { ...row, version: denials.size + 1 });
  }
}

/** @returns how many were new */
function insertAll<Row>(table: Map<string, Row>, rows: readonly Row[], keyOf: (row: Row) => string): number {
  let count = 0;
  for (const row of rows) {
    if (table.has(keyOf(row))) continue;
    table.set(keyOf(row), row);
    count++;
  }
  return count;
}

function isInQueue({ review, outcome, acceptedSequence }: PaymentRow, queue: PaymentQueue): boolean {
  if (queue === 'late') return review === 'late';
  if (queue === 'held') return outcome === 'unknown';
  return outcome === 'none' && (queue === 'claimed') === (acceptedSequence === null);
}

function doubleKey(row: Placed): string {
  return `${paymentKey(row)}:${row.contentHash}`;
}

type Placed = PaymentKey & { readonly contentHash: string };

function paged<Row extends Placed>(rows: readonly Row[], { after, limit }: Page): readonly Row[] {
  const sorted = [...rows].sort(byPlace);
  return sorted.filter((row) => after === undefined || byPlace(row, after) > 0).slice(0, limit);
}

function byPlace(a: Placed, b: Placed): number {
  if (a.certificateId !== b.certificateId) return a.certificateId < b.certificateId ? -1 : 1;
  if (a.counter !== b.counter) return a.counter - b.counter;
  return a.contentHash < b.contentHash ? -1 : Number(a.contentHash > b.contentHash);
}
