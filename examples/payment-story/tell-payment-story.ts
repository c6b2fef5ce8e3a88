// Enrol online, pay offline by sound through a WAV file, vend, upload, settle, and catch a phone that was set back and spends twice.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ed25519Signer,
  formatAmount,
  Issuer,
  MemoryIssuerStore,
  MemoryVend,
  MemoryWalletStore,
  makeFraudProof,
  parseIssuerConfig,
  Receiver,
  Settlement,
  signJournalUpload,
  Till,
  Transmitter,
  verifyFraudProof,
  Wallet,
} from 'tillsong';
import { packCertificate } from 'tillsong/codec';
import { openJournal, openLedger, openWavFile, writeWavFile } from 'tillsong/node';

const nowSeconds = () => Math.floor(Date.now() / 1000);
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const newKey = () => ed25519Signer(randomBytes(32));
const PRICE = { minorUnits: 150, currency: 978 };
const AUDIENCE = 42;

const issuerKey = newKey();
const settlementKey = newKey();
const issuerKeys = new Map([[1, issuerKey.publicKey]]);
const issuer = new Issuer({
  config: parseIssuerConfig({
    issuerKeyId: 1,
    policy: { mustBeRegistered: true, minimumScore: 550, audiences: [{ audience: AUDIENCE }] },
    limits: {
      currency: PRICE.currency,
      maxPaymentMinorUnits: 500,
      maxCumulativeMinorUnits: 5000,
      maxCount: 40,
      validityHours: 72,
    },
    challengeLifetimeSeconds: 300,
    denyReplaced: false,
  }),
  store: new MemoryIssuerStore(),
  signer: issuerKey,
  nowSeconds,
  randomBytes,
});

/** A machine with its till: a number, a key and a journal in the folder. */
async function machine(folder: string, machineId: number) {
  const signer = newKey();
  const journal = openJournal(join(folder, `journal-${machineId}.sqlite`));
  const till = await Till.open({
    machineId,
    audience: AUDIENCE,
    currency: PRICE.currency,
    priceOf: (item) => (item === 12 ? PRICE : undefined),
    offline: {
      maxPaymentMinorUnits: 500,
      maxCertificateMinorUnits: 2000,
      maxStoredMinorUnits: 100_000,
      maxStoredCount: 1000,
      maxAgeSeconds: 604_800,
    },
    clockToleranceSeconds: 60,
    beaconLifetimeSeconds: 30,
    issuerKeys,
    settlementKeys: new Map([[2, settlementKey.publicKey]]),
    machine: signer,
    journal,
    vend: new MemoryVend(),
    clock: { rtcSeconds: nowSeconds, monotonicMs: () => performance.now() },
    randomBytes,
  });
  return { machineId, signer, journal, till };
}

/** Sings a payment into a WAV file and hears it there. */
async function throughTheAir(path: string, payload: Uint8Array, till: Till): Promise<string> {
  const transmitter = new Transmitter({ profile: 'audible-fast', sampleRateHz: 44100 });
  await writeWavFile(path, 44100, [new Float32Array(4410), transmitter.modulate(payload), new Float32Array(4410)]);
  const { sampleRateHz, samples } = await openWavFile(path);
  const receiver = new Receiver({ sampleRateHz });
  const events = [];
  for await (const chunk of samples) events.push(...receiver.push(chunk));
  for (const event of [...events, ...receiver.flush()]) {
    if (event.type !== 'message') continue;
    const verdict = await till.hear(event.payload);
    return verdict.ok && verdict.type === 'sale' ? String(verdict.sale.outcome) : JSON.stringify(verdict);
  }
  return 'nothing heard';
}

/** What the till has and settlement lacks, as settlement is sent it. */
async function upload({ machineId, signer, journal, till }: Awaited<ReturnType<typeof machine>>, to: Settlement) {
  const firstSequence = journal.acknowledgedSequence + 1;
  const previousHash = journal.chainHashAt(firstSequence - 1) as Uint8Array;
  const entries = Array.from(journal.entries(firstSequence), ({ packed }) => packed);
  const signed = await signJournalUpload({ kind: 'journal', machineId, firstSequence, previousHash, entries }, signer);
  const submitted = await to.submit(signed, nowSeconds());
  if (!submitted.ok || submitted.answer.kind !== 'journal') throw new Error(`upload: ${JSON.stringify(submitted)}`);
  await till.acknowledge(submitted.answer.acknowledgement as Uint8Array);
  return submitted.answer.results.map(({ result }) => result).join(', ');
}

