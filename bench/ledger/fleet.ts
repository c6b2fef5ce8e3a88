// A fleet with everything that happens to it: honest payments, voids, refunds, unknown outcomes, and phones whose copy spends the same
// counter again. It knows what a right ledger says afterwards, without ever having asked one.

import { createHash } from 'node:crypto';
import { type BillPayment, SeededRandom } from 'tillsong';
import { type PackedPayment, WorldPhone, WorldTill } from './world.js';

export interface FleetPlan {
  /** payments, double spends included */
  readonly spendCount: number;
  readonly tillCount: number;
  readonly seed: number;
}

/** `refunded`: vended, and void afterwards. */
export type FinalOutcome = 'vended' | 'refunded' | 'failed' | 'unknown';

/** One payment as it should stand in the ledger. */
export interface ExpectedPayment {
  /** `certificate id:counter` in hex and decimal */
  readonly key: string;
  readonly contentHash: string;
  readonly machineId: number;
  readonly minorUnits: number;
  readonly outcome: FinalOutcome;
}

export interface Fleet {
  readonly tills: readonly WorldTill[];
  /** what phones hand in too, some with receipts */
  readonly bills: readonly BillPayment[];
  readonly expected: readonly ExpectedPayment[];
}

const PAYMENTS_PER_PHONE = 25;
/** Shares of all payments. */
const DOUBLE_SPENDS = 0.02;
const VOIDS = 0.04;
const REFUNDS = 0.02;
const UNKNOWN = 0.01;
const BILLED = 0.05;

/** @returns the same fleet for the same plan */
export function makeFleet({ spendCount, tillCount, seed }: FleetPlan): Fleet {
  const random = new SeededRandom(seed);
  const tills = Array.from({ length: tillCount }, (_, i) => new WorldTill(i + 1));
  const bills: BillPayment[] = [];
  const expected: ExpectedPayment[] = [];
  let phone = new WorldPhone(seed * 100_000);
  const settle = (payment: PackedPayment, till: WorldTill) => {
    const outcome = drawOutcome(random);
    write(payment, till, outcome);
    if (random.uniform() < BILLED) bills.push(billOf(payment, till, outcome, random));
    expected.push(expectedOf(payment, till, outcome));
  };
  for (let made = 0; made < spendCount; ) {
    if (phone.counter === PAYMENTS_PER_PHONE) phone = new WorldPhone(phone.seed + 1);
    const copy = random.uniform() < DOUBLE_SPENDS ? phone.fork() : undefined;
    const till = tills[random.below(tillCount)];
    settle(pay(phone, till, random), till);
    made++;
    if (copy === undefined || made === spendCount) continue;
    const other = tills[random.below(tillCount)];
    settle(pay(copy, other, random), other);
    made++;
  }
  return { tills, bills, expected };
}

function pay(phone: WorldPhone, till: WorldTill, random: SeededRandom): PackedPayment {
  const minorUnits = 50 + random.below(300);
  if (random.uniform() < 0.5) return phone.spend(till.machineId, minorUnits);
  // A copy's answer is to another beacon, as its machine never sings one twice.
  return phone.answer(till.machineId, minorUnits, { nonce: random.below(256) });
}

function drawOutcome(random: SeededRandom): FinalOutcome {
  const draw = random.uniform();
  if (draw < VOIDS) return 'failed';
  if (draw < VOIDS + REFUNDS) return 'refunded';
  return draw < VOIDS + REFUNDS + UNKNOWN ? 'unknown' : 'vended';
}

function write(payment: PackedPayment, till: WorldTill, outcome: FinalOutcome): void {
  const sequence = till.accept(payment);
  till.conclude(payment, sequence, outcome === 'refunded' ? 'vended' : outcome);
  if (outcome === 'refunded') till.conclude(payment, sequence, 'failed');
}

function billOf(payment: PackedPayment, till: WorldTill, outcome: FinalOutcome, random: SeededRandom): BillPayment {
  const { certificate, token, beacon } = payment;
  const hasReceipt = outcome !== 'unknown' && random.uniform() < 0.5;
  const receipt = hasReceipt ? till.receipt(payment, outcome === 'failed' ? 'failed' : 'vended') : undefined;
  return { certificate, token, beacon, receipt };
}

function expectedOf(payment: PackedPayment, till: WorldTill, outcome: FinalOutcome): ExpectedPayment {
  const { certificateId, counter, minorUnits } = payment;
  const contentHash = createHash('sha256').update(payment.payment).digest('hex');
  const key = `${Buffer.from(certificateId).toString('hex')}:${counter}`;
  return { key, contentHash, machineId: till.machineId, minorUnits, outcome };
}
