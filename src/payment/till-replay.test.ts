// Rules 10 and 13: what has been paid is not vended again, and what was offered is answered once.

import { describe, expect, test } from '@jest/globals';
import { packCertificate } from '../../codec/token/certificate.js';
import { packSpend, packSpendMessage, parseSpend, type Spend } from '../../codec/token/spend.js';
import { es256Signer } from '../../codec/token/token-signature.js';
import {
  DEVICE,
  ITEM,
  issue,
  MACHINE_ID,
  NOW,
  openTill,
  Phone,
  PRICE,
} from '../../fixtures/till-parties/till-parties.js';
import { acknowledgementOf, aPhone, why } from '../../fixtures/till-parties/till-questions.js';

describe('rule 10: (certificate id, counter) is spent once, and the same spend again repeats the outcome', () => {
  test('an echo repeats the outcome and its receipt, and vends once', async () => {
    const { till, vend, journal } = await openTill();
    const payload = await (await aPhone()).spend();
    const first = await till.hear(payload);
    const second = await till.hear(payload);
    expect(second).toEqual({ ...first, repeated: true });
    expect(vend.vends.length).toBe(1);
    expect(journal.lastSequence).toBe(2);
  });

  test('before and after a restart, long after the spend has expired, by id and with the certificate inline', async () => {
    const opened = await openTill();
    const phone = await aPhone();
    const first = await opened.till.hear(await phone.spend());
    opened.clock.pass(3600);
    const again = await openTill({ journal: opened.journal, clock: opened.clock });
    expect(await again.till.hear(await phone.spend({}, 'id'))).toEqual({ ...first, repeated: true });
    expect(again.vend.vends).toEqual([]);
  });

  test('a re-signed replay is the same spend: one message has many signatures', async () => {
    const device = es256Signer(new Uint8Array(32).fill(0x31));
    const { till, vend } = await openTill();
    const phone = new Phone(await issue({}, device), device);
    const first = await till.hear(await phone.spend());
    const parsed = parseSpend(await phone.spend());
    if (!parsed.ok) throw new Error(parsed.reason);
    // Another signature of the same message, as hardware with a random nonce makes one.
    const { signed } = await signedWithAnotherNonce(parsed.token.spend, phone);
    expect(signed).not.toEqual(packSpend(parsed.token));
    expect(await till.hear(signed)).toEqual({ ...first, repeated: true });
    expect(vend.vends.length).toBe(1);
  });

  test('a bad signature on a spent counter does not bring the receipt', async () => {
    const { till } = await openTill();
    const payload = await (await aPhone()).spend();
    await till.hear(payload);
    const bad = payload.slice();
    bad[30] ^= 1;
    expect(why(await till.hear(bad))).toBe('payment: signature');
  });

  test('the counter is not spent again on something else', async () => {
    const { till, vend } = await openTill();
    const phone = await aPhone();
    await till.hear(await phone.spend());
    expect(why(await till.hear(await phone.spend({ cumulativeMinorUnits: 300 })))).toBe('payment: counter-used');
    expect(vend.vends.length).toBe(1);
  });

  test('a sale is remembered until its certificate has expired, and while settlement lacks it', async () => {
    const { till, clock, journal } = await openTill();
    const phone = await aPhone();
    const payload = await phone.spend();
    await till.hear(payload);
    clock.pass(47 * 3600);
    expect(why(await till.hear(payload))).toBe('sale');
    await till.acknowledge(await acknowledgementOf(journal));
    // Another sale after the end lets go of the old one; it is refused as expired instead.
    const other = new Phone(
      await issue({ certificateId: new Uint8Array(8).fill(2), issuedAtSeconds: NOW + 47 * 3600 }, DEVICE),
    );
    expect(why(await till.hear(await other.spend({ timeSeconds: NOW + 47 * 3600 })))).toBe('sale');
    expect(why(await till.hear(payload))).toBe('payment: certificate-expired');
  });
});

/** ES256 with a nonce of our own choosing: r and s differ, the message is the same. */
async function signedWithAnotherNonce(spend: Spend, phone: Phone): Promise<{ signed: Uint8Array }> {
  const { p256 } = await import('@noble/curves/nist.js');
  const { sha256 } = await import('@noble/hashes/sha2.js');
  const { signedInput } = await import('../../codec/token/token-signature.js');
  const certificate = packCertificate(phone.certificate);
  const input = signedInput('spend', sha256(certificate), packSpendMessage(spend));
  const secret = new Uint8Array(32).fill(0x31);
  const signature = p256.sign(input, secret, { extraEntropy: new Uint8Array(32).fill(9), lowS: true });
  return {
    signed: packSpend({
      spend: { ...spend, signature },
      certificate: { kind: 'inline', certificate: phone.certificate },
    }),
  };
}

describe('rule 13: nonces are random, used once and short-lived', () => {
  async function opened() {
    const parties = await openTill();
    const phone = await aPhone();
    const made = await parties.till.beacon(ITEM);
    if (!made.ok) throw new Error(made.reason);
    return { ...parties, phone, beacon: made.beacon };
  }

  test('an answer is taken once; the same again repeats the outcome, another one finds no beacon', async () => {
    const { till, vend, phone, beacon } = await opened();
    const payload = await phone.answer(beacon);
    const first = await till.hear(payload);
    expect(first).toMatchObject({ ok: true, sale: { amount: { minorUnits: PRICE }, item: ITEM } });
    expect(await till.hear(payload)).toEqual({ ...first, repeated: true });
    const second = await phone.answer(beacon, { counter: 2, cumulativeMinorUnits: 2 * PRICE });
    expect(why(await till.hear(second))).toBe('payment: beacon-unknown');
    expect(vend.vends.length).toBe(1);
  });

  test('an answer after the lifetime, or after a restart, finds no beacon', async () => {
    const { till, clock, journal, phone, beacon } = await opened();
    const payload = await phone.answer(beacon);
    clock.pass(31);
    expect(why(await till.hear(payload))).toBe('payment: beacon-unknown');
    const restarted = await openTill({ journal, clock });
    expect(why(await restarted.till.hear(payload))).toBe('payment: beacon-unknown');
  });

  test("an answer to another machine's beacon is refused", async () => {
    const { till, phone, beacon } = await opened();
    const payload = await phone.answer({ ...beacon, machineId: MACHINE_ID + 1 });
    expect(why(await till.hear(payload))).toBe('payment: beacon-unknown');
  });

  test('nonces come from the random generator that was passed in; one that repeats itself is an error', async () => {
    let calls = 0;
    const { till } = await openTill({
      randomBytes: (byteCount) => {
        calls++;
        return new Uint8Array(byteCount).fill(0xab);
      },
    });
    const made = await till.beacon(ITEM);
    expect(made.ok && made.beacon.nonce).toEqual(new Uint8Array(8).fill(0xab));
    expect(calls).toBe(1);
    await expect(till.beacon(ITEM)).rejects.toThrow(/^randomBytes\(\): expected random bytes/);
  });

  test('a beacon may be signed by the machine', async () => {
    const { till } = await openTill();
    const made = await till.beacon(ITEM, { signed: true });
    expect(made.ok && made.packed.length).toBe(87);
    const phone = await aPhone();
    if (made.ok) expect(why(await till.hear(await phone.answer(made.beacon)))).toBe('sale');
  });
});
