// `tillsong till ...` on real folders, with the real modem where something is sung.

import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Receiver, Transmitter } from 'tillsong';
import {
  packAcknowledgement,
  packDenyListDelta,
  packReceipt,
  parseBeacon,
  parseReceipt,
  signAcknowledgement,
  signDenyListDelta,
} from 'tillsong/codec';
import {
  AUDIENCE,
  ISSUER,
  ISSUER_KEY_ID,
  issue,
  MACHINE_ID,
  NOW,
  Phone,
  SETTLEMENT,
  SETTLEMENT_KEY_ID,
} from '../../fixtures/till-parties/till-parties.js';
import { type JournalUpload, parseUpload } from '../payment/upload.js';
import { makeUploadAnswer } from '../payment/upload-answer.js';
import { uploadChain } from '../payment/upload-signature.js';
import type { CommandContext } from './command-context.js';
import { run } from './run.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ISSUER_OPTION = `--issuer-key ${ISSUER_KEY_ID}:${hex(ISSUER.publicKey)}`;
const SETTLEMENT_OPTION = `--settlement-key ${SETTLEMENT_KEY_ID}:${hex(SETTLEMENT.publicKey)}`;
const LIMITS = '--max-payment 5 --max-certificate 50 --max-stored 500';
const WHO = `--machine ${MACHINE_ID} --audience ${AUDIENCE} --currency EUR`;

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillsong-till-'));
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

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function tillsong(line: string) {
  const stdout = new Collected();
  const stderr = new Collected();
  let drawn = 0;
  const context: CommandContext = {
    version: '1.2.3',
    stdin: nothing(),
    stdout,
    stderr,
    interrupted: new AbortController().signal,
    modem: {
      createTransmitter: (options) => new Transmitter(options),
      createReceiver: (options) => new Receiver(options),
    },
    nowSeconds: () => NOW,
    randomBytes: (byteCount) => Uint8Array.from({ length: byteCount }, (_, i) => ++drawn + i),
  };
  const code = await run(line.split(' '), context);
  const json = () =>
    stdout.text
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
  return { code, out: stdout.text, err: stderr.text, json };
}

let phone: Phone;
let tills = 0;

/** @returns the folder of a new till that sells for limits of its own */
async function newTill(limits = LIMITS): Promise<string> {
  phone ??= new Phone(await issue());
  const dir = at(`till${++tills}`);
  const { code, err } = await tillsong(
    `till init --dir ${dir} ${WHO} ${limits} ${ISSUER_OPTION} ${SETTLEMENT_OPTION}`.replace(/ +/g, ' '),
  );
  expect([code, err]).toEqual([0, '']);
  return dir;
}

const SELL = '--item 12 --price 1.50 --json';

describe('till init', () => {
  test('makes a key that only its owner can read, and prints what settlement needs', async () => {
    const dir = at('fresh');
    const { code, json } = await tillsong(`till init --dir ${dir} ${WHO} ${LIMITS} ${ISSUER_OPTION} --json`);
    expect(code).toBe(0);
    expect(json()[0]).toMatchObject({
      machineId: MACHINE_ID,
      publicKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      settlementKeys: {},
    });
    expect((await stat(join(dir, 'machine.key'))).mode & 0o777).toBe(0o600);
    const again = await tillsong(`till init --dir ${dir} ${WHO}`);
    expect([again.code, again.err]).toEqual([2, expect.stringMatching(/machine\.key: /)]);
    const trusted = await tillsong(`till trust --dir ${dir} ${SETTLEMENT_OPTION} --json`);
    expect(trusted.json()[0].settlementKeys).toEqual({ [SETTLEMENT_KEY_ID]: hex(SETTLEMENT.publicKey) });
  });

  test('without limits takes no payment, with half of them is a mistake', async () => {
    const dir = await newTill('');
    const served = await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    expect([served.code, served.json()]).toEqual([1, [{ ok: false, step: 'till', reason: 'off' }]]);
    const half = await tillsong(`till init --dir ${at('half')} ${WHO} --max-payment 5`);
    expect([half.code, half.err]).toEqual([64, expect.stringMatching(/--max-certificate: expected an amount/)]);
  });
});

