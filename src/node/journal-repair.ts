// An operator's decision about a damaged journal: go on without what is lost. Everything that can still be read moves into a new database,
// what cannot is written down as a hole, and the old files stay beside it under another name. Nothing is dropped.

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import Database from 'libsql';
import { emptyChainHash } from '../payment/journal-entry.js';
import type { StoredEntry } from '../payment/journal-store.js';
import { nextLink } from './journal-check.js';
import { HeadFile, headPathOf, type JournalHead, readHead, syncFolderOf } from './journal-head.js';
import { bytesOf, inTransaction } from './sqlite.js';

/** What a repair found. */
export interface JournalRepair {
  /** entries that moved into the new journal and are intact */
  readonly intactCount: number;
  /** sequences that are lost or not what was written */
  readonly lostSequences: readonly number[];
  /** where the old files are now */
  readonly keptAs: readonly string[];
}

interface Readable {
  /** no read failed, and the database's own check found nothing */
  readonly isWhole: boolean;
  readonly entries: readonly StoredEntry[];
  readonly anchor: JournalHead;
  readonly time: number;
  readonly acknowledged: number;
  readonly acknowledgements: readonly { last_sequence: number; packed: Uint8Array }[];
  readonly deltas: readonly Uint8Array[];
}

/**
 * @param path - of a journal that `openJournal` reports as damaged, and that nobody has open
 * @param suffix - of the old files' new names, such as a date
 * @param openNew - makes an empty journal's database at a path
 */
export function rebuildJournal(
  path: string,
  suffix: string,
  openNew: (path: string) => Database.Database,
): JournalRepair {
  const freshPath = rebuiltPathOf(path);
  if (isRepairInterrupted(path)) {
    const keptAs = putInPlace(path, freshPath, suffix);
    return { ...summaryOf(judge(readAll(path), headOf(path))), keptAs };
  }
  const readable = readAll(path);
  const head = headOf(path);
  const judged = judge(readable, head);
  const { holes, last } = judged;
  const isSound = holes.size === 0 && readable.isWhole && (head !== undefined || last.sequence === 0);
  if (isSound) return { ...summaryOf(judged), keptAs: [] };
  // What an earlier repair left that died before anything was moved.
  for (const end of FILE_ENDS) rmSync(`${freshPath}${end}`, { force: true });
  const fresh = openNew(freshPath);
  fill(fresh, readable, judged);
  // The database alone, without a log, so that it can be renamed.
  fresh.pragma('wal_checkpoint(TRUNCATE)');
  fresh.pragma('journal_mode = DELETE');
  fresh.close();
  const headFile = new HeadFile(headPathOf(freshPath));
  if (last.sequence > 0) headFile.write(last);
  headFile.close();
  return { ...summaryOf(judged), keptAs: putInPlace(path, freshPath, suffix) };
}

/** A database and what stands beside it. */
const FILE_ENDS = ['', '-wal', '-shm', '-head'];

function rebuiltPathOf(path: string): string {
  return `${path}-rebuilt`;
}

/** @returns whether a repair died while it moved files: the old journal is away, the new one not yet there */
export function isRepairInterrupted(path: string): boolean {
  return !existsSync(path) && existsSync(rebuiltPathOf(path));
}

/** Moves the old files aside and the new ones in, the database last: until it is there nobody takes its path for a new journal's. */
function putInPlace(path: string, freshPath: string, suffix: string): string[] {
  const isHeadMoved = !existsSync(headPathOf(freshPath));
  const keptAs: string[] = [];
  for (const end of FILE_ENDS) {
    if (!existsSync(`${path}${end}`) || (end === '-head' && isHeadMoved)) continue;
    renameSync(`${path}${end}`, `${path}${suffix}${end}`);
    keptAs.push(`${path}${suffix}${end}`);
  }
  if (!isHeadMoved) renameSync(headPathOf(freshPath), headPathOf(path));
  syncFolderOf(path);
  renameSync(freshPath, path);
  syncFolderOf(path);
  return keptAs;
}

function headOf(path: string): JournalHead | undefined {
  const head = readHead(headPathOf(path));
  return typeof head === 'object' ? head : undefined;
}

function summaryOf({ intactCount, holes }: ReturnType<typeof judge>): Omit<JournalRepair, 'keptAs'> {
  return { intactCount, lostSequences: [...holes.keys()] };
}

/** Reads a copy, from both ends: a broken page in the middle stops a reader from either side. */
function readAll(path: string): Readable {
  const work = `${path}-work`;
  for (const end of ['', '-wal']) if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${work}${end}`);
  try {
    return new Salvage(new Database(work)).read();
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${work}${end}`, { force: true });
  }
}

/** Reads whatever of a broken database can be read. */
class Salvage {
  private isWhole = true;

  constructor(private readonly database: Database.Database) {}

