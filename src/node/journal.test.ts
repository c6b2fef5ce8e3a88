import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type Database from 'libsql';
import { packCertificate } from '../../codec/token/certificate.js';
import {
  issue,
  MACHINE_ID,
  NOW,
  openTill,
  Phone,
  SETTLEMENT,
  SETTLEMENT_KEY_ID,
  TestClock,
} from '../../fixtures/till-parties/till-parties.js';
import { chainHash, emptyChainHash, type JournalEntry, packJournalEntry } from '../payment/journal-entry.js';
import { MemoryJournal } from '../payment/memory-journal.js';
import { MemoryLedgerStore } from '../payment/memory-ledger-store.js';
import { Settlement } from '../payment/settlement.js';
import { signJournalUpload } from '../payment/upload-signature.js';
import { openJournal, repairJournal, type SqliteJournal } from './journal.js';
import { nextLink } from './journal-check.js';
import { MIGRATIONS, migrate } from './journal-schema.js';

let folder: string;
let path: string;
let certificate: Uint8Array;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillsong-journal-'));
  path = join(folder, 'journal.sqlite');
  certificate ??= packCertificate(await issue());
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The n-th sale's two entries: sequences 2n - 1 and 2n. */
function entry(sequence: number): Uint8Array {
  const isOutcome = sequence % 2 === 0;
  const counter = Math.ceil(sequence / 2);
  const token = new Uint8Array(84).fill(7);
  token.set([0x21, 0, counter, 0, 0, 150, 0, 0x10, 0, 0, 0, 0, MACHINE_ID, 0, 12, 0, 0, 0, 0, 60]);
  const common = { sequence, machineId: MACHINE_ID };
  const packed: JournalEntry = isOutcome
    ? {
        kind: 'outcome',
        ...common,
        acceptedSequence: sequence - 1,
        certificateId: new Uint8Array(8).fill(1),
        counter,
        outcome: 'vended',
        atSeconds: NOW,
        receipt: undefined,
      }
    : {
        kind: 'accepted',
        ...common,
        acceptedAtSeconds: NOW,
        amount: { minorUnits: 150, currency: 978 },
        item: 12,
        certificate,
        token,
        beacon: undefined,
      };
  return packJournalEntry(packed);
}

async function append(journal: SqliteJournal | MemoryJournal, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    expect(await journal.append(entry(journal.lastSequence + 1), NOW + journal.lastSequence)).toEqual({ ok: true });
}