describe('till serve', () => {
  test('hears a payment from a WAV file, sells once, and sings the receipt', async () => {
    const dir = await newTill();
    await tillsong(`send --out ${at('pay.wav')} --hex ${hex(await phone.spend())} --repeat 2`);
    const served = await tillsong(`till serve --dir ${dir} --from ${at('pay.wav')} ${SELL} --out ${at('receipt.wav')}`);
    expect(served.code).toBe(0);
    const [first, ...others] = served.json();
    expect(first).toMatchObject({
      ok: true,
      type: 'sale',
      repeated: false,
      outcome: 'vended',
      amountMinorUnits: 150,
      item: 12,
    });
    for (const other of others) expect(other).toEqual({ ...first, repeated: true });
    const heard = await tillsong(`receive --json ${at('receipt.wav')}`);
    expect(heard.json()[0].payload).toBe(first.receipt);
    const again = await tillsong(`till serve --dir ${dir} --from ${at('pay.wav')} ${SELL}`);
    expect(again.json()[0]).toMatchObject({ repeated: true, sequence: 1 });
  });

  test('sings a beacon, and takes answers to it alone when it has no clock', async () => {
    const dir = await newTill();
    const served = await tillsong(
      `till serve --dir ${dir} --payload ${hex(await phone.spend())} --beacon ${at('beacon.wav')} --no-clock ${SELL}`,
    );
    expect(served.json()).toEqual([{ ok: false, step: 'till', reason: 'clock' }]);
    const heard = await tillsong(`receive --json ${at('beacon.wav')}`);
    const beacon = parseBeacon(Buffer.from(heard.json()[0].payload, 'hex'));
    expect(beacon).toMatchObject({ ok: true, beacon: { machineId: MACHINE_ID, priceMinorUnits: 150, item: 12 } });
  });

  test.each([
    ['--payload 00', /--price: expected an amount/],
    ['--price 1.50', /give --from, --payload or both/],
    ['--payload 00 --vend mdb', /--serial: expected the path/],
    ['--payload 00 --price 1.505', /--price: /],
  ])('needs what it needs: %s', async (options, message) => {
    const dir = await newTill();
    const { code, err } = await tillsong(`till serve --dir ${dir} ${options}`);
    expect([code, err]).toEqual([64, expect.stringMatching(message)]);
  });
});

describe('till journal', () => {
  test('lists entries and outcomes and verifies the chain', async () => {
    const dir = await newTill();
    await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    const { code, json } = await tillsong(`till journal --dir ${dir} --json`);
    expect(code).toBe(0);
    expect(json()).toMatchObject([
      { sequence: 1, kind: 'accepted', amountMinorUnits: 150, item: 12 },
      { sequence: 2, kind: 'outcome', outcome: 'vended', acceptedSequence: 1 },
      {
        ok: true,
        lastSequence: 2,
        acknowledgedSequence: 0,
        storedCount: 1,
        storedMinorUnits: 150,
        held: [],
        damage: null,
      },
    ]);
    const { out } = await tillsong(`till journal --dir ${dir}`);
    expect(out).toMatch(/accepted {2}1.50 EUR for item 12/);
    expect(out).toMatch(/the chain is intact/);
    expect((await tillsong(`till journal --dir ${dir} --resolve 1=vended`)).err).toMatch(/sale 1 is not held/);
  });

  test('reports damage, and goes on without it when an operator says so', async () => {
    const dir = await newTill();
    for (const counter of [1, 2]) {
      const payload = hex(await phone.spend({ counter }));
      await tillsong(`till serve --dir ${dir} --payload ${payload} ${SELL}`);
    }
    // The head says that there are four entries; the database is an empty one.
    const damaged = at('damaged');
    await newTillAt(damaged, dir);
    const reported = await tillsong(`till journal --dir ${damaged} --json`);
    expect(reported.code).toBe(1);
    expect(reported.json()[0]).toMatchObject({ ok: false, damage: { kind: 'tail', firstSequence: 1 } });
    const served = await tillsong(
      `till serve --dir ${damaged} --payload ${hex(await phone.spend({ counter: 3 }))} ${SELL}`,
    );
    expect(served.json()).toEqual([{ ok: false, step: 'till', reason: 'journal' }]);
    const repaired = await tillsong(`till journal --dir ${damaged} --repair --json`);
    expect([repaired.code, repaired.err]).toEqual([0, expect.stringMatching(/0 entries are intact, lost: 1, 2, 3, 4/)]);
    const after = await tillsong(
      `till serve --dir ${damaged} --payload ${hex(await phone.spend({ counter: 3 }))} ${SELL}`,
    );
    expect(after.json()[0]).toMatchObject({ ok: true, sequence: 5 });
  });

  /** A copy of a till's folder whose database is gone. */
  async function newTillAt(target: string, source: string): Promise<void> {
    await tillsong(`till init --dir ${target} ${WHO} ${LIMITS}`);
    await rm(join(target, 'journal.sqlite'), { force: true });
    for (const end of ['-wal', '-shm']) await rm(join(target, `journal.sqlite${end}`), { force: true });
    for (const name of ['till.json', 'machine.key', 'journal.sqlite-head'])
      await copyFile(join(source, name), join(target, name));
  }
});