  read(): Readable {
    const bySequence = new Map<number, StoredEntry>();
    this.readEntries('> ? ORDER BY sequence ASC', 0, bySequence);
    this.readEntries('< ? ORDER BY sequence DESC', Number.MAX_SAFE_INTEGER, bySequence);
    const [check] = this.all<{ quick_check: string }>('PRAGMA quick_check(1)');
    const state = this.all<{ name: string; value: number }>('SELECT name, value FROM state');
    const values = new Map(state.map(({ name, value }) => [name, value]));
    const [anchor] = this.all<{ sequence: number; hash: Uint8Array }>(
      'SELECT sequence, hash FROM anchors ORDER BY sequence DESC LIMIT 1',
    );
    const deltas = this.all<{ packed: Uint8Array }>('SELECT packed FROM deny_list_deltas ORDER BY number');
    const acknowledgements = this.all<{ last_sequence: number; packed: Uint8Array }>(
      'SELECT last_sequence, packed FROM acknowledgements',
    );
    this.database.close();
    return {
      isWhole: this.isWhole && check?.quick_check === 'ok',
      entries: [...bySequence.values()].sort((a, b) => a.sequence - b.sequence),
      anchor: anchor
        ? { sequence: anchor.sequence, chainHash: bytesOf(anchor.hash) }
        : { sequence: 0, chainHash: emptyChainHash() },
      time: values.get('time') ?? 0,
      acknowledged: values.get('acknowledged') ?? 0,
      acknowledgements,
      deltas: deltas.map(({ packed }) => bytesOf(packed)),
    };
  }

  /** Goes on until a row cannot be read, or is there already. */
  private readEntries(condition: string, from: number, found: Map<number, StoredEntry>): void {
    const sql = `SELECT sequence, packed, hash FROM entries WHERE sequence ${condition} LIMIT 1`;
    let at = from;
    for (;;) {
      const [row] = this.all<{ sequence: number; packed: Uint8Array; hash: Uint8Array }>(sql, at);
      if (row === undefined || found.has(row.sequence)) return;
      const { sequence, packed, hash } = row;
      found.set(sequence, { sequence, packed: bytesOf(packed), chainHash: bytesOf(hash) });
      at = sequence;
    }
  }

  private all<Row>(sql: string, ...values: unknown[]): Row[] {
    try {
      return this.database.prepare(sql).all(...values) as Row[];
    } catch {
      this.isWhole = false;
      return [];
    }
  }
}

/**
 * Which sequences are lost: no row, or one that does not follow from the link before it. Where a row is gone and its link with it nobody can
 * check the next one against it: the chain goes on from the last link that is known, so that settlement can follow it.
 */
function judge({ entries, anchor }: Readable, head: JournalHead | undefined) {
  const rows = new Map(entries.map((entry) => [entry.sequence, entry]));
  const lastRow = entries.at(-1)?.sequence ?? anchor.sequence;
  const lastSequence = Math.max(lastRow, head?.sequence ?? 0);
  const holes = new Map<number, Uint8Array>();
  const links = new Map<number, Uint8Array>();
  let intactCount = 0;
  let written: Uint8Array | undefined = anchor.chainHash;
  let link = anchor.chainHash;
  let isRechained = false;
  for (let sequence = anchor.sequence + 1; sequence <= lastSequence; sequence++) {
    const row = rows.get(sequence);
    const after = row?.chainHash ?? (head?.sequence === sequence ? head.chainHash : undefined);
    const follows =
      row !== undefined && (written === undefined || Buffer.from(nextLink(written, row.packed)).equals(row.chainHash));
    isRechained ||= after === undefined;
    if (after !== undefined && !isRechained) link = after;
    else if (follows) link = nextLink(link, row.packed);
    if (follows) intactCount++;
    else holes.set(sequence, link);
    links.set(sequence, link);
    written = after;
  }
  return { holes, links, intactCount, last: { sequence: lastSequence, chainHash: link } };
}

function fill(fresh: Database.Database, readable: Readable, { holes, links }: ReturnType<typeof judge>): void {
  const { entries, anchor, time, acknowledged, acknowledgements, deltas } = readable;
  inTransaction(fresh, () => {
    for (const { sequence, packed, chainHash } of entries) {
      const link = Buffer.from(links.get(sequence) ?? chainHash);
      fresh.prepare('INSERT INTO entries VALUES (?, ?, ?)').run(sequence, Buffer.from(packed), link);
    }
    for (const [sequence, hash] of holes)
      fresh.prepare('INSERT INTO holes VALUES (?, ?, ?)').run(sequence, 'lost', Buffer.from(hash));
    if (anchor.sequence > 0)
      fresh.prepare('INSERT INTO anchors VALUES (?, ?)').run(anchor.sequence, Buffer.from(anchor.chainHash));
    fresh.prepare(`UPDATE state SET value = ? WHERE name = 'time'`).run(time);
    fresh.prepare(`UPDATE state SET value = ? WHERE name = 'acknowledged'`).run(acknowledged);
    for (const { last_sequence, packed } of acknowledgements)
      fresh.prepare('INSERT INTO acknowledgements VALUES (?, ?)').run(last_sequence, Buffer.from(bytesOf(packed)));
    for (const packed of deltas)
      fresh.prepare('INSERT OR IGNORE INTO deny_list_deltas (packed) VALUES (?)').run([Buffer.from(packed)]);
  });
}
