// The till: hears tokens, takes money for what it sells, and forgets nothing. It checks offline, writes ACCEPTED before the machine vends
// and the outcome after, answers with a signed receipt or void, and repeats the outcome for a token it has seen. Portable: clocks,
// randomness, the machine's key, the journal and the machine itself are passed in.

import type { Amount } from '../../codec/token/amount.js';
import { type Beacon, packBeacon, signBeacon } from '../../codec/token/beacon.js';
import type { Certificate } from '../../codec/token/certificate.js';
import { verifyCertificate } from '../../codec/token/certificate-signature.js';
import { MAX_BEACON_ITEM, NONCE_BYTE_COUNT } from '../../codec/token/limits.js';
import { parseToken } from '../../codec/token/token.js';
import { assertBytes, assertInteger, assertOneOf } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import type { JournalDamage } from './journal-store.js';
import { KnownCertificates } from './known-certificates.js';
import { OpenBeacons } from './open-beacons.js';
import { checkPayment, type PaymentToken, packedPaymentOf, packedTokenOf, replayKeyOf } from './payment-check.js';
import { SaleDesk } from './sale-desk.js';
import { SIGNATURE_BUDGET, SignatureBudget } from './signature-budget.js';
import type { Sale } from './till-book.js';
import { assertConfig, assertPrice, type TillConfig } from './till-config.js';
import { TillDenyList } from './till-deny-list.js';
import { TillJournal, type WriteRefusal } from './till-journal.js';
import type { StoredTotals } from './till-limits.js';
import {
  type AcknowledgementOutcome,
  type DenyListOutcome,
  takeAcknowledgement,
  takeDenyListDelta,
} from './till-papers.js';
import { refusedByTill, type TillRefusal, type TillVerdict, verdictOf } from './till-verdict.js';
import { type ClockReading, TrustedClock } from './trusted-clock.js';

/** The time is written down this often when nothing is sold, so that a lost clock loses little. */
const KEEP_TIME_SECONDS = 300;

/** Two open beacons with one tag would be answered by one answer; a third draw has never been needed (1 in 2^11 with 32 open). */
const MAX_NONCE_DRAWS = 8;

/** How a till is, for an operator's screen. */
export interface TillStatus extends StoredTotals, ClockReading {
  /** undefined when it would sell */
  readonly refusal: TillRefusal | undefined;
  readonly damage: JournalDamage | undefined;
  /** accepted, and nobody knows whether it was delivered: to be found out and resolved */
  readonly held: readonly Sale[];
  readonly lastSequence: number;
  readonly acknowledgedSequence: number;
}

export type BeaconResult =
  | { readonly ok: true; readonly packed: Uint8Array; readonly beacon: Beacon }
  | { readonly ok: false; readonly reason: TillRefusal | 'item' };

/** What an operator's word on a sale came to. */
export type CloseResult =
  | { readonly ok: true; readonly sale: Sale }
  | { readonly ok: false; readonly reason: WriteRefusal };

/** One machine's till. `Till.open` makes one. */
export class Till {
  private readonly clock: TrustedClock;
  private readonly journal: TillJournal;
  private readonly known: KnownCertificates;
  private readonly denyList: TillDenyList;
  private readonly budget: SignatureBudget;
  private readonly beacons: OpenBeacons;
  private readonly desk: SaleDesk;
  /** sequences of sales that an operator's word is being written of */
  private readonly closing = new Set<number>();

  private constructor(private readonly config: TillConfig) {
    this.clock = new TrustedClock(config.clock, config.journal.persistedSeconds);
    this.journal = new TillJournal(config.journal, config.machineId);
    this.known = new KnownCertificates(config.issuerKeys);
    this.denyList = new TillDenyList(config.issuerKeys);
    this.budget = new SignatureBudget(config.signatureBudget ?? SIGNATURE_BUDGET, config.clock.monotonicMs());
    this.beacons = new OpenBeacons(config.beaconLifetimeSeconds * 1000);
    this.desk = new SaleDesk(config, this.journal, this.clock);
  }

  /**
   * Starts a till on its journal: rebuilds what it knows, and writes UNKNOWN for every vend that was under way when it was stopped.
   *
   * @param config - copied; keys must not change
   * @throws TillsongError naming the first setting that is missing or cannot be
   */
  static async open(config: TillConfig): Promise<Till> {
    assertConfig(config);
    const till = new Till({ ...config });
    await till.start();
    return till;
  }

  /**
   * Takes what was heard, from anybody. Only one payment is under way at a time; others are refused as `busy` meanwhile.
   *
   * @param payload - what a receiver delivered
   * @returns what became of it; never throws for anything that was heard
   * @throws TillsongError `ERR_TYPE` when payload is no Uint8Array; what `priceOf` throws
   */
  async hear(payload: Uint8Array): Promise<TillVerdict> {
    const parsed = parseToken(payload);
    if (this.journal.damage !== undefined) return refusedByTill('journal');
    if (this.journal.isStopped) return refusedByTill('stopped');
    if (!parsed.ok) return { ok: false, step: 'parse', reason: parsed.reason };
    await this.keepTime();
    const { token } = parsed;
    if (token.type === 'certificate') return this.learn(token.certificate);
    if (token.type !== 'spend' && token.type !== 'answer') return { ok: false, step: 'parse', reason: 'for-phones' };
    return this.pay(token);
  }

