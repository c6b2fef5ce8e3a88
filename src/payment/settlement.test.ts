import { describe, expect, test } from '@jest/globals';
import {
  fastKey,
  ISSUER,
  ISSUER_KEY_ID,
  ISSUER_KEYS,
  type PackedPayment,
  START_SECONDS,
  WorldPhone,
  WorldTill,
} from '../../bench/ledger/world.js';
import { parseAcknowledgement, verifyAcknowledgement } from '../../codec/token/acknowledgement.js';
import { parseDenyListDelta, verifyDenyListDelta } from '../../codec/token/deny-list.js';
import { packSpend, packSpendMessage } from '../../codec/token/spend.js';
import { signSpend } from '../../codec/token/spend-signature.js';
import { ed25519Signer, es256Signer } from '../../codec/token/token-signature.js';
import { makeFraudProof, parseFraudProof, verifyFraudProof } from './fraud-proof.js';
import type { FindingRow, PaymentRow } from './ledger-store.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';
import { Settlement, type SettlementOptions, type SettlementPolicy } from './settlement.js';
import { TillDenyList } from './till-deny-list.js';
import type { BillPayment, Upload } from './upload.js';
import type { EntryResult, PaymentResult } from './upload-answer.js';

const SETTLEMENT = fastKey(2);
const SETTLEMENT_KEYS = new Map([[5, SETTLEMENT.publicKey]]);
const NOW = START_SECONDS + 3600;
const DAY = 86_400;
const POLICY: SettlementPolicy = { graceSeconds: 7 * DAY, clockToleranceSeconds: 30, fraudPayer: 'issuer' };

/** A settlement that knows machines 1 to 9. */
function started(changes: Partial<SettlementOptions> = {}) {
  const machines = new Map(Array.from({ length: 9 }, (_, i) => [i + 1, new WorldTill(i + 1).registered]));
  const store = new MemoryLedgerStore();
  const settlement = new Settlement({
    store,
    issuerKeys: ISSUER_KEYS,
    findMachine: async (machineId) => machines.get(machineId),
    policy: POLICY,
    settlementKey: { keyId: 5, signer: SETTLEMENT.signer },
    denyListKey: { keyId: ISSUER_KEY_ID, signer: ISSUER.signer },
    ...changes,
  });
  /** Results as `sequence result reason`, or the reason of a refusal as a whole. */
  const submit = async (upload: Upload, nowSeconds = NOW): Promise<string[]> => {
    const submitted = await settlement.submit(upload, nowSeconds);
    return submitted.ok ? submitted.answer.results.map(shown) : [submitted.reason];
  };
  const balance = async () => Object.fromEntries((await store.balances()).map((row) => [row.account, row.minorUnits]));
  const findings = async () =>
    (await store.findings(undefined, 100)).map((row: FindingRow) => `${row.kind} ${row.subject}`);
  return { settlement, store, submit, balance, findings };
}

function shown(one: PaymentResult | EntryResult): string {
  const parts = ['sequence' in one ? `${one.sequence}` : '', one.result, one.reason ?? ''];
  return parts.filter((part) => part !== '').join(' ');
}

/** 1.50 EUR for machine 1, signed by a key that phones' hardware can hold. */
async function p256Spend(): Promise<PackedPayment> {
  const device = es256Signer(new Uint8Array(32).fill(9));
  const { certificate, packed } = new WorldPhone(9, { algorithm: 'es256', deviceKey: device.publicKey });
  const fields = { counter: 1, amountMinorUnits: 150, cumulativeMinorUnits: 150, machineId: 1, item: 3 };
  const spend = await signSpend({ ...fields, timeSeconds: START_SECONDS, timeToLiveSeconds: 60 }, certificate, device);
  const { certificateId } = certificate;
  const token = packSpend({ spend, certificate: { kind: 'id', certificateId } }).slice(0, 84);
  const claimed = {
    certificate: packed,
    certificateId,
    counter: 1,
    minorUnits: 150,
    item: 3,
    token,
    beacon: undefined,
  };
  return { ...claimed, signedAtSeconds: START_SECONDS, payment: packSpendMessage(spend) };
}

const idOf = (phone: WorldPhone) => Buffer.from(phone.certificate.certificateId).toString('hex');

function billed({ certificate, token, beacon }: PackedPayment, receipt?: Uint8Array): BillPayment[] {
  return [{ certificate, token, beacon, receipt }];
}

function bill(payment: PackedPayment, receipt?: Uint8Array): Upload {
  return { kind: 'bill', payments: billed(payment, receipt) };
}

