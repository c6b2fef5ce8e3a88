// Rules 14 and 15: a sale from acceptance to its end, whatever fails on the way.

import { describe, expect, test } from '@jest/globals';
import { packAcknowledgement, signAcknowledgement } from '../../codec/token/acknowledgement.js';
import { parseReceipt } from '../../codec/token/receipt.js';
import { verifyReceipt } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import {
  MACHINE,
  MACHINE_ID,
  NOW,
  openTill,
  PRICE,
  SETTLEMENT,
  SETTLEMENT_KEY_ID,
} from '../../fixtures/till-parties/till-parties.js';
import { acknowledgementOf, aPhone, entriesOf, why } from '../../fixtures/till-parties/till-questions.js';
import { MemoryJournal } from './memory-journal.js';
import { MemoryVend } from './vend.js';

describe('rule 14: ACCEPTED is durable before the vend, the outcome after', () => {
  test('the machine is told to vend only when ACCEPTED has been written', async () => {
    const journal = new MemoryJournal();
    const seen: number[] = [];
    const vend = new MemoryVend(() => {
      seen.push(journal.lastSequence);
      return 'vended';
    });
    const { till } = await openTill({ journal, vend });
    await till.hear(await (await aPhone()).spend());
    expect(seen).toEqual([1]);
  });

  test('a failed write of ACCEPTED vends nothing and is fatal until a restart', async () => {
    const { till, vend, journal, config } = await openTill();
    const phone = await aPhone();
    journal.persistedSeconds = NOW;
    journal.nextResults.push({ ok: false, reason: 'failed' });
    expect(why(await till.hear(await phone.spend()))).toBe('till: stopped');
    expect(why(await till.hear(await phone.spend()))).toBe('till: stopped');
    expect(vend.vends).toEqual([]);
    expect(why(await (await openTill({ ...config })).till.hear(await phone.spend()))).toBe('sale');
  });

  test.each(['failed', 'full'] as const)(
    'an outcome that cannot be written (%s) stops the till and is unknown after a restart',
    async (reason) => {
      const { till, vend, journal, clock } = await openTill();
      const phone = await aPhone();
      const write = journal.append.bind(journal);
      journal.append = async (...args) => {
        const result = await write(...args);
        journal.nextResults.push({ ok: false, reason });
        journal.append = write;
        return result;
      };
      expect(why(await till.hear(await phone.spend()))).toBe('till: stopped');
      expect(vend.vends.length).toBe(1);
      const restarted = await openTill({ journal, clock });
      expect(why(await restarted.till.hear(await phone.spend()))).toBe('vend: unknown');
      expect(restarted.vend.vends).toEqual([]);
    },
  );

  test('a crash while vending leaves UNKNOWN, which is reported and never guessed', async () => {
    const journal = new MemoryJournal();
    const vend = new MemoryVend(() => new Promise(() => {}));
    const { till, clock } = await openTill({ journal, vend });
    const phone = await aPhone();
    const payload = await phone.spend();
    void till.hear(payload);
    while (journal.lastSequence < 1) await Promise.resolve();
    const restarted = await openTill({ journal, clock });
    expect(restarted.till.status().held).toMatchObject([{ sequence: 1, outcome: 'unknown', receipt: undefined }]);
    expect(entriesOf(journal)[1]).toMatchObject({ kind: 'outcome', outcome: 'unknown', acceptedSequence: 1 });
    // A third start adds nothing.
    await openTill({ journal, clock });
    expect(journal.lastSequence).toBe(2);
  });

  test('acknowledgements are believed for their signature and chain alone', async () => {
    const { till, journal } = await openTill();
    await till.hear(await (await aPhone()).spend());
    const good = await acknowledgementOf(journal);
    const forged = good.slice();
    forged[100] ^= 1;
    expect(await till.acknowledge(forged)).toEqual({ ok: false, reason: 'settlement-signature' });
    expect(await till.acknowledge(good.subarray(1))).toMatchObject({ ok: false });
    expect(await till.acknowledge(await acknowledgementOf(journal, 2, 8))).toEqual({
      ok: false,
      reason: 'other-machine',
    });
    expect(await till.acknowledge(await acknowledgementOf(journal, 3))).toEqual({ ok: false, reason: 'ahead' });
    const other = {
      settlementKeyId: SETTLEMENT_KEY_ID,
      machineId: MACHINE_ID,
      firstSequence: 1,
      lastSequence: 2,
      chainHash: new Uint8Array(32).fill(1),
      timeSeconds: NOW,
    };
    expect(await till.acknowledge(packAcknowledgement(await signAcknowledgement(other, SETTLEMENT)))).toEqual({
      ok: false,
      reason: 'chain',
    });
    expect(journal.acknowledgedSequence).toBe(0);
    expect(await till.acknowledge(good)).toEqual({ ok: true, lastSequence: 2 });
    expect(await till.acknowledge(good)).toEqual({ ok: false, reason: 'known' });
    const gap = { ...other, firstSequence: 5, lastSequence: 6 };
    expect(await till.acknowledge(packAcknowledgement(await signAcknowledgement(gap, SETTLEMENT)))).toEqual({
      ok: false,
      reason: 'gap',
    });
  });
});