  /**
   * Makes a beacon for one item at its present price, to be sung: its answer is accepted once, and shortly.
   *
   * @param item - integer in [0, 255]
   * @param options - `signed`: phones that know this machine's key can tell it from a false one
   */
  async beacon(item: number, { signed = false }: { readonly signed?: boolean } = {}): Promise<BeaconResult> {
    assertInteger('item', item, 0, MAX_BEACON_ITEM);
    const refusal = this.refusal();
    if (refusal !== undefined) return { ok: false, reason: refusal };
    const price = this.config.priceOf(item);
    if (price === undefined) return { ok: false, reason: 'item' };
    assertPrice(price, this.config.currency);
    const nowMs = this.config.clock.monotonicMs();
    const drawn = this.drawBeacon(item, price, nowMs);
    const beacon = signed ? await signBeacon(drawn, this.config.machine) : drawn;
    this.beacons.open(beacon, nowMs);
    return { ok: true, packed: packBeacon(beacon), beacon };
  }

  /** Verifies a certificate and keeps it for good: registration before boarding. @throws TillsongError for what is no bytes */
  preload(certificate: Uint8Array | Certificate): ReturnType<KnownCertificates['preload']> {
    return this.known.preload(certificate);
  }

  /** Takes a settlement's signed acknowledgement, whoever carries it. @param packed - from anybody */
  acknowledge(packed: Uint8Array): Promise<AcknowledgementOutcome> {
    return takeAcknowledgement(packed, this.config, this.journal);
  }

  /** Takes an issuer's signed addition to its deny list, whoever carries it. @param packed - from anybody */
  applyDenyListDelta(packed: Uint8Array): Promise<DenyListOutcome> {
    return takeDenyListDelta(packed, this.config, this.journal, this.denyList, this.clock);
  }

  /** @returns the version of an issuer key's deny list that is in force; 0 before the first delta */
  denyListVersion(issuerKeyId: number): number {
    return this.denyList.version(issuerKeyId);
  }

  /**
   * Closes a held sale, after a person has found out what became of it.
   *
   * @param sequence - of a sale that `status().held` lists
   * @throws TillsongError `ERR_STATE` when that sale is not held, or is being closed
   */
  async resolve(sequence: number, outcome: 'vended' | 'failed'): Promise<CloseResult> {
    assertOneOf('outcome', outcome, ['vended', 'failed']);
    return this.close(sequence, 'unknown', (sale) => this.desk.conclude(sale, outcome));
  }

  /**
   * Takes a delivered sale back: a void after the receipt, for the buyer who brings the product back or whose machine was wrong. The phone
   * hears the void when it sings the payment again; settlement gives the charge back, once.
   *
   * @param sequence - of the journal's entry of a sale that was vended
   * @throws TillsongError `ERR_STATE` when no sale of that sequence is vended, or it is forgotten (settled, and its certificate expired); and
   *   what the machine's signer throws, with nothing written
   */
  async refund(sequence: number): Promise<CloseResult> {
    return this.close(sequence, 'vended', (sale) => this.desk.refund(sale));
  }

  /** Reads again what another process of this machine wrote beside the journal: acknowledgements and deny lists. */
  refresh(): void {
    const { journal: store } = this.config;
    this.journal.book.acknowledge(store.acknowledgedSequence);
    for (const packed of store.denyListDeltas()) this.applyKnownDelta(packed);
  }

  status(): TillStatus {
    const { lastSequence, acknowledgedSequence } = this.config.journal;
    const { book, damage } = this.journal;
    const held = book.withOutcome('unknown').map((sale) => this.journal.book.snapshot(sale.sequence));
    const reading = this.clock.read();
    return {
      ...reading,
      ...book.totals(),
      refusal: this.refusal(),
      damage,
      held,
      lastSequence,
      acknowledgedSequence,
    };
  }

  /** One after the other for one sale: two words on it at once would be two ends. */
  private async close(
    sequence: number,
    expected: 'unknown' | 'vended',
    write: (sale: Sale) => Promise<WriteRefusal | undefined>,
  ): Promise<CloseResult> {
    const sale = this.journal.book.at(sequence);
    if (sale?.outcome !== expected || this.closing.has(sequence)) {
      const wanted = expected === 'unknown' ? 'held' : 'vended';
      throw new TillsongError('ERR_STATE', `sequence: expected that of a ${wanted} sale, got ${sequence}`);
    }
    this.closing.add(sequence);
    try {
      const reason = await write(sale);
      return reason === undefined ? { ok: true, sale: this.journal.book.snapshot(sequence) } : { ok: false, reason };
    } finally {
      this.closing.delete(sequence);
    }
  }

