// Random lives of a wallet: it pays, retries, cancels, hears, and crashes at any step of storing and signing. What must hold is stated over
// everything that its device key ever signed, since that is what tills and settlement get to see.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { makeAmount } from '../../codec/token/amount.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { signCertificate } from '../../codec/token/certificate-signature.js';
import { packReceipt } from '../../codec/token/receipt.js';
import { signReceipt } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { toHex } from '../shared/hex.js';
import { ed25519Signer } from './signer.js';
import { Wallet } from './wallet.js';
import { parseWalletState } from './wallet-state.js';
import type { WalletStore } from './wallet-store.js';

const ISSUER = ed25519Signer(new Uint8Array(32).fill(0x11));
const PHONE = ed25519Signer(new Uint8Array(32).fill(0x22));
const MACHINE = ed25519Signer(new Uint8Array(32).fill(0x44));
const LIMIT = 1000;
const MAX_COUNT = 6;

class Crash extends Error {}

/** Where the power may go: before the text is written, after it, before and after the signature. */
type CrashPoint = 'before-save' | 'after-save' | 'before-sign' | 'after-sign';

/** The device: what survives a crash, and what its key has signed. */
class Device {
  text: string | undefined;
  crashAt: CrashPoint | undefined;
  readonly signedByCounter = new Map<number, Set<string>>();
  readonly played = new Map<number, string>();

  readonly store: WalletStore = {
    load: async () => this.text,
    save: async (text) => {
      this.maybeCrash('before-save');
      this.text = text;
      this.maybeCrash('after-save');
    },
  };

  readonly signer: Signer = {
    ...PHONE,
    sign: async (input) => {
      this.maybeCrash('before-sign');
      // The end of the signed input is the 20 bytes of the spend.
      const message = input.slice(-20);
      const counter = message[1] * 256 + message[2];
      const stored = parseWalletState(this.text ?? '');
      expect(stored.counter).toBeGreaterThanOrEqual(counter);
      expect(stored.cumulativeMinorUnits).toBeGreaterThanOrEqual(message[6] * 65536 + message[7] * 256 + message[8]);
      const messages = this.signedByCounter.get(counter) ?? new Set();
      this.signedByCounter.set(counter, messages.add(toHex(message)));
      const signature = await PHONE.sign(input);
      this.maybeCrash('after-sign');
      return signature;
    },
  };

  private maybeCrash(point: CrashPoint): void {
    if (this.crashAt !== point) return;
    this.crashAt = undefined;
    throw new Crash(point);
  }
}

type Step =
  | { kind: 'pay'; machineId: number; price: number; crashAt: CrashPoint | undefined }
  | { kind: 'pay-twice'; price: number }
  | { kind: 'retry'; crashAt: CrashPoint | undefined }
  | { kind: 'cancel'; crashAt: CrashPoint | undefined }
  | { kind: 'hear'; outcome: 'vended' | 'void' }
  | { kind: 'restart' };

const crashAt = fc.option(fc.constantFrom<CrashPoint>('before-save', 'after-save', 'before-sign', 'after-sign'), {
  nil: undefined,
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('pay' as const),
      machineId: fc.integer({ min: 1, max: 3 }),
      price: fc.integer({ min: 1, max: 400 }),
      crashAt,
    }),
    fc.record({ kind: fc.constant('pay-twice' as const), price: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ kind: fc.constant('retry' as const), crashAt }),
    fc.record({ kind: fc.constant('cancel' as const), crashAt }),
    fc.record({ kind: fc.constant('hear' as const), outcome: fc.constantFrom('vended' as const, 'void' as const) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  ),
  { minLength: 4, maxLength: 14 },
);

async function openWallet(device: Device): Promise<Wallet> {
  return Wallet.open({
    store: device.store,
    signer: device.signer,
    issuerKeys: new Map([[7, ISSUER.publicKey]]),
    machineKeys: { get: () => MACHINE.publicKey },
    nowSeconds: () => 1_767_225_660,
  });
}

async function firstSync(device: Device): Promise<void> {
  const fields = {
    algorithm: 'ed25519',
    issuerKeyId: 7,
    certificateId: new Uint8Array(8).fill(9),
    issuedAtSeconds: 1_767_225_600,
    validityHours: 24,
    currency: 978,
    maxPaymentMinorUnits: 400,
    maxCumulativeMinorUnits: LIMIT,
    maxCount: MAX_COUNT,
    audience: 0,
    assuranceFlags: 0,
    deviceKey: PHONE.publicKey,
  } as const;
  const wallet = await openWallet(device);
  expect(await wallet.install(packCertificate(await signCertificate(fields, ISSUER)))).toMatchObject({ ok: true });
}