/** As after kill -9: the files as they are, without the log folded in. */
function copyOf(name: string): string {
  const copy = join(folder, name);
  for (const end of ['', '-wal', '-head'])
    if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${copy}${end}`);
  return copy;
}

function flip(file: string, offset: number): void {
  const bytes = readFileSync(file);
  bytes[offset] ^= 0x10;
  writeFileSync(file, bytes);
}

function summary(journal: SqliteJournal | MemoryJournal) {
  const { lastSequence, chainHash: hash, acknowledgedSequence, persistedSeconds } = journal;
  return {
    lastSequence,
    hash,
    acknowledgedSequence,
    persistedSeconds,
    entries: [...journal.entries(1)],
    at: journal.chainHashAt(3),
  };
}

describe('a journal', () => {
  test('keeps what the one in memory keeps, also when it is opened again', async () => {
    const memory = new MemoryJournal();
    const journal = openJournal(path);
    await append(memory, 9);
    await append(journal, 9);
    for (const store of [memory, journal]) {
      await store.saveAcknowledgement(4, Uint8Array.of(1));
      await store.saveDenyListDelta(Uint8Array.of(2));
      await store.saveDenyListDelta(Uint8Array.of(3));
      await store.persistTime(NOW + 1000);
    }
    expect(summary(journal)).toEqual(summary(memory));
    const crashed = openJournal(copyOf('copy.sqlite'));
    journal.close();
    const again = openJournal(path);
    for (const opened of [crashed, again]) {
      expect(opened.damage).toBeUndefined();
      expect(summary(opened)).toEqual(summary(memory));
      expect([...opened.denyListDeltas()]).toEqual([Uint8Array.of(2), Uint8Array.of(3)]);
      opened.close();
    }
  });

  test('links as `chainHash` does', () => {
    const packed = entry(1);
    expect(nextLink(emptyChainHash(), packed)).toEqual(chainHash(emptyChainHash(), packed));
  });

  test('commits with write-ahead log and full synchronisation', () => {
    const journal = openJournal(path);
    const { database } = journal as unknown as { database: Database.Database };
    expect(database.pragma('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(database.pragma('synchronous')).toEqual([{ synchronous: 2 }]);
    journal.close();
  });

  test('refuses in the database itself to change an entry, to drop an unacknowledged one, and to turn time back', async () => {
    const journal = openJournal(path);
    await append(journal, 4);
    await journal.saveAcknowledgement(2, Uint8Array.of(1));
    const { database } = journal as unknown as { database: Database.Database };
    expect(() => database.exec('UPDATE entries SET sequence = 9 WHERE sequence = 1')).toThrow(/never changed/);
    expect(() => database.exec('DELETE FROM entries')).toThrow(/until settlement has acknowledged/);
    expect(() => database.exec('UPDATE state SET value = 0')).toThrow(/never fall/);
    await journal.persistTime(5);
    await journal.saveAcknowledgement(1, Uint8Array.of(1));
    expect([journal.persistedSeconds, journal.acknowledgedSequence]).toEqual([NOW + 3, 2]);
    journal.close();
  });

  test('of which somebody else wrote the next entry takes nothing more', async () => {
    const one = openJournal(path);
    const two = openJournal(path);
    await append(one, 1);
    expect(await two.append(entry(1), NOW)).toEqual({ ok: false, reason: 'failed' });
    one.close();
    two.close();
  });

  test('in a folder that is not there is an error of the system', () => {
    expect(() => openJournal(join(folder, 'no', 'journal.sqlite'))).toThrow(/ENOENT/);
  });
});

describe('a full disk', () => {
  test('refuses an entry, keeps everything before it and takes the next when there is room', async () => {
    const journal = openJournal(path);
    await append(journal, 2);
    const { database } = journal as unknown as { database: Database.Database };
    database.pragma('max_page_count = 1');
    let result = await journal.append(entry(3), NOW);
    while (result.ok) result = await journal.append(entry(journal.lastSequence + 1), NOW);
    expect(result).toEqual({ ok: false, reason: 'full' });
    const { lastSequence } = journal;
    database.pragma('max_page_count = 100000');
    await append(journal, 3);
    journal.close();
    const again = openJournal(path);
    expect([again.damage, again.lastSequence]).toEqual([undefined, lastSequence + 3]);
    again.close();
  });

  test('is met before it is full: payments are refused, outcomes are still written', async () => {
    const journal = openJournal(path, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(await journal.append(entry(1), NOW)).toEqual({ ok: false, reason: 'full' });
    journal.close();
    const roomy = openJournal(path);
    await append(roomy, 1);
    roomy.close();
    const tight = openJournal(path, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    await append(tight, 1);
    expect(await tight.append(entry(3), NOW)).toEqual({ ok: false, reason: 'full' });
    tight.close();
  });
});

describe('a damaged journal is reported, readable as far as it is intact, and takes nothing', () => {
  /** Twenty entries in the database, twenty more in the log. */
  async function crashedCopy(): Promise<string> {
    openJournal(path).close();
    const journal = openJournal(path);
    await append(journal, 20);
    (journal as unknown as { database: Database.Database }).database.pragma('wal_checkpoint(TRUNCATE)');
    await append(journal, 20);
    const copy = copyOf('copy.sqlite');
    journal.close();
    return copy;
  }

  async function expectDamaged(copy: string, kinds: readonly string[]) {
    const journal = openJournal(copy);
    expect(kinds).toContain(journal.damage?.kind);
    expect(await journal.append(entry(41), NOW)).toEqual({ ok: false, reason: 'failed' });
    const readable = [...journal.entries(1)];
    for (const { sequence, packed } of readable.slice(0, journal.damage?.intactCount))
      expect(packed).toEqual(entry(sequence));
    expect(readable.length).toBeGreaterThanOrEqual(journal.damage?.intactCount ?? 0);
    journal.close();
    return journal.damage;
  }

  test('a flipped bit in an entry breaks the chain there', async () => {
    const copy = await crashedCopy();
    const { database } = openJournal(copy) as unknown as { database: Database.Database };
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    // Pages that were split keep stale copies: every one is hit.
    const bytes = readFileSync(copy);
    for (let at = bytes.indexOf(entry(11)); at >= 0; at = bytes.indexOf(entry(11))) bytes[at + 100] ^= 1;
    writeFileSync(copy, bytes);
    const damage = await expectDamaged(copy, ['chain']);
    expect(damage).toMatchObject({ firstSequence: 11, intactCount: 10 });
  });

  test('a torn last page of the log is missed at the end', async () => {
    const copy = await crashedCopy();
    const size = readFileSync(`${copy}-wal`).length;
    truncateSync(`${copy}-wal`, size - 2000);
    expect(await expectDamaged(copy, ['tail'])).toMatchObject({ kind: 'tail', firstSequence: 40, intactCount: 39 });
  });

  test('a flipped bit in the log is missed at the end, and the log is kept as it was', async () => {
    const copy = await crashedCopy();
    const size = readFileSync(`${copy}-wal`).length;
    flip(`${copy}-wal`, Math.floor(size / 2));
    const log = readFileSync(`${copy}-wal`);
    await expectDamaged(copy, ['tail']);
    const kept = readdirSync(folder).filter((name) => /-wal-[0-9a-f]{8}$/.test(name));
    expect(kept.length).toBe(1);
    expect(readFileSync(join(folder, kept[0]))).toEqual(log);
  });

  test('a lost log, a lost database, an old copy of the database: each is missed', async () => {
    const copy = await crashedCopy();
    rmSync(`${copy}-wal`);
    expect(await expectDamaged(copy, ['tail'])).toMatchObject({ firstSequence: 21, intactCount: 20 });
    rmSync(copy);
    expect(await expectDamaged(copy, ['tail'])).toMatchObject({ firstSequence: 1, intactCount: 0 });
  });

  test('a lost or broken head file leaves nobody to say whether the end is there', async () => {
    const copy = await crashedCopy();
    rmSync(`${copy}-head`);
    await expectDamaged(copy, ['tail']);
    writeFileSync(`${copy}-head`, Buffer.alloc(128, 1));
    await expectDamaged(copy, ['tail']);
  });

  test('one broken slot of the head file is no damage: the other tells', async () => {
    const copy = await crashedCopy();
    flip(`${copy}-head`, 10);
    const journal = openJournal(copy);
    expect([journal.damage, journal.lastSequence]).toEqual([undefined, 40]);
    journal.close();
  });

  test('a repair that dies on the way is finished by the next one, and no empty journal takes the place meanwhile', async () => {
    const copy = await crashedCopy();
    truncateSync(`${copy}-wal`, readFileSync(`${copy}-wal`).length - 2000);
    // Died while it built the new database: whatever is there is not used.
    writeFileSync(`${copy}-rebuilt`, 'half of a database');
    writeFileSync(`${copy}-rebuilt-head`, 'half');
    expect(repairJournal(copy, '.damaged')).toMatchObject({ intactCount: 39, lostSequences: [40] });
    // Died between the moves: the old files are away, the new database is not yet there.
    renameSync(copy, `${copy}-rebuilt`);
    const journal = openJournal(copy);
    expect(journal.damage).toMatchObject({
      kind: 'unreadable',
      detail: expect.stringMatching(/^a repair was interrupted/),
    });
    journal.close();
    expect(existsSync(copy)).toBe(false);
    expect(repairJournal(copy, '.again')).toMatchObject({ intactCount: 39, lostSequences: [40] });
    const again = openJournal(copy);
    expect([again.damage, again.lastSequence]).toEqual([undefined, 40]);
    again.close();
  });

  test('something that is no database', async () => {
    writeFileSync(path, Buffer.alloc(5000, 7));
    expect(await expectDamaged(path, ['unreadable'])).toMatchObject({ detail: 'file is not a database' });
  });

  test('a journal of a newer program is left alone', async () => {
    const journal = openJournal(path);
    (journal as unknown as { database: Database.Database }).database.pragma('user_version = 99');
    journal.close();
    expect(await expectDamaged(path, ['unreadable'])).toMatchObject({
      detail: 'the journal has version 99, this program knows 1',
    });
  });

  test('every single flipped byte of the database is noticed or changes nothing (seed 1)', async () => {
    const copy = await crashedCopy();
    const whole = readFileSync(copy);
    const log = readFileSync(`${copy}-wal`);
    const head = readFileSync(`${copy}-head`);
    for (let run = 0; run < 60; run++) {
      const isLog = run % 2 === 0;
      const target = isLog ? log : whole;
      const offset = (run * 2_654_435_761) % target.length;
      writeFileSync(copy, whole);
      writeFileSync(`${copy}-wal`, log);
      writeFileSync(`${copy}-head`, head);
      rmSync(`${copy}-shm`, { force: true });
      flip(isLog ? `${copy}-wal` : copy, offset);
      const journal = openJournal(copy);
      if (journal.damage === undefined) {
        expect(journal.lastSequence).toBe(40);
        expect([...journal.entries(1)].map(({ packed }) => packed)).toEqual(
          Array.from({ length: 40 }, (_, i) => entry(i + 1)),
        );
      }
      journal.close();
    }
  });

  test('an operator can go on without what is lost: the rest moves, the old files stay, the till sells again', async () => {
    const copy = await crashedCopy();
    truncateSync(`${copy}-wal`, readFileSync(`${copy}-wal`).length - 2000);
    const repair = repairJournal(copy, '.damaged');
    expect(repair).toMatchObject({ intactCount: 39, lostSequences: [40] });
    expect(repair.keptAs.every((kept) => existsSync(kept))).toBe(true);
    const journal = openJournal(copy);
    expect([journal.damage, journal.lastSequence]).toEqual([undefined, 40]);
    const clock = new TestClock();
    clock.pass(100);
    const { till } = await openTill({ clock, journal: journal as unknown as MemoryJournal });
    // The outcome of the last sale was lost: it is unknown now.
    expect(till.status().held.map(({ sequence }) => sequence)).toEqual([39]);
    const other = new Phone(await issue({ certificateId: new Uint8Array(8).fill(5) }));
    expect(await till.hear(await other.spend({ timeSeconds: NOW + 100 }))).toMatchObject({ ok: true });
    journal.close();
    const again = openJournal(copy);
    expect([again.damage, again.lastSequence]).toEqual([undefined, 43]);
    again.close();
  });
});

test('a journal that is not damaged is left as it is by a repair', async () => {
  const journal = openJournal(path);
  await append(journal, 3);
  const copy = copyOf('copy.sqlite');
  journal.close();
  expect(repairJournal(copy, '.damaged')).toEqual({ intactCount: 3, lostSequences: [], keptAs: [] });
  expect(existsSync(`${copy}.damaged`)).toBe(false);
  const again = openJournal(copy);
  expect([again.damage, again.lastSequence]).toEqual([undefined, 3]);
  again.close();
});

test('after a repair the journal goes on to settlement, behind what a person there has noted as lost', async () => {
  const journal = openJournal(path);
  const { till, config } = await openTill({ journal: journal as unknown as MemoryJournal });
  const phone = new Phone(await issue());
  for (const counter of [1, 2, 3, 4]) await till.hear(await phone.spend({ counter }));
  const { database } = journal as unknown as { database: Database.Database };
  database.exec('DROP TRIGGER entries_are_kept; DELETE FROM entries WHERE sequence IN (3, 4)');
  const copy = copyOf('copy.sqlite');
  journal.close();
  truncateSync(`${copy}-head`, 0);
  expect(repairJournal(copy, '.damaged')).toMatchObject({ intactCount: 6, lostSequences: [3, 4] });

  const repaired = openJournal(copy);
  const again = await openTill({ journal: repaired as unknown as MemoryJournal });
  const registered = { machineId: MACHINE_ID, publicKey: config.machine.publicKey, audience: config.audience };
  const settlement = new Settlement({
    store: new MemoryLedgerStore(),
    issuerKeys: config.issuerKeys,
    findMachine: async () => registered,
    policy: { graceSeconds: 0, clockToleranceSeconds: 60, fraudPayer: 'issuer' },
    settlementKey: { keyId: SETTLEMENT_KEY_ID, signer: SETTLEMENT },
  });
  const upload = async (firstSequence: number, lastSequence: number) => {
    const entries = Array.from(repaired.entries(firstSequence), ({ packed }) => packed).slice(
      0,
      lastSequence - firstSequence + 1,
    );
    const previousHash = repaired.chainHashAt(firstSequence - 1) as Uint8Array;
    const fields = { kind: 'journal', machineId: MACHINE_ID, firstSequence, previousHash, entries } as const;
    const submitted = await settlement.submit(await signJournalUpload(fields, config.machine), NOW);
    if (!submitted.ok) return submitted;
    if (submitted.answer.kind !== 'journal' || submitted.answer.acknowledgement === undefined)
      throw new Error('no answer');
    return again.till.acknowledge(submitted.answer.acknowledgement);
  };
  expect(await upload(1, 2)).toEqual({ ok: true, lastSequence: 2 });
  expect(await upload(5, 8)).toEqual({ ok: false, reason: 'gap', nextSequence: 3 });
  const chainHash = Buffer.from(repaired.chainHashAt(4) as Uint8Array).toString('hex');
  const loss = { machineId: MACHINE_ID, lastSequence: 4, chainHash };
  expect(await settlement.acceptLoss({ ...loss, lastSequence: 2 }, NOW)).toEqual({ ok: false, reason: 'known' });
  expect(await settlement.acceptLoss({ ...loss, lastSequence: 1003 }, NOW)).toEqual({ ok: false, reason: 'too-many' });
  expect(await settlement.acceptLoss(loss, NOW)).toEqual({ ok: true, firstSequence: 3, lastSequence: 4 });
  expect(await upload(5, 8)).toEqual({ ok: true, lastSequence: 8 });
  expect(await settlement.store.counts()).toMatchObject({ vended: 3, findings: 1 });
  expect(await settlement.store.findings(undefined, 9)).toMatchObject([
    { kind: 'journal-loss', subject: `${MACHINE_ID}/3-4` },
  ]);
  expect(again.till.status().storedCount).toBe(0);
  repaired.close();
});

test('a repair in the middle keeps both ends', async () => {
  const journal = openJournal(path);
  await append(journal, 20);
  const { database } = journal as unknown as { database: Database.Database };
  database.exec('DROP TRIGGER entries_are_kept; DELETE FROM entries WHERE sequence IN (7, 8)');
  const copy = copyOf('copy.sqlite');
  journal.close();
  expect(repairJournal(copy, '.damaged')).toMatchObject({ intactCount: 18, lostSequences: [7, 8] });
  const again = openJournal(copy);
  expect([again.damage, again.lastSequence, [...again.entries(1)].length]).toEqual([undefined, 20, 18]);
  await append(again, 2);
  again.close();
});

describe('compaction', () => {
  test('deletes what is acknowledged, closed and expired, and nothing else, and the chain goes on', async () => {
    const journal = openJournal(path);
    await append(journal, 9);
    expect(journal.compact()).toBe(0);
    await journal.saveAcknowledgement(7, Uint8Array.of(1));
    expect(journal.compact()).toBe(0);
    await journal.persistTime(NOW + 48 * 3600);
    // Entry 7 is an open sale: its outcome is not acknowledged yet.
    expect(journal.compact()).toBe(6);
    expect([...journal.entries(1)].map(({ sequence }) => sequence)).toEqual([7, 8, 9]);
    const before = { last: journal.lastSequence, hash: journal.chainHash, at: journal.chainHashAt(6) };
    journal.close();
    const again = openJournal(path);
    expect(again.damage).toBeUndefined();
    expect({ last: again.lastSequence, hash: again.chainHash, at: again.chainHashAt(6) }).toEqual(before);
    expect(again.chainHashAt(3)).toBeUndefined();
    await append(again, 1);
    again.close();
  });
});

test('compaction leaves a sale that is taken back until settlement has the void too', async () => {
  const journal = openJournal(path);
  const { till, clock } = await openTill({ journal: journal as unknown as MemoryJournal });
  const phone = new Phone(await issue());
  for (const counter of [1, 2]) await till.hear(await phone.spend({ counter }));
  await journal.saveAcknowledgement(4, Uint8Array.of(1));
  await till.refund(3);
  await journal.persistTime(NOW + 48 * 3600);
  expect(journal.compact()).toBe(2);
  const restarted = await openTill({ journal: journal as unknown as MemoryJournal, clock });
  expect(restarted.till.status().damage).toBeUndefined();
  await journal.saveAcknowledgement(5, Uint8Array.of(2));
  expect(journal.compact()).toBe(3);
  journal.close();
});

describe('migrations', () => {
  test('keep every row, and one that would not is undone', async () => {
    const journal = openJournal(path);
    await append(journal, 3);
    const { database } = journal as unknown as { database: Database.Database };
    const adding = { version: 2, sql: 'ALTER TABLE entries ADD COLUMN note TEXT' };
    const losing = { version: 3, sql: 'DROP TRIGGER entries_are_kept; DELETE FROM entries WHERE sequence = 2' };
    migrate(database, [...MIGRATIONS, adding]);
    expect(() => migrate(database, [...MIGRATIONS, adding, losing])).toThrow(
      /^migration 3 loses rows of entries: 3 before, 2 after$/,
    );
    expect(database.prepare('SELECT count(*) AS n FROM entries').get()).toMatchObject({ n: 3 });
    expect(database.pragma('user_version')).toEqual([{ user_version: 2 }]);
    database.close();
  });
});

test('a till on it survives being opened again and again, and repeats what it sold', async () => {
  const phone = new Phone(await issue());
  const payload = await phone.spend();
  const journal = openJournal(path) as unknown as MemoryJournal;
  const { till, clock } = await openTill({ journal });
  const first = await till.hear(payload);
  (journal as unknown as SqliteJournal).close();
  const again = openJournal(path) as unknown as MemoryJournal;
  const restarted = await openTill({ journal: again, clock });
  expect(await restarted.till.hear(payload)).toEqual({ ...first, repeated: true });
  (again as unknown as SqliteJournal).close();
});
