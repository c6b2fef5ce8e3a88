// The commands of issuer and wallet on real folders, with the real modem where something is sung.

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Receiver, SeededRandom, Transmitter } from 'tillsong';
import {
  ed25519Signer,
  packBeacon,
  packReceipt,
  packSpendMessage,
  parseSpend,
  type ReceiptOutcome,
  signBeacon,
  signReceipt,
} from 'tillsong/codec';
import { WalletFile } from 'tillsong/node';
import type { CommandContext } from './command-context.js';
import { run } from './run.js';

const NOW = 1_767_225_600;
const MACHINE = ed25519Signer(new Uint8Array(32).fill(0x44));
const MACHINE_KEY = Buffer.from(MACHINE.publicKey).toString('hex');

let folder: string;
const at = (name: string) => join(folder, name);
const random = new SeededRandom(8);
const clock = { nowSeconds: NOW };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-pay-'));
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

async function* typed(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
}

async function tillsong(line: string, input = '') {
  const stdout = new Collected();
  const stderr = new Collected();
  const context: CommandContext = {
    version: '1.2.3',
    stdin: typed(input),
    stdout,
    stderr,
    interrupted: new AbortController().signal,
    modem: {
      createTransmitter: (options) => new Transmitter(options),
      createReceiver: (options) => new Receiver(options),
    },
    nowSeconds: () => clock.nowSeconds,
    randomBytes: (count) => random.bytes(count),
  };
  const args = line.split(/ +/).map((word) => word.replace('@', `${folder}/`));
  const exitCode = await run(args, context);
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** Runs a command that must succeed. @returns its JSON */
async function json(line: string, input = ''): Promise<Record<string, unknown>> {
  const result = await tillsong(`${line} --json`, input);
  if (result.exitCode !== 0) throw new Error(`${line}: ${result.stderr}${result.stdout}`);
  return JSON.parse(result.stdout);
}

const BANK = 'issuer init --dir @bank --currency EUR --max-payment 5 --max-total 20.00 --min-score 550 --audience 77';

async function enrol(
  phone: string,
  holder: string,
  options = '--score 700',
): Promise<Awaited<ReturnType<typeof tillsong>>> {
  const { challenge } = await json('issuer challenge --dir @bank');
  const request = await json(`wallet request --dir @${phone} --challenge ${challenge}`);
  const line = `issuer enrol --dir @bank --request - --holder ${holder} ${options} --out @${phone}.certificate`;
  return tillsong(line, JSON.stringify(request));
}

/** A phone that is enrolled and synced, in a folder of its name. */
async function phone(name: string, options = ''): Promise<void> {
  await json(`wallet init --dir @${name} --issuer @bank/issuer.json ${options}`.trim());
  expect(await enrol(name, name)).toMatchObject({ exitCode: 0 });
  expect(await json(`wallet sync --dir @${name} --certificate @${name}.certificate`)).toMatchObject({ ok: true });
}

async function receiptFor(payload: unknown, outcome: ReceiptOutcome): Promise<string> {
  const parsed = parseSpend(Uint8Array.from(Buffer.from(String(payload), 'hex')));
  if (!parsed.ok || parsed.token.certificate.kind !== 'inline') throw new Error('no spend');
  const { spend, certificate } = parsed.token;
  const { counter, amountMinorUnits } = spend;
  const { certificateId } = certificate.certificate;
  const fields = { certificateId, counter, outcome, amountMinorUnits, timeSeconds: 0 };
  return Buffer.from(packReceipt(await signReceipt(fields, packSpendMessage(spend), MACHINE))).toString('hex');
}

const PAY = '--machine 7 --price 1.50 --currency EUR --item 3';

beforeAll(async () => {
  await json(BANK);
});

describe('the story in a shell', () => {
  test('enrol online, pay by sound, hear the receipt, hand in the bill', async () => {
    await phone('ada', `--machine 7:${MACHINE_KEY}`);
    const paid = await tillsong(`wallet pay --dir @ada ${PAY} --out @pay.wav`, 'y\n');
    expect(paid).toMatchObject({ exitCode: 0, stdout: '' });
    expect(paid.stderr).toContain('Pay 1.50 EUR to machine 7 for item 3? [y/N] ');
    expect(paid.stderr).toContain('211 bytes in 1 burst of audible-fast');
    const heard = JSON.parse((await tillsong('receive --json @pay.wav')).stdout);
    expect(await json('wallet retry --dir @ada')).toMatchObject({ payload: heard.payload });

    await tillsong(`send --out @receipt.wav --hex ${await receiptFor(heard.payload, 'vended')}`);
    expect(await json('wallet hear --dir @ada --from @receipt.wav')).toMatchObject({
      outcome: 'vended',
      proof: 'verified',
      payment: { counter: 1, status: 'vended', amount: '1.50 EUR', machineId: 7, item: 3 },
    });
    // The machine gave a receipt: it knows the certificate now.
    expect(await json(`wallet pay --dir @ada ${PAY} --yes`)).toMatchObject({
      form: 'id',
      payload: expect.stringMatching(/^21[0-9a-f]{182}$/),
    });
    expect(await json('wallet cancel --dir @ada')).toMatchObject({ payment: { status: 'maybe-spent' } });

    expect(await json('wallet bill --dir @ada --out @bill.json')).toMatchObject({
      payments: [{ status: 'vended' }, { status: 'maybe-spent' }],
      balance: { remainingMinorUnits: 1700, remainingCount: 18 },
    });
    const answer = {
      version: 1,
      kind: 'bill',
      results: [{ result: 'recorded' }, { result: 'claimed' }],
      denyList: { version: 0 },
    };
    await writeFile(at('answer.json'), JSON.stringify(answer));
    const settled = await json('wallet settled --dir @ada --bill @bill.json --answer @answer.json');
    expect(settled).toEqual({ ok: true, settledCount: 1 });
    expect((await tillsong('wallet bill --dir @ada')).stdout).toBe(
      'payment 2: 1.50 EUR to machine 7 for item 3, 2026-01-01T00:00:00Z, maybe-spent\n' +
        'left: 17.00 EUR and 18 payments, until 2026-01-02T00:00:00Z\n',
    );
  });

  test('an es256 phone answers a beacon that a machine sang, and the offer says who vouches for it', async () => {
    await phone('eve', `--algorithm es256 --machine 7:${MACHINE_KEY}`);
    const beacon = {
      machineId: 7,
      nonce: new Uint8Array(8).fill(5),
      priceMinorUnits: 250,
      currency: 978,
      item: 9,
      timeSeconds: 0,
    };
    const signed = Buffer.from(packBeacon(await signBeacon(beacon, MACHINE))).toString('hex');
    await tillsong(`send --out @beacon.wav --hex ${signed}`);
    const answered = await tillsong('wallet answer --dir @eve --from @beacon.wav --out @answer.wav', 'yes\n');
    expect(answered).toMatchObject({ exitCode: 0 });
    expect(answered.stderr).toContain('Pay 2.50 EUR to machine 7 for item 9? [y/N]');
    expect(answered.stderr).toContain('204 bytes in 1 burst');
    await json('wallet cancel --dir @eve');
    expect(await tillsong(`wallet answer --dir @eve --beacon ${signed} --yes`)).toMatchObject({
      exitCode: 1,
      stderr: 'tillsong: refused: beacon-answered\n',
    });
    const unsigned = Buffer.from(packBeacon({ ...beacon, nonce: new Uint8Array(8), signature: undefined })).toString(
      'hex',
    );
    const doubtful = await tillsong(`wallet answer --dir @eve --beacon ${unsigned}`, 'n\n');
    expect(doubtful.stderr).toContain('(nobody vouches for this offer: look at the machine)');
  });

  test('rule 22: a new certificate retires the old one, and the list says so', async () => {
    await phone('flo');
    clock.nowSeconds += 10;
    expect((await enrol('flo', 'flo')).stderr).toMatch(/certificate [0-9a-f]{16} is retired/);
    const lines = (await tillsong('issuer certificates --dir @bank --holder flo --json')).stdout.trim().split('\n');
    const [old, present] = lines.map((line) => JSON.parse(line));
    expect([old.retired, present.retired]).toEqual([{ atSeconds: NOW + 10, reason: 'replaced' }, null]);
    expect(await json('wallet sync --dir @flo --certificate @flo.certificate')).toMatchObject({
      certificateId: present.certificateId,
    });
    const denied = await json('issuer deny-list --dir @bank');
    expect(denied).toMatchObject({ certificateIds: expect.arrayContaining([old.certificateId]) });
    const { version } = await json(`issuer deny --dir @bank --certificate ${present.certificateId}`);
    expect(await json(`issuer deny-list --dir @bank --base ${denied.version} --out @delta.json`)).toMatchObject({
      version,
      certificateIds: [present.certificateId],
    });
    expect(JSON.parse(await readFile(at('delta.json'), 'utf8'))).toMatchObject({ kind: 'deny-list' });
    expect((await tillsong('issuer certificates --dir @bank')).stdout).toMatch(/ {2}blocked .* {2}flo\n/);
  });
});

describe('a refusal ends with exit code 1 and its reason', () => {
  beforeAll(() => phone('gus'));

  test.each([
    ['rule 22: a score below the threshold', '--score 549', 'score-too-low'],
    ['rule 22: no score', '', 'score-unknown'],
    ['rule 22: nobody who is registered', '--score 700 --no-registered', 'not-registered'],
    ['rule 22: another flight', '--score 700 --audience 78', 'audience'],
    ['rule 22: nothing to spend', '--score 700 --available 0', 'no-funds'],
  ])('%s', async (_, options, reason) => {
    expect(await enrol('gus', 'gus', options)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `tillsong: refused: ${reason}\n`,
    });
  });

  test('rule 22: a key that is another holder’s', async () => {
    expect(await enrol('gus', 'mallory')).toMatchObject({ exitCode: 1, stderr: 'tillsong: refused: other-holder\n' });
  });

  test.each([
    ['another currency', '--machine 7 --price 350 --currency JPY --yes', 'currency'],
    ['above the limit', '--machine 7 --price 5.01 --currency EUR --yes', 'payment-limit'],
  ])('rule 5: %s', async (_, order, reason) => {
    const refused = { exitCode: 1, stdout: `${JSON.stringify({ ok: false, reason })}\n`, stderr: '' };
    expect(await tillsong(`wallet pay --dir @gus ${order} --json`)).toEqual(refused);
  });

  test.each([['n\n'], ['\n'], [''], ['maybe\n'], ['ye']])('rule 3: %j is no confirmation', async (answer) => {
    const result = await tillsong(`wallet pay --dir @gus ${PAY}`, answer);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('refused: not-confirmed');
    expect(await json('wallet bill --dir @gus')).toMatchObject({ payments: [] });
  });

  test('nothing that is no receipt is taken for one', async () => {
    await writeFile(at('empty.json'), '');
    expect(await tillsong('wallet hear --dir @gus --receipt 51')).toMatchObject({ exitCode: 1 });
    await tillsong('send --out @text.wav --text hello');
    expect((await tillsong('wallet hear --dir @gus --from @text.wav')).stderr).toContain('no-receipt-heard');
    expect((await tillsong('wallet answer --dir @gus --from @text.wav --yes')).stderr).toContain('no-beacon-heard');
    expect(await tillsong('wallet answer --dir @gus --from -')).toMatchObject({ exitCode: 64 });
    expect((await tillsong('wallet retry --dir @gus')).stderr).toBe('tillsong: refused: nothing-open\n');
  });
});

