// The tables of a till's journal, and how an older journal becomes a newer one. A step may add; it may not drop a row, and is undone when
// it does.

import type Libsql from 'libsql';
import { inTransaction } from './sqlite.js';

/** One step: from the version before it to its own. */
export interface Migration {
  readonly version: number;
  readonly sql: string;
}

/**
 * `entries` is append-only: no row is ever changed, and only rows that settlement has acknowledged can be deleted, by `compactJournal`.
 * The database itself refuses anything else, whoever asks.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE entries (sequence INTEGER PRIMARY KEY, packed BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
      CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE anchors (sequence INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;
      CREATE TABLE holes (sequence INTEGER PRIMARY KEY, detail TEXT NOT NULL, hash BLOB) STRICT;
      CREATE TABLE acknowledgements (last_sequence INTEGER PRIMARY KEY, packed BLOB NOT NULL) STRICT;
      CREATE TABLE deny_list_deltas (number INTEGER PRIMARY KEY, packed BLOB NOT NULL UNIQUE) STRICT;
      INSERT INTO state VALUES ('time', 0), ('acknowledged', 0);
      CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
      CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries
        WHEN OLD.sequence > (SELECT value FROM state WHERE name = 'acknowledged')
        BEGIN SELECT RAISE(ABORT, 'entries are kept until settlement has acknowledged them'); END;
      CREATE TRIGGER acknowledged_never_falls BEFORE UPDATE ON state
        WHEN NEW.value < OLD.value
        BEGIN SELECT RAISE(ABORT, 'time and acknowledgement never fall'); END;
    `,
  },
];

/** A journal of a version that this program does not know: it is left alone. */
export class NewerJournalError extends Error {
  override readonly name = 'NewerJournalError';
}

/**
 * Brings a journal up to date, each step in a transaction of its own.
 *
 * @throws NewerJournalError, or an error when a step would lose rows: the journal is then as it was
 */
export function migrate(database: Libsql.Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const version = userVersion(database);
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest) throw new NewerJournalError(`the journal has version ${version}, this program knows ${newest}`);
  for (const migration of migrations.filter((step) => step.version > version)) {
    inTransaction(database, () => {
      const before = rowCounts(database);
      database.exec(migration.sql);
      const after = rowCounts(database);
      for (const [table, count] of before)
        if ((after.get(table) ?? 0) < count)
          throw new Error(
            `migration ${migration.version} loses rows of ${table}: ${count} before, ${after.get(table) ?? 0} after`,
          );
      database.exec(`PRAGMA user_version = ${migration.version}`);
    });
  }
}

function userVersion(database: Libsql.Database): number {
  const [row] = database.prepare('PRAGMA user_version').all() as { user_version: number }[];
  return row.user_version;
}

function rowCounts(database: Libsql.Database): Map<string, number> {
  const tables = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  return new Map(
    (tables as { name: string }[]).map(({ name }) => {
      const { count } = database.prepare(`SELECT count(*) AS count FROM "${name}"`).get() as { count: number };
      return [name, count];
    }),
  );
}