async function onlyRow(store: MemoryLedgerStore): Promise<PaymentRow> {
  const rows = await store.allPayments({ after: undefined, limit: 10 });
  expect(rows.length).toBe(1);
  return rows[0];
}

describe('rule 17: one row per certificate and counter', () => {
  test('rule 17: a payment that is accepted and vended is charged once', async () => {
    const { submit, balance } = started();
    const phone = new WorldPhone(1);
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 150));
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded']);
    expect(await balance()).toEqual({ [`certificate:${idOf(phone)}`]: 150, 'machine:1': -150 });
  });

  test('rule 17: an answer to a beacon and a P-256 key’s payment are settled alike', async () => {
    const { submit, balance } = started();
    const till = new WorldTill(1);
    till.sell(new WorldPhone(1).answer(1, 250));
    till.sell(await p256Spend());
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded', '3 recorded', '4 recorded']);
    expect((await balance())['machine:1']).toBe(-400);
  });

  test('rule 17: the same content again is a duplicate, answered OK and not charged again', async () => {
    const { submit, balance } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    await submit(till.upload());
    expect(await submit(till.upload())).toEqual(['1 duplicate', '2 duplicate']);
    expect(await submit(bill(payment))).toEqual(['duplicate']);
    expect((await balance())['machine:1']).toBe(-150);
  });

  test('rule 17: two contents of one counter at two tills are one charge and one proof, in either order', async () => {
    for (const order of [0, 1]) {
      const { submit, store, balance } = started();
      const phone = new WorldPhone(1);
      const copy = phone.fork();
      const tills = [new WorldTill(1), new WorldTill(2)];
      tills[0].sell(phone.spend(1, 150));
      tills[1].sell(copy.spend(2, 250));
      expect(await submit(tills[order].upload())).toEqual(['1 recorded', '2 recorded']);
      expect(await submit(tills[1 - order].upload())).toEqual(['1 double-spend', '2 recorded']);

      const counts = await store.counts();
      expect(counts).toMatchObject({ payments: 1, doubleSpends: 1, fraudProofs: 1, transfers: 2, denied: 1 });
      const amounts = [150, 250];
      expect(await balance()).toEqual({
        [`certificate:${idOf(phone)}`]: amounts[order],
        [`issuer:${ISSUER_KEY_ID}`]: amounts[1 - order],
        'machine:1': -150,
        'machine:2': -250,
      });
    }
  });

  test('rule 17: the proof convinces anybody who has the issuer’s key', async () => {
    const { submit, store } = started();
    const phone = new WorldPhone(1);
    const copy = phone.fork();
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 150));
    till.sell(copy.answer(1, 150));
    await submit(till.upload());
    const [row] = await store.fraudProofs({ after: undefined, limit: 10 });
    const proof = {
      certificate: row.certificate,
      first: { token: row.firstToken, beacon: row.firstBeacon ?? undefined },
      second: { token: row.secondToken, beacon: row.secondBeacon ?? undefined },
    };
    const verdict = { ok: true, certificateId: idOf(phone), counter: 1 };
    expect(verifyFraudProof(proof, ISSUER_KEYS)).toEqual(verdict);
    const carried = parseFraudProof(JSON.parse(JSON.stringify(makeFraudProof(proof))));
    expect(carried && verifyFraudProof(carried, ISSUER_KEYS)).toEqual(verdict);

    const flipped = Uint8Array.from(proof.second.token);
    flipped[10] ^= 1;
    const other = new WorldPhone(1);
    other.counter = 4;
    const refusals = [
      [{ ...proof, second: proof.first }, 'same'],
      [{ ...proof, second: { token: flipped, beacon: proof.second.beacon } }, 'payment'],
      [{ ...proof, second: { token: other.spend(1, 10).token, beacon: undefined } }, 'counter'],
      [{ ...proof, certificate: new WorldPhone(2).packed }, 'payment'],
      [{ ...proof, certificate: new WorldPhone(1, {}, fastKey(77)).packed }, 'certificate'],
    ] as const;
    for (const [forged, reason] of refusals)
      expect(verifyFraudProof(forged, ISSUER_KEYS)).toEqual({ ok: false, reason });
  });

  test.each([
    ['issuer', { [`issuer:${ISSUER_KEY_ID}`]: 250, 'machine:2': -250 }],
    ['operator', {}],
    ['holder', { 'recovery:ID': 250, 'machine:2': -250 }],
  ] as const)('rule 17: the policy says that the %s pays for a double spend', async (fraudPayer, expected) => {
    const { submit, balance } = started({ policy: { ...POLICY, fraudPayer } });
    const phone = new WorldPhone(1);
    const copy = phone.fork();
    const tills = [new WorldTill(1), new WorldTill(2)];
    tills[0].sell(phone.spend(1, 150));
    tills[1].sell(copy.spend(2, 250));
    for (const till of tills) await submit(till.upload());
    const withId = Object.fromEntries(
      Object.entries(expected).map(([account, sum]) => [account.replace('ID', idOf(phone)), sum]),
    );
    const honest = { [`certificate:${idOf(phone)}`]: 150, 'machine:1': -150 };
    expect(await balance()).toEqual({ ...honest, ...withId });
  });

  test('rule 17: a double spend that was not delivered costs nobody anything, and is proven all the same', async () => {
    const { submit, store, balance } = started();
    const phone = new WorldPhone(1);
    const copy = phone.fork();
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 150));
    till.sell(copy.spend(1, 250), 'failed');
    await submit(till.upload());
    expect((await balance())['machine:1']).toBe(-150);
    expect(await store.counts()).toMatchObject({ fraudProofs: 1, transfers: 1 });
  });
});

