// The process that is killed: a phone that pays without end, on a wallet file. Beside it, it notes what its key was asked to sign and what
// was played: a line each, written before the act, so that nothing which left the phone is missing.
//
//   node phone-process.js FOLDER SEED

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BillUpload, ed25519Signer, SeededRandom, Wallet } from 'tillsong';
import { makeAmount, packCertificate, type Signer, signCertificate } from 'tillsong/codec';
import { WalletFile } from 'tillsong/node';
import { PHONE_SEED, SIGNED_LOG, PLAYED_LOG, WALLET_NAME } from './phone-notes.js';

const [folder, seed] = process.argv.slice(2);
const random = new SeededRandom(Number(seed));
const phone = ed25519Signer(PHONE_SEED);
const issuer = ed25519Signer(new Uint8Array(32).fill(0x11));
/** Ends are far away, and each certificate is later than the one before, whatever clock this computer has. */
const clock = { nowSeconds: 2_000_000_000 };

function note(log: string, bytes: Uint8Array): void {
  appendFileSync(join(folder, log), `${Buffer.from(bytes).toString('hex')}\n`);
  process.send?.(log);
}

const signer: Signer = {
  ...phone,
  sign: (message) => {
    note(SIGNED_LOG, message);
    return phone.sign(message);
  },
};

async function sync(wallet: Wallet): Promise<void> {
  const issuedAtSeconds = (wallet.balance()?.certificate.issuedAtSeconds ?? clock.nowSeconds) + 1;
  const fields = {
    algorithm: 'ed25519',
    issuerKeyId: 7,
    certificateId: random.bytes(8),
    issuedAtSeconds,
    validityHours: 65_535,
    currency: 978,
    maxPaymentMinorUnits: 1000,
    maxCumulativeMinorUnits: 20_000,
    maxCount: 60,
    audience: 0,
    assuranceFlags: 0,
    deviceKey: phone.publicKey,
  } as const;
  const result = await wallet.install(packCertificate(await signCertificate(fields, issuer)));
  if (!result.ok) throw new Error(`no certificate: ${result.reason}`);
}

/** Settlement has recorded everything: the bill starts anew. */
async function settle(wallet: Wallet, upload: BillUpload): Promise<void> {
  const results = upload.payments.map(() => ({ result: 'recorded' as const }));
  await wallet.settled(upload, { kind: 'bill', results, denyListVersion: 0 });
}

/** One step of a life: finish what is open, or pay, or sync when nothing more can be paid. */
async function step(wallet: Wallet): Promise<void> {
  const again = await wallet.retry();
  if (again.ok) {
    note(PLAYED_LOG, again.payload);
    if (random.uniform() < 0.7) await wallet.cancel();
    return;
  }
  const price = makeAmount(1 + Math.floor(random.uniform() * 1000), 978);
  const prepared = wallet.prepare({ machineId: 1 + Math.floor(random.uniform() * 9), price, item: 1 });
  if (prepared.ok) {
    const paid = await wallet.confirm(prepared.offer);
    if (paid.ok) note(PLAYED_LOG, paid.payload);
    return;
  }
  const upload = wallet.exportBill();
  if (upload !== undefined) await settle(wallet, upload);
  await sync(wallet);
}

const store = await WalletFile.open(join(folder, WALLET_NAME));
const issuerKeys = new Map([[7, issuer.publicKey]]);
const wallet = await Wallet.open({ store, signer, issuerKeys, nowSeconds: () => clock.nowSeconds + 100_000 });
for (;;) await step(wallet);
