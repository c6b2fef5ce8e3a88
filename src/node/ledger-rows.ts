// Rows of the ledger as SQL: which column holds which field, many rows in one statement, and bytes that are plain bytes again. The text of
// a bulk statement is put together here and not by the query builder: for 500 rows of 19 columns that is most of its time.

import { CompiledQuery, type QueryExecutorProvider } from 'kysely';
import type { LedgerDatabase, LedgerEngine } from './ledger-schema.js';

/** A table's fields in the order of its columns, as `counter`, `certificateId`; columns are the same in snake case. */
export const PAYMENT_FIELDS = [
  'certificateId',
  'counter',
  'contentHash',
  'issuerKeyId',
  'machineId',
  'minorUnits',
  'currency',
  'item',
  'cumulativeMinorUnits',
  'signedAtSeconds',
  'token',
  'beacon',
  'acceptedSequence',
  'acceptedAtSeconds',
  'outcome',
  'outcomeAtSeconds',
  'receipt',
  'review',
  'recordedAtSeconds',
] as const;

/** Fields of a payment that may change, forward only. */
export const CHANGING_PAYMENT_FIELDS = [
  'acceptedSequence',
  'acceptedAtSeconds',
  'outcome',
  'outcomeAtSeconds',
  'receipt',
  'review',
] as const;

export const JOURNAL_FIELDS = [
  'machineId',
  'sequence',
  'packed',
  'chainHash',
  'result',
  'reason',
  'recordedAtSeconds',
] as const;

export const CERTIFICATE_FIELDS = ['certificateId', 'issuerKeyId', 'packed', 'source', 'recordedAtSeconds'] as const;

export const TRANSFER_FIELDS = [
  'certificateId',
  'counter',
  'kind',
  'subject',
  'debitAccount',
  'creditAccount',
  'currency',
  'minorUnits',
  'recordedAtSeconds',
] as const;

export const PROOF_FIELDS = [
  'certificateId',
  'counter',
  'contentHash',
  'certificate',
  'firstToken',
  'firstBeacon',
  'secondToken',
  'secondBeacon',
  'recordedAtSeconds',
] as const;

export const FINDING_FIELDS = ['kind', 'subject', 'detail', 'recordedAtSeconds'] as const;
export const DENIAL_FIELDS = ['certificateId', 'issuerKeyId', 'version', 'reason', 'recordedAtSeconds'] as const;

/** @returns the column of a field: `certificateId` is `certificate_id` */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** @returns what stands behind `select` so that rows come back with the fields' names */
export function selection(fields: readonly string[], table = ''): string {
  const prefix = table === '' ? '' : `${table}.`;
  return fields.map((field) => `${prefix}${columnOf(field)} as "${field}"`).join(', ');
}

/** One bulk insert. */
export interface BulkInsert<Row> {
  readonly table: keyof LedgerDatabase;
  readonly fields: readonly (keyof Row & string)[];
  readonly rows: readonly Row[];
  /** what stands behind the values, as `on conflict do nothing` */
  readonly then: string;
}

/** PostgreSQL takes 65,535 parameters a statement, SQLite 32,766. */
const MAX_PARAMETERS = 30_000;

/**
 * Inserts in as few statements as the engine takes.
 *
 * @returns how many rows came back (`returning`) in all
 */
export async function bulkInsert<Row>(
  executor: QueryExecutorProvider,
  engine: LedgerEngine,
  { table, fields, rows, then }: BulkInsert<Row>,
): Promise<number> {
  const rowsAtOnce = Math.floor(MAX_PARAMETERS / fields.length);
  let returned = 0;
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const part = rows.slice(start, start + rowsAtOnce);
    const values = valueLists(engine, part.length, fields.length);
    const text = `insert into ${table} (${fields.map(columnOf).join(', ')}) values ${values} ${then}`;
    const parameters = part.flatMap((row) => fields.map((field) => row[field]));
    returned += (await run(executor, text, parameters)).length;
  }
  return returned;
}

/** Runs one statement. @returns its rows, bytes as new Uint8Array */
export async function run(
  executor: QueryExecutorProvider,
  text: string,
  parameters: readonly unknown[],
): Promise<Record<string, unknown>[]> {
  const query = CompiledQuery.raw(text, [...parameters]);
  const { rows } = await executor.getExecutor().executeQuery<Record<string, unknown>>(query);
  return rows.map(withPlainBytes);
}

/** @returns `(?, ?), (?, ?)` or `($1, $2), ($3, $4)`; `casts` name the types where nothing else tells them */
export function valueLists(
  engine: LedgerEngine,
  rowCount: number,
  columnCount: number,
  casts?: readonly string[],
): string {
  let position = 0;
  const place = (column: number) => {
    position++;
    const mark = engine === 'postgres' ? `$${position}` : '?';
    return casts === undefined ? mark : `cast(${mark} as ${casts[column]})`;
  };
  const list = () => `(${Array.from({ length: columnCount }, (_, column) => place(column)).join(', ')})`;
  return Array.from({ length: rowCount }, list).join(', ');
}

function withPlainBytes(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
    else if (Buffer.isBuffer(value)) row[name] = Uint8Array.from(value);
  }
  return row;
}
