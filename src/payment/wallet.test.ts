import { beforeAll, describe, expect, test } from '@jest/globals';
import { makeAmount } from '../../codec/token/amount.js';
import { parseAnswer } from '../../codec/token/answer.js';
import { verifyAnswer } from '../../codec/token/answer-signature.js';
import { type BeaconFields, packBeacon, signBeacon } from '../../codec/token/beacon.js';
import { type Certificate, type CertificateFields, packCertificate } from '../../codec/token/certificate.js';
import { signCertificate, verifyCertificate } from '../../codec/token/certificate-signature.js';
import { packReceipt, type ReceiptOutcome } from '../../codec/token/receipt.js';
import { packAnswerPayment, signReceipt } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import { verifySpend } from '../../codec/token/spend-signature.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { ed25519Signer, es256Signer } from './signer.js';
import { makeUpload, parseUpload } from './upload.js';
import type { UploadResult } from './upload-answer.js';
import { MAX_UPLOAD_ENTRIES } from './upload-limits.js';
import { Wallet, type WalletOptions } from './wallet.js';
import { MAX_BILL_PAYMENTS } from './wallet-limits.js';
import type { PayOrder } from './wallet-offer.js';
import { MAX_EVIDENCE, packWalletState, parseWalletState } from './wallet-state.js';
import { MemoryWalletStore, type WalletStore } from './wallet-store.js';

const ISSUED_AT = 1_767_225_600;
const ISSUER = ed25519Signer(new Uint8Array(32).fill(0x11));
const PHONE = ed25519Signer(new Uint8Array(32).fill(0x22));
const HARDWARE_PHONE = es256Signer(new Uint8Array(32).fill(0x33));
const MACHINE = ed25519Signer(new Uint8Array(32).fill(0x44));
const ISSUER_KEYS = new Map([[7, ISSUER.publicKey]]);
const ORDER: PayOrder = { machineId: 9, price: makeAmount(150, 978), item: 3 };
const BEACON: BeaconFields = {
  machineId: 9,
  nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  priceMinorUnits: 150,
  currency: 978,
  item: 3,
  timeSeconds: 0,
};

let nextId = 0;
function certificateFor(device: Signer, changes: Partial<CertificateFields> = {}): Promise<Certificate> {
  const certificateId = new Uint8Array(8);
  new DataView(certificateId.buffer).setUint32(4, ++nextId);
  return signCertificate(
    {
      algorithm: device.algorithm,
      issuerKeyId: 7,
      certificateId,
      issuedAtSeconds: ISSUED_AT,
      validityHours: 24,
      currency: 978,
      maxPaymentMinorUnits: 500,
      maxCumulativeMinorUnits: 1000,
      maxCount: 5,
      audience: 77,
      assuranceFlags: 0,
      deviceKey: device.publicKey,
      ...changes,
    },
    ISSUER,
  );
}

interface Phone {
  readonly wallet: Wallet;
  readonly store: WalletStore;
  readonly clock: { nowSeconds: number };
  readonly certificate: Certificate;
  /** @returns another wallet over the same store, as after a restart */
  readonly restart: () => Promise<Wallet>;
}

async function phone(changes: Partial<CertificateFields> = {}, options: Partial<WalletOptions> = {}): Promise<Phone> {
  const signer = options.signer ?? PHONE;
  const clock = { nowSeconds: ISSUED_AT + 60 };
  const store = options.store ?? new MemoryWalletStore();
  const given = { store, signer, issuerKeys: ISSUER_KEYS, nowSeconds: () => clock.nowSeconds, ...options };
  const wallet = await Wallet.open(given);
  const certificate = await certificateFor(signer, changes);
  expect(await wallet.install(packCertificate(certificate))).toMatchObject({ ok: true });
  return { wallet, store, clock, certificate, restart: () => Wallet.open(given) };
}

/** Shows and confirms, as the owner does. */
async function pay(wallet: Wallet, order: Partial<PayOrder> = {}, form?: 'inline' | 'id') {
  const prepared = wallet.prepare({ ...ORDER, ...order });
  return prepared.ok ? wallet.confirm(prepared.offer, form) : prepared;
}

async function paid(wallet: Wallet, order: Partial<PayOrder> = {}): Promise<Uint8Array> {
  const result = await pay(wallet, order);
  if (!result.ok) throw new Error(`refused: ${result.reason}`);
  return result.payload;
}

