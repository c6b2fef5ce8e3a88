// The commands of settlement on real folders, with uploads of a small fleet.

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeUpload, parseFraudProof, type Upload, verifyFraudProof } from 'tillsong';
import { parseDenyListDelta, verifyDenyListDelta } from 'tillsong/codec';
import { writeKeyFile } from 'tillsong/node';
import {
  AUDIENCE,
  ISSUER,
  ISSUER_KEY_ID,
  ISSUER_KEYS,
  START_SECONDS,
  WorldPhone,
  WorldTill,
} from '../../bench/ledger/world.js';
import type { CommandContext } from './command-context.js';
import { run } from './run.js';

// Files, a database and curve arithmetic in each: seconds when the machine has much else to do.
jest.setTimeout(30_000);

let folder: string;
const at = (name: string) => join(folder, name);
const clock = { nowSeconds: START_SECONDS + 3600 };
let interruption = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-settle-'));
  const issuer = {
    version: 1,
    kind: 'issuer',
    publicKey: Buffer.from(ISSUER.publicKey).toString('hex'),
    issuerKeyId: ISSUER_KEY_ID,
    policy: { mustBeRegistered: false, audiences: [{ audience: 0 }] },
    limits: {
      currency: 978,
      maxPaymentMinorUnits: 500,
      maxCumulativeMinorUnits: 2000,
      maxCount: 20,
      validityHours: 24,
    },
    challengeLifetimeSeconds: 300,
    denyReplaced: true,
  };
  await writeFile(at('issuer.json'), JSON.stringify(issuer));
  await writeKeyFile(at('issuer.key'), ISSUER.secret);
});
afterAll(() => rm(folder, { recursive: true }));

class Collected extends Writable {
  text = '';
  constructor() {
    super({
      write: (chunk, _encoding, done) => {
        this.text += chunk;
        done();
      },
    });
  }
}

