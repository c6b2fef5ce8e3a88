// The vend itself: what delivers, behind one small interface. The till journals before it asks and after it was told.

import type { Amount } from '../../codec/token/amount.js';

/** What a machine says became of a vend. */
export type VendResult = 'vended' | 'failed';

/** A machine that delivers. One vend at a time. */
export interface Vend {
  /**
   * Delivers an item that has been paid for.
   *
   * @param item - integer in [0, 65535]
   * @param amount - what was paid
   * @returns `vended` only when the machine says that the product has left it, `failed` only when it says that it has not.
   *   Whatever else happens (no answer in time, a cut cable, a restart) must reject: the till then keeps the sale as unknown.
   */
  vend(item: number, amount: Amount): Promise<VendResult>;

  /** Asked before money is accepted: whether it could vend this now. Left out: always. */
  isReady?(item: number, amount: Amount): boolean;

  /** Told when a vend has failed and the till could not make the void durable: the machine should show an error. */
  refundFailed?(): void;
}

/** A machine in memory, for tests, examples and trying out: delivers everything, unless told otherwise. */
export class MemoryVend implements Vend {
  /** every vend it was asked for, in order */
  readonly vends: { readonly item: number; readonly amount: Amount; readonly result: VendResult }[] = [];

  /** @param decide - what becomes of a vend; rejects for one whose end nobody knows */
  constructor(
    private readonly decide: (item: number, amount: Amount) => VendResult | Promise<VendResult> = () => 'vended',
  ) {}

  async vend(item: number, amount: Amount): Promise<VendResult> {
    const result = await this.decide(item, amount);
    this.vends.push({ item, amount, result });
    return result;
  }
}