describe('rule 18: every signature is verified again', () => {
  const cases: readonly [string, string, (till: WorldTill, phone: WorldPhone) => void][] = [
    ['an altered price', 'price', (till, phone) => till.accept(phone.spend(1, 150), { minorUnits: 151 })],
    ['an altered price of an answer', 'price', (till, phone) => till.accept(phone.answer(1, 150), { minorUnits: 1 })],
    ['another item', 'item', (till, phone) => till.accept(phone.spend(1, 150), { item: 4 })],
    ['a payment to another machine', 'machine', (till, phone) => till.accept(phone.spend(2, 150))],
    ['an answer to another machine’s beacon', 'machine', (till, phone) => till.accept(phone.answer(2, 150))],
    [
      'a made-up sale',
      'signature',
      (till, phone) => {
        const payment = phone.spend(1, 150);
        till.accept({ ...payment, token: payment.token.map((byte, i) => (i < 20 ? byte : 1)) });
      },
    ],
    [
      'a payment signed under another certificate',
      'signature',
      (till, phone) => till.accept({ ...phone.spend(1, 150), certificate: new WorldPhone(2).packed }),
    ],
    [
      'an answer with a changed beacon',
      'beacon',
      (till, phone) => {
        const payment = phone.answer(1, 150);
        const beacon = Uint8Array.from(payment.beacon ?? []);
        beacon[5] ^= 1;
        till.accept({ ...payment, beacon });
      },
    ],
    [
      'a certificate that the phone has signed itself',
      'issuer-signature',
      (till) => till.accept(new WorldPhone(3, {}, fastKey(1003)).spend(1, 150)),
    ],
    [
      'a certificate of an unknown issuer',
      'issuer-unknown',
      (till) => till.accept(new WorldPhone(3, { issuerKeyId: 8 }).spend(1, 150)),
    ],
    [
      'an operator that the certificate is not for',
      'audience',
      (till) => till.accept(new WorldPhone(3, { audience: 4 }).spend(1, 150)),
    ],
    ['more than one payment may be', 'payment-limit', (till, phone) => till.accept(phone.spend(1, 501))],
    [
      'more than all may be',
      'cumulative-limit',
      (till, phone) => {
        phone.cumulative = 99_900;
        till.accept(phone.spend(1, 150));
      },
    ],
    [
      'a counter beyond the certificate',
      'count-limit',
      (till, phone) => {
        phone.counter = 255;
        till.accept(phone.spend(1, 150));
      },
    ],
    [
      'a payment after the certificate’s end',
      'time',
      (till, phone) => till.accept(phone.spend(1, 150, { atSeconds: START_SECONDS + 71 * 3600 })),
    ],
    [
      'a payment before the certificate',
      'time',
      (till, phone) => till.accept(phone.spend(1, 150, { atSeconds: START_SECONDS - 3601 })),
    ],
    [
      'a spend that was kept for later',
      'time',
      (till, phone) => till.accept(phone.spend(1, 150), { atSeconds: START_SECONDS + 91 }),
    ],
    ['bytes that are no entry', 'entry', (till) => till.append(Uint8Array.of(0x81, 1, 2))],
    [
      'an entry at another place',
      'sequence',
      (till, phone) => {
        const other = new WorldTill(1);
        other.accept(phone.spend(1, 1));
        other.accept(phone.spend(1, 150));
        till.append(other.entries[1]);
      },
    ],
    [
      'another machine’s entry',
      'machine',
      (till, phone) => {
        const other = new WorldTill(2);
        other.accept(phone.spend(2, 150));
        till.append(other.entries[0]);
      },
    ],
  ];

  test.each(cases)('rule 18: %s is refused by %s, kept and acknowledged', async (_title, reason, write) => {
    const { settlement, submit, store, findings } = started();
    const till = new WorldTill(1);
    write(till, new WorldPhone(1));
    expect(await submit(till.upload())).toEqual([`1 refused ${reason}`]);
    expect(await store.counts()).toMatchObject({ payments: 0, transfers: 0, journalEntries: 1 });
    expect(await findings()).toEqual(['refused 1/1']);
    const again = await settlement.submit(till.upload(), NOW);
    expect(again.ok && again.answer.kind === 'journal' && again.answer.acknowledgement !== undefined).toBe(true);
  });

  test('rule 18: an outcome of a refused sale, or of none, charges nothing', async () => {
    const { submit, store } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    const payment = phone.spend(2, 150);
    till.sell(payment);
    till.conclude(phone.spend(1, 10), 1, 'vended');
    expect(await submit(till.upload())).toEqual([
      '1 refused machine',
      '2 refused accepted-unknown',
      '3 refused accepted-unknown',
    ]);
    expect((await store.counts()).transfers).toBe(0);
  });

  test('rule 18: a journal that its machine has not signed is not taken at all', async () => {
    const { submit, store } = started();
    const till = new WorldTill(1);
    till.sell(new WorldPhone(1).spend(1, 150));
    const upload = till.upload();
    expect(await submit({ ...upload, signature: upload.signature.map((byte) => byte ^ 1) })).toEqual([
      'upload-signature',
    ]);
    expect(await submit({ ...upload, entries: upload.entries.slice(0, 1) })).toEqual(['upload-signature']);
    expect(await submit({ ...upload, machineId: 2 })).toEqual(['upload-signature']);
    expect(await submit({ ...upload, machineId: 99 })).toEqual(['machine-unknown']);
    expect((await store.counts()).journalEntries).toBe(0);
  });

  test('rule 18: a receipt of another payment or machine is refused, and the payment stays as it was', async () => {
    const { submit, store } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    const [one, two] = [phone.spend(1, 150), phone.spend(1, 150)];
    till.conclude(one, till.accept(one), 'vended', till.receipt(two, 'vended'));
    till.conclude(two, till.accept(two), 'vended', new WorldTill(2).receipt(two, 'vended'));
    till.conclude(two, 3, 'vended', till.receipt(two, 'failed'));
    expect(await submit(till.upload())).toEqual([
      '1 recorded',
      '2 refused receipt',
      '3 recorded',
      '4 refused receipt',
      '5 refused receipt',
    ]);
    expect((await store.counts()).transfers).toBe(0);
  });

  test('rule 18: two certificates of one id are told apart, and the second is not charged', async () => {
    const { submit, findings, store } = started();
    const till = new WorldTill(1);
    const first = new WorldPhone(1);
    const second = new WorldPhone(2, { certificateId: first.certificate.certificateId });
    till.sell(first.spend(1, 150));
    till.sell(second.spend(1, 150));
    expect(await submit(till.upload())).toContain('3 refused certificate-conflict');
    expect(await findings()).toContain(`certificate-conflict ${idOf(first)}`);
    expect((await store.counts()).transfers).toBe(1);
  });
});