/** Tells each step on the console as it happens. */
export async function tellPaymentStory(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tillsong-story-'));
  try {
    await tellIn(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function tellIn(folder: string): Promise<void> {
  const store = new MemoryWalletStore();
  const signer = newKey();
  const wallet = await Wallet.open({ store, signer, issuerKeys, nowSeconds });

  const { challenge } = await issuer.challenge();
  const request = await wallet.enrolmentRequest(challenge);
  const applicant = { holder: 'ann', registered: true, score: 600, audience: AUDIENCE, availableMinorUnits: 5000 };
  const enrolled = await issuer.enrol(request, applicant);
  if (!enrolled.ok) throw new Error(enrolled.reason);
  await wallet.install(packCertificate(enrolled.certificate));
  console.log('online: ann is enrolled');

  const [here, there] = [await machine(folder, 7), await machine(folder, 8)];
  const backup = (await store.load()) as string;
  const pay = async (phone: Wallet, machineId: number) => {
    const prepared = phone.prepare({ machineId, price: PRICE, item: 12 });
    const paid = prepared.ok ? await phone.confirm(prepared.offer) : prepared;
    if (!paid.ok) throw new Error(paid.reason);
    return paid.payload;
  };
  const price = formatAmount(PRICE);
  const sing = (payload: Uint8Array, till: Till) => throughTheAir(join(folder, 'air.wav'), payload, till);
  console.log(`offline: pays ${price} by sound at machine 7: ${await sing(await pay(wallet, 7), here.till)}`);
  const restored = await Wallet.open({ store: new MemoryWalletStore(backup), signer, issuerKeys, nowSeconds });
  console.log(`offline: set back, pays at machine 8: ${await sing(await pay(restored, 8), there.till)}`);

  const ledger = await openLedger({ file: join(folder, 'ledger.sqlite') });
  const registered = [here, there].map((one) => ({
    machineId: one.machineId,
    publicKey: one.signer.publicKey,
    audience: AUDIENCE,
  }));
  const settlement = new Settlement({
    store: ledger,
    issuerKeys,
    findMachine: async (id) => registered.find(({ machineId }) => machineId === id),
    policy: { graceSeconds: 604_800, clockToleranceSeconds: 60, fraudPayer: 'issuer' },
    settlementKey: { keyId: 2, signer: settlementKey },
    denyListKey: { keyId: 1, signer: issuerKey },
  });
  console.log(`online: machine 7 uploads: ${await upload(here, settlement)}`);
  console.log(`online: machine 8 uploads: ${await upload(there, settlement)}`);

  for (const { account, minorUnits } of await ledger.balances()) {
    const who = account.replace(/[0-9a-f]{16}$/, 'of ann');
    console.log(`settled: ${who.replace(':', ' ')} ${(minorUnits / 100).toFixed(2)}`);
  }
  const [row] = await ledger.fraudProofs({ after: undefined, limit: 1 });
  const first = { token: row.firstToken, beacon: row.firstBeacon ?? undefined };
  const second = { token: row.secondToken, beacon: row.secondBeacon ?? undefined };
  const proof = { certificate: row.certificate, first, second };
  const verdict = verifyFraudProof(proof, issuerKeys);
  console.log(`proof: ${verdict.ok ? `counter ${verdict.counter} was signed twice` : verdict.reason}`);
  console.log(JSON.stringify(makeFraudProof(proof)).slice(0, 60));

  const { delta } = (await settlement.denyListDelta(0, nowSeconds())) as { delta: Uint8Array };
  await here.till.applyDenyListDelta(delta);
  await wallet.cancel();
  console.log(`offline: machine 7 on the next try: ${await sing(await pay(wallet, 7), here.till)}`);
  await ledger.close();
  for (const { journal } of [here, there]) journal.close();
}