describe('a folder that is not what it should be ends with exit code 2', () => {
  beforeAll(() => phone('hal'));

  test('when there is none', async () => {
    expect(await tillsong('wallet bill --dir @nobody')).toMatchObject({ exitCode: 2 });
    expect(await tillsong('issuer certificates --dir @nobody')).toMatchObject({ exitCode: 2 });
  });

  test('when it would be made anew over an old one', async () => {
    const before = await readFile(at('hal/device.key'), 'utf8');
    const again = await tillsong('wallet init --dir @hal');
    expect(again).toMatchObject({ exitCode: 2 });
    expect(again.stderr).toContain('hal/device.key');
    expect(await readFile(at('hal/device.key'), 'utf8')).toBe(before);
    expect(await tillsong(BANK)).toMatchObject({ exitCode: 2 });
  });

  test('when another process has the wallet', async () => {
    const file = await WalletFile.open(at('hal/wallet.json'));
    const result = await tillsong('wallet bill --dir @hal');
    file.close();
    expect(result).toMatchObject({ exitCode: 2 });
    expect(result.stderr).toContain('hal/wallet.json: expected nobody else to use it');
  });

  test('when the key can be read by others', async () => {
    await chmod(at('hal/device.key'), 0o644);
    const result = await tillsong('wallet bill --dir @hal');
    await chmod(at('hal/device.key'), 0o600);
    expect(result.stderr).toMatch(/hal\/device\.key: expected mode 600, got 644\n$/);
  });

  test.each(['wallet.json', 'phone.json'])('when %s is broken, naming the file', async (name) => {
    const path = at(`hal/${name}`);
    const text = await readFile(path, 'utf8');
    for (const broken of ['', '{}', text.slice(0, -20), text.replace('"version"', '"Version"')]) {
      await writeFile(path, broken);
      const result = await tillsong('wallet bill --dir @hal');
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).toContain(`hal/${name}`);
      expect(result.stderr.trim().split('\n')).toHaveLength(1);
    }
    await writeFile(path, text);
    expect(await tillsong('wallet bill --dir @hal')).toMatchObject({ exitCode: 0 });
  });

  test('when the certificate is of an issuer that the phone does not know', async () => {
    await json('wallet init --dir @ian');
    await enrol('ian', 'ian');
    expect(await tillsong('wallet sync --dir @ian --certificate @ian.certificate')).toMatchObject({
      exitCode: 1,
      stderr: 'tillsong: refused: issuer-unknown\n',
    });
    await json(`wallet trust --dir @ian --issuer @bank/issuer.json --machine 9:${MACHINE_KEY}`);
    expect(await json('wallet sync --dir @ian --certificate @ian.certificate')).toMatchObject({ ok: true });
  });
});