describe('rule 19: charge on vend success', () => {
  test('rule 19: accepted is not charged, failed is not charged, unknown is held until somebody finds out', async () => {
    const { submit, balance, store } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    const payments = [phone.spend(1, 100), phone.spend(1, 200), phone.spend(1, 300)];
    till.accept(payments[0]);
    till.sell(payments[1], 'failed');
    till.sell(payments[2], 'unknown');
    await submit(till.upload());
    expect(await balance()).toEqual({});
    const held = await store.queue('held', { after: undefined, limit: 10 });
    expect(held.map(({ counter }) => counter)).toEqual([3]);
    expect((await store.queue('accepted', { after: undefined, limit: 10 })).map(({ counter }) => counter)).toEqual([1]);

    till.conclude(payments[2], 4, 'vended');
    expect(await submit(till.upload(5))).toEqual(['5 duplicate', '6 recorded']);
    expect((await balance())['machine:1']).toBe(-300);
  });

  test('rule 19: a void after settlement is a refund of its own row, at most once', async () => {
    const { submit, balance, store } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    till.conclude(payment, 1, 'failed');
    till.conclude(payment, 1, 'failed');
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded', '3 recorded', '4 duplicate']);
    expect(await submit(bill(payment, till.receipt(payment, 'failed')))).toEqual(['duplicate']);
    expect(Object.values(await balance())).toEqual([0, 0]);
    expect((await store.counts()).transfers).toBe(2);
  });

  test('rule 19: what was voided is never charged afterwards', async () => {
    const { submit, store, findings } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment, 'failed');
    till.conclude(payment, 1, 'vended');
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded', '3 refused outcome-conflict']);
    expect((await store.counts()).transfers).toBe(0);
    expect((await findings()).some((line) => line.startsWith('outcome-conflict'))).toBe(true);
  });

  test('rule 19: a void without the machine’s signature takes no charge back', async () => {
    const { submit, balance } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    till.conclude(payment, 1, 'failed', null);
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded', '3 refused outcome-conflict']);
    expect((await balance())['machine:1']).toBe(-150);
  });

  test('rule 19: late beyond expiry and grace waits for a person, who approves or rejects', async () => {
    const { settlement, submit, balance, store } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    till.sell(phone.spend(1, 150));
    till.sell(phone.spend(1, 250));
    const end = START_SECONDS + 71 * 3600;
    expect(await submit(till.upload(), end + 7 * DAY + 1)).toEqual(['1 late', '2 recorded', '3 late', '4 recorded']);
    expect(await balance()).toEqual({});
    const late = await store.queue('late', { after: undefined, limit: 10 });
    expect(late.map(({ counter }) => counter)).toEqual([1, 2]);
    expect(await settlement.reviewLate(late[0], 'approved', NOW)).toBe(true);
    expect(await settlement.reviewLate(late[1], 'rejected', NOW)).toBe(true);
    expect(await settlement.reviewLate(late[1], 'approved', NOW)).toBe(false);
    expect((await balance())['machine:1']).toBe(-150);
    expect((await store.counts()).payments).toBe(2);
  });

  test('rule 19: within the grace it is settled as always', async () => {
    const { submit } = started();
    const till = new WorldTill(1);
    till.sell(new WorldPhone(1).spend(1, 150));
    expect(await submit(till.upload(), START_SECONDS + 71 * 3600 + 7 * DAY)).toEqual(['1 recorded', '2 recorded']);
  });

  test('rule 19: a phone’s claim is charged when the till’s journal says vended', async () => {
    const { submit, balance, store } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    expect(await submit(bill(payment))).toEqual(['claimed']);
    expect((await store.queue('claimed', { after: undefined, limit: 10 })).length).toBe(1);
    expect(await balance()).toEqual({});
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 recorded']);
    expect((await balance())['machine:1']).toBe(-150);
    expect(await onlyRow(store)).toMatchObject({ acceptedSequence: 1, outcome: 'vended' });
  });

  test('rule 21: a bill that is sent again is told the state of each payment, and claimed stays claimed until a delivery is known', async () => {
    const { submit, settlement } = started();
    const till = new WorldTill(1);
    const [phone, other] = [new WorldPhone(1), new WorldPhone(2)];
    const [sold, unheard] = [phone.spend(1, 150), phone.spend(1, 250)];
    till.sell(sold, 'unknown');
    const both = { kind: 'bill' as const, payments: [...billed(sold), ...billed(unheard)] };
    for (const _again of [1, 2]) expect(await submit(both)).toEqual(['claimed', 'claimed']);
    await submit(till.upload());
    expect(await submit(both)).toEqual(['claimed', 'claimed']);
    till.conclude(sold, 1, 'vended');
    await submit(till.upload());
    for (const _again of [1, 2]) expect(await submit(both)).toEqual(['duplicate', 'claimed']);

    const [first, second] = [other.fork().spend(1, 100), other.spend(1, 200)];
    expect(await submit(bill(first))).toEqual(['claimed']);
    for (const _again of [1, 2]) expect(await submit(bill(second))).toEqual(['double-spend']);

    const late = new WorldPhone(3).spend(1, 150);
    const afterGrace = START_SECONDS + 72 * 3600 + 8 * DAY;
    for (const _again of [1, 2]) expect(await submit(bill(late), afterGrace)).toEqual(['late']);
    const { certificateId, counter } = late;
    const key = { certificateId: Buffer.from(certificateId).toString('hex'), counter };
    expect(await settlement.reviewLate(key, 'rejected', afterGrace)).toBe(true);
    expect(await submit(bill(late), afterGrace)).toEqual(['duplicate']);
  });

  test('rule 19: a refund is no contradiction, whether its void comes with the journal or with the phone before it', async () => {
    for (const isPhoneFirst of [false, true]) {
      const { submit, balance, findings, store } = started();
      const till = new WorldTill(1);
      const payment = new WorldPhone(1).spend(1, 150);
      till.sell(payment);
      const receipt = till.refund(payment, 1, START_SECONDS + 500);
      const handIn = () => submit(bill(payment, receipt));
      if (isPhoneFirst) expect(await handIn()).toEqual(['recorded']);
      const third = isPhoneFirst
        ? ['1 recorded', '2 duplicate', '3 duplicate']
        : ['1 recorded', '2 recorded', '3 recorded'];
      expect(await submit(till.upload())).toEqual(third);
      expect(await handIn()).toEqual(['duplicate']);
      expect([await findings(), Object.values(await balance()).every((owed) => owed === 0)]).toEqual([[], true]);
      expect(await store.counts()).toMatchObject({ vended: 0, failed: 1, transfers: isPhoneFirst ? 0 : 2 });
    }
  });

  test('rule 19: a phone’s claim with the machine’s receipt is charged, and the till’s journal charges it no more', async () => {
    const { submit, balance } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).answer(1, 150);
    till.sell(payment);
    expect(await submit(bill(payment, till.receipt(payment, 'vended')))).toEqual(['recorded']);
    expect((await balance())['machine:1']).toBe(-150);
    expect(await submit(till.upload())).toEqual(['1 recorded', '2 duplicate']);
    expect((await balance())['machine:1']).toBe(-150);
  });

  test('rule 19: a lying machine is caught by the phone’s own void', async () => {
    const { submit, balance, store, findings } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    await submit(till.upload());
    expect(await submit(bill(payment, till.receipt(payment, 'failed')))).toEqual(['recorded']);
    expect(await findings()).toEqual([expect.stringMatching(/^outcome-conflict .*:void$/)]);
    expect(Object.values(await balance())).toEqual([0, 0]);
    expect((await store.counts()).transfers).toBe(2);
  });

  test('rule 19: a bill with a receipt that is not the machine’s is refused', async () => {
    const { submit, store } = started();
    const payment = new WorldPhone(1).spend(1, 150);
    expect(await submit(bill(payment, new WorldTill(2).receipt(payment, 'vended')))).toEqual(['refused receipt']);
    expect(await submit(bill(new WorldPhone(1).spend(99, 150)))).toEqual(['refused machine']);
    expect((await store.counts()).payments).toBe(0);
  });
});