async function tillsong(...args: string[]) {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const context: CommandContext = {
    version: '1.2.3',
    stdin: (async function* () {})(),
    stdout,
    stderr,
    interrupted: interruption.signal,
    modem: {} as CommandContext['modem'],
    nowSeconds: () => clock.nowSeconds,
    randomBytes: (byteCount) => new Uint8Array(byteCount).fill(9),
  };
  const exitCode = await run(['settle', ...args], context);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

const machineOption = (till: WorldTill) =>
  `${till.machineId}:${Buffer.from(till.key.publicKey).toString('hex')}:${AUDIENCE}`;

/** A folder that knows the issuer and machines 1 and 2, and signs the deny list. */
async function initialized(name: string, ...more: string[]): Promise<string> {
  const dir = at(name);
  const machines = [1, 2].flatMap((id) => ['--machine', machineOption(new WorldTill(id))]);
  const keys = ['--issuer', at('issuer.json'), '--deny-list-key', at('issuer.key')];
  expect(await tillsong('init', '--dir', dir, ...machines, ...keys, ...more)).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  return dir;
}

async function written(name: string, upload: Upload): Promise<string> {
  await writeFile(at(name), JSON.stringify(makeUpload(upload)));
  return at(name);
}

test('tillsong settle lost: a person notes what a till has lost, and what comes behind it is taken', async () => {
  const dir = await initialized('lost');
  const [till, phone] = [new WorldTill(1), new WorldPhone(1)];
  for (const amount of [150, 250]) till.sell(phone.spend(1, amount));
  const behind = till.upload(3);
  const file = await written('behind.json', behind);
  expect((await tillsong('apply', '--dir', dir, file)).stderr).toContain('gap');
  const chain = Buffer.from(behind.previousHash).toString('hex');
  const loss = ['lost', '--dir', dir, '--machine', '1', '--last', '2', '--chain', chain];
  expect(await tillsong(...loss)).toMatchObject({ exitCode: 0, stdout: 'machine 1: entries 1 to 2 are lost\n' });
  expect(await tillsong(...loss)).toMatchObject({ exitCode: 1 });
  expect(await tillsong('apply', '--dir', dir, file)).toMatchObject({ exitCode: 0 });
  expect((await tillsong('report', '--dir', dir)).stdout).toMatch(
    /found journal-loss: 1\/1-2: .*\n(.*\n)*1 payments, 1 delivered/,
  );
});

describe('tillsong settle', () => {
  test('keeps its key to itself, and a folder in use is not made again', async () => {
    const dir = await initialized('own');
    expect((await stat(join(dir, 'settlement.key'))).mode & 0o777).toBe(0o600);
    const before = await readFile(join(dir, 'settlement.json'), 'utf8');
    expect(JSON.parse(before)).toMatchObject({ kind: 'settlement', settlementKeyId: 1, database: 'ledger.sqlite' });
    // No less than a till's own default: what an honest till took would be refused.
    expect(JSON.parse(before).policy.clockToleranceSeconds).toBeGreaterThanOrEqual(120);
    expect(await tillsong('init', '--dir', dir)).toMatchObject({ exitCode: 2 });
    expect(await readFile(join(dir, 'settlement.json'), 'utf8')).toBe(before);
  });

  test('settles files, catches a double spend, prints the proof and signs the deny list', async () => {
    const dir = await initialized('story');
    const phone = new WorldPhone(1);
    const copy = phone.fork();
    const tills = [new WorldTill(1), new WorldTill(2)];
    tills[0].sell(phone.spend(1, 150));
    tills[1].sell(copy.spend(2, 250));
    const files = [await written('one.json', tills[0].upload()), await written('two.json', tills[1].upload())];

    const out = at('answer.json');
    const applied = await tillsong('apply', '--dir', dir, files[0], '--out', out);
    expect(applied).toMatchObject({ exitCode: 0, stdout: `${files[0]}: 2 recorded\n` });
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ kind: 'journal', denyList: { version: 0 } });
    const second = await tillsong('apply', '--dir', dir, files[1], '--json');
    expect(JSON.parse(second.stdout)).toMatchObject({ ok: true, results: [{ result: 'double-spend' }, {}] });
    expect((await tillsong('apply', '--dir', dir, ...files)).stdout).toContain('2 duplicate');

    const report = JSON.parse((await tillsong('report', '--dir', dir, '--json')).stdout);
    expect(report.sums).toEqual([{ currency: 978, minorUnits: 0 }]);
    expect(report.counts).toMatchObject({ payments: 1, vended: 1, doubleSpends: 1, fraudProofs: 1 });
    expect(report.fraudProofs).toMatchObject([{ counter: 1, verified: true }]);
    const proof = parseFraudProof(report.fraudProofs[0].proof);
    expect(proof && verifyFraudProof(proof, ISSUER_KEYS).ok).toBe(true);
    const people = (await tillsong('report', '--dir', dir)).stdout;
    expect(people).toContain('machine:1  -1.50 EUR');
    expect(people).toMatch(/double spend: [0-9a-f]{16} counter 1, proof verified: \{"version":1/);

    const denied = JSON.parse((await tillsong('deny-list', '--dir', dir, '--json')).stdout);
    const delta = parseDenyListDelta(Uint8Array.from(Buffer.from(denied.delta, 'hex')));
    expect(delta.ok && verifyDenyListDelta(delta.delta, ISSUER_KEYS)).toEqual({ ok: true });
    expect(await tillsong('deny-list', '--dir', dir, '--since', '9')).toMatchObject({ exitCode: 1 });
  });

  test('refuses what it cannot take, and says why', async () => {
    const dir = await initialized('refusals');
    const till = new WorldTill(1);
    const phone = new WorldPhone(2);
    for (let i = 0; i < 2; i++) till.sell(phone.spend(1, 10));
    const gap = await tillsong('apply', '--dir', dir, await written('gap.json', till.upload(3)));
    expect(gap).toMatchObject({ exitCode: 1, stderr: 'tillsong: refused: gap, send from sequence 1 on\n' });
    const stranger = new WorldTill(3);
    stranger.sell(phone.spend(3, 10));
    const unknown = await tillsong('apply', '--dir', dir, '--json', await written('who.json', stranger.upload()));
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '{"ok":false,"reason":"machine-unknown"}\n' });
    await tillsong('trust', '--dir', dir, '--machine', machineOption(stranger));
    expect(await tillsong('apply', '--dir', dir, at('who.json'))).toMatchObject({ exitCode: 0 });
    await writeFile(at('no.json'), '{"version":1,"kind":"journal"}');
    expect(await tillsong('apply', '--dir', dir, at('no.json'))).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await tillsong('apply', '--dir', at('nowhere'), at('no.json'))).toMatchObject({ exitCode: 2 });
    expect(await tillsong('init', '--dir', at('x'), '--machine', '1:00:1')).toMatchObject({ exitCode: 64 });
  });

  test('leaves late payments to a person', async () => {
    const dir = await initialized('late', '--grace-days', '0');
    const till = new WorldTill(1);
    const phone = new WorldPhone(3);
    till.sell(phone.spend(1, 150));
    clock.nowSeconds = START_SECONDS + 30 * 86_400;
    await tillsong('apply', '--dir', dir, await written('late.json', till.upload()));
    const [late] = JSON.parse((await tillsong('report', '--dir', dir, '--json')).stdout).late;
    expect(late).toMatchObject({ counter: 1, minorUnits: 150, review: 'late' });
    const which = ['--dir', dir, '--certificate', late.certificateId, '--counter', '1'];
    expect(await tillsong('review', ...which)).toMatchObject({ exitCode: 64 });
    expect(await tillsong('review', ...which, '--approve')).toMatchObject({ exitCode: 0 });
    expect(await tillsong('review', ...which, '--approve')).toMatchObject({ exitCode: 1 });
    expect((await tillsong('report', '--dir', dir)).stdout).toContain('machine:1  -1.50 EUR');
    clock.nowSeconds = START_SECONDS + 3600;
  });

  test('serves over HTTP until it is interrupted', async () => {
    const dir = await initialized('served');
    const token = (await tillsong('token', '--dir', dir)).stdout.trim();
    expect(await readFile(join(dir, 'settlement.json'), 'utf8')).not.toContain(token);
    interruption = new AbortController();
    const stdout = new Collected();
    const serving = run(['settle', 'serve', '--dir', dir, '--port', '0'], {
      version: '1.2.3',
      stdin: (async function* () {})(),
      stdout,
      stderr: new Collected(),
      interrupted: interruption.signal,
      modem: {} as CommandContext['modem'],
      nowSeconds: () => clock.nowSeconds,
      randomBytes: (byteCount) => new Uint8Array(byteCount),
    });
    while (stdout.text === '') await new Promise((resolve) => setTimeout(resolve, 20));
    const { address } = JSON.parse(stdout.text);
    const till = new WorldTill(1);
    till.sell(new WorldPhone(4).spend(1, 150));
    const response = await fetch(`${address}/v1/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(makeUpload(till.upload())),
    });
    expect(await response.json()).toMatchObject({ kind: 'journal', results: [{ result: 'recorded' }, {}] });
    const certificate = Buffer.from(new WorldPhone(5).packed).toString('hex');
    const put = await fetch(`${address}/v1/certificates`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ certificate }),
    });
    expect(put.status).toBe(200);
    interruption.abort();
    expect(await serving).toBe(0);
    interruption = new AbortController();
  });
});
