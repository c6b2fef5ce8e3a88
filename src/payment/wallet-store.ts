// Where a wallet keeps its state: the one promise that rule 1 rests on.

/**
 * One durable cell of text: a file, a row, an item of a phone's key-value storage. The text holds no secret but what was bought.
 *
 * A store belongs to one wallet at a time: two that write to one store would use the same counters.
 */
export interface WalletStore {
  /** @returns what was saved last, or undefined when nothing ever was */
  load(): Promise<string | undefined>;
  /**
   * Replaces the text as a whole. When the promise resolves the new text survives a crash; until then either the old or the new
   * one is there after a crash, never a mixture and never nothing.
   */
  save(text: string): Promise<void>;
}

/** A cell in memory, for tests and examples: what it keeps is lost with the process. */
export class MemoryWalletStore implements WalletStore {
  constructor(private text?: string) {}

  async load(): Promise<string | undefined> {
    return this.text;
  }

  async save(text: string): Promise<void> {
    this.text = text;
  }
}
