// Rules 6 to 16 of the protocol, one by one. What is asked of single parts is in the tests beside them; here a whole till is asked.

import { describe, expect, test } from '@jest/globals';
import { packAcknowledgement, signAcknowledgement } from '../../codec/token/acknowledgement.js';
import { makeAmount } from '../../codec/token/amount.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { packDenyListDelta, signDenyListDelta } from '../../codec/token/deny-list.js';
import { parseReceipt } from '../../codec/token/receipt.js';
import { verifyReceipt } from '../../codec/token/receipt-signature.js';
import { packSpend, packSpendMessage, parseSpend, type Spend } from '../../codec/token/spend.js';
import { ed25519Signer, es256Signer } from '../../codec/token/token-signature.js';
import {
  AUDIENCE,
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
  SETTLEMENT,
  SETTLEMENT_KEY_ID,
  TestClock,
} from '../../fixtures/till-parties/till-parties.js';
import { type JournalEntry, parseJournalEntry } from './journal-entry.js';
import { MemoryJournal } from './memory-journal.js';
import type { TillConfig } from './till-config.js';
import type { TillVerdict } from './till-verdict.js';
import { MemoryVend } from './vend.js';

const LIMITS = {
  maxPaymentMinorUnits: 500,
  maxCertificateMinorUnits: 5000,
  maxStoredMinorUnits: 100_000,
  maxStoredCount: 1000,
  maxAgeSeconds: 7 * 86_400,
};

async function aPhone() {
  return new Phone(await issue());
}

function why(verdict: TillVerdict): string {
  if (verdict.ok) return verdict.type;
  return `${verdict.step}: ${verdict.reason}`;
}

function entriesOf(journal: MemoryJournal): JournalEntry[] {
  return Array.from(journal.entries(1), ({ packed }) => {
    const parsed = parseJournalEntry(packed);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.entry;
  });
}

/** What an acknowledging settlement server would sign for this journal. */
async function acknowledgementOf(journal: MemoryJournal, lastSequence = journal.lastSequence, machineId = MACHINE_ID) {
  const fields = {
    settlementKeyId: SETTLEMENT_KEY_ID,
    machineId,
    firstSequence: 1,
    lastSequence,
    chainHash: journal.chainHashAt(lastSequence) ?? new Uint8Array(32),
    timeSeconds: NOW,
  };
  return packAcknowledgement(await signAcknowledgement(fields, SETTLEMENT));
}

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

async function aDelta(
  changes: { certificateIds?: Uint8Array[]; baseVersion?: number; version?: number; timeSeconds?: number } = {},
) {
  const fields = {
    issuerKeyId: ISSUER_KEY_ID,
    baseVersion: 0,
    version: 1,
    timeSeconds: NOW,
    certificateIds: [],
    ...changes,
  };
  return packDenyListDelta(await signDenyListDelta(fields, ISSUER));
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
    for (let counter = 1; counter <= 30; counter++)
      expect(why(await till.hear(await phone.spend({ counter }, counter === 1 ? 'inline' : 'id')))).toBe('sale');
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
