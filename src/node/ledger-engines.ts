// How the ledger reaches its two engines: SQLite in a file through libsql (the interface of better-sqlite3), PostgreSQL and what speaks
// its protocol through pg.

import { type Dialect, PostgresDialect, SqliteDialect, SqliteDriver } from 'kysely';
import Database from 'libsql';
import pg from 'pg';

/** How long a statement waits for another process that writes to the same file. */
const BUSY_TIMEOUT_MS = 5000;

/** PostgreSQL's 8-byte integer: everything here fits into a double exactly. */
const INT8_TYPE = 20;

/**
 * A file with a write-ahead log that is forced to the disk with every commit.
 *
 * @param path - made when it is not there; `:memory:` for one that is gone with the process
 */
export function sqliteDialect(path: string): Dialect {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const dialect = new SqliteDialect({ database });
  dialect.createDriver = () => new ImmediateDriver(database);
  return dialect;
}

/**
 * @param connectionString - as `postgres://user:password@host:5432/database`
 * @param connectionCount - at most open at once
 * @param onError - told when the server closes an idle connection; the next query opens another
 */
export function postgresDialect(
  connectionString: string,
  connectionCount: number,
  onError: (error: Error) => void,
): Dialect {
  const types = {
    getTypeParser: (type: number, format?: 'text' | 'binary') =>
      type === INT8_TYPE ? Number : pg.types.getTypeParser(type, format as never),
  };
  const pool = new pg.Pool({ connectionString, max: connectionCount, types: types as never });
  pool.on('error', onError);
  // A connection that breaks between two queries of a transaction: the next query tells whoever runs it.
  pool.on('connect', (client) => client.on('error', () => {}));
  return new PostgresDialect({ pool });
}

/**
 * `immediate`, because a transaction that only wants to write later could not wait for others then: SQLite would refuse it at once. By
 * `exec`, because a prepared `begin` that was refused as busy stays open, and libsql then cannot commit the next one.
 */
class ImmediateDriver extends SqliteDriver {
  readonly #exec: (text: string) => unknown;

  constructor(database: Database.Database) {
    super({ database });
    this.#exec = (text) => database.exec(text);
  }

  override async beginTransaction(): Promise<void> {
    this.#exec('begin immediate');
  }

  override async commitTransaction(): Promise<void> {
    this.#exec('commit');
  }

  override async rollbackTransaction(): Promise<void> {
    this.#exec('rollback');
  }
}
