// The tables of the ledger, one schema for SQLite and PostgreSQL, and its migrations. A migration only ever adds: there is no `down`,
// and none may delete a row or change one (rule 14 and 21); a test looks for it.

import { type Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely';

export type LedgerEngine = 'sqlite' | 'postgres';

/** Columns as the engines have them: bytes come as ArrayBuffer or Buffer and are copied into Uint8Array by the store. */
type Bytes = Uint8Array;

interface PaymentTable {
  certificate_id: string;
  counter: number;
  content_hash: string;
  issuer_key_id: number;
  machine_id: number;
  minor_units: number;
  currency: number;
  item: number;
  cumulative_minor_units: number;
  signed_at_seconds: number;
  token: Bytes;
  beacon: Bytes | null;
  accepted_sequence: number | null;
  accepted_at_seconds: number | null;
  outcome: string;
  outcome_at_seconds: number | null;
  receipt: Bytes | null;
  review: string;
  recorded_at_seconds: number;
}

interface JournalTable {
  machine_id: number;
  sequence: number;
  packed: Bytes;
  chain_hash: string;
  result: string;
  reason: string | null;
  recorded_at_seconds: number;
}

/** The database as kysely types it. */
export interface LedgerDatabase {
  payments: PaymentTable;
  double_spends: PaymentTable;
  journal_heads: { machine_id: number; last_sequence: number; chain_hash: string };
  journal_entries: JournalTable;
  journal_forks: JournalTable;
  certificates: {
    certificate_id: string;
    issuer_key_id: number;
    packed: Bytes;
    source: string;
    recorded_at_seconds: number;
  };
  transfers: {
    certificate_id: string;
    counter: number;
    kind: string;
    subject: string;
    debit_account: string;
    credit_account: string;
    currency: number;
    minor_units: number;
    recorded_at_seconds: number;
  };
  fraud_proofs: {
    certificate_id: string;
    counter: number;
    content_hash: string;
    certificate: Bytes;
    first_token: Bytes;
    first_beacon: Bytes | null;
    second_token: Bytes;
    second_beacon: Bytes | null;
    recorded_at_seconds: number;
  };
  findings: { kind: string; subject: string; detail: string; recorded_at_seconds: number };
  denials: {
    certificate_id: string;
    issuer_key_id: number;
    version: number;
    reason: string;
    recorded_at_seconds: number;
  };
  deny_list: { id: number; version: number };
  /** a view: both sides of every transfer, for whoever wants to add them up */
  postings: { account: string; currency: number; minor_units: number };
}

/**
 * Brings a database up to date. Several processes may do it at once.
 *
 * @throws when a migration fails; then the database is as it was before it
 */
export async function migrateLedger(database: Kysely<LedgerDatabase>, engine: LedgerEngine): Promise<void> {
  const migrator = new Migrator({ db: database, provider: ledgerMigrations(engine) });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** All migrations by name, in the order of their names. */
export function ledgerMigrations(engine: LedgerEngine): MigrationProvider {
  return { getMigrations: async () => ({ '001-ledger': firstMigration(engine) }) };
}

function firstMigration(engine: LedgerEngine): Migration {
  const bytes = engine === 'postgres' ? 'bytea' : 'blob';
  const wide = engine === 'postgres' ? 'bigint' : 'integer';
  return {
    async up(database: Kysely<unknown>): Promise<void> {
      const statements = [
        ...paymentTables(bytes, wide),
        ...journalTables(bytes, wide),
        ...ledgerTables(wide),
        ...evidenceTables(bytes, wide),
      ];
      for (const statement of statements) await sql.raw(statement).execute(database);
    },
  };
}

/** Both hold the same columns; only the key differs: the first content of a counter, and every further one. */
function paymentTables(bytes: string, wide: string): string[] {
  const columns = `
    certificate_id text not null, counter integer not null, content_hash text not null,
    issuer_key_id integer not null, machine_id ${wide} not null, minor_units integer not null,
    currency integer not null, item integer not null, cumulative_minor_units integer not null,
    signed_at_seconds ${wide} not null, token ${bytes} not null, beacon ${bytes},
    accepted_sequence ${wide}, accepted_at_seconds ${wide},
    outcome text not null check (outcome in ('none', 'vended', 'failed', 'unknown')),
    outcome_at_seconds ${wide}, receipt ${bytes},
    review text not null check (review in ('none', 'late', 'approved', 'rejected')),
    recorded_at_seconds ${wide} not null`;
  const isOpen = "outcome in ('none', 'unknown') or review = 'late'";
  return [
    `create table payments (${columns}, primary key (certificate_id, counter))`,
    `create table double_spends (${columns}, primary key (certificate_id, counter, content_hash))`,
    `create index payments_open on payments (certificate_id, counter) where ${isOpen}`,
    `create index double_spends_open on double_spends (certificate_id, counter) where ${isOpen}`,
  ];
}

function journalTables(bytes: string, wide: string): string[] {
  const columns = `
    machine_id ${wide} not null, sequence ${wide} not null, packed ${bytes} not null, chain_hash text not null,
    result text not null, reason text, recorded_at_seconds ${wide} not null`;
  return [
    `create table journal_heads (machine_id ${wide} primary key, last_sequence ${wide} not null, chain_hash text not null)`,
    `create table journal_entries (${columns}, primary key (machine_id, sequence))`,
    `create table journal_forks (${columns}, primary key (machine_id, chain_hash))`,
  ];
}

function ledgerTables(wide: string): string[] {
  return [
    `create table transfers (
      certificate_id text not null, counter integer not null,
      kind text not null check (kind in ('charge', 'refund', 'fraud-loss', 'fraud-refund')), subject text not null,
      debit_account text not null, credit_account text not null check (credit_account <> debit_account),
      currency integer not null, minor_units integer not null check (minor_units > 0),
      recorded_at_seconds ${wide} not null, primary key (certificate_id, counter, kind, subject))`,
    `create view postings as
      select debit_account as account, currency, minor_units from transfers
      union all select credit_account, currency, -minor_units from transfers`,
  ];
}

function evidenceTables(bytes: string, wide: string): string[] {
  return [
    `create table certificates (
      certificate_id text primary key, issuer_key_id integer not null, packed ${bytes} not null,
      source text not null, recorded_at_seconds ${wide} not null)`,
    `create table fraud_proofs (
      certificate_id text not null, counter integer not null, content_hash text not null,
      certificate ${bytes} not null, first_token ${bytes} not null, first_beacon ${bytes},
      second_token ${bytes} not null, second_beacon ${bytes}, recorded_at_seconds ${wide} not null,
      primary key (certificate_id, counter, content_hash))`,
    `create table findings (
      kind text not null, subject text not null, detail text not null, recorded_at_seconds ${wide} not null,
      primary key (kind, subject))`,
    `create table denials (
      certificate_id text primary key, issuer_key_id integer not null, version ${wide} not null unique,
      reason text not null, recorded_at_seconds ${wide} not null)`,
    `create table deny_list (id integer primary key, version ${wide} not null)`,
    `insert into deny_list (id, version) values (1, 0)`,
  ];
}
