// One sale, from a checked payment to its outcome: limits, ACCEPTED on the disk, the vend, the receipt or void, the outcome on the disk.

import { type Beacon, packBeacon } from '../../codec/token/beacon.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { packReceipt } from '../../codec/token/receipt.js';
import { signReceipt } from '../../codec/token/receipt-signature.js';
import type { JournalOutcome } from './journal-entry.js';
import type { CheckedPayment } from './payment-check.js';
import type { Sale } from './till-book.js';
import type { TillConfig } from './till-config.js';
import type { TillJournal, WriteRefusal } from './till-journal.js';
import { limitReached } from './till-limits.js';
import { refusedByTill, type TillVerdict, verdictOf } from './till-verdict.js';
import type { TrustedClock } from './trusted-clock.js';
import type { Vend } from './vend.js';

/** A payment that may be accepted, with what is journaled of it. */
export interface PaymentToSell extends CheckedPayment {
  /** packed, without certificate */
  readonly token: Uint8Array;
  /** what an answer answered */
  readonly beacon: Beacon | undefined;
}

/** Sells one thing at a time. */
export class SaleDesk {
  private isUnderWay = false;

  constructor(
    private readonly config: TillConfig,
    private readonly journal: TillJournal,
    private readonly clock: TrustedClock,
  ) {}

  /** Whether a payment is between its check and its outcome: no other may be accepted. */
  get isSelling(): boolean {
    return this.isUnderWay;
  }

  /** @param atSeconds - the time at which the payment was checked */
  async sell(payment: PaymentToSell, atSeconds: number): Promise<TillVerdict> {
    const refused = this.refusalOf(payment, atSeconds);
    if (refused !== undefined) return refused;
    const { amount, item, token, beacon } = payment;
    const certificate = packCertificate(payment.certificate.certificate);
    this.isUnderWay = true;
    try {
      const accepted = { amount, item, certificate, token, beacon: beacon && packBeacon(beacon) };
      const sale = await this.journal.accept(accepted, atSeconds);
      if (typeof sale === 'string') return refusedByTill(sale);
      const outcome = await outcomeOf(this.config.vend, sale);
      const refusal = await this.conclude(sale, outcome);
      if (refusal === undefined) return verdictOf(this.journal.book.snapshot(sale.sequence), false);
      this.journal.stop();
      if (outcome === 'failed') this.config.vend.refundFailed?.();
      return refusedByTill('stopped');
    } finally {
      this.isUnderWay = false;
    }
  }

  /**
   * Signs the receipt or void and writes the outcome with it. A receipt that is not durable is not handed out.
   *
   * @returns why it could not be written, undefined when it was
   */
  async conclude(sale: Sale, outcome: JournalOutcome): Promise<WriteRefusal | undefined> {
    const { atLeastSeconds } = this.clock.read();
    // A signer that fails must not hide what became of the vend.
    const receipt =
      outcome === 'unknown' ? undefined : await this.sign(sale, outcome, atLeastSeconds).catch(() => undefined);
    return this.journal.close(sale, outcome, receipt, atLeastSeconds);
  }

  /**
   * Writes the void of a sale that was delivered. Only the machine's signature takes a charge back, so without one nothing is written.
   *
   * @returns why it could not be written, undefined when it was
   * @throws what the machine's signer throws
   */
  async refund(sale: Sale): Promise<WriteRefusal | undefined> {
    const { atLeastSeconds } = this.clock.read();
    const receipt = await this.sign(sale, 'failed', atLeastSeconds);
    return this.journal.close(sale, 'failed', receipt, atLeastSeconds);
  }

  /** The till's own reasons not to take a good payment. */
  private refusalOf({ amount, item, certificate }: PaymentToSell, atSeconds: number): TillVerdict | undefined {
    const { book } = this.journal;
    const { offline, vend } = this.config;
    if (offline === undefined) return refusedByTill('off');
    book.forget(atSeconds);
    const taken = book.takenUnder(certificate.certificate.certificateId);
    const limit = limitReached(offline, amount.minorUnits, taken, book.totals(), atSeconds);
    if (limit !== undefined) return refusedByTill(limit);
    return vend.isReady?.(item, amount) === false ? refusedByTill('machine') : undefined;
  }

  /** @returns the packed receipt or void */
  private async sign(sale: Sale, outcome: 'vended' | 'failed', timeSeconds: number): Promise<Uint8Array> {
    const { certificateId, counter, amount } = sale;
    const paper = outcome === 'vended' ? ('vended' as const) : ('void' as const);
    const fields = { certificateId, counter, outcome: paper, amountMinorUnits: amount.minorUnits, timeSeconds };
    return packReceipt(await signReceipt(fields, this.journal.book.paymentOf(sale), this.config.machine));
  }
}

/** A machine that fails to answer, or answers anything else than it may, has not said what became of the vend. */
async function outcomeOf(vend: Vend, { item, amount }: Sale): Promise<JournalOutcome> {
  try {
    const result = await vend.vend(item, amount);
    return result === 'vended' || result === 'failed' ? result : 'unknown';
  } catch {
    return 'unknown';
  }
}
