// The wallet: pays while nobody is online (rules 1 to 5). What it is about to sign is stored before it is signed, so that no crash makes it
// use a counter twice; it waits for a gesture between showing and signing; and it keeps the bill until that is settled.

import { equalBytes } from '../../codec/token/bytes.js';
import { type Certificate, certificateEndSeconds, packCertificate } from '../../codec/token/certificate.js';
import { verifyCertificate } from '../../codec/token/certificate-signature.js';
import { MAX_UINT32 } from '../../codec/token/limits.js';
import { parseReceipt } from '../../codec/token/receipt.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import { SerialQueue } from '../shared/serial-queue.js';
import { type EnrolmentRequest, requestEnrolment } from './enrolment.js';
import type { BillUpload } from './upload.js';
import type { BillAnswer, UploadResult } from './upload-answer.js';
import { earlierIds, nextPayment, withCertificate, withHearer, withNewPayment, withPayment } from './wallet-changes.js';
import { refusePayment } from './wallet-limits.js';
import {
  type MachineKeys,
  makeOffer,
  type OfferSource,
  type PaymentOffer,
  type PayOrder,
  readBeacon,
  readOrder,
} from './wallet-offer.js';
import {
  type BillEntry,
  billEntry,
  billPayments,
  type CertificateForm,
  isBilledAs,
  machineOf,
  type Order,
  packToken,
  signPayment,
  type WalletPayment,
} from './wallet-payment.js';
import { judgeReceipt } from './wallet-receipts.js';
import type { HearResult, InstallResult, OfferResult, PayResult, WalletBalance } from './wallet-results.js';
import { EMPTY_WALLET, packWalletState, parseWalletState, type WalletState } from './wallet-state.js';
import type { WalletStore } from './wallet-store.js';

/** What a wallet works with. */
export interface WalletOptions {
  readonly store: WalletStore;
  /** the device key, in hardware where there is some */
  readonly signer: Signer;
  /** public keys of issuers by issuer key id, as configured; a key is never taken out of a message */
  readonly issuerKeys: ReadonlyMap<number, Uint8Array>;
  /** machines' public keys where the phone has them (from its issuer, while online); without them nothing that machines sign is checked here */
  readonly machineKeys?: MachineKeys;
  /** @returns Unix seconds by the phone's clock, an integer */
  readonly nowSeconds: () => number;
}

const NO_KEYS: MachineKeys = { get: () => undefined };

/**
 * One wallet over one store. Calls that change it run one after the other, in the order they were made. When the store fails the
 * wallet cannot know what is kept, so it refuses everything until it is opened again.
 */
export class Wallet {
  private readonly queue = new SerialQueue();
  private readonly offers = new WeakMap<PaymentOffer, Order>();
  private isBroken = false;

  private constructor(
    private readonly options: WalletOptions,
    private readonly machineKeys: MachineKeys,
    private state: WalletState,
  ) {}

  /**
   * @throws TillsongError when what is stored is no state of a wallet, or the signer is not the one of its certificate;
   *   and what the store throws
   */
  static async open(options: WalletOptions): Promise<Wallet> {
    const text = await options.store.load();
    const state = text === undefined ? EMPTY_WALLET : parseWalletState(text);
    if (state.certificate !== undefined && !isKeyOf(options.signer, state.certificate))
      throw new TillsongError('ERR_STATE', "signer: expected the key of the wallet's certificate, got another");
    return new Wallet({ ...options }, options.machineKeys ?? NO_KEYS, state);
  }

  /**
   * Proves to an issuer, online, that this phone holds its key.
   *
   * @param challenge - the issuer's, 32 bytes
   * @throws what the signer throws; TillsongError for another challenge
   */
  enrolmentRequest(challenge: Uint8Array): Promise<EnrolmentRequest> {
    return requestEnrolment(challenge, this.options.signer);
  }

  /**
   * Takes a new certificate into use: the one thing that resets counter and total (rule 2). The bill is kept.
   *
   * @param certificate - packed, from the issuer
   */
  install(certificate: Uint8Array): Promise<InstallResult> {
    return this.change(async () => {
      const verdict = verifyCertificate(certificate, this.options.issuerKeys);
      if (!verdict.ok) return verdict;
      const next = verdict.certificate.certificate;
      const { certificate: present, payments } = this.state;
      if (present !== undefined && equalBytes(packCertificate(present), packCertificate(next)))
        return { ok: true, certificate: next };
      if (!isKeyOf(this.options.signer, next)) return { ok: false, reason: 'other-device' };
      if (payments.some(({ status }) => status === 'open')) return { ok: false, reason: 'payment-open' };
      if (this.now() >= certificateEndSeconds(next)) return { ok: false, reason: 'certificate-expired' };
      const sameSecondIds = earlierIds(this.state, next);
      if (sameSecondIds === undefined) return { ok: false, reason: 'not-newer' };
      await this.save(withCertificate(this.state, next, sameSecondIds));
      return { ok: true, certificate: next };
    });
  }

