import { fork } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EMPTY_WALLET, packWalletState } from '../payment/wallet-state.js';
import { writeFileAtomically } from './atomic-file.js';
import { FileLock } from './file-lock.js';
import { readKeyFile, writeKeyFile } from './key-file.js';
import { WalletFile } from './wallet-file.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-wallet-'));
});
afterEach(() => rm(folder, { recursive: true }));

const STATE = packWalletState({ ...EMPTY_WALLET });

describe('a wallet file', () => {
  test('keeps what is saved, for its owner alone, and leaves nothing else behind', async () => {
    const file = await WalletFile.create(at('wallet.json'));
    await file.save(STATE);
    file.close();
    const again = await WalletFile.open(at('wallet.json'));
    expect((await again.load()).trim()).toBe(STATE);
    again.close();
    expect((await stat(at('wallet.json'))).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['wallet.json', 'wallet.json.lock']);
  });

  test('is never made over another, and one that is gone is not taken for a new one', async () => {
    (await WalletFile.create(at('wallet.json'))).close();
    await expect(WalletFile.create(at('wallet.json'))).rejects.toMatchObject({ code: 'ERR_STATE' });
    await rm(at('wallet.json'));
    await expect(WalletFile.open(at('wallet.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    // The failed attempts let the lock go.
    (await WalletFile.create(at('wallet.json'))).close();
  });

  test.each([
    ['empty', '', 'ERR_TYPE'],
    ['cut off', STATE.slice(0, 30), 'ERR_TYPE'],
    ['of another version', STATE.replace('"version":1', '"version":2'), 'ERR_TYPE'],
    ['without its counter', STATE.replace('"counter":0,', ''), 'ERR_TYPE'],
  ])('that is %s says so by its name', async (_, text, code) => {
    await writeFile(at('wallet.json'), text);
    const error = await WalletFile.open(at('wallet.json')).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'TillsongError', code });
    expect(error.message).toMatch(new RegExp(`^${at('wallet.json')}: wallet`));
  });

  test('is used by one at a time, and closed it does nothing', async () => {
    const file = await WalletFile.create(at('wallet.json'));
    await expect(WalletFile.open(at('wallet.json'))).rejects.toThrow(/expected nobody else to use it/);
    file.close();
    file.close();
    await expect(file.save(STATE)).rejects.toMatchObject({ code: 'ERR_STATE' });
    (await WalletFile.open(at('wallet.json'))).close();
  });

  test('survives a process that is killed while it writes: old or new, never a mixture', async () => {
    const path = at('wallet.json');
    await writeFile(path, 'old');
    // What a killed writer leaves behind is taken away by the next.
    await writeFile(at('.wallet.json.new'), 'half');
    await writeFileAtomically(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    await expect(writeFileAtomically(join(folder, 'no', 'wallet.json'), 'x')).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await readdir(folder)).sort()).toEqual(['wallet.json']);
  });
});

test('a lock goes when its process is killed', async () => {
  const script = at('holder.cjs');
  const libsql = createRequire(import.meta.url).resolve('libsql');
  await writeFile(
    script,
    `const Database = require(${JSON.stringify(libsql)});
     const database = new Database(${JSON.stringify(at('x.lock'))});
     database.exec('BEGIN EXCLUSIVE');
     process.send('held');
     setInterval(() => {}, 1000);`,
  );
  const holder = fork(script);
  await new Promise((resolve) => holder.once('message', resolve));
  expect(() => FileLock.acquire(at('x.lock'), 'x')).toThrow(/^x: expected nobody else to use it/);
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('exit', resolve));
  FileLock.acquire(at('x.lock'), 'x').release();
});

describe('a key file', () => {
  const KEY = new Uint8Array(32).fill(0xab);

  test('rule 4: is readable by its owner alone and never overwritten', async () => {
    await writeKeyFile(at('device.key'), KEY);
    expect((await stat(at('device.key'))).mode & 0o777).toBe(0o600);
    expect(await readKeyFile(at('device.key'))).toEqual(KEY);
    await expect(writeKeyFile(at('device.key'), KEY)).rejects.toMatchObject({ code: 'EEXIST' });
    await chmod(at('device.key'), 0o640);
    await expect(readKeyFile(at('device.key'))).rejects.toThrow(/: expected mode 600, got 640$/);
  });

  test.each([
    ['short', 'ab', 'ERR_LENGTH'],
    ['no hexadecimal', 'z'.repeat(64), 'ERR_TYPE'],
    ['two lines', `${'ab'.repeat(32)}\n\n`, 'ERR_TYPE'],
  ])('that is %s is refused, and its content is not shown', async (_, text, code) => {
    await writeFile(at('device.key'), text, { mode: 0o600 });
    const error = await readKeyFile(at('device.key')).catch((thrown) => thrown);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain(text.slice(0, 2).repeat(4));
  });
});
