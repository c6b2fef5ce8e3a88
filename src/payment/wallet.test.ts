// A wallet at work: what it sings, what it hears, what it is given.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAnswer } from '../../codec/token/answer.js';
import { verifyAnswer } from '../../codec/token/answer-signature.js';
import { packBeacon } from '../../codec/token/beacon.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { verifyCertificate } from '../../codec/token/certificate-signature.js';
import { packReceipt } from '../../codec/token/receipt.js';
import { packAnswerPayment, signReceipt } from '../../codec/token/receipt-signature.js';
import { verifySpend } from '../../codec/token/spend-signature.js';
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
  pay,
  phone,
  receiptFor,
  spendIn,
} from '../../fixtures/wallet-parties/wallet-parties.js';
import { Wallet } from './wallet.js';
import { MemoryWalletStore } from './wallet-store.js';

beforeAll(async () => {
  // The library's table of the base point is built at the first signature.
  await certificateFor(PHONE);
});

describe('a payment one-way', () => {
  test.each([
    ['ed25519', PHONE, 211],
    ['es256', HARDWARE_PHONE, 212],
  ] as const)('of an %s phone is what a till accepts', async (_, signer, byteCount) => {
    const { wallet, certificate, clock } = await phone({}, { signer });
    const payload = await paid(wallet);
    expect(payload).toHaveLength(byteCount);
    const verified = verifyCertificate(certificate, ISSUER_KEYS);
    if (!verified.ok) throw new Error(verified.reason);
    const terms = { ...ORDER, audience: 77, nowSeconds: clock.nowSeconds + 5, clockToleranceSeconds: 10 };
    expect(verifySpend(spendIn(payload), verified.certificate, terms)).toMatchObject({ ok: true });
  });

  test('is 92 bytes for a machine that knows the certificate, because the caller says so', async () => {
    const { wallet } = await phone();
    expect(await pay(wallet, {}, 'id')).toMatchObject({ ok: true, form: 'id', payload: { length: 92 } });
  });

  test('is 92 bytes for a machine that gave a receipt, and 211 for any other', async () => {
    const { wallet, certificate } = await phone({}, { machineKeys: new Map([[9, MACHINE.publicKey]]) });
    const first = await paid(wallet);
    expect((await wallet.hear(await receiptFor(first, 'vended', certificate))).ok).toBe(true);
    expect(await paid(wallet)).toHaveLength(92);
    await wallet.cancel();
    expect(await paid(wallet, { machineId: 10 })).toHaveLength(211);
  });

  test('is not signed for a field that is none', async () => {
    const { wallet } = await phone();
    for (const wrong of [
      { machineId: 0 },
      { item: 65_536 },
      { price: { minorUnits: 0, currency: 978 } },
      { timeToLiveSeconds: 256 },
    ])
      expect(() => wallet.prepare({ ...ORDER, ...wrong })).toThrow(/^order\./);
  });
});

describe('an answer to a beacon', () => {
  test('is what the till that sang it accepts, and the beacon is answered once', async () => {
    const { wallet, certificate, clock } = await phone();
    const prepared = wallet.prepareAnswer(packBeacon({ ...BEACON, signature: undefined }));
    if (!prepared.ok) throw new Error(prepared.reason);
    const result = await wallet.confirm(prepared.offer);
    if (!result.ok) throw new Error(result.reason);
    expect(result.payload).toHaveLength(203);
    const parsed = parseAnswer(result.payload);
    const verified = verifyCertificate(certificate, ISSUER_KEYS);
    if (!parsed.ok || !verified.ok) throw new Error('not parsed');
    const terms = {
      machineId: 9,
      audience: 77,
      nowSeconds: clock.nowSeconds,
      atLeastSeconds: 0,
      clockToleranceSeconds: 10,
    };
    expect(verifyAnswer(parsed.token, verified.certificate, BEACON, terms)).toMatchObject({ ok: true });
    await wallet.cancel();
    expect(wallet.prepareAnswer(packBeacon({ ...BEACON, signature: undefined }))).toEqual({
      ok: false,
      reason: 'beacon-answered',
    });
  });

  test('is closed by a receipt that is tied to beacon and answer', async () => {
    const { wallet, certificate } = await phone({}, { machineKeys: new Map([[9, MACHINE.publicKey]]) });
    const prepared = wallet.prepareAnswer(packBeacon({ ...BEACON, signature: undefined }));
    if (!prepared.ok) throw new Error(prepared.reason);
    const result = await wallet.confirm(prepared.offer);
    const parsed = result.ok ? parseAnswer(result.payload) : undefined;
    if (!parsed?.ok) throw new Error('no answer');
    const fields = {
      certificateId: certificate.certificateId,
      counter: 1,
      outcome: 'vended',
      amountMinorUnits: 150,
      timeSeconds: 5,
    } as const;
    const receipt = await signReceipt(fields, packAnswerPayment(BEACON, parsed.token.answer), MACHINE);
    expect(await wallet.hear(packReceipt(receipt))).toMatchObject({ ok: true, proof: 'verified' });
    expect(wallet.exportBill()).toMatchObject({ payments: [{ token: { length: 76 }, beacon: { length: 23 } }] });
  });
});

describe('a certificate', () => {
  const installed = async (bytes: Uint8Array, signer = PHONE) => {
    const options = { store: new MemoryWalletStore(), signer, issuerKeys: ISSUER_KEYS, nowSeconds: () => ISSUED_AT };
    return (await Wallet.open(options)).install(bytes);
  };

  test('rule 6: is taken only from a configured issuer, whole, for this device and while it is valid', async () => {
    const good = packCertificate(await certificateFor(PHONE));
    expect(await installed(good)).toMatchObject({ ok: true });
    expect(await installed(good.map((byte, i) => (i === 20 ? byte ^ 1 : byte)))).toEqual({
      ok: false,
      reason: 'issuer-signature',
    });
    expect(await installed(good.slice(1))).toMatchObject({ ok: false });
    expect(await installed(good, HARDWARE_PHONE)).toEqual({ ok: false, reason: 'other-device' });
    const unknown = packCertificate(await certificateFor(PHONE, { issuerKeyId: 8 }));
    expect(await installed(unknown)).toEqual({ ok: false, reason: 'issuer-unknown' });
    const old = packCertificate(await certificateFor(PHONE, { issuedAtSeconds: ISSUED_AT - 24 * 3600 }));
    expect(await installed(old)).toEqual({ ok: false, reason: 'certificate-expired' });
  });

  test('of another device in the store stops the wallet', async () => {
    const { store } = await phone();
    const options = { store, signer: HARDWARE_PHONE, issuerKeys: ISSUER_KEYS, nowSeconds: () => ISSUED_AT };
    await expect(Wallet.open(options)).rejects.toMatchObject({ code: 'ERR_STATE' });
  });
});