  /**
   * A one-way payment, to be shown (rule 3). Nothing is stored or signed yet.
   *
   * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when a field of the order is none
   */
  prepare(order: PayOrder): OfferResult {
    return this.offer(readOrder(order), order.price.currency, 'buyer');
  }

  /**
   * The answer to a beacon, to be shown (rule 3). Nothing is stored or signed yet.
   *
   * @param beacon - bytes that were heard, from anybody
   */
  prepareAnswer(beacon: Uint8Array): OfferResult {
    const read = readBeacon(beacon, this.machineKeys, this.state.payments);
    if (!read.ok) return read;
    const { order, source } = read;
    if (order.kind !== 'answer') throw new TillsongError('ERR_STATE', 'order: expected an answer, got another');
    return this.offer(order, order.beacon.currency, source);
  }

  /**
   * Signs what was shown, after the owner's gesture: the counter and the total are stored first, then it is signed, then what
   * was signed is stored, then it may be played.
   *
   * When the signer fails (no fingerprint given) the payment stays open: `retry` signs the same again, `cancel` gives it up.
   *
   * @param offer - the very object that `prepare` or `prepareAnswer` returned; good for one payment
   * @param form - with the whole certificate or its id; left out: the id for machines that gave a receipt under it
   * @throws TillsongError `ERR_STATE` for an offer that was not prepared here or was confirmed before; and what store and
   *   signer throw
   */
  async confirm(offer: PaymentOffer, form?: CertificateForm): Promise<PayResult> {
    const order = this.offers.get(offer);
    if (order === undefined)
      throw new TillsongError(
        'ERR_STATE',
        'offer: expected one of this wallet that was not confirmed yet, got another',
      );
    this.offers.delete(offer);
    return this.change(async () => {
      const now = this.now();
      const { certificate } = this.state;
      const reason = refusePayment(this.state, order, offer.price.currency, now);
      if (reason !== undefined) return { ok: false, reason };
      if (certificate === undefined) return { ok: false, reason: 'no-certificate' };
      const payment = nextPayment(this.state, certificate, order, now);
      await this.save(withNewPayment(this.state, payment));
      return this.play(payment, form);
    });
  }

  /**
   * Plays the open payment again: the same bytes. (With another form the signed part stays the same.) After a crash before it was
   * signed, the same message is signed now.
   *
   * @throws what store and signer throw
   */
  retry(form?: CertificateForm): Promise<PayResult> {
    return this.change(async () => {
      const open = this.state.payments.find(({ status }) => status === 'open');
      return open === undefined ? { ok: false, reason: 'nothing-open' } : this.play(open, form);
    });
  }

  /**
   * Gives the open payment up. Some machine may have heard it, so it stays on the bill and counts against the limits.
   *
   * @returns the payment, or undefined when none was open
   */
  cancel(): Promise<BillEntry | undefined> {
    return this.change(async () => {
      const open = this.state.payments.find(({ status }) => status === 'open');
      if (open === undefined) return undefined;
      const cancelled: WalletPayment = { ...open, status: 'maybe-spent' };
      await this.save(withPayment(this.state, cancelled));
      return billEntry(cancelled);
    });
  }

  /**
   * A receipt or void that was heard. Its machine's word closes the payment; hearing it again changes nothing.
   *
   * @param bytes - anything, from anybody
   */
  hear(bytes: Uint8Array): Promise<HearResult> {
    return this.change(async () => {
      const parsed = parseReceipt(bytes);
      if (!parsed.ok) return parsed;
      const { receipt } = parsed;
      const payment = this.state.payments.find(
        ({ certificate, counter, signature }) =>
          signature !== undefined &&
          counter === receipt.counter &&
          equalBytes(certificate.certificateId, receipt.certificateId),
      );
      if (payment === undefined) return { ok: false, reason: 'unknown-payment' };
      const judged = judgeReceipt(payment, receipt, this.machineKeys.get(machineOf(payment.order)));
      if (!judged.ok) return judged;
      const { proof } = judged;
      if (judged.payment !== payment) {
        const next = withPayment(this.state, judged.payment);
        await this.save(proof === 'verified' ? withHearer(next, payment) : next);
      }
      return { ok: true, outcome: receipt.outcome, proof, payment: billEntry(judged.payment) };
    });
  }

  /** @returns everything that is not settled yet, in the order it was paid */
  bill(): readonly BillEntry[] {
    return this.state.payments.map(billEntry);
  }

