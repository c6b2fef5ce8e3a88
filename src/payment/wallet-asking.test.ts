// Rules 3 to 5: what the owner is shown, what the key signs, what the wallet refuses.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeAmount } from '../../codec/token/amount.js';
import { packBeacon, signBeacon } from '../../codec/token/beacon.js';
import { type CertificateFields, certificateEndSeconds, packCertificate } from '../../codec/token/certificate.js';
import type { Signer } from '../../codec/token/token-signature.js';
import {
  BEACON,
  certificateFor,
  HARDWARE_PHONE,
  ISSUED_AT,
  ISSUER_KEYS,
  MACHINE,
  ORDER,
  PHONE,
  paid,
  phone,
  receiptFor,
  spendIn,
} from '../../fixtures/wallet-parties/wallet-parties.js';
import { makeUpload, parseUpload } from './upload.js';
import type { UploadResult } from './upload-answer.js';
import { MAX_UPLOAD_ENTRIES } from './upload-limits.js';
import { Wallet } from './wallet.js';
import { MAX_BILL_PAYMENTS } from './wallet-limits.js';
import { MAX_EVIDENCE, packWalletState, parseWalletState } from './wallet-state.js';
import { MemoryWalletStore } from './wallet-store.js';

beforeAll(async () => {
  // The library's table of the base point is built at the first signature.
  await certificateFor(PHONE);
});

describe('rule 3: what is signed was shown and confirmed', () => {
  test('rule 3: the offer holds machine, price, currency and item, and cannot be changed', async () => {
    const { wallet } = await phone();
    const prepared = wallet.prepare(ORDER);
    if (!prepared.ok) throw new Error(prepared.reason);
    const { offer } = prepared;
    expect(offer).toEqual({ machineId: 9, price: { minorUnits: 150, currency: 978 }, item: 3, source: 'buyer' });
    expect(() => Object.assign(offer, { machineId: 10 })).toThrow(TypeError);
    expect(() => Object.assign(offer.price, { minorUnits: 1 })).toThrow(TypeError);
    expect(wallet.bill()).toEqual([]);
  });

  test('rule 3: nothing is signed for an offer that was not prepared here, or twice', async () => {
    const { wallet } = await phone();
    const other = await phone();
    const prepared = wallet.prepare(ORDER);
    if (!prepared.ok) throw new Error(prepared.reason);
    for (const offer of [{ ...prepared.offer }, other.wallet.prepare(ORDER)])
      await expect(wallet.confirm(offer as typeof prepared.offer)).rejects.toMatchObject({ code: 'ERR_STATE' });
    await wallet.confirm(prepared.offer);
    await wallet.cancel();
    await expect(wallet.confirm(prepared.offer)).rejects.toMatchObject({ code: 'ERR_STATE' });
    expect(wallet.bill()).toHaveLength(1);
  });

  test('rule 3: 350 JPY is not 350 EUR', async () => {
    const { wallet } = await phone();
    expect(wallet.prepare({ ...ORDER, price: makeAmount(350, 392) })).toEqual({ ok: false, reason: 'currency' });
    const beacon = packBeacon({ ...BEACON, priceMinorUnits: 350, currency: 392, signature: undefined });
    expect(wallet.prepareAnswer(beacon)).toEqual({ ok: false, reason: 'currency' });
  });

  test('rule 3: a beacon says whether its machine is known to have sung it, and a forged one is refused', async () => {
    const { wallet } = await phone({}, { machineKeys: new Map([[9, MACHINE.publicKey]]) });
    const signed = await signBeacon(BEACON, MACHINE);
    const sourceOf = (bytes: Uint8Array) => {
      const prepared = wallet.prepareAnswer(bytes);
      return prepared.ok ? prepared.offer.source : prepared.reason;
    };
    expect(sourceOf(packBeacon(signed))).toBe('machine');
    expect(sourceOf(packBeacon({ ...BEACON, signature: undefined }))).toBe('unknown-machine');
    expect(sourceOf(packBeacon(await signBeacon({ ...BEACON, machineId: 10 }, MACHINE)))).toBe('unknown-machine');
    expect(sourceOf(packBeacon({ ...signed, priceMinorUnits: 151 }))).toBe('beacon-signature');
    expect(sourceOf(packBeacon(await signBeacon(BEACON, PHONE)))).toBe('beacon-signature');
    expect(sourceOf(new Uint8Array(23))).toBe('beacon-type');
    expect(sourceOf(packBeacon(signed).slice(0, 86))).toBe('beacon-length');
  });

  test('rule 3: what changed between showing and confirming is asked again', async () => {
    const { wallet, clock } = await phone();
    const prepared = wallet.prepare(ORDER);
    clock.nowSeconds += 24 * 3600;
    if (!prepared.ok) throw new Error(prepared.reason);
    expect(await wallet.confirm(prepared.offer)).toEqual({ ok: false, reason: 'certificate-expired' });
    expect(wallet.bill()).toEqual([]);
  });
});