describe('rule 15: a failed vend gives a signed void, an unknown one is held', () => {
  test('the void is signed for exactly that payment, and told again to the phone that asks again', async () => {
    const { till, journal } = await openTill({ vend: new MemoryVend(() => 'failed') });
    const payload = await (await aPhone()).spend();
    const verdict = await till.hear(payload);
    if (verdict.ok || verdict.step !== 'vend') throw new Error(why(verdict));
    expect(verdict).toMatchObject({ reason: 'failed', repeated: false });
    const receipt = parseReceipt(verdict.sale.receipt as Uint8Array);
    const paid = parseSpend(payload);
    if (!receipt.ok || !paid.ok) throw new Error('no void');
    expect(receipt.receipt).toMatchObject({ outcome: 'void', amountMinorUnits: PRICE });
    expect(verifyReceipt(receipt.receipt, packSpendMessage(paid.token.spend), MACHINE.publicKey)).toEqual({
      ok: true,
    });
    expect(entriesOf(journal)[1]).toMatchObject({ outcome: 'failed', receipt: verdict.sale.receipt });
    expect(await till.hear(payload)).toEqual({ ...verdict, repeated: true });
  });

  test.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('cable'))],
    [
      'throws',
      () => {
        throw new Error('cable');
      },
    ],
    ['says something else', () => 'perhaps'],
  ])('a vend that %s is held until a person has found out', async (_name, answer) => {
    const { till, journal } = await openTill({ vend: new MemoryVend(answer as () => 'vended') });
    const payload = await (await aPhone()).spend();
    expect(why(await till.hear(payload))).toBe('vend: unknown');
    expect(till.status().held.length).toBe(1);
    expect(await till.resolve(1, 'failed')).toMatchObject({ ok: true, sale: { outcome: 'failed' } });
    expect(why(await till.hear(payload))).toBe('vend: failed');
    expect(entriesOf(journal).map((entry) => (entry.kind === 'outcome' ? entry.outcome : entry.kind))).toEqual([
      'accepted',
      'unknown',
      'failed',
    ]);
    await expect(till.resolve(1, 'vended')).rejects.toThrow(/^sequence: expected that of a held sale, got 1$/);
  });

  test('a machine learns when its void could not be made durable', async () => {
    let told = 0;
    const journal = new MemoryJournal();
    const vend = new MemoryVend(() => {
      journal.nextResults.push({ ok: false, reason: 'failed' });
      return 'failed';
    });
    const withRefund = Object.assign(vend, {
      refundFailed: () => {
        told++;
      },
    });
    const { till } = await openTill({ journal, vend: withRefund });
    expect(why(await till.hear(await (await aPhone()).spend()))).toBe('till: stopped');
    expect(told).toBe(1);
  });

  test('a signer that fails does not hide what was vended', async () => {
    const machine = { ...MACHINE, sign: () => Promise.reject(new Error('no key')) };
    const { till, journal } = await openTill({ machine });
    expect(await till.hear(await (await aPhone()).spend())).toMatchObject({
      ok: true,
      sale: { outcome: 'vended', receipt: undefined },
    });
    expect(entriesOf(journal)[1]).toMatchObject({ outcome: 'vended', receipt: undefined });
  });

  test('a delivered sale is taken back by a void after its receipt, once, also after a restart', async () => {
    const { till, journal, clock } = await openTill();
    const payload = await (await aPhone()).spend();
    expect(why(await till.hear(payload))).toBe('sale');
    clock.pass(60);
    const refunded = await till.refund(1);
    if (!refunded.ok) throw new Error(refunded.reason);
    const receipt = parseReceipt(refunded.sale.receipt as Uint8Array);
    expect(receipt).toMatchObject({ ok: true, receipt: { outcome: 'void', amountMinorUnits: PRICE } });
    expect(till.status()).toMatchObject({ storedMinorUnits: 0, storedCount: 1 });
    await expect(till.refund(1)).rejects.toThrow(/^sequence: expected that of a vended sale, got 1$/);
    for (const one of [till, (await openTill({ journal, clock })).till]) {
      const again = await one.hear(payload);
      expect(again).toMatchObject({ ok: false, step: 'vend', reason: 'failed', repeated: true, sale: refunded.sale });
      expect(one.status().damage).toBeUndefined();
    }
    expect(entriesOf(journal).map((entry) => (entry.kind === 'outcome' ? entry.outcome : entry.kind))).toEqual([
      'accepted',
      'vended',
      'failed',
    ]);
  });

  test('nothing is taken back that was not vended, and nothing without the machine’s signature', async () => {
    let isLocked = false;
    const machine = {
      ...MACHINE,
      sign: (message: Uint8Array) => (isLocked ? Promise.reject(new Error('no key')) : MACHINE.sign(message)),
    };
    const { till, journal } = await openTill({
      machine,
      vend: new MemoryVend((item) => (item === 12 ? 'vended' : 'failed')),
    });
    await till.hear(await (await aPhone()).spend());
    for (const sequence of [0, 2, 3]) await expect(till.refund(sequence)).rejects.toMatchObject({ code: 'ERR_STATE' });
    isLocked = true;
    await expect(till.refund(1)).rejects.toThrow('no key');
    expect(journal.lastSequence).toBe(2);
    isLocked = false;
    expect(await till.refund(1)).toMatchObject({ ok: true });
  });

  test('two people who close one sale at once: one word is written, and the journal can be read again', async () => {
    const { till, journal, clock } = await openTill({ vend: new MemoryVend(() => Promise.reject(new Error('cable'))) });
    await till.hear(await (await aPhone()).spend());
    const both = await Promise.allSettled([till.resolve(1, 'vended'), till.resolve(1, 'failed')]);
    expect(both).toMatchObject([{ value: { ok: true } }, { reason: { code: 'ERR_STATE' } }]);
    const refunds = await Promise.allSettled([till.refund(1), till.refund(1)]);
    expect(refunds).toMatchObject([{ value: { ok: true } }, { reason: { code: 'ERR_STATE' } }]);
    expect(till.status().refusal).toBeUndefined();
    expect((await openTill({ journal, clock })).till.status().damage).toBeUndefined();
    expect(journal.lastSequence).toBe(4);
  });
});
