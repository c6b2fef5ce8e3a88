import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { expectNoBitTurns } from '../../fixtures/token-laws/token-laws.js';
import type { AnswerFields } from './answer.js';
import type { BeaconFields } from './beacon.js';
import { packReceipt, parseReceipt, type Receipt, type ReceiptFields } from './receipt.js';
import { packAnswerPayment, signReceipt, verifyReceipt } from './receipt-signature.js';
import { packSpendMessage, type SpendFields } from './spend.js';
import { ed25519Signer, es256Signer } from './token-signature.js';

const MACHINE = ed25519Signer(new Uint8Array(32).fill(4));
const SPEND: SpendFields = {
  counter: 2,
  amountMinorUnits: 150,
  cumulativeMinorUnits: 350,
  machineId: 4711,
  item: 12,
  timeSeconds: 1767229200,
  timeToLiveSeconds: 60,
};
const BEACON: BeaconFields = {
  machineId: 4711,
  nonce: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
  priceMinorUnits: 150,
  currency: 978,
  item: 12,
  timeSeconds: 0,
};
const ANSWER: AnswerFields = { beaconTag: 5, counter: 2, cumulativeMinorUnits: 350, timeSeconds: 1767229200 };
const FIELDS: ReceiptFields = {
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  counter: 2,
  outcome: 'vended',
  amountMinorUnits: 150,
  timeSeconds: 1767229204,
};
const SPEND_PAYMENT = packSpendMessage(SPEND);
const ANSWER_PAYMENT = packAnswerPayment(BEACON, ANSWER);

let receipt: Receipt;
beforeAll(async () => {
  receipt = await signReceipt(FIELDS, SPEND_PAYMENT, MACHINE);
});

test('a receipt is good for the payment it was signed for', () => {
  expect(verifyReceipt(receipt, SPEND_PAYMENT, MACHINE.publicKey)).toEqual({ ok: true });
});

test('and so is a void of an answer', async () => {
  const voided = await signReceipt({ ...FIELDS, outcome: 'void' }, ANSWER_PAYMENT, MACHINE);
  expect(verifyReceipt(voided, ANSWER_PAYMENT, MACHINE.publicKey)).toEqual({ ok: true });
  expect(ANSWER_PAYMENT).toHaveLength(35);
});

test('OpenSSL verifies the signature over tag, SHA-256 of the payment and first 19 bytes, put together by hand', () => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(MACHINE.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const message = Buffer.concat([
    Buffer.from('tillsong:receipt:1:'),
    createHash('sha256').update(SPEND_PAYMENT).digest(),
    packReceipt(receipt).subarray(0, 19),
  ]);
  expect(nodeVerify(null, message, key, receipt.signature)).toBe(true);
});

test('it is good for no other payment of the same counter and amount', () => {
  const others = [
    packSpendMessage({ ...SPEND, machineId: 4712 }),
    packSpendMessage({ ...SPEND, timeSeconds: SPEND.timeSeconds + 1 }),
    ANSWER_PAYMENT,
    packAnswerPayment({ ...BEACON, nonce: new Uint8Array(8) }, ANSWER),
  ];
  for (const payment of others)
    expect(verifyReceipt(receipt, payment, MACHINE.publicKey)).toEqual({ ok: false, reason: 'signature' });
});

test('counter and amount must be the payment’s', async () => {
  for (const other of [
    packSpendMessage({ ...SPEND, counter: 3 }),
    packSpendMessage({ ...SPEND, amountMinorUnits: 151 }),
  ]) {
    expect(verifyReceipt(receipt, other, MACHINE.publicKey)).toEqual({ ok: false, reason: 'payment' });
    await expect(signReceipt(FIELDS, other, MACHINE)).rejects.toThrow('receipt: expected counter');
  }
});

describe('hostile input', () => {
  test('no bit of a receipt can be turned over', () => {
    const packed = packReceipt(receipt);
    expectNoBitTurns(packed, (flipped) => {
      const parsed = parseReceipt(flipped);
      return parsed.ok && verifyReceipt(parsed.receipt, SPEND_PAYMENT, MACHINE.publicKey).ok;
    });
  });

  test('a receipt made a void, or a void a receipt, is none', () => {
    expect(verifyReceipt({ ...receipt, outcome: 'void' }, SPEND_PAYMENT, MACHINE.publicKey).ok).toBe(false);
  });

  test('another key’s and an unusable key’s', () => {
    expect(verifyReceipt(receipt, SPEND_PAYMENT, ed25519Signer(new Uint8Array(32)).publicKey)).toEqual({
      ok: false,
      reason: 'signature',
    });
    const identity = new Uint8Array(32).fill(1, 0, 1);
    const constant = { ...receipt, signature: Uint8Array.of(...identity, ...new Uint8Array(32)) };
    expect(verifyReceipt(constant, SPEND_PAYMENT, identity)).toEqual({ ok: false, reason: 'key' });
  });
});

test('what is no payment is the caller’s mistake', async () => {
  const wrong = [new Uint8Array(20), new Uint8Array(35), SPEND_PAYMENT.slice(1), Uint8Array.of(...SPEND_PAYMENT, 0)];
  for (const payment of wrong)
    expect(() => verifyReceipt(receipt, payment, MACHINE.publicKey)).toThrow('payment: expected');
  const machine = es256Signer(new Uint8Array(32).fill(4));
  await expect(signReceipt(FIELDS, SPEND_PAYMENT, machine)).rejects.toThrow(
    'machine.algorithm: expected one of ed25519',
  );
});
