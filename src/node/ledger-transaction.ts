// Reads and writes of the ledger in SQL, inside one transaction or outside of any. The same statements on both engines; only PostgreSQL
// needs to be told which rows to lock (an SQLite transaction has the whole database).

import type { QueryExecutorProvider } from 'kysely';
import type {
  CertificateRow,
  DenialRow,
  FindingRow,
  FraudProofRow,
  JournalHead,
  JournalRow,
  LedgerReader,
  LedgerTransaction,
  PaymentKey,
  PaymentRow,
  TransferRow,
} from '../payment/ledger-store.js';
import {
  bulkInsert,
  CERTIFICATE_FIELDS,
  CHANGING_PAYMENT_FIELDS,
  columnOf,
  DENIAL_FIELDS,
  FINDING_FIELDS,
  JOURNAL_FIELDS,
  PAYMENT_FIELDS,
  PROOF_FIELDS,
  run,
  selection,
  TRANSFER_FIELDS,
  valueLists,
} from './ledger-rows.js';
import type { LedgerEngine } from './ledger-schema.js';

type PaymentTable = 'payments' | 'double_spends';

const NO_HASH = '0'.repeat(64);

/** @see LedgerReader */
export class SqlLedgerReader implements LedgerReader {
  constructor(
    protected readonly executor: QueryExecutorProvider,
    protected readonly engine: LedgerEngine,
  ) {}

  async journalHead(machineId: number): Promise<JournalHead> {
    return (await this.#head(machineId, '')) ?? { lastSequence: 0, chainHash: NO_HASH };
  }

  async journalHashes(machineId: number, firstSequence: number, lastSequence: number) {
    const rows = await this.run(
      `select sequence, chain_hash as hash from journal_entries where machine_id = $1 and sequence between $2 and $3`,
      [machineId, firstSequence, lastSequence],
    );
    return new Map(rows.map(({ sequence, hash }) => [Number(sequence), String(hash)]));
  }

  payments = (keys: readonly PaymentKey[]) => this.paymentsOf('payments', keys, '');
  doubleSpends = (keys: readonly PaymentKey[]) => this.paymentsOf('double_spends', keys, '');

  async certificates(ids: readonly string[]): Promise<readonly CertificateRow[]> {
    return this.#byId<CertificateRow>('certificates', CERTIFICATE_FIELDS, ids);
  }

  async denials(ids: readonly string[]): Promise<readonly DenialRow[]> {
    return this.#byId<DenialRow>('denials', DENIAL_FIELDS, ids);
  }

  async denyListVersion(): Promise<number> {
    const [row] = await this.run('select version from deny_list where id = 1', []);
    return Number(row.version);
  }

  /** @param lock - what stands behind the select */
  protected async paymentsOf(
    table: PaymentTable,
    keys: readonly PaymentKey[],
    lock: string,
  ): Promise<readonly PaymentRow[]> {
    if (keys.length === 0) return [];
    const lists = valueLists(this.engine, keys.length, 2, ['text', 'integer']);
    const text = `select ${selection(PAYMENT_FIELDS)} from ${table} where (certificate_id, counter) in (values ${lists})
      order by certificate_id, counter ${lock}`;
    const parameters = keys.flatMap(({ certificateId, counter }) => [certificateId, counter]);
    return (await run(this.executor, text, parameters)) as unknown as PaymentRow[];
  }

  protected run(text: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return run(this.executor, this.engine === 'postgres' ? text : text.replace(/\$\d+/g, '?'), parameters);
  }

  protected get lock(): string {
    return this.engine === 'postgres' ? 'for update' : '';
  }

  protected async lockedHead(machineId: number): Promise<JournalHead | undefined> {
    return this.#head(machineId, this.lock);
  }

  async #head(machineId: number, lock: string): Promise<JournalHead | undefined> {
    const text = `select last_sequence as "lastSequence", chain_hash as "chainHash" from journal_heads
      where machine_id = $1 ${lock}`;
    const [row] = await this.run(text, [machineId]);
    return row as unknown as JournalHead | undefined;
  }

  async #byId<Row>(table: string, fields: readonly string[], ids: readonly string[]): Promise<readonly Row[]> {
    if (ids.length === 0) return [];
    const places = valueLists(this.engine, 1, ids.length);
    const text = `select ${selection(fields)} from ${table} where certificate_id in ${places} order by certificate_id`;
    return (await run(this.executor, text, ids)) as unknown as Row[];
  }
}