/** A settlement that acknowledges whatever it is sent. */
async function answerTo(upload: JournalUpload) {
  const acknowledgement = await signAcknowledgement(
    {
      settlementKeyId: SETTLEMENT_KEY_ID,
      machineId: upload.machineId,
      firstSequence: upload.firstSequence,
      lastSequence: upload.firstSequence + upload.entries.length - 1,
      chainHash: uploadChain(upload)[upload.entries.length - 1],
      timeSeconds: NOW,
    },
    SETTLEMENT,
  );
  const results = upload.entries.map((_, i) => ({ sequence: upload.firstSequence + i, result: 'recorded' as const }));
  return makeUploadAnswer({
    kind: 'journal',
    acknowledgement: packAcknowledgement(acknowledgement),
    results,
    denyListVersion: 0,
  });
}

test('till journal --refund takes a delivered sale back, and the phone that asks again hears the void', async () => {
  const dir = await newTill();
  const payload = hex(await phone.spend());
  await tillsong(`till serve --dir ${dir} --payload ${payload} ${SELL}`);
  const none = await tillsong(`till journal --dir ${dir} --refund 2`);
  expect([none.code, none.err]).toEqual([
    64,
    expect.stringMatching(/--refund: .*expected that of a vended sale, got 2/),
  ]);
  const refunded = await tillsong(`till journal --dir ${dir} --refund 1 --json`);
  expect(refunded.json()).toMatchObject([
    { kind: 'accepted' },
    { outcome: 'vended' },
    { outcome: 'failed' },
    { ok: true },
  ]);
  const again = await tillsong(`till serve --dir ${dir} --payload ${payload} ${SELL}`);
  expect(again.json()[0]).toMatchObject({ ok: false, step: 'vend', reason: 'failed', repeated: true });
});