describe('rule 20: counters and totals across tills', () => {
  const gapsOf = async (settlement: Settlement) => {
    const found: string[] = [];
    for await (const one of settlement.counterFindings())
      found.push(`${one.kind} ${one.firstCounter}-${one.lastCounter} ${one.unaccountedMinorUnits}`);
    return found;
  };

  test('rule 20: a till that has not uploaded shows as a gap with its amount, and the gap goes when it does', async () => {
    const { settlement, submit } = started();
    const phone = new WorldPhone(1);
    const tills = [new WorldTill(1), new WorldTill(2)];
    tills[0].sell(phone.spend(1, 100));
    tills[1].sell(phone.spend(2, 70));
    tills[1].sell(phone.spend(2, 80));
    tills[0].sell(phone.spend(1, 100));
    await submit(tills[0].upload());
    expect(await gapsOf(settlement)).toEqual(['counter-gap 2-3 150']);
    await submit(tills[1].upload());
    expect(await gapsOf(settlement)).toEqual([]);
  });

  test('rule 20: a wallet restored from an old backup shows as a total that cannot be', async () => {
    const { settlement, submit } = started();
    const phone = new WorldPhone(1);
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 100));
    const backup = phone.fork();
    till.sell(phone.spend(1, 200));
    // The old copy skips the counter that it knows to be used, but not its amount.
    backup.counter++;
    till.sell(backup.spend(1, 50));
    await submit(till.upload());
    expect(await gapsOf(settlement)).toEqual(['cumulative-mismatch 3-3 -200']);
  });
});

