import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'libsql';
import { type IssuedCertificate, type IssuerStore, MemoryIssuerStore } from '../payment/issuer-store.js';
import { type IssuerDatabase, openIssuerDatabase } from './issuer-database.js';

let folder: string;
let opened: IssuerDatabase[] = [];
const at = (name: string) => join(folder, name);
const open = (name = 'certificates.sqlite') => {
  const database = openIssuerDatabase(at(name));
  opened.push(database);
  return database;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-issuer-'));
});
afterEach(async () => {
  for (const database of opened) database.close();
  opened = [];
  await rm(folder, { recursive: true });
});

const id = (number: number) => new Uint8Array(8).fill(number);
const record = (number: number, changes: Partial<IssuedCertificate> = {}): IssuedCertificate => ({
  certificateId: id(number),
  holder: 'ada',
  certificate: new Uint8Array(127).fill(number),
  deviceKey: new Uint8Array(32).fill(number),
  issuedAtSeconds: 1000 + number,
  endsAtSeconds: 5000,
  retired: undefined,
  ...changes,
});

/** One body for both stores: what the interface promises. */
describe.each<[string, () => IssuerStore]>([
  ['in memory', () => new MemoryIssuerStore()],
  ['on SQLite', () => open()],
])('the records of an issuer %s', (_, make) => {
  test('rule 22: give out a challenge once, and drop those that have expired', async () => {
    const store = make();
    const challenge = { challenge: new Uint8Array(32).fill(1), madeAtSeconds: 100, expiresAtSeconds: 200 };
    await store.addChallenge(challenge);
    expect(await store.takeChallenge(id(1))).toBeUndefined();
    expect(await store.takeChallenge(challenge.challenge)).toEqual(challenge);
    expect(await store.takeChallenge(challenge.challenge)).toBeUndefined();
    await store.addChallenge(challenge);
    await store.addChallenge({ ...challenge, challenge: new Uint8Array(32).fill(2), madeAtSeconds: 200 });
    expect(await store.takeChallenge(challenge.challenge)).toBeUndefined();
  });

  test('rule 22: retire what the holder had, with the new certificate in one step', async () => {
    const store = make();
    expect(await store.addCertificate(record(1), { denyReplaced: true })).toEqual([]);
    expect(await store.addCertificate(record(2, { holder: 'grace' }), { denyReplaced: true })).toEqual([]);
    expect(await store.addCertificate(record(3), { denyReplaced: true })).toEqual([id(1)]);
    expect(await store.addCertificate(record(4), { denyReplaced: false })).toEqual([id(3)]);
    const retired = (atSeconds: number) => ({ retired: { atSeconds, reason: 'replaced' } });
    expect(await store.certificates()).toEqual([
      { ...record(1), ...retired(1003) },
      record(2, { holder: 'grace' }),
      { ...record(3), ...retired(1004) },
      record(4),
    ]);
    expect(await store.certificates('grace')).toEqual([record(2, { holder: 'grace' })]);
    expect(await store.deniedAfter(0, 10)).toEqual([id(1)]);
  });

  test('refuse an id that exists, and change nothing', async () => {
    const store = make();
    await store.addCertificate(record(1), { denyReplaced: true });
    await expect(store.addCertificate(record(1), { denyReplaced: true })).rejects.toMatchObject({ code: 'ERR_STATE' });
    expect(await store.certificates()).toEqual([record(1)]);
    expect(await store.denyListVersion()).toBe(0);
  });

  test('know who had a key', async () => {
    const store = make();
    await store.addCertificate(record(1), { denyReplaced: true });
    await store.addCertificate(record(2, { deviceKey: record(1).deviceKey }), { denyReplaced: true });
    expect(await store.holdersOfKey(record(1).deviceKey)).toEqual(['ada']);
    expect(await store.holdersOfKey(record(2).deviceKey)).toEqual([]);
  });

  test('keep a deny list that only grows and has no gaps', async () => {
    const store = make();
    for (const number of [1, 2, 3])
      await store.addCertificate(record(number, { holder: `h${number}` }), { denyReplaced: true });
    expect(await store.blockCertificate(id(9), 2000)).toBe(false);
    for (const number of [2, 1, 2]) expect(await store.blockCertificate(id(number), 2000 + number)).toBe(true);
    expect(await store.denyListVersion()).toBe(2);
    expect(await store.deniedAfter(0, 10)).toEqual([id(2), id(1)]);
    expect(await store.deniedAfter(1, 10)).toEqual([id(1)]);
    expect(await store.deniedAfter(0, 1)).toEqual([id(2)]);
    expect((await store.certificates('h2'))[0].retired).toEqual({ atSeconds: 2002, reason: 'blocked' });
    // A certificate that was taken back is not retired once more by its successor.
    expect(await store.addCertificate(record(4, { holder: 'h2' }), { denyReplaced: true })).toEqual([]);
  });
});

describe('records on SQLite', () => {
  test('are there after a restart, and for a second process at once', async () => {
    const first = open();
    const second = open();
    await first.addCertificate(record(1), { denyReplaced: true });
    expect(await second.certificates()).toEqual([record(1)]);
    expect(await open().certificates('ada')).toEqual([record(1)]);
  });

  test('of a newer version are left alone', () => {
    open().close();
    opened = [];
    const database = new Database(at('certificates.sqlite'));
    database.exec('PRAGMA user_version = 2');
    database.close();
    expect(() => open()).toThrow(/: expected version 1, got 2$/);
  });

  test('are not made of a file that is something else', async () => {
    await writeFile(
      at('certificates.sqlite'),
      'not a database, but longer than a header of one hundred bytes. '.repeat(4),
    );
    expect(() => open()).toThrow();
  });
});
