// Rules 11 and 16: how much a till takes, and how many strangers it listens to.

import { describe, expect, test } from '@jest/globals';
import { packCertificate } from '../../codec/token/certificate.js';
import { ITEM, issue, NOW, openTill, Phone, PRICE } from '../../fixtures/till-parties/till-parties.js';
import { acknowledgementOf, aPhone, LIMITS, why } from '../../fixtures/till-parties/till-questions.js';
import { MemoryJournal } from './memory-journal.js';
import type { TillVerdict } from './till-verdict.js';
import { MemoryVend } from './vend.js';

describe('rule 11: the till has its own limits, and takes nothing offline until they are set', () => {
  test('without limits every payment is refused', async () => {
    const { till, vend } = await openTill({ offline: undefined });
    expect(why(await till.hear(await (await aPhone()).spend()))).toBe('till: off');
    expect(vend.vends).toEqual([]);
    expect(await till.beacon(ITEM)).toEqual({ ok: false, reason: 'off' });
  });

  test.each<[keyof typeof LIMITS, number, number, string]>([
    ['maxPaymentMinorUnits', PRICE - 1, 0, 'payment-limit'],
    ['maxCertificateMinorUnits', 2 * PRICE, 2, 'certificate-limit'],
    ['maxStoredMinorUnits', 2 * PRICE, 2, 'stored-limit'],
    ['maxStoredCount', 2, 2, 'count-limit'],
  ])('%s of %i is reached after %i payments', async (name, limit, payments, reason) => {
    const { till, vend } = await openTill({ offline: { ...LIMITS, [name]: limit } });
    const phone = await aPhone();
    for (let counter = 1; counter <= payments; counter++)
      expect(why(await till.hear(await phone.spend({ counter })))).toBe('sale');
    expect(why(await till.hear(await phone.spend({ counter: payments + 1 })))).toBe(`till: ${reason}`);
    expect(vend.vends.length).toBe(payments);
  });

  test('the oldest payment waits for an upload at most as long as it may', async () => {
    const { till, clock, journal } = await openTill({ offline: { ...LIMITS, maxAgeSeconds: 3600 } });
    const phone = await aPhone();
    await till.hear(await phone.spend());
    clock.pass(3601);
    const later = await phone.spend({ counter: 2, timeSeconds: NOW + 3601 });
    expect(why(await till.hear(later))).toBe('till: age-limit');
    await till.acknowledge(await acknowledgementOf(journal));
    expect(why(await till.hear(later))).toBe('sale');
  });

  test('an acknowledgement makes room, a void counts as no money', async () => {
    const journal = new MemoryJournal();
    const vend: MemoryVend = new MemoryVend(() => (vend.vends.length === 0 ? 'failed' : 'vended'));
    const { till } = await openTill({ journal, vend, offline: { ...LIMITS, maxStoredMinorUnits: PRICE } });
    const phone = await aPhone();
    expect(why(await till.hear(await phone.spend()))).toBe('vend: failed');
    expect(why(await till.hear(await phone.spend({ counter: 2 })))).toBe('sale');
    expect(why(await till.hear(await phone.spend({ counter: 3 })))).toBe('till: stored-limit');
    expect(await till.acknowledge(await acknowledgementOf(journal))).toEqual({ ok: true, lastSequence: 4 });
    expect(why(await till.hear(await phone.spend({ counter: 3 })))).toBe('sale');
  });

  test('a full disk refuses, and does not go over a limit', async () => {
    const { till, vend, journal } = await openTill();
    const phone = await aPhone();
    journal.persistedSeconds = NOW;
    journal.nextResults.push({ ok: false, reason: 'full' });
    expect(why(await till.hear(await phone.spend()))).toBe('till: storage');
    expect(vend.vends).toEqual([]);
    expect(why(await till.hear(await phone.spend()))).toBe('sale');
  });
});

describe('rule 16: signature checks are rate-limited, and floods do not stop honest buyers', () => {
  /** Valid-looking spends of a key that is not the certificate's, each another message. */
  async function flood(
    till: { hear(payload: Uint8Array): Promise<TillVerdict> },
    phone: Phone,
    count: number,
    reference: 'inline' | 'id',
  ) {
    const payload = await phone.spend({}, reference);
    const reasons = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const bad = payload.slice();
      bad[2] = 2 + (i % 30);
      bad[83] ^= i % 16;
      const reason = why(await till.hear(bad));
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return reasons;
  }

  test('a flood of unknown certificates is checked 20 times, not 200, and a known phone still pays', async () => {
    const { till } = await openTill();
    const honest = await aPhone();
    await till.hear(packCertificate(honest.certificate));
    const forged = new Phone({ ...honest.certificate, certificateId: new Uint8Array(8).fill(9) });
    const reasons = await flood(till, forged, 200, 'inline');
    expect(reasons).toEqual(
      new Map([
        ['certificate: issuer-signature', 20],
        ['till: checks', 180],
      ]),
    );
    expect(why(await till.hear(await honest.spend({}, 'id')))).toBe('sale');
  });

  test('a flood under one known certificate stops neither another nor a new one', async () => {
    const { till } = await openTill();
    const victim = await aPhone();
    const other = new Phone(await issue({ certificateId: new Uint8Array(8).fill(2) }));
    await till.hear(packCertificate(victim.certificate));
    const reasons = await flood(till, victim, 100, 'id');
    expect(reasons.get('till: checks')).toBe(96);
    expect(why(await till.hear(await other.spend()))).toBe('sale');
    expect(why(await till.hear(await victim.spend()))).toBe('till: checks');
  });

  test('after a second the flooded ones are heard again', async () => {
    const { till, clock } = await openTill();
    const victim = await aPhone();
    await till.hear(packCertificate(victim.certificate));
    await flood(till, victim, 100, 'id');
    clock.pass(1);
    expect(why(await till.hear(await victim.spend({ timeSeconds: NOW })))).toBe('sale');
  });

  test('good payments cost nothing: a busy till never runs dry', async () => {
    const { till } = await openTill({ offline: { ...LIMITS, maxStoredMinorUnits: 1_000_000 } });
    const phone = await aPhone();
    for (let counter = 1; counter <= 22; counter++)
      expect(why(await till.hear(await phone.spend({ counter }, counter === 1 ? 'inline' : 'id')))).toBe('sale');
  });
});