describe('rule 21: append-only, balanced, idempotent, acknowledged', () => {
  test('rule 21: the acknowledgement is signed, of the range and the chain of hashes', async () => {
    const { settlement } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    till.sell(phone.spend(1, 150));
    till.sell(phone.spend(1, 150));
    const first = await settlement.submit(till.upload(1, 2), NOW);
    const second = await settlement.submit(till.upload(2, 4), NOW);
    for (const [submitted, range] of [
      [first, { firstSequence: 1, lastSequence: 2 }],
      [second, { firstSequence: 2, lastSequence: 4 }],
    ] as const) {
      if (!submitted.ok || submitted.answer.kind !== 'journal' || !submitted.answer.acknowledgement)
        throw new Error('expected an acknowledgement');
      const parsed = parseAcknowledgement(submitted.answer.acknowledgement);
      if (!parsed.ok) throw new Error(parsed.reason);
      expect(parsed.acknowledgement).toMatchObject({
        ...range,
        machineId: 1,
        chainHash: till.hashes[range.lastSequence],
      });
      expect(verifyAcknowledgement(parsed.acknowledgement, SETTLEMENT_KEYS)).toEqual({ ok: true });
    }
  });

  test('rule 21: an upload that leaves out entries is not taken, and says from where to send', async () => {
    const { settlement } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    for (let i = 0; i < 3; i++) till.sell(phone.spend(1, 10));
    await settlement.submit(till.upload(1, 2), NOW);
    expect(await settlement.submit(till.upload(5), NOW)).toEqual({ ok: false, reason: 'gap', nextSequence: 3 });
  });

  test('rule 21: overlapping uploads in any order and at once are taken once', async () => {
    const { submit, store, balance } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    for (let i = 0; i < 6; i++) till.sell(phone.spend(1, 10));
    const uploads = [till.upload(1, 4), till.upload(), till.upload(1, 7), till.upload(), till.upload(1, 1)];
    await Promise.all(uploads.map((upload) => submit(upload)));
    await submit(till.upload());
    expect(await store.counts()).toMatchObject({ journalEntries: 12, payments: 6, transfers: 6 });
    expect((await balance())['machine:1']).toBe(-60);
  });

  test('rule 21: a journal that says something else than before is a fork: kept apart, found, not acknowledged', async () => {
    const { settlement, submit, store, findings, balance } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    for (let i = 0; i < 2; i++) till.sell(phone.spend(1, 10));
    await submit(till.upload());
    const restored = till.restored(2);
    const later = phone.spend(1, 30);
    restored.sell(later);
    const submitted = await settlement.submit(restored.upload(), NOW);
    if (!submitted.ok || submitted.answer.kind !== 'journal') throw new Error('expected an answer');
    expect(submitted.answer.results.map(shown)).toEqual(['1 duplicate', '2 duplicate', '3 forked', '4 forked']);
    const parsed = parseAcknowledgement(submitted.answer.acknowledgement ?? new Uint8Array(0));
    expect(parsed.ok && parsed.acknowledgement.lastSequence).toBe(2);
    expect((await findings()).filter((line) => line.startsWith('journal-fork 1/3')).length).toBe(1);
    // The phone's payment in it is its own word: claimed, so that it cannot be spent again unnoticed, and not charged.
    expect(await store.counts()).toMatchObject({ payments: 3, claimed: 1, transfers: 2 });
    expect((await balance())['machine:1']).toBe(-20);
    expect(await submit(restored.upload())).toEqual(['1 duplicate', '2 duplicate', '3 forked', '4 forked']);
  });

  test('rule 21: a history that forks before what is sent is acknowledged for nothing', async () => {
    const { settlement, submit } = started();
    const till = new WorldTill(1);
    const phone = new WorldPhone(1);
    for (let i = 0; i < 2; i++) till.sell(phone.spend(1, 10));
    await submit(till.upload());
    const other = new WorldTill(1);
    for (let i = 0; i < 3; i++) other.sell(new WorldPhone(2).spend(1, 10));
    const submitted = await settlement.submit(other.upload(5), NOW);
    if (!submitted.ok || submitted.answer.kind !== 'journal') throw new Error('expected an answer');
    expect(submitted.answer.results.map(shown)).toEqual(['5 forked', '6 forked']);
    expect(submitted.answer.acknowledgement).toBeUndefined();
  });

  test('rule 21: one payment that a till has accepted twice is charged once and found', async () => {
    const { submit, findings, balance } = started();
    const till = new WorldTill(1);
    const payment = new WorldPhone(1).spend(1, 150);
    till.sell(payment);
    till.sell(payment);
    expect(await submit(till.upload())).toEqual([
      '1 recorded',
      '2 recorded',
      '3 duplicate',
      '4 refused accepted-unknown',
    ]);
    expect(await findings()).toEqual([expect.stringMatching(/^accepted-twice .*@1\/3$/), 'refused 1/4']);
    expect((await balance())['machine:1']).toBe(-150);
  });

  test('rule 21: deny lists are signed, versioned deltas', async () => {
    const { settlement, submit } = started();
    const till = new WorldTill(1);
    for (const seed of [1, 2, 3]) {
      const phone = new WorldPhone(seed);
      const copy = phone.fork();
      till.sell(phone.spend(1, 100));
      till.sell(copy.spend(1, 200));
    }
    await submit(till.upload());
    const registered = new WorldPhone(4);
    await settlement.registerCertificate(registered.packed, NOW);
    expect(await settlement.denyCertificate(idOf(registered), 'lost', NOW)).toMatchObject({ version: 4 });
    expect(await settlement.denyCertificate(idOf(registered), 'lost', NOW)).toMatchObject({ version: 4 });
    expect(await settlement.denyCertificate('00'.repeat(8), 'lost', NOW)).toBeUndefined();

    for (const since of [0, 3]) {
      const result = await settlement.denyListDelta(since, NOW);
      if (!result.ok || !result.delta) throw new Error('expected a delta');
      const parsed = parseDenyListDelta(result.delta);
      if (!parsed.ok) throw new Error(parsed.reason);
      expect(parsed.delta).toMatchObject({ baseVersion: since, version: 4, issuerKeyId: ISSUER_KEY_ID });
      expect(parsed.delta.certificateIds.length).toBe(4 - since);
      expect(verifyDenyListDelta(parsed.delta, ISSUER_KEYS)).toEqual({ ok: true });
    }
    expect(await settlement.denyListDelta(4, NOW)).toEqual({ ok: true, version: 4, delta: undefined });
    expect(await settlement.denyListDelta(5, NOW)).toEqual({ ok: false, reason: 'version' });
  });

  test('rule 21: a till takes a denial from the list of any issuer it believes: settlement keeps one for all of them', async () => {
    const other = ed25519Signer(new Uint8Array(32).fill(0x77));
    const issuerKeys = new Map([...ISSUER_KEYS, [8, other.publicKey]]);
    const { settlement } = started({ issuerKeys, denyListKey: { keyId: 8, signer: other } });
    const phone = new WorldPhone(1);
    await settlement.registerCertificate(phone.packed, NOW);
    await settlement.denyCertificate(idOf(phone), 'lost', NOW);
    const result = await settlement.denyListDelta(0, NOW);
    if (!result.ok || !result.delta) throw new Error('expected a delta');
    const list = new TillDenyList(issuerKeys);
    const checked = list.check(result.delta);
    if (!checked.ok) throw new Error(checked.reason);
    list.apply(checked.delta);
    expect(phone.certificate.issuerKeyId).toBe(ISSUER_KEY_ID);
    expect([list.has(phone.certificate.certificateId), list.version(8), list.version(ISSUER_KEY_ID)]).toEqual([
      true,
      1,
      0,
    ]);
  });

  test('rule 21: payments under a denied certificate are charged as long as tills could not know', async () => {
    const { settlement, submit, balance } = started();
    const phone = new WorldPhone(1);
    await settlement.registerCertificate(phone.packed, NOW);
    await settlement.denyCertificate(idOf(phone), 'lost', NOW);
    const till = new WorldTill(1);
    till.sell(phone.spend(1, 150));
    await submit(till.upload());
    expect((await balance())['machine:1']).toBe(-150);
  });
});

describe('what an operator configures', () => {
  test('is checked by name', () => {
    expect(() => started({ policy: { ...POLICY, graceSeconds: -1 } })).toThrow('policy.graceSeconds: expected integer');
    expect(() => started({ policy: { ...POLICY, fraudPayer: 'nobody' as never } })).toThrow('policy.fraudPayer');
    expect(() => started({ settlementKey: { keyId: 70_000, signer: ISSUER.signer } })).toThrow('settlementKey.keyId');
  });

  test('a certificate that no configured issuer has signed cannot be registered', async () => {
    const { settlement } = started();
    const forged = new WorldPhone(1, {}, fastKey(77)).packed;
    expect(await settlement.registerCertificate(forged, NOW)).toEqual({ ok: false, reason: 'issuer-signature' });
    const first = new WorldPhone(1);
    const twin = new WorldPhone(2, { certificateId: first.certificate.certificateId });
    expect(await settlement.registerCertificate(first.packed, NOW)).toMatchObject({ ok: true });
    expect(await settlement.registerCertificate(twin.packed, NOW)).toEqual({
      ok: false,
      reason: 'certificate-conflict',
    });
  });
});
