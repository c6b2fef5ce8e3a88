// A till's journal on SQLite: write-ahead log, `synchronous = FULL`, so that every commit is on the disk before it returns, and a head
// file that tells when the end is missing. Survives kill -9 and power cuts on a small Linux board.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { emptyChainHash, isAcceptedEntry } from '../payment/journal-entry.js';
import type { JournalDamage, JournalStore, StoredEntry, StoreResult } from '../payment/journal-store.js';
import { checkJournal, type JournalHoles, nextLink, readRows } from './journal-check.js';
import { deleteUpTo, findCompactable } from './journal-compaction.js';
import { HeadFile, headPathOf, type JournalHead, readHead, syncFolderOf } from './journal-head.js';
import { isRepairInterrupted, type JournalRepair, rebuildJournal } from './journal-repair.js';
import { migrate } from './journal-schema.js';
import { bytesOf, inTransaction } from './sqlite.js';

/** How a journal is opened. */
export interface JournalOptions {
  /**
   * No payment is accepted with less room than this, so that its outcome can still be written; integer >= 0, default 1 MiB (the log is
   * folded into the database every 256 KiB)
   */
  readonly minFreeBytes?: number;
}

const MIN_FREE_BYTES = 2 ** 20;
const CHECKPOINT_PAGES = 64;

/**
 * Opens a journal, or makes a new one, and checks all of it.
 *
 * @param path - of the database; `-wal`, `-shm` and `-head` files stand beside it
 * @returns the journal; look at `damage` before anything else
 * @throws the system's error when there is no such folder or no permission
 */
export function openJournal(path: string, options: JournalOptions = {}): SqliteJournal {
  return new SqliteJournal(path, options.minFreeBytes ?? MIN_FREE_BYTES);
}

/**
 * Goes on without what is lost, as an operator has decided: what can be read moves to a new journal, the old files stay beside it. A
 * journal that is not damaged is left as it is.
 *
 * @param path - of a journal that nobody has open, nor has had in this process: SQLite deletes a log by its name when it closes, and this
 *   package closes late
 * @param suffix - of the old files' new names, such as `.damaged-20270115`
 */
export function repairJournal(path: string, suffix: string): JournalRepair {
  return rebuildJournal(path, suffix, openDatabase);
}

/** The journal on SQLite. Writes are synchronous and durable when they return. */
export class SqliteJournal implements JournalStore {
  readonly damage: JournalDamage | undefined;
  /** sequences that an operator has declared lost (`repairJournal`) */
  readonly holes: JournalHoles;
  private readonly folder: string;
  private readonly database: Database.Database | undefined;
  private readonly head: HeadFile | undefined;
  private last: JournalHead;

  /** @param path - see `openJournal` */
  constructor(
    path: string,
    private readonly minFreeBytes: number,
  ) {
    this.folder = dirname(path);
    statfsSync(this.folder);
    let head = readHead(headPathOf(path));
    const log = readIfThere(`${path}-wal`);
    this.last = typeof head === 'object' ? head : { sequence: 0, chainHash: emptyChainHash() };
    this.holes = new Map();
    try {
      if (isRepairInterrupted(path)) throw new Error('a repair was interrupted: repair it again, and it is finished');
      this.database = openDatabase(path);
      let checked = checkJournal(this.database, head);
      for (let now = readHead(headPathOf(path)); checked.damage?.kind === 'tail' && !isSameHead(now, head); ) {
        // Another process is selling: it wrote while the entries were read.
        head = now;
        checked = checkJournal(this.database, head);
        now = readHead(headPathOf(path));
      }
      this.damage = checked.damage;
      this.holes = checked.holes;
      this.last = checked.last;
    } catch (error) {
      if (isSystemError(error)) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      this.damage = { kind: 'unreadable', firstSequence: 1, intactCount: 0, detail };
    }
    if (this.damage !== undefined) {
      keepLog(path, log);
      return;
    }
    this.head = new HeadFile(headPathOf(path));
    syncFolderOf(path);
    // The entry that was committed just before a crash: its head was not written any more.
    if (this.last.sequence > 0 && !isSameHead(head, this.last)) this.head.write(this.last);
  }

  get lastSequence(): number {
    return this.last.sequence;
  }

  get chainHash(): Uint8Array {
    return this.last.chainHash.slice();
  }

  get acknowledgedSequence(): number {
    return this.stateOf('acknowledged');
  }

  get persistedSeconds(): number {
    return this.stateOf('time');
  }

  /** Of a damaged journal: what can be read, up to where it cannot. */
  *entries(fromSequence: number): Generator<StoredEntry> {
    if (this.database === undefined) return;
    try {
      for (const entry of readRows(this.database, fromSequence)) if (!this.holes.has(entry.sequence)) yield entry;
    } catch (error) {
      if (this.damage === undefined) throw error;
    }
  }

