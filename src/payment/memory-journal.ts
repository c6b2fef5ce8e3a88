// A journal in memory, for tests and trying out. It survives nothing but being handed to the next till.

import { chainHash, emptyChainHash } from './journal-entry.js';
import type { JournalDamage, JournalStore, StoredEntry, StoreResult } from './journal-store.js';

const OK: StoreResult = { ok: true };

/** Keeps everything in arrays. `nextResults` lets a test be a bad disk. */
export class MemoryJournal implements JournalStore {
  readonly damage: JournalDamage | undefined = undefined;
  acknowledgedSequence = 0;
  persistedSeconds = 0;
  /** what the next writes come to; empty for success */
  readonly nextResults: StoreResult[] = [];
  private readonly stored: StoredEntry[] = [];
  private readonly deltas: Uint8Array[] = [];

  get lastSequence(): number {
    return this.stored.length;
  }

  get chainHash(): Uint8Array {
    return this.stored.at(-1)?.chainHash.slice() ?? emptyChainHash();
  }

  entries(fromSequence: number): Iterable<StoredEntry> {
    return this.stored.slice(Math.max(0, fromSequence - 1));
  }

  chainHashAt(sequence: number): Uint8Array | undefined {
    return sequence === 0 ? emptyChainHash() : this.stored[sequence - 1]?.chainHash.slice();
  }

  denyListDeltas(): Iterable<Uint8Array> {
    return this.deltas.slice();
  }

  append(packed: Uint8Array, nowSeconds: number): Promise<StoreResult> {
    return this.write(() => {
      const sequence = this.lastSequence + 1;
      this.stored.push({ sequence, packed: packed.slice(), chainHash: chainHash(this.chainHash, packed) });
      this.persistedSeconds = Math.max(this.persistedSeconds, nowSeconds);
    });
  }

  persistTime(nowSeconds: number): Promise<StoreResult> {
    return this.write(() => {
      this.persistedSeconds = Math.max(this.persistedSeconds, nowSeconds);
    });
  }

  saveAcknowledgement(lastSequence: number): Promise<StoreResult> {
    return this.write(() => {
      this.acknowledgedSequence = Math.max(this.acknowledgedSequence, lastSequence);
    });
  }

  saveDenyListDelta(packed: Uint8Array): Promise<StoreResult> {
    return this.write(() => {
      this.deltas.push(packed.slice());
    });
  }

  private async write(change: () => void): Promise<StoreResult> {
    const result = this.nextResults.shift() ?? OK;
    if (result.ok) change();
    return result;
  }
}