/** Notes what was played, and that it is the same for one counter for ever. */
function note(device: Device, payload: Uint8Array): void {
  const parsed = parseSpend(payload);
  if (!parsed.ok) throw new Error(parsed.reason);
  const { counter } = parsed.token.spend;
  const spend = toHex(payload.slice(0, 84));
  expect(device.played.get(counter) ?? spend).toBe(spend);
  device.played.set(counter, spend);
}

async function take(wallet: Wallet, device: Device, step: Step): Promise<void> {
  device.crashAt = 'crashAt' in step ? step.crashAt : undefined;
  const order = (price: number, machineId: number) => ({ machineId, price: makeAmount(price, 978), item: 1 });
  switch (step.kind) {
    case 'pay': {
      const prepared = wallet.prepare(order(step.price, step.machineId));
      const result = prepared.ok ? await wallet.confirm(prepared.offer) : prepared;
      if (result.ok) note(device, result.payload);
      return;
    }
    case 'pay-twice': {
      const offers = [1, 2].map((machineId) => wallet.prepare(order(step.price, machineId)));
      const results = await Promise.all(
        offers.map((prepared) => (prepared.ok ? wallet.confirm(prepared.offer) : prepared)),
      );
      for (const result of results) if (result.ok && 'payload' in result) note(device, result.payload);
      expect(results.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1);
      return;
    }
    case 'retry': {
      const result = await wallet.retry();
      if (result.ok) note(device, result.payload);
      return;
    }
    case 'cancel':
      await wallet.cancel();
      return;
    case 'hear': {
      const heard = [...device.played.values()].at(-1);
      if (heard === undefined) return;
      const id = '09'.repeat(8);
      const parsed = parseSpend(Uint8Array.from(Buffer.from(heard + id, 'hex')));
      if (!parsed.ok) throw new Error(parsed.reason);
      const { spend } = parsed.token;
      const { counter, amountMinorUnits } = spend;
      const fields = {
        certificateId: new Uint8Array(8).fill(9),
        counter,
        outcome: step.outcome,
        amountMinorUnits,
        timeSeconds: 0,
      };
      const result = await wallet.hear(packReceipt(await signReceipt(fields, packSpendMessage(spend), MACHINE)));
      if (!result.ok) expect(result.reason).toBe('already-voided');
      return;
    }
    case 'restart':
      return;
  }
}

/** What holds after each step, whatever happened. */
function check(wallet: Wallet, device: Device): void {
  for (const [counter, messages] of device.signedByCounter) {
    // Two messages of one counter would be the proof of fraud against an honest phone.
    expect([counter, messages.size]).toEqual([counter, 1]);
    expect(counter).toBeLessThanOrEqual(MAX_COUNT);
  }
  const bill = wallet.bill();
  const stored = parseWalletState(device.text ?? '');
  const spent = bill.reduce((sum, { amount }) => sum + amount.minorUnits, 0);
  // Nothing is settled here, so every payment is on the bill, and the gross total is their sum.
  expect([stored.counter, stored.cumulativeMinorUnits]).toEqual([bill.length, spent]);
  expect(spent).toBeLessThanOrEqual(LIMIT);
  expect(bill.map(({ counter }) => counter)).toEqual(bill.map((_, i) => i + 1));
  expect(bill.filter(({ status }) => status === 'open').length).toBeLessThanOrEqual(1);
  // Whatever was played is on the bill with its signature, ready for settlement.
  const billed = new Set((wallet.exportBill()?.payments ?? []).map(({ token }) => toHex(token)));
  for (const spend of device.played.values()) expect(billed.has(spend)).toBe(true);
}

test('rule 1: no crash makes a wallet sign two payments with one counter, forget one or go over a limit (seed 41)', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      const device = new Device();
      await firstSync(device);
      let wallet = await openWallet(device);
      for (const step of life) {
        try {
          await take(wallet, device, step);
          if (step.kind === 'restart') wallet = await openWallet(device);
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          wallet = await openWallet(device);
        }
        device.crashAt = undefined;
        check(wallet, device);
      }
    }),
    { seed: 41, numRuns: 30 },
  );
}, 30_000);
