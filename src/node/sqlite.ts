// What the embedded database's package leaves to be minded. Bytes alone must be passed as `run([bytes])`: `run(bytes)` reads them as
// named parameters and aborts the process (libsql 0.5).

import type Libsql from 'libsql';

/** @param value - a BLOB of a row: `get` gives a Buffer, `all` an ArrayBuffer. @returns a copy */
export function bytesOf(value: Uint8Array | ArrayBuffer): Uint8Array {
  return new Uint8Array(value).slice();
}

/**
 * Runs work between BEGIN IMMEDIATE and COMMIT. Unlike the package's own `transaction` it lets the first error through: SQLite has often
 * rolled back by itself (a full disk), and a second ROLLBACK would only say that there is nothing to undo.
 *
 * @throws what work or the database throws, with nothing of it written
 */
export function inTransaction<T>(database: Libsql.Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      if (database.inTransaction) database.exec('ROLLBACK');
    } catch {
      // What went wrong first is what the caller must know.
    }
    throw error;
  }
}
