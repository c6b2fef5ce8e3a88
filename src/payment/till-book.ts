// What a till knows of its sales: everything here follows from the journal's entries, so that applying them again after a restart
// gives the same. It is the replay set too: (certificate id, counter), kept exactly until the certificate has expired and settlement
// has acknowledged the sale. Never the bytes or the signature: one message has many valid signatures.

import { sha256 } from '@noble/hashes/sha2.js';
import { type Amount, makeAmount } from '../../codec/token/amount.js';
import { parseAnswer } from '../../codec/token/answer.js';
import { type Beacon, parseBeacon } from '../../codec/token/beacon.js';
import { concatBytes } from '../../codec/token/bytes.js';
import { type Certificate, certificateEndSeconds, parseCertificate } from '../../codec/token/certificate.js';
import { ANSWER_BYTE_COUNT, SPEND_BYTE_COUNT } from '../../codec/token/limits.js';
import { packAnswerPayment } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import { toHex } from '../shared/hex.js';
import type { AcceptedEntry, JournalEntry, JournalOutcome, OutcomeEntry } from './journal-entry.js';
import type { StoredTotals } from './till-limits.js';

/** One accepted payment and what became of it. */
export interface Sale {
  /** of the journal's entry */
  readonly sequence: number;
  readonly certificateId: Uint8Array;
  readonly counter: number;
  readonly amount: Amount;
  readonly item: number;
  readonly acceptedAtSeconds: number;
  /** undefined while the machine is vending; `unknown` is held until an operator finds out */
  readonly outcome: JournalOutcome | undefined;
  /** packed receipt or void */
  readonly receipt: Uint8Array | undefined;
}

interface KeptSale extends Sale {
  outcome: JournalOutcome | undefined;
  receipt: Uint8Array | undefined;
  /** what was paid, without signature: a receipt is bound to it */
  readonly payment: Uint8Array;
  /** SHA-256 of the token as it was signed */
  readonly tokenHash: string;
  readonly beacon: Beacon | undefined;
  /** the first second at which the certificate can no longer be spent */
  readonly endSeconds: number;
  isAcknowledged: boolean;
}

/** Why an entry does not follow from those before it: the journal is another till's, or was tampered with. */
export type BookProblem = 'certificate' | 'token' | 'beacon' | 'replayed' | 'outcome';

/** The sales of a till, derived from its journal. */
export class TillBook {
  private readonly byKey = new Map<string, KeptSale>();
  private readonly bySequence = new Map<number, KeptSale>();
  private readonly certificateMinorUnits = new Map<string, number>();

  /**
   * Takes in the next entry, at start or just written.
   *
   * @param onCertificate - told of the certificate of an accepted payment
   * @returns why it cannot be, undefined when it was taken in
   */
  apply(
    entry: JournalEntry,
    onCertificate?: (certificate: Certificate, packed: Uint8Array) => void,
  ): BookProblem | undefined {
    return entry.kind === 'outcome' ? this.close(entry) : this.accept(entry, onCertificate);
  }

  /** @returns the sale with this replay key */
  find(certificateId: Uint8Array, counter: number): Sale | undefined {
    return this.byKey.get(keyOf(certificateId, counter));
  }

  /** @returns how a token compares with the sale of the same key: the same bytes, the same payment signed again, or another payment */
  compare(sale: Sale, token: Uint8Array, payment: Uint8Array): 'same' | 'signed-again' | 'other' {
    const { tokenHash, payment: earlier } = this.bySequence.get(sale.sequence) as KeptSale;
    if (toHex(sha256(token)) === tokenHash) return 'same';
    return toHex(payment) === toHex(earlier) ? 'signed-again' : 'other';
  }

  /** @returns the beacon that the sale's answer answered */
  beaconOf(sale: Sale): Beacon | undefined {
    return this.bySequence.get(sale.sequence)?.beacon;
  }

  /** @returns what a receipt of this sale is bound to */
  paymentOf(sale: Sale): Uint8Array {
    return (this.bySequence.get(sale.sequence) as KeptSale).payment;
  }

  /** @returns the sale that was journaled under this sequence, if it is still known */
  at(sequence: number): Sale | undefined {
    return this.bySequence.get(sequence);
  }

  /** @returns a copy of that sale as it is now, for callers to keep */
  snapshot(at: number): Sale {
    const { sequence, certificateId, counter, amount, item, acceptedAtSeconds, outcome, receipt } = this.bySequence.get(
      at,
    ) as KeptSale;
    const copies = { certificateId: certificateId.slice(), receipt: receipt?.slice() };
    return { sequence, counter, amount, item, acceptedAtSeconds, outcome, ...copies };
  }

  /** @returns sales with this outcome, in order; undefined for those whose vend is under way */
  withOutcome(outcome: JournalOutcome | undefined): Sale[] {
    return [...this.bySequence.values()].filter((sale) => sale.outcome === outcome);
  }

  /** @returns minor units taken under a certificate, voided ones not counted */
  takenUnder(certificateId: Uint8Array): number {
    return this.certificateMinorUnits.get(toHex(certificateId)) ?? 0;
  }

