// Rules 1 and 2: nothing is signed that was not stored, and nothing that was spent is forgotten.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeAmount } from '../../codec/token/amount.js';
import { packCertificate } from '../../codec/token/certificate.js';
import type { Signer } from '../../codec/token/token-signature.js';
import {
  certificateFor,
  HARDWARE_PHONE,
  ISSUED_AT,
  MACHINE,
  ORDER,
  PHONE,
  paid,
  pay,
  phone,
  receiptFor,
  spendIn,
} from '../../fixtures/wallet-parties/wallet-parties.js';
import { parseWalletState } from './wallet-state.js';
import { MemoryWalletStore, type WalletStore } from './wallet-store.js';

beforeAll(async () => {
  // The library's table of the base point is built at the first signature.
  await certificateFor(PHONE);
});

describe('rule 1: what is signed is stored before', () => {
  test('rule 1: counter and total are stored when the signer is asked', async () => {
    const store = new MemoryWalletStore();
    const seen: unknown[] = [];
    const signer: Signer = {
      ...PHONE,
      sign: async (message) => {
        const stored = parseWalletState((await store.load()) ?? '');
        seen.push([stored.counter, stored.cumulativeMinorUnits, stored.payments.at(-1)?.counter]);
        return PHONE.sign(message);
      },
    };
    const { wallet } = await phone({}, { store, signer });
    await paid(wallet);
    await wallet.cancel();
    await paid(wallet);
    expect(seen).toEqual([
      [1, 150, 1],
      [2, 300, 2],
    ]);
  });

  test('rule 1: when it cannot be stored nothing is signed, and the wallet stops', async () => {
    let isFull = false;
    let signatures = 0;
    const inner = new MemoryWalletStore();
    const store: WalletStore = {
      load: () => inner.load(),
      save: async (text) => {
        if (isFull) throw new Error('ENOSPC');
        await inner.save(text);
      },
    };
    const signer: Signer = { ...PHONE, sign: (message) => PHONE.sign(message).finally(() => signatures++) };
    const { wallet, restart } = await phone({}, { store, signer });
    isFull = true;
    await expect(pay(wallet)).rejects.toThrow('ENOSPC');
    isFull = false;
    await expect(pay(wallet)).rejects.toMatchObject({ code: 'ERR_STATE' });
    await expect(wallet.retry()).rejects.toMatchObject({ code: 'ERR_STATE' });
    expect(signatures).toBe(0);
    expect(spendIn(await paid(await restart())).spend).toMatchObject({ counter: 1, cumulativeMinorUnits: 150 });
  });

  test('rule 1: a retry plays the same bytes, also after a restart, and signs nothing again', async () => {
    let calls = 0;
    // Hardware's P-256 signatures of one message differ each time.
    const signer: Signer = {
      ...HARDWARE_PHONE,
      sign: (message) => HARDWARE_PHONE.sign(message).finally(() => calls++),
    };
    const { wallet, restart } = await phone({}, { signer });
    const payload = await paid(wallet);
    expect(await wallet.retry()).toMatchObject({ ok: true, payload });
    expect(await (await restart()).retry()).toMatchObject({ ok: true, payload });
    expect(await wallet.retry('id')).toMatchObject({ payload: { length: 92 } });
    expect(calls).toBe(1);
  });

  test('rule 1: a new counter comes only after cancelling', async () => {
    const { wallet, restart } = await phone();
    await paid(wallet);
    expect(wallet.prepare(ORDER)).toEqual({ ok: false, reason: 'payment-open' });
    expect((await restart()).prepare(ORDER)).toEqual({ ok: false, reason: 'payment-open' });
    expect(await wallet.cancel()).toMatchObject({ counter: 1, status: 'maybe-spent' });
    expect(await wallet.retry()).toEqual({ ok: false, reason: 'nothing-open' });
    expect(await wallet.cancel()).toBeUndefined();
    expect(spendIn(await paid(wallet)).spend).toMatchObject({ counter: 2, cumulativeMinorUnits: 300 });
  });

  test('rule 1: an unheard spend stays maybe spent and counts against the limit', async () => {
    const { wallet } = await phone({ maxCumulativeMinorUnits: 300, maxPaymentMinorUnits: 300 });
    await paid(wallet);
    await wallet.cancel();
    await paid(wallet);
    await wallet.cancel();
    expect(wallet.balance()).toMatchObject({ remainingMinorUnits: 0, remainingCount: 3 });
    expect(wallet.prepare({ ...ORDER, price: makeAmount(1, 978) })).toEqual({ ok: false, reason: 'cumulative-limit' });
    expect(wallet.bill().map(({ status }) => status)).toEqual(['maybe-spent', 'maybe-spent']);
  });

  test('rule 1: two payments at once are made one after the other, and the second waits', async () => {
    const { wallet } = await phone();
    const offers = [wallet.prepare(ORDER), wallet.prepare({ ...ORDER, machineId: 10 })];
    const results = await Promise.all(offers.map((prepared) => prepared.ok && wallet.confirm(prepared.offer)));
    expect(results).toMatchObject([{ ok: true }, { ok: false, reason: 'payment-open' }]);
    expect(wallet.bill()).toHaveLength(1);
  });

  test('rule 1: a signer that fails leaves the payment open; signing it later signs the same', async () => {
    let isLocked = true;
    const messages: Uint8Array[] = [];
    const signer: Signer = {
      ...PHONE,
      sign: async (message) => {
        messages.push(message);
        if (isLocked) throw new Error('no fingerprint');
        return PHONE.sign(message);
      },
    };
    const { wallet, clock, restart } = await phone({}, { signer });
    await expect(pay(wallet)).rejects.toThrow('no fingerprint');
    expect(wallet.bill()).toMatchObject([{ counter: 1, status: 'open' }]);
    expect(wallet.exportBill()).toBeUndefined();
    clock.nowSeconds += 30;
    isLocked = false;
    expect(await (await restart()).retry()).toMatchObject({ ok: true, payment: { timeSeconds: ISSUED_AT + 60 } });
    expect(messages[1]).toEqual(messages[0]);
  });

  test('rule 1: a payment that was cancelled unsigned burns its counter and is owed to nobody', async () => {
    let isLocked = true;
    const signer: Signer = {
      ...PHONE,
      sign: async (message) => {
        if (isLocked) throw new Error('locked');
        return PHONE.sign(message);
      },
    };
    const { wallet } = await phone({}, { signer });
    await expect(pay(wallet)).rejects.toThrow('locked');
    await wallet.cancel();
    isLocked = false;
    expect(spendIn(await paid(wallet)).spend).toMatchObject({ counter: 2, cumulativeMinorUnits: 300 });
    expect(wallet.exportBill()?.payments).toHaveLength(1);
    await wallet.cancel();
    await wallet.install(packCertificate(await certificateFor(PHONE, { issuedAtSeconds: ISSUED_AT + 1 })));
    expect(wallet.bill()).toHaveLength(1);
  });
});