  /** @returns what is left, or undefined before the first sync */
  balance(): WalletBalance | undefined {
    const { certificate, counter, cumulativeMinorUnits } = this.state;
    if (certificate === undefined) return undefined;
    return {
      certificate,
      endsAtSeconds: certificateEndSeconds(certificate),
      remainingMinorUnits: certificate.maxCumulativeMinorUnits - cumulativeMinorUnits,
      remainingCount: Math.max(0, certificate.maxCount - counter),
    };
  }

  /**
   * The bill as settlement is sent it, for `makeUpload`: whoever of phone and till is online first hands it in.
   *
   * @returns the upload, or undefined when there is nothing to hand in
   */
  exportBill(): BillUpload | undefined {
    const payments = this.state.payments.flatMap(billPayments);
    return payments.length === 0 ? undefined : { kind: 'bill', payments };
  }

  /**
   * Takes off the bill what settlement has recorded. What is only claimed, late, refused or contested stays, as its proof, and so does
   * the payment that is still open: it may yet be played again. What is still only claimed 90 days after its certificate's end goes as well:
   * settlement has it, with every receipt that the phone had.
   *
   * @param upload - what was handed in
   * @param answer - settlement's to it
   * @returns how many payments were taken off
   * @throws TillsongError `ERR_LENGTH` when the answer is not one result a payment
   */
  async settled(upload: BillUpload, answer: BillAnswer): Promise<number> {
    const { results } = answer;
    if (results.length !== upload.payments.length)
      throw new TillsongError(
        'ERR_LENGTH',
        `answer.results: expected ${upload.payments.length}, one a payment, got ${results.length}`,
      );
    const answered = (wanted: readonly UploadResult[]) =>
      upload.payments.filter((_, i) => wanted.includes(results[i].result));
    const recorded = answered(SETTLED_RESULTS);
    const claimed = answered(['claimed']);
    return this.change(async () => {
      const now = this.now();
      const isSettled = (payment: WalletPayment) =>
        payment.status !== 'open' &&
        (recorded.some((bill) => isBilledAs(payment, bill)) ||
          (now >= certificateEndSeconds(payment.certificate) + KEEP_CLAIMED_SECONDS &&
            claimed.some((bill) => isBilledAs(payment, bill))));
      const payments = this.state.payments.filter((payment) => !isSettled(payment));
      const count = this.state.payments.length - payments.length;
      if (count > 0) await this.save({ ...this.state, payments });
      return count;
    });
  }

  private offer(order: Order, currency: number, source: OfferSource): OfferResult {
    this.assertWhole();
    const reason = refusePayment(this.state, order, currency, this.now());
    if (reason !== undefined) return { ok: false, reason };
    const offer = makeOffer(order, currency, source);
    this.offers.set(offer, order);
    return { ok: true, offer };
  }

  private async play(payment: WalletPayment, form?: CertificateForm): Promise<PayResult> {
    let signed = payment;
    if (payment.signature === undefined) {
      signed = { ...payment, signature: await signPayment(payment, this.options.signer) };
      await this.save(withPayment(this.state, signed));
    }
    const isKnown = this.state.hearers.includes(machineOf(payment.order));
    const chosen = form ?? (isKnown ? 'id' : 'inline');
    return { ok: true, payload: packToken(signed, chosen), form: chosen, payment: billEntry(signed) };
  }

  private change<T>(task: () => Promise<T>): Promise<T> {
    return this.queue.run(() => {
      this.assertWhole();
      return task();
    });
  }

  /** The state in memory is that of the store, or the wallet does nothing any more. */
  private async save(next: WalletState): Promise<void> {
    this.isBroken = true;
    await this.options.store.save(packWalletState(next));
    this.state = next;
    this.isBroken = false;
  }

  private assertWhole(): void {
    if (this.isBroken)
      throw new TillsongError(
        'ERR_STATE',
        'wallet: expected a store that keeps what it is given, got a failure; open it again',
      );
  }

  private now(): number {
    const now = this.options.nowSeconds();
    assertInteger('nowSeconds', now, 0, MAX_UINT32);
    return now;
  }
}

/** After these settlement has the payment and its delivery: the phone's copy is no longer needed. */
const SETTLED_RESULTS: readonly UploadResult[] = ['recorded', 'duplicate'];

/** A payment that no machine heard is claimed for ever; without an end to it such payments would fill the bill. */
const KEEP_CLAIMED_SECONDS = 90 * 86_400;

function isKeyOf(signer: Signer, certificate: Certificate): boolean {
  return signer.algorithm === certificate.algorithm && equalBytes(signer.publicKey, certificate.deviceKey);
}