describe('what cannot be meant ends with exit code 64', () => {
  beforeAll(() => phone('jon'));

  test.each([
    ['an amount with a comma', `wallet pay --dir @jon --machine 7 --price 1,50 --currency EUR --yes`],
    ['a currency that is none', `wallet pay --dir @jon --machine 7 --price 1.50 --currency EURO --yes`],
    ['a fraction of a yen', `wallet pay --dir @jon --machine 7 --price 1.5 --currency JPY --yes`],
    ['nothing', `wallet pay --dir @jon --machine 7 --price 0 --currency EUR --yes`],
    ['machine 0', `wallet pay --dir @jon --machine 0 --price 1 --currency EUR --yes`],
    ['a profile that is none', `wallet pay --dir @jon ${PAY} --yes --profile loud --out @x.wav`],
    ['a rate that cannot carry it', `wallet pay --dir @jon ${PAY} --yes --sample-rate 8000 --out @x.wav`],
    ['both a sound and a beacon', 'wallet answer --dir @jon --from @x.wav --beacon 35'],
    ['neither', 'wallet hear --dir @jon'],
    ['a short challenge', 'wallet request --dir @jon --challenge 00'],
    ['a machine without a key', 'wallet trust --dir @jon --machine 7'],
    ['a machine’s key of small order', `wallet trust --dir @jon --machine 7:01${'00'.repeat(31)}`],
    ['limits that contradict each other', 'issuer init --dir @no --currency EUR --max-payment 30 --max-total 20'],
  ])('%s', async (_, line) => {
    expect(await tillsong(line)).toMatchObject({ exitCode: 64, stdout: '' });
    expect(await json('wallet bill --dir @jon')).toMatchObject({ payments: [] });
  });
});
