import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import Database from 'libsql';
import { findPostgres, type PostgresServer, startPostgres } from '../../bench/ledger/postgres-server.js';
import {
  fastKey,
  ISSUER,
  ISSUER_KEY_ID,
  ISSUER_KEYS,
  START_SECONDS,
  WorldPhone,
  WorldTill,
} from '../../bench/ledger/world.js';
import { MAX_UINT32 } from '../../codec/token/limits.js';
import type { LedgerStore, PaymentRow } from '../payment/ledger-store.js';
import { MemoryLedgerStore } from '../payment/memory-ledger-store.js';
import { Settlement } from '../payment/settlement.js';
import type { Upload } from '../payment/upload.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { openLedger, type SqlLedgerStore } from './ledger.js';
import { ledgerMigrations } from './ledger-schema.js';
import { nativeVerifier } from './native-verifier.js';

const NOW = START_SECONDS + 3600;
const ROW: PaymentRow = {
  certificateId: '00112233445566ff',
  counter: 65_535,
  contentHash: 'ab'.repeat(32),
  issuerKeyId: 65_535,
  machineId: MAX_UINT32,
  minorUnits: 0xffffff,
  currency: 978,
  item: 65_535,
  cumulativeMinorUnits: 0xffffff,
  signedAtSeconds: MAX_UINT32,
  token: Uint8Array.of(0, 1, 255),
  beacon: null,
  acceptedSequence: MAX_UINT32,
  acceptedAtSeconds: null,
  outcome: 'none',
  outcomeAtSeconds: null,
  receipt: null,
  review: 'none',
  recordedAtSeconds: MAX_UINT32,
};
const ALL = { after: undefined, limit: 1000 };

const folder = mkdtempSync(join(tmpdir(), 'tillsong-ledger-'));
const bin = findPostgres();
let server: PostgresServer | undefined;
let databases = 0;
const opened: SqlLedgerStore[] = [];
beforeAll(async () => {
  if (bin !== undefined) server = await startPostgres(bin);
}, 60_000);
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

async function open(location: Parameters<typeof openLedger>[0]): Promise<SqlLedgerStore> {
  const store = await openLedger(location);
  opened.push(store);
  return store;
}

/** A database of its own in the one server of this file. */
async function openPostgres(): Promise<SqlLedgerStore> {
  if (server === undefined) throw new Error('expected a PostgreSQL');
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server.connectionString });
  await client.connect();
  const name = `ledger${databases++}`;
  await client.query(`create database ${name}`);
  await client.end();
  return open({ postgres: server.connectionString.replace('/postgres?', `/${name}?`) });
}

const ENGINES: readonly [string, () => Promise<LedgerStore>][] = [
  ['memory', async () => new MemoryLedgerStore()],
  ['SQLite', () => open({ file: join(folder, `${databases++}.sqlite`) })],
  // Needs Debian's package postgresql (or any PostgreSQL in the PATH): where there is none these tests cannot run.
  ...(bin === undefined ? [] : [['PostgreSQL', openPostgres] as [string, () => Promise<LedgerStore>]]),
];

function settlementOn(store: LedgerStore): Settlement {
  const machines = new Map([1, 2, 3, 4].map((id) => [id, new WorldTill(id).registered]));
  return new Settlement({
    store,
    issuerKeys: ISSUER_KEYS,
    findMachine: async (id) => machines.get(id),
    policy: { graceSeconds: 86_400, clockToleranceSeconds: 30, fraudPayer: 'issuer' },
    settlementKey: { keyId: 5, signer: fastKey(2).signer },
    denyListKey: { keyId: ISSUER_KEY_ID, signer: ISSUER.signer },
    verify: nativeVerifier(),
  });
}

// A database is made and opened in each: seconds when the machine has much else to do.
jest.setTimeout(30_000);

