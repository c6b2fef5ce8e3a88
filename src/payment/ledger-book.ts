// The rules of settlement as a pure state machine: the payments that a transaction has locked go in, what to write comes out. Nothing
// here waits, reads a store or checks a signature (settlement-checks.ts has), so that every interleaving can be tried in memory.

import { toHex } from '../shared/hex.js';
import {
  type DenialRow,
  type FindingKind,
  type FindingRow,
  type FraudProofRow,
  type PaymentOutcome,
  type PaymentRow,
  paymentKey,
  type TransferRow,
} from './ledger-store.js';
import { type FraudPayer, fraudTransfer, paymentTransfer } from './ledger-transfers.js';
import type { PaymentResult, UploadResult } from './upload-answer.js';

/** What became of a delivery, as a till's journal or a machine's receipt says. */
export interface OutcomeReport {
  readonly outcome: Exclude<PaymentOutcome, 'none'>;
  readonly atSeconds: number;
  /** packed, its signature checked; null when only the journal says so */
  readonly receipt: Uint8Array | null;
}

/** A checked payment as it comes in: `row` is what would be kept if it is the first under its key. */
export interface IncomingPayment {
  readonly row: PaymentRow;
  /** packed, for the proof in case of fraud */
  readonly certificate: Uint8Array;
}

/** What a transaction has to write. */
export interface LedgerChanges {
  readonly newPayments: readonly PaymentRow[];
  readonly changedPayments: readonly PaymentRow[];
  readonly newDoubleSpends: readonly PaymentRow[];
  readonly changedDoubleSpends: readonly PaymentRow[];
  readonly transfers: readonly TransferRow[];
  readonly fraudProofs: readonly FraudProofRow[];
  readonly findings: readonly FindingRow[];
  readonly denials: readonly Omit<DenialRow, 'version'>[];
}

/** A payment in the book: `isDouble` when another content of its counter came first. */
interface Slot {
  row: PaymentRow;
  readonly isDouble: boolean;
  readonly isNew: boolean;
  isChanged: boolean;
}

/** One transaction's view of the payments it touches. */
export class LedgerBook {
  readonly #first = new Map<string, Slot>();
  readonly #doubles = new Map<string, Slot>();
  readonly #transfers: TransferRow[] = [];
  readonly #proofs: FraudProofRow[] = [];
  readonly #findings: FindingRow[] = [];
  readonly #denials = new Map<string, Omit<DenialRow, 'version'>>();

  /**
   * @param payments, doubleSpends - the locked rows of every key that will be touched
   * @param nowSeconds - of everything recorded now
   */
  constructor(
    payments: readonly PaymentRow[],
    doubleSpends: readonly PaymentRow[],
    readonly nowSeconds: number,
    readonly fraudPayer: FraudPayer,
  ) {
    for (const row of payments)
      this.#first.set(paymentKey(row), { row, isDouble: false, isNew: false, isChanged: false });
    for (const row of doubleSpends)
      this.#doubles.set(doubleKey(row), { row, isDouble: true, isNew: false, isChanged: false });
  }

  /** A till has accepted a payment: `row.acceptedSequence` says where. */
  accept(incoming: IncomingPayment): PaymentResult {
    const { slot, result } = this.#enter(incoming);
    if (result.result !== 'duplicate') return result;
    const { acceptedSequence, acceptedAtSeconds } = incoming.row;
    if (slot.row.acceptedSequence === null) {
      // A phone was first with the same payment; now the till has it too.
      change(slot, { acceptedSequence, acceptedAtSeconds });
      return slot.isDouble ? { result: 'double-spend' } : { result: slot.row.review === 'late' ? 'late' : 'recorded' };
    }
    const subject = `${paymentKey(slot.row)}@${incoming.row.machineId}/${acceptedSequence}`;
    this.find('accepted-twice', subject, `first at sequence ${slot.row.acceptedSequence}; not charged again`);
    return result;
  }