describe('rule 2: the total is gross and never falls', () => {
  test('rule 2: a void gives nothing back', async () => {
    const { wallet, certificate } = await phone({}, { machineKeys: new Map([[9, MACHINE.publicKey]]) });
    const payload = await paid(wallet);
    await wallet.hear(await receiptFor(payload, 'void', certificate));
    expect(wallet.bill()).toMatchObject([{ status: 'voided' }]);
    expect(spendIn(await paid(wallet)).spend).toMatchObject({ counter: 2, cumulativeMinorUnits: 300 });
  });

  test('rule 2: only a new certificate starts again at zero, and the bill is kept', async () => {
    const { wallet } = await phone();
    await paid(wallet);
    await wallet.cancel();
    const next = await certificateFor(PHONE, { issuedAtSeconds: ISSUED_AT + 1 });
    expect(await wallet.install(packCertificate(next))).toMatchObject({ ok: true });
    expect(spendIn(await paid(wallet))).toMatchObject({ spend: { counter: 1, cumulativeMinorUnits: 150 } });
    expect(wallet.bill().map(({ counter }) => counter)).toEqual([1, 1]);
  });

  test('rule 2: a certificate that was in use before resets nothing', async () => {
    const { wallet, certificate, restart } = await phone();
    await paid(wallet);
    await wallet.cancel();
    // The same again: nothing changes.
    expect(await wallet.install(packCertificate(certificate))).toMatchObject({ ok: true });
    expect(wallet.balance()).toMatchObject({ remainingMinorUnits: 850 });
    // Given in the same second: new. Going back to the first is refused, also after a restart.
    const second = await certificateFor(PHONE);
    const third = await certificateFor(PHONE);
    expect(await wallet.install(packCertificate(second))).toMatchObject({ ok: true });
    expect(await wallet.install(packCertificate(third))).toMatchObject({ ok: true });
    for (const old of [certificate, second])
      expect(await (await restart()).install(packCertificate(old))).toEqual({ ok: false, reason: 'not-newer' });
    const later = await certificateFor(PHONE, { issuedAtSeconds: ISSUED_AT + 5 });
    expect(await wallet.install(packCertificate(later))).toMatchObject({ ok: true });
    for (const old of [certificate, second, third])
      expect(await wallet.install(packCertificate(old))).toEqual({ ok: false, reason: 'not-newer' });
  });

  test('rule 2: no certificate is taken while a payment is open', async () => {
    const { wallet } = await phone();
    await paid(wallet);
    const next = packCertificate(await certificateFor(PHONE, { issuedAtSeconds: ISSUED_AT + 1 }));
    expect(await wallet.install(next)).toEqual({ ok: false, reason: 'payment-open' });
  });
});