  totals(): StoredTotals {
    let storedMinorUnits = 0;
    let storedCount = 0;
    let oldestSeconds: number | undefined;
    for (const { isAcknowledged, outcome, amount, acceptedAtSeconds } of this.bySequence.values()) {
      if (isAcknowledged) continue;
      storedCount++;
      if (outcome !== 'failed') storedMinorUnits += amount.minorUnits;
      oldestSeconds = Math.min(oldestSeconds ?? acceptedAtSeconds, acceptedAtSeconds);
    }
    return { storedMinorUnits, storedCount, oldestSeconds };
  }

  /** Settlement has the entries up to this one. */
  acknowledge(lastSequence: number): void {
    for (const sale of this.bySequence.values()) if (sale.sequence <= lastSequence) sale.isAcknowledged = true;
  }

  /** Forgets sales whose certificate has expired, that settlement has and that are closed: they can neither be replayed nor be missed. */
  forget(atLeastSeconds: number): void {
    for (const sale of this.bySequence.values()) {
      const isOpen = sale.outcome === undefined || sale.outcome === 'unknown';
      if (isOpen || !sale.isAcknowledged || atLeastSeconds < sale.endSeconds) continue;
      this.bySequence.delete(sale.sequence);
      this.byKey.delete(keyOf(sale.certificateId, sale.counter));
      this.certificateMinorUnits.delete(toHex(sale.certificateId));
    }
  }

  private accept(
    entry: AcceptedEntry,
    onCertificate: ((certificate: Certificate, packed: Uint8Array) => void) | undefined,
  ): BookProblem | undefined {
    const parsed = parseCertificate(entry.certificate);
    if (!parsed.ok) return 'certificate';
    const { certificate } = parsed;
    const { certificateId } = certificate;
    const paid = paymentOf(entry, certificateId);
    if (typeof paid === 'string') return paid;
    const key = keyOf(certificateId, paid.counter);
    if (this.byKey.has(key)) return 'replayed';
    const { sequence, amount, item, acceptedAtSeconds } = entry;
    const sale: KeptSale = {
      ...paid,
      sequence,
      certificateId,
      amount: makeAmount(amount.minorUnits, amount.currency),
      item,
      acceptedAtSeconds,
      outcome: undefined,
      receipt: undefined,
      tokenHash: toHex(sha256(entry.token)),
      endSeconds: certificateEndSeconds(certificate),
      isAcknowledged: false,
    };
    this.byKey.set(key, sale);
    this.bySequence.set(sequence, sale);
    this.charge(sale, amount.minorUnits);
    onCertificate?.(certificate, entry.certificate);
    return undefined;
  }

  /**
   * Asked before an outcome is written, so that the journal never holds one that its next reader could not take in.
   *
   * @returns why it cannot follow, undefined when it can: the first word on a sale, what was found out of an unknown one, or the void of a
   *   delivered one (a refund)
   */
  refuseOutcome({ acceptedSequence, certificateId, counter, outcome, receipt }: OutcomeEntry): BookProblem | undefined {
    const sale = this.bySequence.get(acceptedSequence);
    if (sale === undefined || sale !== this.byKey.get(keyOf(certificateId, counter))) return 'outcome';
    const isFoundOut = sale.outcome === 'unknown' && outcome !== 'unknown';
    const isRefund = sale.outcome === 'vended' && outcome === 'failed' && receipt !== undefined;
    return sale.outcome === undefined || isFoundOut || isRefund ? undefined : 'outcome';
  }

  private close(entry: OutcomeEntry): BookProblem | undefined {
    const problem = this.refuseOutcome(entry);
    if (problem !== undefined) return problem;
    const sale = this.bySequence.get(entry.acceptedSequence) as KeptSale;
    sale.outcome = entry.outcome;
    sale.receipt = entry.receipt;
    if (entry.outcome === 'failed') this.charge(sale, -sale.amount.minorUnits);
    return undefined;
  }

  private charge({ certificateId }: Sale, minorUnits: number): void {
    const id = toHex(certificateId);
    this.certificateMinorUnits.set(id, (this.certificateMinorUnits.get(id) ?? 0) + minorUnits);
  }
}

function keyOf(certificateId: Uint8Array, counter: number): string {
  return `${toHex(certificateId)}:${counter}`;
}

/** Reads token and beacon of an entry. They travel with a certificate reference, so the id is put behind them to parse. */
function paymentOf(
  { token, beacon }: AcceptedEntry,
  certificateId: Uint8Array,
): Pick<KeptSale, 'counter' | 'payment' | 'beacon'> | BookProblem {
  if (token.length === SPEND_BYTE_COUNT) {
    const parsed = parseSpend(concatBytes(token, certificateId));
    if (!parsed.ok) return 'token';
    const { spend } = parsed.token;
    return { counter: spend.counter, payment: packSpendMessage(spend), beacon: undefined };
  }
  if (token.length !== ANSWER_BYTE_COUNT || beacon === undefined) return 'token';
  const parsed = parseAnswer(concatBytes(token, certificateId));
  if (!parsed.ok) return 'token';
  const answered = parseBeacon(beacon);
  if (!answered.ok) return 'beacon';
  const { answer } = parsed.token;
  return { counter: answer.counter, payment: packAnswerPayment(answered.beacon, answer), beacon: answered.beacon };
}
