// One process at a time. Node has no lock of the operating system, SQLite does: the lock is an empty database held in an exclusive
// transaction. It goes when the process does, however it ends, so there is no stale lock file to guess about.

import Database from 'libsql';
import { TillsongError } from '../shared/errors.js';

/** A lock that is held until it is released or the process ends. */
export class FileLock {
  private constructor(private readonly database: Database.Database) {}

  /**
   * Takes the lock at once, or not at all.
   *
   * @param path - of the lock file; it is made when it is not there, stays empty, and may be left behind
   * @param what - how the error names what is locked
   * @throws TillsongError `ERR_STATE` when somebody holds it; SQLite's error when the file cannot be opened
   */
  static acquire(path: string, what: string): FileLock {
    const database = new Database(path, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      throw new TillsongError('ERR_STATE', `${what}: expected nobody else to use it, got a lock held by another`);
    }
  }

  release(): void {
    this.database.exec('ROLLBACK');
    this.database.close();
  }
}
