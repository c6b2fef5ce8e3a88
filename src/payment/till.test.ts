// A whole till at work. Its rules are asked one by one in till-*.test.ts.

import { expect, test } from '@jest/globals';
import { makeAmount } from '../../codec/token/amount.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { packDenyListDelta, signDenyListDelta } from '../../codec/token/deny-list.js';
import { parseReceipt } from '../../codec/token/receipt.js';
import { verifyReceipt } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import { ed25519Signer } from '../../codec/token/token-signature.js';
import {
  DEVICE,
  EUR,
  ISSUER,
  ISSUER_KEY_ID,
  ITEM,
  issue,
  MACHINE,
  MACHINE_ID,
  NOW,
  openTill,
  Phone,
  PRICE,
} from '../../fixtures/till-parties/till-parties.js';
import { aDelta, aPhone, entriesOf, why } from '../../fixtures/till-parties/till-questions.js';
import { MemoryVend } from './vend.js';

test('a payment is taken, vended, journaled and receipted', async () => {
  const { till, vend, journal } = await openTill();
  const payload = await (await aPhone()).spend();
  const verdict = await till.hear(payload);
  expect(verdict).toMatchObject({ ok: true, type: 'sale', repeated: false, sale: { outcome: 'vended', counter: 1 } });
  expect(vend.vends).toEqual([{ item: ITEM, amount: makeAmount(PRICE, EUR), result: 'vended' }]);
  expect(entriesOf(journal)).toMatchObject([
    { kind: 'accepted', sequence: 1, machineId: MACHINE_ID, amount: { minorUnits: PRICE }, item: ITEM },
    { kind: 'outcome', sequence: 2, acceptedSequence: 1, outcome: 'vended', counter: 1 },
  ]);
  const receipt = verdict.ok && verdict.type === 'sale' ? parseReceipt(verdict.sale.receipt as Uint8Array) : undefined;
  const paid = parseSpend(payload);
  if (!receipt?.ok || !paid.ok) throw new Error('no receipt');
  expect(receipt.receipt).toMatchObject({ outcome: 'vended', amountMinorUnits: PRICE, counter: 1 });
  expect(verifyReceipt(receipt.receipt, packSpendMessage(paid.token.spend), MACHINE.publicKey)).toEqual({
    ok: true,
  });
});

test('what an issuer denies is refused, at once and after a restart, and only by its own signed list in order', async () => {
  const { till, journal, clock } = await openTill();
  const phone = await aPhone();
  const delta = await aDelta({ certificateIds: [phone.certificate.certificateId] });
  const forged = delta.slice();
  forged[40] ^= 1;
  expect(await till.applyDenyListDelta(forged)).toMatchObject({ ok: false });
  expect(await till.applyDenyListDelta(await aDelta({ baseVersion: 1, version: 2 }))).toEqual({
    ok: false,
    reason: 'gap',
  });
  expect(await till.applyDenyListDelta(delta)).toEqual({ ok: true, version: 1 });
  expect(await till.applyDenyListDelta(delta)).toEqual({ ok: false, reason: 'known' });
  expect(why(await till.hear(await phone.spend()))).toBe('certificate: denied');
  expect(why(await till.hear(packCertificate(phone.certificate)))).toBe('certificate: denied');
  const restarted = await openTill({ journal, clock });
  expect(restarted.till.denyListVersion(ISSUER_KEY_ID)).toBe(1);
  expect(why(await restarted.till.hear(await phone.spend()))).toBe('certificate: denied');
});

test('what an issuer denies under its next key is refused, though its certificate was signed under the one before', async () => {
  const next = ed25519Signer(new Uint8Array(32).fill(0x66));
  const issuerKeys = new Map([[ISSUER_KEY_ID, ISSUER.publicKey]]).set(9, next.publicKey);
  const { till } = await openTill({ issuerKeys });
  const phone = await aPhone();
  const { certificateId } = phone.certificate;
  const fields = { issuerKeyId: 9, baseVersion: 0, version: 1, timeSeconds: NOW, certificateIds: [certificateId] };
  expect(await till.applyDenyListDelta(packDenyListDelta(await signDenyListDelta(fields, next)))).toMatchObject({
    ok: true,
  });
  expect(why(await till.hear(await phone.spend()))).toBe('certificate: denied');
  expect(why(await till.hear(packCertificate(phone.certificate)))).toBe('certificate: denied');
});

test('two phones at once: one is served, the other is told to sing again', async () => {
  let finish: (() => void) | undefined;
  const vend = new MemoryVend(
    () =>
      new Promise((resolve) => {
        finish = () => resolve('vended');
      }),
  );
  const { till } = await openTill({ vend });
  const one = await aPhone();
  const two = new Phone(await issue({ certificateId: new Uint8Array(8).fill(2) }, DEVICE));
  const first = till.hear(await one.spend());
  while (finish === undefined) await Promise.resolve();
  expect(why(await till.hear(await two.spend()))).toBe('till: busy');
  expect(why(await till.hear(await one.spend()))).toBe('till: in-progress');
  (finish as () => void)();
  expect(why(await first)).toBe('sale');
  const second = till.hear(await two.spend());
  await new Promise((resolve) => setImmediate(resolve));
  (finish as () => void)();
  expect(why(await second)).toBe('sale');
});

test('preloaded certificates pay by their id from the first time on, and a bad one is not preloaded', async () => {
  const { till } = await openTill();
  const phone = await aPhone();
  expect(till.preload(phone.certificate)).toMatchObject({ ok: true });
  expect(till.preload(await issue({}, DEVICE, ed25519Signer(new Uint8Array(32).fill(5))))).toEqual({
    ok: false,
    reason: 'issuer-signature',
  });
  expect(why(await till.hear(await phone.spend({}, 'id')))).toBe('sale');
});
