// The ledger on disk: `LedgerStore` on SQLite by default, on PostgreSQL by connection string.

import { setTimeout as sleep } from 'node:timers/promises';
import { type Dialect, Kysely } from 'kysely';
import type {
  BalanceRow,
  DenialRow,
  FindingRow,
  FraudProofRow,
  LedgerCounts,
  LedgerStore,
  LedgerTransaction,
  Page,
  PaymentQueue,
  PaymentRow,
} from '../payment/ledger-store.js';
import { assertInteger } from '../shared/assert.js';
import { postgresDialect, sqliteDialect } from './ledger-engines.js';
import { DENIAL_FIELDS, FINDING_FIELDS, PAYMENT_FIELDS, PROOF_FIELDS, selection } from './ledger-rows.js';
import { type LedgerDatabase, type LedgerEngine, migrateLedger } from './ledger-schema.js';
import { SqlLedgerReader, SqlLedgerTransaction } from './ledger-transaction.js';

/** Where a ledger is kept. */
export type LedgerLocation =
  | { readonly file: string }
  | {
      /** as `postgres://user:password@host:5432/database` */
      readonly postgres: string;
      /** connections at most, integer in [1, 100]; 10 when left out */
      readonly connectionCount?: number;
    };

/** Told about what goes wrong between queries and about transactions that had to be repeated. */
export interface LedgerObserver {
  onIdleError?(error: Error): void;
  onRetry?(code: string): void;
}

/** A transaction that loses every time for some seconds meets a fault and not a race. */
const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 4;

/**
 * How long a statement on SQLite waits for another process that writes, once the tables are up to date. It blocks this process, and with it a
 * server's other requests, so the rest of the waiting is done between attempts.
 */
const BUSY_WAIT_MS = 200;

/**
 * Opens a ledger and brings its tables up to date.
 *
 * @throws what the database says when it cannot be opened or its tables cannot be brought up to date
 */
export async function openLedger(location: LedgerLocation, observer: LedgerObserver = {}): Promise<SqlLedgerStore> {
  const engine = 'file' in location ? 'sqlite' : 'postgres';
  const store = new SqlLedgerStore(dialectOf(location, observer), engine, observer);
  try {
    await store.migrate();
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function dialectOf(location: LedgerLocation, observer: LedgerObserver): Dialect {
  if ('file' in location) return sqliteDialect(location.file);
  const { postgres, connectionCount = 10 } = location;
  assertInteger('connectionCount', connectionCount, 1, 100);
  return postgresDialect(postgres, connectionCount, (error) => observer.onIdleError?.(error));
}

/** @see LedgerStore */
export class SqlLedgerStore extends SqlLedgerReader implements LedgerStore {
  readonly #database: Kysely<LedgerDatabase>;
  readonly #observer: LedgerObserver;

  constructor(dialect: Dialect, engine: LedgerEngine, observer: LedgerObserver) {
    const database = new Kysely<LedgerDatabase>({ dialect });
    super(database, engine);
    this.#database = database;
    this.#observer = observer;
  }

  async migrate(): Promise<void> {
    await migrateLedger(this.#database, this.engine);
    if (this.engine === 'sqlite') await this.run(`pragma busy_timeout = ${BUSY_WAIT_MS}`, []);
  }

  /** Waits for what runs and lets the database go. */
  close(): Promise<void> {
    return this.#database.destroy();
  }

  /**
   * READ COMMITTED on PostgreSQL: every decision is made on rows that are locked, and the unique keys decide what is first, so that
   * nothing is gained by SERIALIZABLE but more repetitions. Where that is the default (CockroachDB) they are repeated all the same.
   */
  async transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#database
          .transaction()
          .execute((transaction) => work(new SqlLedgerTransaction(transaction, this.engine)));
      } catch (error) {
        const code = retryCode(error);
        if (code === undefined || attempt === MAX_ATTEMPTS) throw error;
        this.#observer.onRetry?.(code);
        // Random, so that two that met do not meet again.
        await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** Math.min(attempt, 9));
      }
    }
  }

  async balances(): Promise<readonly BalanceRow[]> {
    const text = `select account, currency, cast(sum(minor_units) as ${this.engine === 'postgres' ? 'bigint' : 'integer'}) as "minorUnits"
      from postings group by account, currency order by account, currency`;
    return (await this.run(text, [])) as unknown as BalanceRow[];
  }

  async counts(): Promise<LedgerCounts> {
    const of = (table: string, condition = 'true') => `(select count(*) from ${table} where ${condition})`;
    const [row] = await this.run(
      `select ${of('payments')} as payments, ${of('payments', "outcome = 'vended'")} as vended,
        ${of('payments', "outcome = 'failed'")} as failed, ${of('payments', QUEUES.held)} as held,
        ${of('payments', QUEUES.claimed)} as claimed, ${of('payments', QUEUES.late)} as late,
        ${of('double_spends')} as "doubleSpends", ${of('fraud_proofs')} as "fraudProofs",
        ${of('transfers')} as transfers, ${of('findings')} as findings,
        ${of('journal_entries')} as "journalEntries", ${of('denials')} as denied`,
      [],
    );
    return row as unknown as LedgerCounts;
  }

  async denialsAfter(version: number, limit: number): Promise<readonly DenialRow[]> {
    const text = `select ${selection(DENIAL_FIELDS)} from denials where version > $1 order by version limit $2`;
    return (await this.run(text, [version, limit])) as unknown as DenialRow[];
  }

  async queue(queue: PaymentQueue, page: Page): Promise<readonly PaymentRow[]> {
    const fields = selection(PAYMENT_FIELDS);
    const condition = QUEUES[queue];
    const both = `(select * from payments where ${condition} union all select * from double_spends where ${condition}) as p`;
    return (await this.#page(fields, both, page)) as unknown as PaymentRow[];
  }

  async allPayments(page: Page): Promise<readonly PaymentRow[]> {
    return (await this.#page(selection(PAYMENT_FIELDS), 'payments', page)) as unknown as PaymentRow[];
  }

  async fraudProofs(page: Page): Promise<readonly FraudProofRow[]> {
    return (await this.#page(selection(PROOF_FIELDS), 'fraud_proofs', page)) as unknown as FraudProofRow[];
  }

  async findings(after: FindingRow | undefined, limit: number): Promise<readonly FindingRow[]> {
    const text = `select ${selection(FINDING_FIELDS)} from findings where (kind, subject) > ($1, $2)
      order by kind, subject limit $3`;
    return (await this.run(text, [after?.kind ?? '', after?.subject ?? '', limit])) as unknown as FindingRow[];
  }

  #page(fields: string, table: string, { after, limit }: Page): Promise<Record<string, unknown>[]> {
    const text = `select ${fields} from ${table} where (certificate_id, counter, content_hash) > ($1, $2, $3)
      order by certificate_id, counter, content_hash limit $4`;
    return this.run(text, [after?.certificateId ?? '', after?.counter ?? 0, after?.contentHash ?? '', limit]);
  }
}

const QUEUES: Readonly<Record<PaymentQueue, string>> = {
  held: "outcome = 'unknown'",
  late: "review = 'late'",
  claimed: "outcome = 'none' and accepted_sequence is null",
  accepted: "outcome = 'none' and accepted_sequence is not null",
};

/**
 * 40001 serialization failure, 40P01 deadlock (SQLSTATE of PostgreSQL and CockroachDB), and SQLite's busy after it has waited.
 *
 * @returns the code when the same transaction may be run again, else undefined
 */
function retryCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return undefined;
  return code === '40001' || code === '40P01' || code.startsWith('SQLITE_BUSY') ? code : undefined;
}
