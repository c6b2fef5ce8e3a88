// A till's writes, one after the other: the entry goes to the store and, once it is durable, into the book. After a write whose end nobody
// knows nothing is written any more, and the till sells nothing, until it is started again and reads what is really there.

import type { Amount } from '../../codec/token/amount.js';
import type { JournalEntry, JournalOutcome } from './journal-entry.js';
import { packJournalEntry, parseJournalEntry } from './journal-entry.js';
import type { JournalDamage, JournalStore, StoreResult } from './journal-store.js';
import type { KnownCertificates } from './known-certificates.js';
import { type Sale, TillBook } from './till-book.js';

/** Why something could not be written: no room, or the journal cannot be relied on until the till is restarted. */
export type WriteRefusal = 'storage' | 'stopped';

/** What is journaled of a payment that is accepted. */
export interface AcceptedPayment {
  readonly amount: Amount;
  readonly item: number;
  /** packed */
  readonly certificate: Uint8Array;
  /** packed, without certificate */
  readonly token: Uint8Array;
  /** packed */
  readonly beacon: Uint8Array | undefined;
}

/** The journal and what follows from it. */
export class TillJournal {
  readonly book = new TillBook();
  private queue: Promise<unknown> = Promise.resolve();
  private hasFailed = false;
  private foundDamage: JournalDamage | undefined;

  constructor(
    private readonly store: JournalStore,
    private readonly machineId: number,
  ) {
    this.foundDamage = store.damage;
  }

  /** Whether a write failed: nothing more is written until the till is restarted. */
  get isStopped(): boolean {
    return this.hasFailed;
  }

  get damage(): JournalDamage | undefined {
    return this.foundDamage;
  }

  /** Reads every entry into the book, and their certificates into what is known. */
  async load(known: KnownCertificates): Promise<void> {
    let intactCount = 0;
    for await (const { sequence, packed } of this.store.entries(1)) {
      const parsed = parseJournalEntry(packed);
      const problem = parsed.ok ? this.takeIn(parsed.entry, sequence, known) : `it is no entry: ${parsed.reason}`;
      if (problem !== undefined) {
        const detail = `entry ${sequence}: ${problem}`;
        this.foundDamage ??= { kind: 'chain', firstSequence: sequence, intactCount, detail };
      } else intactCount++;
    }
    this.book.acknowledge(this.store.acknowledgedSequence);
  }

  /** Writes ACCEPTED. @returns the sale, or why it was not written */
  async accept(payment: AcceptedPayment, atSeconds: number): Promise<Sale | WriteRefusal> {
    const written = await this.append(
      (sequence) => ({
        kind: 'accepted',
        sequence,
        machineId: this.machineId,
        acceptedAtSeconds: atSeconds,
        ...payment,
      }),
      atSeconds,
    );
    return typeof written === 'string' ? written : (this.book.at(written.sequence) as Sale);
  }

  /** Writes what became of a sale. @returns why it was not written, undefined when it was */
  async close(
    sale: Sale,
    outcome: JournalOutcome,
    receipt: Uint8Array | undefined,
    atSeconds: number,
  ): Promise<WriteRefusal | undefined> {
    const { sequence: acceptedSequence, certificateId, counter } = sale;
    const { machineId } = this;
    const written = await this.append(
      (sequence) => ({
        kind: 'outcome',
        sequence,
        machineId,
        acceptedSequence,
        certificateId,
        counter,
        outcome,
        atSeconds,
        receipt,
      }),
      atSeconds,
    );
    return typeof written === 'string' ? written : undefined;
  }

  /** Makes any other write in its turn. @returns why it was not made, undefined when it was */
  write(action: () => Promise<StoreResult>): Promise<WriteRefusal | undefined> {
    const turn = this.queue.then(async () => {
      if (this.hasFailed) return 'stopped';
      const result = await action().catch((): StoreResult => ({ ok: false, reason: 'failed' }));
      if (result.ok) return undefined;
      if (result.reason === 'full') return 'storage';
      this.hasFailed = true;
      return 'stopped';
    });
    this.queue = turn;
    return turn;
  }

  /** Sells nothing more until the till is restarted: what happened could not be written. */
  stop(): void {
    this.hasFailed = true;
  }

  private async append(
    makeEntry: (sequence: number) => JournalEntry,
    atSeconds: number,
  ): Promise<JournalEntry | WriteRefusal> {
    let entry: JournalEntry | undefined;
    const refusal = await this.write(async () => {
      entry = makeEntry(this.store.lastSequence + 1);
      if (entry.kind === 'outcome' && this.book.refuseOutcome(entry) !== undefined)
        return { ok: false, reason: 'failed' };
      const result = await this.store.append(packJournalEntry(entry), atSeconds);
      // In the same turn, so that book and store agree whenever somebody else has his.
      if (result.ok && this.book.apply(entry) !== undefined) return { ok: false, reason: 'failed' };
      return result;
    });
    return refusal ?? (entry as JournalEntry);
  }

  private takeIn(entry: JournalEntry, sequence: number, known: KnownCertificates): string | undefined {
    if (entry.machineId !== this.machineId) return `it is of machine ${entry.machineId}, not ${this.machineId}`;
    if (entry.sequence !== sequence) return `it says it is entry ${entry.sequence}`;
    // The sale was declared lost, and its outcome with it.
    if (entry.kind === 'outcome' && this.store.holes?.has(entry.acceptedSequence)) return undefined;
    const problem = this.book.apply(entry, ({ certificateId }, packed) => known.recall(certificateId, packed));
    return problem && `it does not follow from those before it: ${problem}`;
  }
}