  chainHashAt(sequence: number): Uint8Array | undefined {
    if (sequence === 0) return emptyChainHash();
    const sql = 'SELECT hash FROM entries WHERE sequence = ? UNION ALL SELECT hash FROM anchors WHERE sequence = ?';
    const row = this.database?.prepare(sql).get(sequence, sequence) as { hash: Uint8Array } | undefined;
    return row ? bytesOf(row.hash) : this.holes.get(sequence)?.slice();
  }

  denyListDeltas(): Uint8Array[] {
    try {
      const rows = this.database?.prepare('SELECT packed FROM deny_list_deltas ORDER BY number').all() ?? [];
      return (rows as { packed: Uint8Array }[]).map(({ packed }) => bytesOf(packed));
    } catch (error) {
      if (this.damage === undefined) throw error;
      return [];
    }
  }

  async append(packed: Uint8Array, nowSeconds: number): Promise<StoreResult> {
    return this.write((database) => {
      // Only payments wait for room: an outcome is always tried.
      if (isAcceptedEntry(packed) && this.freeBytes() < this.minFreeBytes) return { ok: false, reason: 'full' };
      const link = { sequence: this.last.sequence + 1, chainHash: nextLink(this.last.chainHash, packed) };
      inTransaction(database, () => {
        database
          .prepare('INSERT INTO entries VALUES (?, ?, ?)')
          .run(link.sequence, Buffer.from(packed), Buffer.from(link.chainHash));
        database.prepare(RAISE_STATE).run(nowSeconds, 'time', nowSeconds);
      });
      this.last = link;
      this.head?.write(link);
      return { ok: true };
    });
  }

  async persistTime(nowSeconds: number): Promise<StoreResult> {
    return this.write((database) => {
      database.prepare(RAISE_STATE).run(nowSeconds, 'time', nowSeconds);
      return { ok: true };
    });
  }

  async saveAcknowledgement(lastSequence: number, packed: Uint8Array): Promise<StoreResult> {
    return this.write((database) => {
      inTransaction(database, () => {
        database.prepare('INSERT OR IGNORE INTO acknowledgements VALUES (?, ?)').run(lastSequence, Buffer.from(packed));
        database.prepare(RAISE_STATE).run(lastSequence, 'acknowledged', lastSequence);
      });
      return { ok: true };
    });
  }

  async saveDenyListDelta(packed: Uint8Array): Promise<StoreResult> {
    return this.write((database) => {
      database.prepare('INSERT OR IGNORE INTO deny_list_deltas (packed) VALUES (?)').run([Buffer.from(packed)]);
      return { ok: true };
    });
  }

  /**
   * Deletes the oldest entries that nobody can ask for any more: acknowledged by settlement, closed, their certificates expired.
   *
   * @returns how many were deleted
   */
  compact(): number {
    if (this.database === undefined || this.damage !== undefined) return 0;
    const last = findCompactable(this.database, this.acknowledgedSequence, this.persistedSeconds);
    return last === undefined ? 0 : deleteUpTo(this.database, last);
  }

  /** Folds the log into the database and closes both. */
  close(): void {
    this.database?.close();
    this.head?.close();
  }

  private stateOf(name: 'time' | 'acknowledged'): number {
    try {
      const row = this.database?.prepare('SELECT value FROM state WHERE name = ?').get(name) as
        | { value: number }
        | undefined;
      return row?.value ?? 0;
    } catch (error) {
      if (this.damage === undefined) throw error;
      return 0;
    }
  }

  private freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize;
  }

  private write(change: (database: Database.Database) => StoreResult): StoreResult {
    if (this.database === undefined || this.damage !== undefined) return { ok: false, reason: 'failed' };
    try {
      return change(this.database);
    } catch (error) {
      // Nothing was written only when SQLite itself found no room and rolled back; everything else is an unknown disk.
      const isFull = (error as { code?: unknown }).code === 'SQLITE_FULL' && !this.database.inTransaction;
      return { ok: false, reason: isFull ? 'full' : 'failed' };
    }
  }
}

const RAISE_STATE = 'UPDATE state SET value = ? WHERE name = ? AND value < ?';

function openDatabase(path: string): Database.Database {
  const database = new Database(path);
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    database.pragma('busy_timeout = 5000');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** SQLite deletes a log when it closes, also the part of it that it could not read: a damaged journal's is evidence. */
function keepLog(path: string, log: Uint8Array | undefined): void {
  if (log === undefined || log.length === 0) return;
  const name = createHash('sha256').update(log).digest('hex').slice(0, 8);
  const copy = `${path}-wal-${name}`;
  if (!existsSync(copy)) writeFileSync(copy, log);
}

function isSameHead(a: ReturnType<typeof readHead>, b: ReturnType<typeof readHead>): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.sequence === b.sequence : a === b;
}

function isSystemError(error: unknown): boolean {
  return typeof (error as { errno?: unknown }).errno === 'number';
}
