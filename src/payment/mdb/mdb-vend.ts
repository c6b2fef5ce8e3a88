// A vending machine on the Multi-Drop Bus as the till's vend adapter. Two ways to buy: the phone pays first and the buyer then presses the
// button of what was paid for (a session), or, with a controller that allows it, the button first ("always idle") and the phone then.

import { type Amount, makeAmount } from '../../../codec/token/amount.js';
import { MAX_MINOR_UNITS } from '../../../codec/token/limits.js';
import { assertInteger } from '../../shared/assert.js';
import type { Vend, VendResult } from '../vend.js';
import { CashlessDevice, type CashlessEvent, type CashlessState } from './cashless-device.js';
import { type MdbAddress, parseMdbCommand, UNKNOWN_ITEM } from './mdb-command.js';
import type { ReaderIdentity, ReaderSettings } from './mdb-response.js';

/** How the device behaves on the bus. */
export interface MdbVendOptions extends ReaderSettings {
  readonly address: MdbAddress;
  readonly identity: ReaderIdentity;
  /** how long a buyer who has paid may take to press the button, ms */
  readonly selectionMs: number;
  /** how long the machine may take from VEND APPROVED to its word, ms; then the sale is unknown */
  readonly vendMs: number;
}

/** What the buyer chose at the machine, and it has asked money for. */
export interface Selection {
  readonly item: number;
  readonly amount: Amount;
}

/** One vend that the till waits for. */
interface Waiting {
  readonly item: number;
  readonly units: number;
  endMs: number;
  /** the machine has been told to vend, and has its own time */
  isTold: boolean;
  readonly resolve: (result: VendResult) => void;
  readonly reject: (error: Error) => void;
}

const RETRANSMIT = 0xaa;

/** The machine behind a serial line. Feed it the controller's blocks with `receive` and the time with `tick`. */
export class MdbVend implements Vend {
  private readonly device: CashlessDevice;
  private waiting: Waiting | undefined;
  private chosen: { readonly price: number; readonly item: number; readonly endMs: number } | undefined;
  private lastResponse: Uint8Array | undefined;
  private nowMs = 0;

  constructor(private readonly options: MdbVendOptions) {
    assertInteger('options.selectionMs', options.selectionMs, 1, 3_600_000);
    assertInteger('options.vendMs', options.vendMs, 1, 3_600_000);
    this.device = new CashlessDevice(options, options.identity);
  }

  get state(): CashlessState {
    return this.device.state;
  }

  /** Whether the line may be closed without leaving the controller in the middle of something. */
  get isIdle(): boolean {
    return this.waiting === undefined && this.device.isIdle;
  }

  /** What was chosen at the machine and waits for money; undefined when nothing was. Prices for `TillConfig.priceOf` come from here. */
  get selection(): Selection | undefined {
    if (this.chosen === undefined) return undefined;
    const { price, item } = this.chosen;
    const minorUnits = price * this.options.scaleFactor;
    if (minorUnits > MAX_MINOR_UNITS) return undefined;
    return { item, amount: makeAmount(minorUnits, this.options.currency) };
  }

  /**
   * Answers one block of the controller.
   *
   * @param block - with checksum, as the bus carried it
   * @param nowMs - monotonic
   * @returns the response with checksum; undefined for what must not be answered (mangled, for others, acknowledgements)
   */
  receive(block: Uint8Array, nowMs: number): Uint8Array | undefined {
    this.tick(nowMs);
    if (block.length === 1 && block[0] === RETRANSMIT) return this.lastResponse;
    const parsed = parseMdbCommand(block, this.options.address);
    if (!parsed.ok) return undefined;
    const { response, events } = this.device.handle(parsed.command);
    for (const event of events) this.take(event);
    this.startVendTime();
    this.lastResponse = response;
    return response;
  }

  /** Lets time pass: ends what nobody answered. */
  tick(nowMs: number): void {
    this.nowMs = nowMs;
    if (this.chosen !== undefined && nowMs >= this.chosen.endMs && this.waiting === undefined) {
      this.device.deny();
      this.chosen = undefined;
    }
    const { waiting } = this;
    if (waiting === undefined || nowMs < waiting.endMs) return;
    this.waiting = undefined;
    this.chosen = undefined;
    if (this.device.withdraw()) waiting.reject(new Error('the machine did not say what became of the vend'));
    else waiting.resolve('failed');
  }

  isReady(item: number, amount: Amount): boolean {
    const units = this.unitsOf(amount);
    if (units === undefined || this.waiting !== undefined) return false;
    return this.chosen === undefined ? this.device.canBeginSession : this.matches(this.chosen, item, units);
  }

  vend(item: number, amount: Amount): Promise<VendResult> {
    const units = this.unitsOf(amount);
    if (units === undefined || !this.isReady(item, amount)) return Promise.resolve('failed');
    return new Promise((resolve, reject) => {
      const endMs = this.nowMs + this.options.selectionMs;
      this.waiting = { item, units, endMs, isTold: false, resolve, reject };
      if (this.chosen === undefined) this.device.beginSession(units);
      else this.device.approve(units);
    });
  }

  refundFailed(): void {
    this.device.refundFailed();
  }

  private take(event: CashlessEvent): void {
    switch (event.type) {
      case 'request':
        this.requested(event.price, event.item);
        break;
      case 'success':
        this.finish('vended');
        break;
      case 'failure':
        this.finish('failed');
        break;
      case 'lost':
        this.chosen = undefined;
        this.waiting?.reject(new Error('the machine ended the session without saying what became of the vend'));
        this.waiting = undefined;
        break;
      case 'session-over':
        this.finish('failed');
        break;
      case 'cancelled':
        // In a session the buyer may choose again; without one the choice is gone, and the machine was not told to vend.
        this.chosen = undefined;
        if (this.device.state !== 'session-idle') this.finish('failed');
    }
  }

  private requested(price: number, item: number): void {
    const { waiting } = this;
    this.chosen = { price, item, endMs: this.nowMs + this.options.responseSeconds * 1000 };
    if (waiting === undefined) return;
    if (this.matches(this.chosen, waiting.item, waiting.units)) this.device.approve(waiting.units);
    else {
      // Something else than what was paid for: the buyer may press another button.
      this.device.deny();
      this.chosen = undefined;
    }
  }

  /** @returns the amount as the bus counts it; undefined for one that it cannot say (FFFFH is "not known yet") */
  private unitsOf({ minorUnits, currency }: Amount): number | undefined {
    const units = minorUnits / this.options.scaleFactor;
    return currency === this.options.currency && Number.isInteger(units) && units < 0xff_ff ? units : undefined;
  }

  private matches(chosen: { readonly price: number; readonly item: number }, item: number, units: number): boolean {
    return chosen.price === units && (chosen.item === item || chosen.item === UNKNOWN_ITEM);
  }

  /** From VEND APPROVED on the machine has its own time. */
  private startVendTime(): void {
    const { waiting } = this;
    if (!this.device.isVending || waiting === undefined || waiting.isTold) return;
    waiting.isTold = true;
    waiting.endMs = this.nowMs + this.options.vendMs;
  }

  private finish(result: VendResult): void {
    this.chosen = undefined;
    this.waiting?.resolve(result);
    this.waiting = undefined;
  }
}
