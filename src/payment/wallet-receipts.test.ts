// Receipts and voids, as a wallet hears them.

import { beforeAll, describe, expect, test } from '@jest/globals';
import { packReceipt } from '../../codec/token/receipt.js';
import { signReceipt } from '../../codec/token/receipt-signature.js';
import { packSpendMessage } from '../../codec/token/spend.js';
import {
  certificateFor,
  MACHINE,
  PHONE,
  paid,
  phone,
  receiptFor,
  spendIn,
} from '../../fixtures/wallet-parties/wallet-parties.js';

beforeAll(async () => {
  // The library's table of the base point is built at the first signature.
  await certificateFor(PHONE);
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