describe('till upload', () => {
  test('by file: what is carried there is acknowledged by what is carried back', async () => {
    const dir = await newTill();
    expect((await tillsong(`till upload --dir ${dir} --out ${at('none.json')}`)).out).toBe('nothing to upload\n');
    await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    await tillsong(`till upload --dir ${dir} --out ${at('upload.json')}`);
    const parsed = parseUpload(JSON.parse(await readFile(at('upload.json'), 'utf8')));
    if (!parsed.ok || parsed.upload.kind !== 'journal') throw new Error('no upload');
    const answer = await answerTo(parsed.upload);
    await writeFile(at('answer.json'), JSON.stringify(answer));
    const taken = await tillsong(`till upload --dir ${dir} --answer ${at('answer.json')} --json`);
    expect([taken.code, taken.json()]).toEqual([0, [{ ok: true, acknowledgedSequence: 2 }]]);
    const again = await tillsong(`till upload --dir ${dir} --answer ${at('answer.json')} --json`);
    expect([again.code, again.json()]).toEqual([1, [{ ok: false, reason: 'acknowledgement-known' }]]);
  });

  test('by file: a deny list', async () => {
    const dir = await newTill();
    const delta = await signDenyListDelta(
      {
        issuerKeyId: ISSUER_KEY_ID,
        baseVersion: 0,
        version: 1,
        timeSeconds: NOW,
        certificateIds: [phone.certificate.certificateId],
      },
      ISSUER,
    );
    await writeFile(
      at('deny.json'),
      JSON.stringify({ version: 1, kind: 'deny-list', delta: hex(packDenyListDelta(delta)) }),
    );
    expect((await tillsong(`till upload --dir ${dir} --answer ${at('deny.json')}`)).out).toBe('deny list 1\n');
    const served = await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    expect(served.json()).toEqual([{ ok: false, step: 'certificate', reason: 'denied' }]);
  });

  test('by HTTP: everything is sent, and what issuers deny is taken', async () => {
    const dir = await newTill();
    for (const counter of [1, 2])
      await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend({ counter }))} ${SELL}`);
    const delta = await signDenyListDelta(
      {
        issuerKeyId: ISSUER_KEY_ID,
        baseVersion: 0,
        version: 1,
        timeSeconds: NOW,
        certificateIds: [phone.certificate.certificateId],
      },
      ISSUER,
    );
    const server = await settlementServer(hex(packDenyListDelta(delta)));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const sent = await tillsong(`till upload --dir ${dir} --url ${url} --json`);
      expect([sent.err, sent.json()]).toEqual([
        '',
        [{ ok: true, sentCount: 4, lastSequence: 4, acknowledgedSequence: 4, storedCount: 0 }],
      ]);
    } finally {
      server.close();
    }
    const served = await tillsong(
      `till serve --dir ${dir} --payload ${hex(await phone.spend({ counter: 3 }))} ${SELL}`,
    );
    expect(served.json()[0]).toMatchObject({ reason: 'denied' });
  });

  test('by HTTP: a settlement that keeps no deny list has taken the upload all the same', async () => {
    const dir = await newTill();
    await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    const server = await settlementServer(undefined);
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const sent = await tillsong(`till upload --dir ${dir} --url ${url} --json`);
      expect([sent.code, sent.err, sent.json()]).toMatchObject([0, '', [{ ok: true, acknowledgedSequence: 2 }]]);
    } finally {
      server.close();
    }
  });

  test('by HTTP: a settlement that was set back is sent again what it lacks', async () => {
    const dir = await newTill();
    const sell = async (counter: number) =>
      tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend({ counter }))} ${SELL}`);
    await sell(1);
    for (const forgets of [false, true]) {
      const server = await settlementServer(undefined, forgets);
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const sent = await tillsong(`till upload --dir ${dir} --url ${url} --json`);
        const count = forgets ? 4 : 2;
        expect([sent.code, sent.json()]).toMatchObject([0, [{ sentCount: count, acknowledgedSequence: count }]]);
        expect(sent.err).toMatch(forgets ? /sending again from entry 1 on/ : /^$/);
      } finally {
        server.close();
      }
      if (!forgets) await sell(2);
    }
  });

  test('to nobody is an error of the file kind, and loses nothing', async () => {
    const dir = await newTill();
    await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
    const { code, err } = await tillsong(`till upload --dir ${dir} --url http://127.0.0.1:9`);
    expect([code, err]).toEqual([2, expect.stringMatching(/127\.0\.0\.1:9/)]);
    expect((await tillsong(`till journal --dir ${dir} --json`)).json().at(-1)).toMatchObject({ storedCount: 1 });
  });
});

/** @param delta - its deny list's first and only one; undefined keeps none. @param isEmpty - it wants journals from their beginning */
function settlementServer(delta: string | undefined, isEmpty = false): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const reply = (value: unknown) => response.end(JSON.stringify(value));
      if (request.url?.startsWith('/v1/deny-list') && delta === undefined) {
        response.statusCode = 404;
        return reply({ error: 'no-key' });
      }
      if (request.url?.startsWith('/v1/deny-list'))
        return reply(request.url.endsWith('=0') ? { version: 1, delta } : { version: 1 });
      const parsed = parseUpload(JSON.parse(Buffer.concat(chunks).toString()));
      const isGap = parsed.ok && parsed.upload.kind === 'journal' && parsed.upload.firstSequence > 1;
      if (isEmpty && isGap) {
        response.statusCode = 409;
        return reply({ error: 'gap', nextSequence: 1 });
      }
      reply(parsed.ok && parsed.upload.kind === 'journal' ? await answerTo(parsed.upload) : {});
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

test('a receipt that was printed is one that phones can read', async () => {
  const dir = await newTill();
  const served = await tillsong(`till serve --dir ${dir} --payload ${hex(await phone.spend())} ${SELL}`);
  const receipt = parseReceipt(Buffer.from(served.json()[0].receipt, 'hex'));
  expect(receipt.ok && hex(packReceipt(receipt.receipt))).toBe(served.json()[0].receipt);
});
