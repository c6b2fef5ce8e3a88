// Where a till keeps its journal: an interface, so that a phone, a board and a test can each bring theirs. `src/node/journal.ts` is the
// one on SQLite. What a store says is durable must survive a power cut: that is the whole of its duty.

/**
 * What became of a write.
 *
 * - `full`: no room; nothing was written and everything before it is still there, so the till may go on refusing
 * - `failed`: nobody knows what is on the disk (a failed write or fsync); fatal until the till is restarted
 */
export type StoreResult = { readonly ok: true } | { readonly ok: false; readonly reason: 'full' | 'failed' };

/** One entry as it is kept. */
export interface StoredEntry {
  readonly sequence: number;
  /** as `packJournalEntry` gave it */
  readonly packed: Uint8Array;
  /** 32 bytes, the chain after this entry */
  readonly chainHash: Uint8Array;
}

/** What is wrong with a journal, for the operator. */
export interface JournalDamage {
  /** `chain`: an entry or a link was changed; `gap`: entries are missing; `tail`: the last entries are missing; `unreadable`: the store cannot be read */
  readonly kind: 'chain' | 'gap' | 'tail' | 'unreadable';
  /** the first sequence that is damaged or missing */
  readonly firstSequence: number;
  /** entries before it whose chain is intact */
  readonly intactCount: number;
  /** one line for a person */
  readonly detail: string;
}

/** A till's memory. Only one till writes to it at a time. */
export interface JournalStore {
  /** Undefined when all of it verified at opening. A damaged journal can be read, not written. */
  readonly damage: JournalDamage | undefined;
  /** Sequences that an operator has declared lost; `entries` leaves them out. Undefined for none. */
  readonly holes?: { has(sequence: number): boolean };
  /** 0 when empty */
  readonly lastSequence: number;
  /** 32 bytes, the chain after the last entry */
  readonly chainHash: Uint8Array;
  /** entries up to here are settlement's; 0 when none are */
  readonly acknowledgedSequence: number;
  /** the latest time written down, Unix seconds; 0 when none was */
  readonly persistedSeconds: number;

  /** @returns entries in order, from this sequence on */
  entries(fromSequence: number): Iterable<StoredEntry> | AsyncIterable<StoredEntry>;
  /** @returns the chain after that entry, or after a hole; undefined when the entry is not (or no longer) there; zeros for 0 */
  chainHashAt(sequence: number): Uint8Array | undefined;
  /** @returns packed deltas in the order they were saved */
  denyListDeltas(): Iterable<Uint8Array>;

  /** Appends one entry with the next sequence, and the time with it. Durable when it resolves with ok. */
  append(packed: Uint8Array, nowSeconds: number): Promise<StoreResult>;
  persistTime(nowSeconds: number): Promise<StoreResult>;
  /** @param packed - the acknowledgement, verified by the till */
  saveAcknowledgement(lastSequence: number, packed: Uint8Array): Promise<StoreResult>;
  /** @param packed - the delta, verified by the till */
  saveDenyListDelta(packed: Uint8Array): Promise<StoreResult>;
}