describe.each(ENGINES)('the ledger in %s', (_name, openStore) => {
  test('gives back every field as it was written, at the ends of its range', async () => {
    const store = await openStore();
    const other: PaymentRow = {
      ...ROW,
      counter: 1,
      beacon: Uint8Array.of(7),
      receipt: Uint8Array.of(8),
      review: 'late',
    };
    await store.transaction(async (transaction) => {
      expect(await transaction.insertPayments([other, ROW])).toBe(2);
      expect(await transaction.insertDoubleSpends([ROW])).toBe(1);
    });
    expect(await store.allPayments(ALL)).toEqual([other, ROW]);
    expect(await store.payments([ROW, { certificateId: 'ff'.repeat(8), counter: 1 }])).toEqual([ROW]);
    expect(await store.doubleSpends([ROW, other])).toEqual([ROW]);
    expect((await store.queue('late', ALL)).map(({ counter }) => counter)).toEqual([1]);
    expect((await store.queue('accepted', ALL)).length).toBe(3);
    expect((await store.allPayments({ after: other, limit: 1000 })).length).toBe(1);
  });

  test('has a permanent unique key, and tells how many were new', async () => {
    const store = await openStore();
    await store.transaction((transaction) => transaction.insertPayments([ROW]));
    const changed = { ...ROW, minorUnits: 1, contentHash: '00'.repeat(32) };
    const newCount = await store.transaction((transaction) =>
      transaction.insertPayments([changed, { ...ROW, counter: 2 }]),
    );
    expect(newCount).toBe(1);
    expect(await store.payments([ROW])).toEqual([ROW]);
  });

  test('changes of a payment only what may change', async () => {
    const store = await openStore();
    const outcome = { outcome: 'vended', outcomeAtSeconds: 9, receipt: Uint8Array.of(5), review: 'approved' } as const;
    await store.transaction((transaction) => transaction.insertPayments([ROW]));
    await store.transaction((transaction) => transaction.updatePayments([{ ...ROW, ...outcome }]));
    expect(await store.payments([ROW])).toEqual([{ ...ROW, ...outcome }]);
  });

  test('undoes a transaction that throws', async () => {
    const store = await openStore();
    const work = store.transaction(async (transaction) => {
      await transaction.insertPayments([ROW]);
      throw new Error('interrupted');
    });
    await expect(work).rejects.toThrow('interrupted');
    expect((await store.counts()).payments).toBe(0);
  });

  test('numbers denials without gaps, each certificate once', async () => {
    const store = await openStore();
    const denial = (id: number) => ({
      certificateId: `${id}`.padStart(16, '0'),
      issuerKeyId: 7,
      reason: 'lost',
      recordedAtSeconds: NOW,
    });
    const deny = (...ids: number[]) => store.transaction((transaction) => transaction.addDenials(ids.map(denial)));
    await deny(5, 3);
    await Promise.all([deny(3, 4), deny(4, 6)]);
    expect(await store.denyListVersion()).toBe(4);
    expect((await store.denialsAfter(0, 10)).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    expect((await store.denialsAfter(2, 1)).map(({ version }) => version)).toEqual([3]);
  });

  test('settles overlapping uploads at once as if one came after the other (seed 21)', async () => {
    const store = await openStore();
    const settlement = settlementOn(store);
    const uploads = randomUploads(new SeededRandom(21));
    await Promise.all(uploads.map((upload) => submitted(settlement, upload)));
    for (const upload of uploads) await submitted(settlement, upload);

    const counts = await store.counts();
    expect(counts).toMatchObject({ journalEntries: 96, payments: 44, doubleSpends: 4, fraudProofs: 4, denied: 4 });
    const balances = await store.balances();
    expect(balances.reduce((sum, { minorUnits }) => sum + minorUnits, 0)).toBe(0);
    expect(counts.transfers).toBe(counts.vended + (await deliveredDoubles(store)));
  });
});

/** Four tills, 40 honest payments, four double spends, every third payment void; each journal in overlapping pieces, shuffled. */
function randomUploads(random: SeededRandom): Upload[] {
  const tills = [1, 2, 3, 4].map((id) => new WorldTill(id));
  for (let seed = 0; seed < 4; seed++) {
    const phone = new WorldPhone(seed);
    for (let i = 0; i < 10; i++) tills[i % 4].sell(phone.spend((i % 4) + 1, 10 + i), i % 3 === 2 ? 'failed' : 'vended');
    const copy = phone.fork();
    tills[0].sell(phone.spend(1, 100));
    tills[1].sell(copy.answer(2, 200));
  }
  const uploads = tills.flatMap((till) => {
    const count = till.entries.length;
    return [till.upload(1, 5), till.upload(1, count), till.upload(3, count - 1), till.upload(1, count)];
  });
  const keys = new Map(uploads.map((upload) => [upload, random.uint32()]));
  return uploads.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}

/** A gap is answered by the entries before it, which another of the uploads brings. */
async function submitted(settlement: Settlement, upload: Upload): Promise<void> {
  const result = await settlement.submit(upload, NOW);
  if (!result.ok && result.reason !== 'gap') throw new Error(result.reason);
}

async function deliveredDoubles(store: LedgerStore): Promise<number> {
  const proofs = await store.fraudProofs(ALL);
  return (await store.doubleSpends(proofs)).filter(({ outcome }) => outcome === 'vended').length;
}

describe('migrations', () => {
  test.each(['sqlite', 'postgres'] as const)('of %s never drop, delete or change a row', async (engine) => {
    const migrations = await ledgerMigrations(engine).getMigrations();
    for (const [name, migration] of Object.entries(migrations)) {
      expect(migration.down).toBeUndefined();
      expect(`${name} ${migration.up}`).not.toMatch(/\b(drop|delete|truncate|update)\b/i);
    }
  });

  test('run once, and a ledger that was opened again has what it had', async () => {
    const file = join(folder, 'again.sqlite');
    const first = await open({ file });
    await first.transaction((transaction) => transaction.insertPayments([ROW]));
    await first.close();
    opened.splice(0);
    const second = await open({ file });
    expect(await second.allPayments(ALL)).toEqual([ROW]);
    await second.migrate();
    expect((await second.counts()).payments).toBe(1);
  });
});

describe('SQLite', () => {
  test('has a write-ahead log that is forced to the disk with every commit', async () => {
    const file = join(folder, 'durable.sqlite');
    await open({ file });
    const database = new Database(file);
    expect(database.pragma('journal_mode', { simple: true })).toMatchObject({ journal_mode: 'wal' });
    database.close();
  });

  test('waits for another process that writes, and says so when it cannot', async () => {
    const file = join(folder, 'busy.sqlite');
    const retries: string[] = [];
    const store = await openLedger({ file }, { onRetry: (code) => retries.push(code) });
    opened.push(store);
    const other = new Database(file);
    other.exec('begin immediate');
    const writing = store.transaction((transaction) => transaction.insertPayments([ROW]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    other.exec('commit');
    other.close();
    expect(await writing).toBe(1);
    expect(retries).toContain('SQLITE_BUSY');
  });
});

describe('a transaction that the database could not order among others', () => {
  const failure = (code: string) => Object.assign(new Error('could not serialize access'), { code });

  test.each(['40001', '40P01', 'SQLITE_BUSY_SNAPSHOT'])('is run again from its beginning (%s)', async (code) => {
    const retries: string[] = [];
    const store = await openLedger({ file: ':memory:' }, { onRetry: (told) => retries.push(told) });
    opened.push(store);
    const inserted = await store.transaction(async (transaction) => {
      const count = await transaction.insertPayments([ROW]);
      if (retries.length < 2) throw failure(code);
      return count;
    });
    // What the attempts before had written was undone: the row was new each time.
    expect([inserted, retries]).toEqual([1, [code, code]]);
    expect((await store.counts()).payments).toBe(1);
  });

  test('is given up in the end, and any other error at once', async () => {
    const pause = jest.spyOn(Math, 'random').mockReturnValue(0);
    try {
      let attempts = 0;
      const store = await openLedger({ file: ':memory:' });
      opened.push(store);
      const failing = (code: string) =>
        store.transaction(async () => {
          attempts++;
          throw failure(code);
        });
      await expect(failing('40001')).rejects.toMatchObject({ code: '40001' });
      expect(attempts).toBe(12);
      await expect(failing('23505')).rejects.toMatchObject({ code: '23505' });
      expect(attempts).toBe(13);
    } finally {
      pause.mockRestore();
    }
  });
});

test('a place for a ledger that cannot be is refused', async () => {
  await expect(openLedger({ file: join(folder, 'no', 'such', 'folder.sqlite') })).rejects.toThrow();
  await expect(openLedger({ postgres: 'postgres://localhost:1/x', connectionCount: 0 })).rejects.toThrow(
    'connectionCount',
  );
});
