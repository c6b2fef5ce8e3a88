// Rule 12: what time it is for a till.

import { describe, expect, test } from '@jest/globals';
import { ITEM, issue, NOW, openTill, Phone, TestClock } from '../../fixtures/till-parties/till-parties.js';
import { aDelta, aPhone, why } from '../../fixtures/till-parties/till-questions.js';

describe('rule 12: the clock is the latest of real-time, written down and issuer-signed time, and no phone moves it', () => {
  test('without a trusted clock spends are refused and answers to a beacon are taken', async () => {
    const clock = new TestClock();
    clock.rtc = undefined;
    const { till } = await openTill({ clock });
    const phone = await aPhone();
    expect(why(await till.hear(await phone.spend()))).toBe('till: clock');
    const beacon = await till.beacon(ITEM);
    if (!beacon.ok) throw new Error(beacon.reason);
    expect(why(await till.hear(await phone.answer(beacon.beacon)))).toBe('sale');
  });

  test('a clock that was set back is not trusted, also after a restart', async () => {
    const { till, clock, journal } = await openTill();
    const phone = await aPhone();
    await till.hear(await phone.spend());
    clock.rtc = NOW - 86_400;
    expect(why(await till.hear(await phone.spend({ counter: 2 })))).toBe('till: clock');
    const restarted = await openTill({ clock, journal });
    expect(why(await restarted.till.hear(await phone.spend({ counter: 2 })))).toBe('till: clock');
    expect(restarted.till.status()).toMatchObject({ nowSeconds: undefined, atLeastSeconds: NOW });
  });

  test('a phone whose spend is from the future is refused and does not move the clock', async () => {
    const { till } = await openTill();
    const phone = await aPhone();
    expect(why(await till.hear(await phone.spend({ timeSeconds: NOW + 3600 })))).toBe('payment: not-yet-valid');
    expect(till.status().nowSeconds).toBe(NOW);
  });

  test('a certificate for a later flight does not move the clock', async () => {
    const { till } = await openTill();
    const phone = new Phone(await issue({ issuedAtSeconds: NOW + 86_400 }));
    expect(why(await till.hear(await phone.spend({ timeSeconds: NOW + 86_400 })))).toBe(
      'payment: certificate-not-yet-valid',
    );
    expect(till.status().nowSeconds).toBe(NOW);
  });

  test("an issuer's deny list does: a certificate that it outlived is expired without any clock", async () => {
    const clock = new TestClock();
    clock.rtc = undefined;
    const { till } = await openTill({ clock });
    await till.applyDenyListDelta(await aDelta({ timeSeconds: NOW + 3 * 86_400 }));
    expect(till.status()).toMatchObject({ nowSeconds: undefined, atLeastSeconds: NOW + 3 * 86_400 });
    const beacon = await till.beacon(ITEM);
    if (!beacon.ok) throw new Error(beacon.reason);
    expect(why(await till.hear(await (await aPhone()).answer(beacon.beacon)))).toBe('payment: certificate-expired');
  });
});