function spendIn(payload: Uint8Array) {
  const parsed = parseSpend(payload);
  if (!parsed.ok) throw new Error(`no spend: ${parsed.reason}`);
  return parsed.token;
}

async function receiptFor(payload: Uint8Array, outcome: ReceiptOutcome, certificate: Certificate, machine = MACHINE) {
  const { spend } = spendIn(payload);
  const fields = {
    certificateId: certificate.certificateId,
    counter: spend.counter,
    outcome,
    amountMinorUnits: spend.amountMinorUnits,
    timeSeconds: 0,
  };
  return packReceipt(await signReceipt(fields, packSpendMessage(spend), machine));
}

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

describe('receipts and voids', () => {
  const known = { machineKeys: new Map([[9, MACHINE.publicKey]]) };

  test('close the open payment, and hearing them again changes nothing', async () => {
    const { wallet, certificate } = await phone({}, known);
    const receipt = await receiptFor(await paid(wallet), 'vended', certificate);
    for (let i = 0; i < 2; i++)
      expect(await wallet.hear(receipt)).toMatchObject({
        ok: true,
        outcome: 'vended',
        proof: 'verified',
        payment: { status: 'vended' },
      });
    expect(await wallet.retry()).toEqual({ ok: false, reason: 'nothing-open' });
  });

  test('a void after a receipt takes the payment back, and stays whatever comes later', async () => {
    const { wallet, certificate } = await phone({}, known);
    const payload = await paid(wallet);
    await wallet.hear(await receiptFor(payload, 'vended', certificate));
    expect(await wallet.hear(await receiptFor(payload, 'void', certificate))).toMatchObject({
      payment: { status: 'voided' },
    });
    const again = await receiptFor(payload, 'vended', certificate);
    expect(await wallet.hear(again)).toEqual({ ok: false, reason: 'already-voided' });
  });

  test('of a machine whose key is not known are kept as evidence and change nothing', async () => {
    const { wallet, certificate, restart } = await phone();
    const payload = await paid(wallet);
    const vended = await receiptFor(payload, 'vended', certificate);
    const forged = await receiptFor(payload, 'void', certificate, PHONE);
    for (const receipt of [vended, forged, vended])
      expect(await wallet.hear(receipt)).toMatchObject({ ok: true, proof: 'evidence', payment: { status: 'open' } });
    const third = await receiptFor(payload, 'void', certificate);
    expect(await wallet.hear(third)).toEqual({ ok: false, reason: 'evidence-full' });
    expect(await wallet.retry()).toMatchObject({ payload: { length: 211 } });
    expect((await restart()).exportBill()?.payments.map(({ receipt }) => receipt)).toEqual([undefined, vended, forged]);
  });

  test('of another payment, amount, machine or signer are refused', async () => {
    const { wallet, certificate } = await phone({}, known);
    const first = await paid(wallet);
    const other = await phone({}, known);
    const elsewhere = await paid(other.wallet);
    const reasonOf = async (bytes: Uint8Array) => {
      const result = await wallet.hear(bytes);
      return result.ok ? 'ok' : result.reason;
    };
    expect(await reasonOf(await receiptFor(elsewhere, 'vended', other.certificate))).toBe('unknown-payment');
    expect(await reasonOf(await receiptFor(first, 'vended', certificate, PHONE))).toBe('receipt-signature');
    // Tied to another item of the same machine: the same counter and amount, another payment.
    const { spend } = spendIn(first);
    const fields = {
      certificateId: certificate.certificateId,
      counter: 1,
      outcome: 'vended',
      amountMinorUnits: 150,
      timeSeconds: 0,
    } as const;
    const elsewhereTied = await signReceipt(fields, packSpendMessage({ ...spend, item: 4 }), MACHINE);
    expect(await reasonOf(packReceipt(elsewhereTied))).toBe('receipt-signature');
    const cheaper = await signReceipt(
      { ...fields, amountMinorUnits: 1 },
      packSpendMessage({ ...spend, amountMinorUnits: 1 }),
      MACHINE,
    );
    expect(await reasonOf(packReceipt(cheaper))).toBe('receipt-amount');
    const receipt = await receiptFor(first, 'vended', certificate);
    expect(await reasonOf(receipt.slice(0, 82))).toBe('length');
    expect(await reasonOf(new Uint8Array(83))).toBe('type');
    expect(wallet.bill()).toMatchObject([{ status: 'open', hasReceipt: false }]);
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