  /**
   * A phone, or a journal that cannot be believed, shows a payment; `report` when a receipt of the machine comes with it. The result is the
   * payment's state, so a phone that sends its bill again is told `claimed` for as long as the delivery is not known.
   */
  claim(incoming: IncomingPayment, report: OutcomeReport | undefined): PaymentResult {
    const { slot } = this.#enter(incoming);
    if (report === undefined) return { result: claimState(slot, false) };
    const before = slot.row.outcome;
    const reported = this.#report(slot, report);
    if (before === 'vended' && slot.row.outcome === 'failed')
      this.find(
        'outcome-conflict',
        `${paymentKey(slot.row)}:void`,
        'vended by the journal, void by the receipt: refunded',
      );
    if (reported.result === 'refused') return reported;
    return { result: claimState(slot, reported.result === 'recorded') };
  }

  /** A till's journal says what became of the payment it accepted at a sequence. */
  conclude(machineId: number, acceptedSequence: number, key: PaymentRowKey, report: OutcomeReport): PaymentResult {
    const slot = this.#slotsOf(key).find(
      ({ row }) => row.machineId === machineId && row.acceptedSequence === acceptedSequence,
    );
    if (slot === undefined) return { result: 'refused', reason: 'accepted-unknown' };
    return this.#report(slot, report);
  }

  /** A person decides about a late payment. @returns whether there was one to decide about */
  review(key: PaymentRowKey, decision: 'approved' | 'rejected'): boolean {
    const late = this.#slotsOf(key).filter(({ row }) => row.review === 'late');
    for (const slot of late) {
      change(slot, { review: decision });
      if (decision === 'approved' && slot.row.outcome === 'vended') this.#post(slot, 'forward');
    }
    return late.length > 0;
  }

  /** Notes something for a person. */
  find(kind: FindingKind, subject: string, detail: string): void {
    this.#findings.push({ kind, subject, detail, recordedAtSeconds: this.nowSeconds });
  }

  /** @returns everything to write, in the order of the keys, so that transactions lock in one order */
  changes(): LedgerChanges {
    const rows = (slots: Map<string, Slot>, wanted: (slot: Slot) => boolean) =>
      [...slots.values()]
        .filter(wanted)
        .map(({ row }) => row)
        .sort(byKey);
    const isChanged = ({ isNew, isChanged }: Slot) => isChanged && !isNew;
    return {
      newPayments: rows(this.#first, ({ isNew }) => isNew),
      changedPayments: rows(this.#first, isChanged),
      newDoubleSpends: rows(this.#doubles, ({ isNew }) => isNew),
      changedDoubleSpends: rows(this.#doubles, isChanged),
      transfers: [...this.#transfers].sort(byKey),
      fraudProofs: this.#proofs,
      findings: this.#findings,
      denials: [...this.#denials.values()],
    };
  }

  /** Finds the place of a payment, or makes it. */
  #enter(incoming: IncomingPayment): { slot: Slot; result: PaymentResult } {
    const key = paymentKey(incoming.row);
    const first = this.#first.get(key);
    if (first === undefined) {
      const slot = { row: incoming.row, isDouble: false, isNew: true, isChanged: false };
      this.#first.set(key, slot);
      return { slot, result: { result: incoming.row.review === 'late' ? 'late' : 'recorded' } };
    }
    if (first.row.contentHash === incoming.row.contentHash) return { slot: first, result: { result: 'duplicate' } };
    const known = this.#doubles.get(doubleKey(incoming.row));
    if (known !== undefined) return { slot: known, result: { result: 'duplicate' } };
    return { slot: this.#enterDouble(first.row, incoming), result: { result: 'double-spend' } };
  }

  /** Two contents under one counter: the two signatures are the proof, and the certificate is denied from now on. */
  #enterDouble(first: PaymentRow, { row, certificate }: IncomingPayment): Slot {
    const slot = { row, isDouble: true, isNew: true, isChanged: false };
    this.#doubles.set(doubleKey(row), slot);
    const { certificateId, counter, contentHash, issuerKeyId } = row;
    this.#proofs.push({
      certificateId,
      counter,
      contentHash,
      certificate,
      firstToken: first.token,
      firstBeacon: first.beacon,
      secondToken: row.token,
      secondBeacon: row.beacon,
      recordedAtSeconds: this.nowSeconds,
    });
    const reason = 'double-spend';
    this.#denials.set(certificateId, { certificateId, issuerKeyId, reason, recordedAtSeconds: this.nowSeconds });
    return slot;
  }

  /** The order of outcomes: none, unknown, then vended or failed; after vended only a void that the machine has signed. */
  #report(slot: Slot, report: OutcomeReport): PaymentResult {
    const { outcome, atSeconds: outcomeAtSeconds, receipt } = report;
    const { outcome: before, outcomeAtSeconds: beforeAtSeconds, receipt: beforeReceipt } = slot.row;
    if (before === outcome) return { result: 'duplicate' };
    // A refund whose void the phone has handed in before the till's journal came: what the journal said earlier is no contradiction.
    const isBeforeVoid = before === 'failed' && beforeReceipt !== null && outcomeAtSeconds < (beforeAtSeconds ?? 0);
    if (outcome === 'vended' && isBeforeVoid) return { result: 'duplicate' };
    // What the till did not know then: a phone's receipt has told it since, and the journal only comes later.
    if (outcome === 'unknown' && before !== 'none') return { result: 'duplicate' };
    const isOpen = before === 'none' || before === 'unknown';
    const isVoid = before === 'vended' && outcome === 'failed' && receipt !== null;
    if (!isOpen && !isVoid) {
      const said = receipt === null ? 'the journal' : `the machine's receipt ${toHex(receipt)}`;
      this.find(
        'outcome-conflict',
        `${paymentKey(slot.row)}:${outcome}`,
        `known as ${before}; ${said} says ${outcome}`,
      );
      return { result: 'refused', reason: 'outcome-conflict' };
    }
    change(slot, { outcome, outcomeAtSeconds, receipt });
    const isBillable = slot.row.review === 'none' || slot.row.review === 'approved';
    if (isBillable && outcome === 'vended') this.#post(slot, 'forward');
    if (isBillable && isVoid) this.#post(slot, 'back');
    return { result: 'recorded' };
  }

  #post({ row, isDouble }: Slot, direction: 'forward' | 'back'): void {
    const isForward = direction === 'forward';
    const transfer = isDouble
      ? fraudTransfer(row, isForward ? 'fraud-loss' : 'fraud-refund', this.fraudPayer, this.nowSeconds)
      : paymentTransfer(row, isForward ? 'charge' : 'refund', this.nowSeconds);
    if (transfer !== undefined) this.#transfers.push(transfer);
  }

  #slotsOf(key: PaymentRowKey): Slot[] {
    const first = this.#first.get(paymentKey(key));
    if (this.#doubles.size === 0) return first === undefined ? [] : [first];
    const doubles = [...this.#doubles.values()].filter(({ row }) => paymentKey(row) === paymentKey(key));
    return first === undefined ? doubles : [first, ...doubles];
  }
}

/** What a phone is told of its payment: it keeps everything on its bill but what is `recorded` or `duplicate`. */
function claimState({ row, isDouble }: Slot, isOutcomeNew: boolean): UploadResult {
  if (isDouble) return 'double-spend';
  if (row.review === 'late') return 'late';
  const isDelivered = row.outcome === 'vended' || row.outcome === 'failed';
  // A late payment that a person has rejected is closed as well.
  if (!isDelivered && row.review !== 'rejected') return 'claimed';
  return isOutcomeNew ? 'recorded' : 'duplicate';
}

type PaymentRowKey = Pick<PaymentRow, 'certificateId' | 'counter'>;

function doubleKey(row: PaymentRow): string {
  return `${paymentKey(row)}:${row.contentHash}`;
}

function change(slot: Slot, changes: Partial<PaymentRow>): void {
  slot.row = { ...slot.row, ...changes };
  slot.isChanged = true;
}

function byKey(a: PaymentRowKey, b: PaymentRowKey): number {
  if (a.certificateId !== b.certificateId) return a.certificateId < b.certificateId ? -1 : 1;
  return a.counter - b.counter;
}