  private async start(): Promise<void> {
    await this.journal.load(this.known);
    for (const packed of this.config.journal.denyListDeltas()) this.applyKnownDelta(packed);
    if (this.journal.damage !== undefined) return;
    const { book } = this.journal;
    const { atLeastSeconds } = this.clock.read();
    for (const sale of book.withOutcome(undefined)) {
      const refusal = await this.journal.close(sale, 'unknown', undefined, atLeastSeconds);
      if (refusal !== undefined) this.journal.stop();
    }
    book.forget(atLeastSeconds);
  }

  /** Writes the time down now and then. A full disk is no reason to stop: the entries carry the time too. */
  private async keepTime(): Promise<void> {
    const { journal: store } = this.config;
    const { atLeastSeconds } = this.clock.read();
    if (atLeastSeconds < store.persistedSeconds + KEEP_TIME_SECONDS) return;
    await this.journal.write(() => store.persistTime(atLeastSeconds));
  }

  private applyKnownDelta(packed: Uint8Array): void {
    const checked = this.denyList.check(packed);
    if (!checked.ok) return;
    this.denyList.apply(checked.delta);
    this.clock.advance(checked.delta.timeSeconds);
  }

  /** What stands in the way of any sale, whatever is heard. */
  private refusal(): TillRefusal | undefined {
    if (this.journal.damage !== undefined) return 'journal';
    if (this.journal.isStopped) return 'stopped';
    if (this.config.offline === undefined) return 'off';
    return this.desk.isSelling ? 'busy' : undefined;
  }

  private drawBeacon(item: number, price: Amount, nowMs: number): Beacon {
    const { machineId, randomBytes } = this.config;
    for (let draw = 0; draw < MAX_NONCE_DRAWS; draw++) {
      const nonce = randomBytes(NONCE_BYTE_COUNT).slice();
      assertBytes('randomBytes()', nonce, NONCE_BYTE_COUNT, NONCE_BYTE_COUNT);
      const beacon: Beacon = {
        machineId,
        nonce,
        priceMinorUnits: price.minorUnits,
        currency: price.currency,
        item,
        timeSeconds: this.clock.read().atLeastSeconds,
        signature: undefined,
      };
      if (!this.beacons.collides(beacon, nowMs)) return beacon;
    }
    throw new TillsongError('ERR_STATE', 'randomBytes(): expected random bytes, got nonces that repeat');
  }

  /** A certificate sung alone, while the buyer still chooses. */
  private learn(certificate: Certificate): TillVerdict {
    const { certificateId } = certificate;
    const nowMs = this.config.clock.monotonicMs();
    if (this.denyList.has(certificateId)) return { ok: false, step: 'certificate', reason: 'denied' };
    if (!this.budget.mayCheck(undefined, nowMs)) return refusedByTill('checks');
    const verdict = verifyCertificate(certificate, this.config.issuerKeys);
    if (verdict.ok) {
      this.known.add(verdict.certificate);
      return { ok: true, type: 'certificate', certificateId };
    }
    if (verdict.reason === 'issuer-signature') this.budget.failed(undefined, nowMs);
    return { ok: false, step: 'certificate', reason: verdict.reason };
  }

  private async pay(token: PaymentToken): Promise<TillVerdict> {
    const reading = this.clock.read();
    const { certificateId, counter } = replayKeyOf(token);
    const earlier = this.journal.book.find(certificateId, counter);
    const likeness = earlier && this.likeness(earlier, token);
    if (earlier !== undefined && likeness === 'same') return this.repeat(earlier);
    if (likeness === 'other') return { ok: false, step: 'payment', reason: 'counter-used' };
    const refusal = this.refusal();
    if (refusal !== undefined && (earlier === undefined || refusal !== 'busy')) return refusedByTill(refusal);

    const beacon = this.beaconFor(token, earlier);
    const memory = { known: this.known, denyList: this.denyList, budget: this.budget };
    const checked = checkPayment(token, beacon, reading, this.config, memory);
    if (!checked.ok) return checked;
    if (earlier !== undefined) return this.repeat(earlier);
    if (beacon !== undefined) this.beacons.close(beacon);
    return this.desk.sell({ ...checked, token: packedTokenOf(token), beacon }, reading.atLeastSeconds);
  }

  private likeness(earlier: Sale, token: PaymentToken): 'same' | 'signed-again' | 'other' {
    const { book } = this.journal;
    const payment = packedPaymentOf(token, book.beaconOf(earlier));
    return payment === undefined ? 'other' : book.compare(earlier, packedTokenOf(token), payment);
  }

  private beaconFor(token: PaymentToken, earlier: Sale | undefined): Beacon | undefined {
    if (token.type === 'spend') return undefined;
    if (earlier !== undefined) return this.journal.book.beaconOf(earlier);
    return this.beacons.find(token.answer.beaconTag, this.config.clock.monotonicMs());
  }

  private repeat(sale: Sale): TillVerdict {
    return verdictOf(this.journal.book.snapshot(sale.sequence), true);
  }
}