describe('rule 4: ES256 is sent low-S', () => {
  test('rule 4: whatever the hardware answers', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const signer: Signer = {
      ...HARDWARE_PHONE,
      sign: async (message) => {
        const signature = await HARDWARE_PHONE.sign(message);
        const high = order - BigInt(`0x${Buffer.from(signature.slice(32)).toString('hex')}`);
        signature.set(Buffer.from(high.toString(16).padStart(64, '0'), 'hex'), 32);
        return signature;
      },
    };
    const { wallet } = await phone({}, { signer });
    const { signature } = spendIn(await paid(wallet)).spend;
    expect(BigInt(`0x${Buffer.from(signature.slice(32)).toString('hex')}`) <= order / 2n).toBe(true);
  });
});

describe('rule 5: the wallet refuses', () => {
  test.each<[string, Partial<CertificateFields>, number, string]>([
    ['when the certificate has expired', {}, 24 * 3600, 'certificate-expired'],
    ['when the clock is before issued-at', {}, -1, 'clock-before-issue'],
    ['a payment above the most that one may be', { maxPaymentMinorUnits: 149 }, 0, 'payment-limit'],
  ])('rule 5: %s', async (_, changes, seconds, reason) => {
    const { wallet, clock } = await phone(changes);
    clock.nowSeconds = ISSUED_AT + seconds;
    expect(wallet.prepare(ORDER)).toEqual({ ok: false, reason });
  });

  test('rule 5: when count or amount is used up, and not one payment before', async () => {
    const { wallet } = await phone({ maxCount: 2 });
    for (let i = 0; i < 2; i++) {
      await paid(wallet);
      await wallet.cancel();
    }
    expect(wallet.prepare(ORDER)).toEqual({ ok: false, reason: 'count-limit' });
    const poor = await phone({ maxCumulativeMinorUnits: 300, maxPaymentMinorUnits: 200 });
    await paid(poor.wallet);
    await poor.wallet.cancel();
    expect(poor.wallet.prepare({ ...ORDER, price: makeAmount(151, 978) })).toMatchObject({
      reason: 'cumulative-limit',
    });
    expect(poor.wallet.prepare(ORDER)).toMatchObject({ ok: true });
  });

  test('rule 5: on the last second of the certificate it still pays', async () => {
    const { wallet, clock } = await phone();
    clock.nowSeconds = ISSUED_AT + 24 * 3600 - 1;
    expect(wallet.prepare(ORDER)).toMatchObject({ ok: true });
    clock.nowSeconds = ISSUED_AT;
    expect(wallet.prepare(ORDER)).toMatchObject({ ok: true });
  });

  test('rule 5: before it was ever synced', async () => {
    const options = { store: new MemoryWalletStore(), signer: PHONE, issuerKeys: ISSUER_KEYS, nowSeconds: () => 0 };
    const wallet = await Wallet.open(options);
    expect(wallet.prepare(ORDER)).toEqual({ ok: false, reason: 'no-certificate' });
    expect(wallet.balance()).toBeUndefined();
  });

  test('rule 5: unsettled spends are kept, listed, and handed in by the phone as well', async () => {
    const { wallet, certificate, restart } = await phone({}, { machineKeys: new Map([[9, MACHINE.publicKey]]) });
    const first = await paid(wallet);
    await wallet.hear(await receiptFor(first, 'vended', certificate));
    const second = await paid(wallet, { machineId: 10 });
    await wallet.cancel();
    const again = await restart();
    expect(again.bill()).toMatchObject([
      { counter: 1, status: 'vended', machineId: 9, amount: ORDER.price, item: 3, hasReceipt: true },
      { counter: 2, status: 'maybe-spent', machineId: 10, expiresAtSeconds: ISSUED_AT + 120, hasReceipt: false },
    ]);
    const upload = again.exportBill();
    if (upload === undefined) throw new Error('no bill');
    expect(upload.payments.map(({ token }) => token)).toEqual([first.slice(0, 84), second.slice(0, 84)]);
    expect(upload.payments[0]).toMatchObject({ certificate: packCertificate(certificate), receipt: { length: 83 } });
    expect(parseUpload(JSON.parse(JSON.stringify(makeUpload(upload))))).toEqual({ ok: true, upload });

    const settle = (...results: UploadResult[]) =>
      again.settled(upload, { kind: 'bill', results: results.map((result) => ({ result })), denyListVersion: 0 });
    await expect(settle('recorded')).rejects.toMatchObject({ code: 'ERR_LENGTH' });
    expect(await settle('refused', 'claimed')).toBe(0);
    expect(await settle('recorded', 'late')).toBe(1);
    expect((await restart()).bill()).toMatchObject([{ counter: 2 }]);
    expect(await settle('recorded', 'recorded')).toBe(1);
    expect(again.bill()).toEqual([]);
    // What is settled gives no counter back.
    expect(spendIn(await paid(again)).spend).toMatchObject({ counter: 3, cumulativeMinorUnits: 450 });
  });

  test('rule 5: what is only claimed stays on the bill, until 90 days after its certificate’s end', async () => {
    const { wallet, clock, certificate } = await phone();
    await paid(wallet);
    await wallet.cancel();
    const upload = wallet.exportBill();
    if (upload === undefined) throw new Error('no bill');
    const hears = (result: UploadResult) =>
      wallet.settled(upload, { kind: 'bill', results: [{ result }], denyListVersion: 0 });
    clock.nowSeconds = certificateEndSeconds(certificate) + 90 * 86_400 - 1;
    expect(await hears('claimed')).toBe(0);
    clock.nowSeconds++;
    for (const result of ['refused', 'late', 'double-spend'] as const) expect(await hears(result)).toBe(0);
    expect(await hears('claimed')).toBe(1);
    expect(wallet.bill()).toEqual([]);
  });

  test('rule 5: a payment that is still being played is not taken off the bill', async () => {
    const { wallet } = await phone();
    await paid(wallet);
    const upload = wallet.exportBill();
    if (upload === undefined) throw new Error('no bill');
    const answer = { kind: 'bill', results: [{ result: 'duplicate' }], denyListVersion: 0 } as const;
    expect(await wallet.settled(upload, answer)).toBe(0);
    await wallet.cancel();
    expect(await wallet.settled(upload, answer)).toBe(1);
  });

  test('rule 5: when the bill is full', async () => {
    const { store, wallet, restart } = await phone({ maxCount: 255, maxCumulativeMinorUnits: 100_000 });
    await paid(wallet);
    await wallet.cancel();
    const state = parseWalletState((await store.load()) ?? '');
    const payments = Array.from({ length: MAX_BILL_PAYMENTS }, (_, i) => ({ ...state.payments[0], counter: i + 1 }));
    await store.save(packWalletState({ ...state, counter: MAX_BILL_PAYMENTS, payments }));
    expect((await restart()).prepare(ORDER)).toEqual({ ok: false, reason: 'bill-full' });
    const full = (await restart()).exportBill();
    expect(full?.payments).toHaveLength(MAX_BILL_PAYMENTS);
    expect(MAX_BILL_PAYMENTS * (1 + MAX_EVIDENCE)).toBeLessThanOrEqual(MAX_UPLOAD_ENTRIES);
  });
});
