// Plain SQL against the tables, past the code that has written them: what an auditor would ask.

import Database from 'libsql';
import pg from 'pg';
import type { LedgerLocation } from 'tillsong/node';

export interface SqlReader {
  /** @returns rows; counts and sums as the driver gives them, numbers or text */
  rows(text: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openSqlReader(location: LedgerLocation): Promise<SqlReader> {
  if ('file' in location) {
    const database = new Database(location.file);
    return {
      rows: async (text) => database.prepare(text).all() as Record<string, unknown>[],
      close: async () => {
        database.close();
      },
    };
  }
  const client = new pg.Client({ connectionString: location.postgres });
  client.on('error', () => {});
  await client.connect();
  return { rows: async (text) => (await client.query(text)).rows, close: () => client.end() };
}
