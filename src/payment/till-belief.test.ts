// Rules 6 to 9: whom a whole till believes, and what. Single parts are asked in the tests beside them.

import { describe, expect, test } from '@jest/globals';
import { packCertificate } from '../../codec/token/certificate.js';
import type { Spend } from '../../codec/token/spend.js';
import { es256Signer } from '../../codec/token/token-signature.js';
import {
  AUDIENCE,
  DEVICE,
  ISSUER_KEY_ID,
  issue,
  openTill,
  Phone,
  PRICE,
} from '../../fixtures/till-parties/till-parties.js';
import { aPhone, LIMITS, why } from '../../fixtures/till-parties/till-questions.js';
import type { TillConfig } from './till-config.js';

describe('rule 6: the certificate is verified with the configured issuer key of its id, never with one out of the message', () => {
  test('a self-signed certificate is refused', async () => {
    const { till, vend } = await openTill();
    const phone = new Phone(await issue({}, DEVICE, DEVICE));
    expect(why(await till.hear(await phone.spend()))).toBe('certificate: issuer-signature');
    expect(vend.vends).toEqual([]);
  });

  test('a certificate of an issuer key that is not configured is refused', async () => {
    const { till } = await openTill();
    const phone = new Phone(await issue({ issuerKeyId: 9 }));
    expect(why(await till.hear(await phone.spend()))).toBe('certificate: issuer-unknown');
  });

  test('the algorithm comes from the certificate: P-256 devices pay too, and a flipped algorithm is refused', async () => {
    const { till } = await openTill();
    const device = es256Signer(new Uint8Array(32).fill(0x31));
    const payload = await new Phone(await issue({}, device), device).spend();
    expect(why(await till.hear(payload))).toBe('sale');
    const flipped = (await (await aPhone()).spend()).slice();
    flipped[84] = 0x16;
    expect(why(await (await openTill()).till.hear(flipped))).toMatch(/^parse: /);
  });
});

describe('rule 7: signatures are verified strictly', () => {
  test('an identity key as issuer key lets nobody in', async () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    const { till } = await openTill({ issuerKeys: new Map([[ISSUER_KEY_ID, identity]]) });
    const certificate = { ...(await issue()), signature: Uint8Array.of(...identity, ...new Uint8Array(32)) };
    expect(why(await till.hear(await new Phone(certificate).spend()))).toBe('certificate: issuer-key');
  });

  test('a signature with S + L is refused', async () => {
    const { till, vend } = await openTill();
    const payload = (await (await aPhone()).spend()).slice();
    addGroupOrder(payload.subarray(52, 84));
    expect(why(await till.hear(payload))).toBe('payment: signature');
    expect(vend.vends).toEqual([]);
  });
});

/** Adds L of Ed25519 to a little-endian number: the same signature for a verifier that does not check the range. */
function addGroupOrder(scalar: Uint8Array): void {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let sum = order;
  for (let i = 31; i >= 0; i--) sum += BigInt(scalar[i]) << BigInt(8 * i);
  for (let i = 0; i < 32; i++) scalar[i] = Number((sum >> BigInt(8 * i)) & 0xffn);
}

describe('rule 8: anything missing means refuse', () => {
  test.each<[string, Partial<Spend>, string]>([
    ['another machine', { machineId: 8 }, 'payment: machine'],
    ['another item', { item: 13 }, 'payment: item'],
    ['a lower price', { amountMinorUnits: 149 }, 'payment: price'],
    ['a higher price', { amountMinorUnits: 151, cumulativeMinorUnits: 151 }, 'payment: price'],
  ])('a spend for %s is refused', async (_name, changes, reason) => {
    const { till, vend } = await openTill();
    expect(why(await till.hear(await (await aPhone()).spend(changes)))).toBe(reason);
    expect(vend.vends).toEqual([]);
  });

  test.each([
    ['another audience', { audience: AUDIENCE + 1 }, 'payment: audience'],
    ['another currency', { currency: 392 }, 'payment: currency'],
  ])('a certificate of %s is refused', async (_name, changes, reason) => {
    const { till } = await openTill();
    expect(why(await till.hear(await new Phone(await issue(changes)).spend()))).toBe(reason);
  });

  test('every other length, and every first byte that is no payment, is refused', async () => {
    const { till, journal } = await openTill();
    const payload = await (await aPhone()).spend();
    for (let length = 0; length < payload.length; length += 7)
      expect(why(await till.hear(payload.subarray(0, length)))).toMatch(/^(parse|certificate): /);
    for (let lead = 0; lead < 256; lead++)
      if (lead !== payload[0])
        expect(why(await till.hear(Uint8Array.of(lead, ...payload.subarray(1))))).toMatch(/^parse: /);
    expect(journal.lastSequence).toBe(0);
  });

  test('a certificate id that is not known is refused, and pays after the certificate was sung', async () => {
    const { till } = await openTill();
    const phone = await aPhone();
    expect(why(await till.hear(await phone.spend({}, 'id')))).toBe('certificate: unknown');
    expect(why(await till.hear(packCertificate(phone.certificate)))).toBe('certificate');
    expect(why(await till.hear(await phone.spend({}, 'id')))).toBe('sale');
  });

  test.each<[string, Partial<TillConfig>]>([
    ['machineId', { machineId: 0 }],
    ['audience', { audience: 0 }],
    ['limits.maxAgeSeconds', { offline: { ...LIMITS, maxAgeSeconds: undefined as unknown as number } }],
    ['issuerKeys', { issuerKeys: undefined as unknown as Map<number, Uint8Array> }],
    ['machine.algorithm', { machine: es256Signer(new Uint8Array(32).fill(1)) }],
  ])('a till without a usable %s does not open', async (name, changes) => {
    await expect(openTill(changes)).rejects.toThrow(new RegExp(`^${name}: expected `));
  });
});

describe('rule 9: the amount is the price charged, within every limit of the certificate', () => {
  test.each<[string, object, Partial<Spend>, string]>([
    ['more than one payment may be', { maxPaymentMinorUnits: 100 }, {}, 'payment: payment-limit'],
    ['more than all may be', {}, { cumulativeMinorUnits: 5001 }, 'payment: cumulative-limit'],
    ['a counter over the maximum', {}, { counter: 41, cumulativeMinorUnits: 5000 }, 'payment: count-limit'],
  ])('%s is refused', async (_name, certificate, spend, reason) => {
    const { till } = await openTill();
    expect(why(await till.hear(await new Phone(await issue(certificate)).spend(spend)))).toBe(reason);
  });

  test('cumulative under amount, and counter 0, are no spends at all', async () => {
    const { till } = await openTill();
    const payload = await (await aPhone()).spend();
    const under = payload.slice().fill(0, 6, 8);
    under[8] = PRICE - 1;
    expect(why(await till.hear(under))).toBe('parse: amount');
    expect(why(await till.hear(payload.slice().fill(0, 1, 3)))).toBe('parse: counter');
  });
});
