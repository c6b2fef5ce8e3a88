// Reads a whole journal and says whether it is what was written: every entry there, every link of the chain right, nothing missing at the
// end. What is wrong is reported with what is still intact; nothing is mended or dropped here.

import { createHash } from 'node:crypto';
import type Libsql from 'libsql';
import { emptyChainHash } from '../payment/journal-entry.js';
import type { JournalDamage, StoredEntry } from '../payment/journal-store.js';
import type { JournalHead } from './journal-head.js';
import { bytesOf } from './sqlite.js';

/** What a check found. */
export interface JournalCheck {
  readonly damage: JournalDamage | undefined;
  /** the last entry that was ever written, as far as anybody knows; sequence 0 for none */
  readonly last: JournalHead;
  readonly holes: JournalHoles;
}

/** Sequences that an operator has declared lost, with the chain's hash after them where it is known. */
export type JournalHoles = ReadonlyMap<number, Uint8Array | undefined>;

interface Row {
  readonly sequence: number;
  readonly packed: Uint8Array;
  readonly hash: Uint8Array;
}

/** @returns the rows in order, from a sequence on */
export function* readRows(database: Libsql.Database, fromSequence: number): Generator<StoredEntry> {
  const statement = database.prepare(
    'SELECT sequence, packed, hash FROM entries WHERE sequence >= ? ORDER BY sequence LIMIT 256',
  );
  let next = fromSequence;
  for (;;) {
    const rows = statement.all(next) as Row[];
    if (rows.length === 0) return;
    for (const { sequence, packed, hash } of rows)
      yield { sequence, packed: bytesOf(packed), chainHash: bytesOf(hash) };
    next = rows[rows.length - 1].sequence + 1;
  }
}

/** @returns SHA-256(previous || packed), as `chainHash` does, by the platform's own code: ten times as fast over a long journal */
export function nextLink(previous: Uint8Array, packed: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(previous).update(packed).digest());
}

/**
 * @param head - what the head file says was written last
 * @throws the database's error when it cannot be read
 */
export function checkJournal(database: Libsql.Database, head: JournalHead | 'absent' | 'new' | 'broken'): JournalCheck {
  const holes = readHoles(database);
  const walk = new ChainWalk(anchorOf(database), holes);
  for (const entry of readRows(database, walk.last.sequence + 1)) if (!walk.take(entry)) break;
  const structure = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  const isSound = structure.length === 1 && structure[0].quick_check === 'ok';
  const damage =
    walk.damage ??
    (isSound ? walk.missingAtTheEnd(head) : walk.report('unreadable', structure[0]?.quick_check ?? 'the check failed'));
  const last = typeof head === 'object' && head.sequence > walk.last.sequence ? head : walk.last;
  return { damage, last, holes };
}

function readHoles(database: Libsql.Database): JournalHoles {
  const rows = database.prepare('SELECT sequence, hash FROM holes ORDER BY sequence').all();
  return new Map(
    (rows as { sequence: number; hash: Uint8Array | null }[]).map(({ sequence, hash }) => [
      sequence,
      hash === null ? undefined : bytesOf(hash),
    ]),
  );
}

/** @returns where the chain starts: after what compaction has removed */
function anchorOf(database: Libsql.Database): JournalHead {
  const row = database.prepare('SELECT sequence, hash FROM anchors ORDER BY sequence DESC LIMIT 1').get() as
    | { sequence: number; hash: Uint8Array }
    | undefined;
  return row === undefined
    ? { sequence: 0, chainHash: emptyChainHash() }
    : { sequence: row.sequence, chainHash: bytesOf(row.hash) };
}

/** Follows the chain from link to link. */
class ChainWalk {
  damage: JournalDamage | undefined;
  private intactCount = 0;
  /** the link before is in a hole whose row is gone, so the next one has to be believed */
  private isBlind = false;
  private readonly hashes = new Map<number, Uint8Array>();

  constructor(
    public last: JournalHead,
    private readonly holes: JournalHoles,
  ) {
    this.remember(last);
  }

  /** @returns whether to go on */
  take({ sequence, packed, chainHash }: StoredEntry): boolean {
    while (this.last.sequence + 1 < sequence && this.holes.has(this.last.sequence + 1)) this.pass();
    const expected = this.last.sequence + 1;
    if (sequence !== expected) {
      this.damage = this.report('gap', `entry ${expected} is missing, ${sequence} comes next`);
      return false;
    }
    const isHole = this.holes.has(sequence);
    if (!isHole && !this.isBlind && !Buffer.from(nextLink(this.last.chainHash, packed)).equals(chainHash)) {
      this.damage = this.report('chain', `entry ${sequence} is not what was written, or its link is not`);
      return false;
    }
    if (!isHole) this.intactCount++;
    this.isBlind = false;
    this.remember({ sequence, chainHash });
    return true;
  }

  report(kind: JournalDamage['kind'], detail: string): JournalDamage {
    return { kind, firstSequence: this.last.sequence + 1, intactCount: this.intactCount, detail };
  }

  /** The head is written after the entry, so the journal may be one ahead of it, and never behind. */
  missingAtTheEnd(head: JournalHead | 'absent' | 'new' | 'broken'): JournalDamage | undefined {
    while (this.holes.has(this.last.sequence + 1)) this.pass();
    const { sequence } = this.last;
    if (head === 'absent' || head === 'new' || head === 'broken') {
      if (sequence <= 1 && head !== 'broken') return undefined;
      return this.report(
        'tail',
        `the head file is ${head}, so nobody knows whether entries after ${sequence} are missing`,
      );
    }
    if (head.sequence > sequence)
      return this.report('tail', `entries ${sequence + 1} to ${head.sequence} were written and are missing`);
    const own = this.hashes.get(head.sequence);
    const isOurs = own === undefined ? head.sequence === sequence : Buffer.from(own).equals(head.chainHash);
    if (head.sequence < sequence - 1 || !isOurs)
      return this.report(
        'tail',
        `the head file is of another journal or an older copy: it says entry ${head.sequence}`,
      );
    return undefined;
  }

  /** Steps over a sequence of a hole whose row is gone. */
  private pass(): void {
    const sequence = this.last.sequence + 1;
    const chainHash = this.holes.get(sequence);
    this.isBlind = chainHash === undefined;
    this.remember({ sequence, chainHash: chainHash ?? this.last.chainHash });
  }

  private remember(link: JournalHead): void {
    this.last = link;
    this.hashes.set(link.sequence, link.chainHash);
    this.hashes.delete(link.sequence - 3);
  }
}