/** @see LedgerTransaction */
export class SqlLedgerTransaction extends SqlLedgerReader implements LedgerTransaction {
  async lockJournal(machineId: number): Promise<JournalHead> {
    await this.run(
      `insert into journal_heads (machine_id, last_sequence, chain_hash) values ($1, 0, '${NO_HASH}') on conflict do nothing`,
      [machineId],
    );
    const head = await this.lockedHead(machineId);
    if (head === undefined) throw new Error('journal_heads: expected the row just written, got none');
    return head;
  }

  lockPayments = (keys: readonly PaymentKey[]) => this.paymentsOf('payments', keys, this.lock);
  lockDoubleSpends = (keys: readonly PaymentKey[]) => this.paymentsOf('double_spends', keys, this.lock);

  async appendJournal(rows: readonly JournalRow[]): Promise<void> {
    const last = rows.at(-1);
    if (last === undefined) return;
    await this.#insert('journal_entries', JOURNAL_FIELDS, rows, '');
    await this.run('update journal_heads set last_sequence = $1, chain_hash = $2 where machine_id = $3', [
      last.sequence,
      last.chainHash,
      last.machineId,
    ]);
  }

  addForks = (rows: readonly JournalRow[]) => this.#add('journal_forks', JOURNAL_FIELDS, rows);
  insertPayments = (rows: readonly PaymentRow[]) => this.#insertNew('payments', rows);
  insertDoubleSpends = (rows: readonly PaymentRow[]) => this.#insertNew('double_spends', rows);
  updatePayments = (rows: readonly PaymentRow[]) => this.#update('payments', 'certificate_id, counter', rows);
  updateDoubleSpends = (rows: readonly PaymentRow[]) =>
    this.#update('double_spends', 'certificate_id, counter, content_hash', rows);
  addCertificates = (rows: readonly CertificateRow[]) =>
    this.#add('certificates', CERTIFICATE_FIELDS, sortedById(rows));
  addTransfers = (rows: readonly TransferRow[]) => this.#add('transfers', TRANSFER_FIELDS, rows);
  addFraudProofs = (rows: readonly FraudProofRow[]) => this.#add('fraud_proofs', PROOF_FIELDS, rows);
  addFindings = (rows: readonly FindingRow[]) => this.#add('findings', FINDING_FIELDS, rows);

  async addDenials(rows: readonly Omit<DenialRow, 'version'>[]): Promise<void> {
    if (rows.length === 0) return;
    // The lock is held until the transaction ends, so that versions become visible in their order.
    const [{ version: before }] = await this.run(`select version from deny_list where id = 1 ${this.lock}`, []);
    const known = await this.denials(rows.map(({ certificateId }) => certificateId));
    const knownIds = new Set(known.map(({ certificateId }) => certificateId));
    let version = Number(before);
    const fresh = rows
      .filter(({ certificateId }) => !knownIds.has(certificateId))
      .map((row): DenialRow => {
        version++;
        return { ...row, version };
      });
    await this.#insert('denials', DENIAL_FIELDS, fresh, '');
    await this.run('update deny_list set version = $1 where id = 1', [version]);
  }

  /** `returning` tells which rows were new: on a conflict nothing comes back. */
  #insertNew(table: PaymentTable, rows: readonly PaymentRow[]): Promise<number> {
    return this.#insert(table, PAYMENT_FIELDS, rows, 'on conflict do nothing returning counter');
  }

  async #add<Row>(table: Table, fields: readonly (keyof Row & string)[], rows: readonly Row[]): Promise<void> {
    await this.#insert(table, fields, rows, 'on conflict do nothing');
  }

  /** The rows are there and locked, so the insert always meets its conflict and becomes the update. */
  async #update(table: PaymentTable, key: string, rows: readonly PaymentRow[]): Promise<void> {
    const changes = CHANGING_PAYMENT_FIELDS.map(columnOf).map((column) => `${column} = excluded.${column}`);
    await this.#insert(table, PAYMENT_FIELDS, rows, `on conflict (${key}) do update set ${changes.join(', ')}`);
  }

  #insert<Row>(table: Table, fields: readonly (keyof Row & string)[], rows: readonly Row[], then: string) {
    return bulkInsert(this.executor, this.engine, { table, fields, rows, then });
  }
}

type Table = Parameters<typeof bulkInsert>[2]['table'];

function sortedById(rows: readonly CertificateRow[]): readonly CertificateRow[] {
  return [...rows].sort((a, b) => (a.certificateId < b.certificateId ? -1 : 1));
}
