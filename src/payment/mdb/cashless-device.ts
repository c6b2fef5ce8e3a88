// The state machine of an MDB/ICP cashless device: commands of the controller in, one response each out, and what happened to a vend as
// events. Pure: no clock, no line. MDB/ICP 4.3, section 7.2 (states) and 7.3 (commands).
//
//   Inactive --SETUP--> Disabled --ENABLE--> Enabled --BEGIN SESSION--> Session Idle --VEND REQUEST--> Vend
//       ^ RESET, from anywhere                  ^ END SESSION               ^ denied, success, failure, cancel
//
// A level 3 controller may enable "always idle": VEND REQUEST then comes in Enabled, the buyer chooses first and pays then.

import type { MdbCommand } from './mdb-command.js';
import {
  ACK,
  beginSession,
  CANCELLED,
  END_SESSION,
  JUST_RESET,
  outOfSequence,
  peripheralId,
  REFUND_ERROR,
  REVALUE_DENIED,
  type ReaderIdentity,
  type ReaderSettings,
  readerConfig,
  SESSION_CANCEL_REQUEST,
  VEND_DENIED,
  vendApproved,
} from './mdb-response.js';

/** The states of section 7.2 that a device without revaluation has. */
export type CashlessState = 'inactive' | 'disabled' | 'enabled' | 'session-idle' | 'vend';

/** As the out-of-sequence response numbers them. */
const STATE_NUMBERS: Readonly<Record<CashlessState, number>> = {
  inactive: 1,
  disabled: 2,
  enabled: 3,
  'session-idle': 4,
  vend: 5,
};

/** Optional feature bit 5 of level 3. */
const ALWAYS_IDLE = 0x20;

/** The highest level that this device speaks. */
const READER_LEVEL = 3;

/** What the application has to know. `price` in scaled units. */
export type CashlessEvent =
  | { readonly type: 'request'; readonly price: number; readonly item: number }
  /** the request was withdrawn before the machine was told to vend */
  | { readonly type: 'cancelled' }
  | { readonly type: 'success' }
  | { readonly type: 'failure' }
  /** the session is over; nothing that was asked for is approved any more */
  | { readonly type: 'session-over' }
  /** reset, or a session completed, after the machine was told to vend and before it said what became of it */
  | { readonly type: 'lost' };

/** What one command came to. */
export interface CashlessResult {
  /** to the controller, with checksum */
  readonly response: Uint8Array;
  readonly events: readonly CashlessEvent[];
}

interface Queued {
  readonly bytes: Uint8Array;
  /** what follows from the controller having taken it */
  readonly sent?: () => void;
  /** an error stays whatever becomes of the session; offers, approvals and denials do not */
  readonly isError?: true;
}

/** A cashless device as the controller sees it. */
export class CashlessDevice {
  private currentState: CashlessState = 'inactive';
  private level = 1;
  private isAlwaysIdle = false;
  private isEnabled = false;
  /** between VEND REQUEST and the answer to it, and after VEND APPROVED was sent */
  private vend: 'none' | 'requested' | 'approving' | 'approved' = 'none';
  /** the session was opened for a request that came in Enabled */
  private isSessionless = false;
  /** for the next polls, in order */
  private queue: Queued[] = [{ bytes: JUST_RESET }];
  private events: CashlessEvent[] = [];

  constructor(
    private readonly settings: ReaderSettings,
    private readonly identity: ReaderIdentity,
  ) {
    readerConfig(1, settings);
  }

  get state(): CashlessState {
    return this.currentState;
  }

  /** Whether the machine may be vending: it has been told to, and has not said what became of it. */
  get isVending(): boolean {
    return this.vend === 'approved';
  }

  /** Answers one command. */
  handle(command: MdbCommand): CashlessResult {
    const response = this.respond(command);
    const events = this.events;
    this.events = [];
    return { response, events };
  }

  /** Whether no session is under way and the controller has been told everything. */
  get isIdle(): boolean {
    return this.currentState !== 'session-idle' && this.currentState !== 'vend' && this.queue.length === 0;
  }

  /** Whether the machine can take a session now. */
  get canBeginSession(): boolean {
    return this.currentState === 'enabled' && this.queue.length === 0;
  }

  /** Offers a session with this much money, at the next poll. @returns whether the machine can take one now */
  beginSession(funds: number): boolean {
    if (!this.canBeginSession) return false;
    const bytes = beginSession(this.level, funds);
    this.queue.push({
      bytes,
      sent: () => {
        this.currentState = 'session-idle';
        this.isSessionless = false;
      },
    });
    return true;
  }

  /** Approves the request that is waiting. @returns false when there is none (any more) */
  approve(price: number): boolean {
    if (this.vend !== 'requested') return false;
    this.vend = 'approving';
    const sent = () => {
      this.vend = 'approved';
    };
    this.queue.push({ bytes: vendApproved(price), sent });
    return true;
  }

  /** Denies the request that is waiting. */
  deny(): void {
    if (this.vend !== 'requested' && this.vend !== 'approving') return;
    this.dropOffers();
    this.queue.push({ bytes: VEND_DENIED });
    this.leaveVend();
  }

  /** Takes back what the machine has not been told yet, and asks it to end the session. @returns whether it may be vending */
  withdraw(): boolean {
    if (this.vend === 'approved') return true;
    this.deny();
    if (this.currentState === 'session-idle') this.queue.push({ bytes: SESSION_CANCEL_REQUEST });
    // A session that was never polled for is not offered any more.
    else this.dropOffers();
    return false;
  }

  /** Tells the controller that the money of a failed vend could not be given back. */
  refundFailed(): void {
    this.queue.push({ bytes: REFUND_ERROR, isError: true });
  }

  private respond(command: MdbCommand): Uint8Array {
    switch (command.type) {
      case 'reset':
        return this.reset();
      case 'poll':
        return this.poll();
      case 'setup':
        return this.setup(command.vmcLevel);
      case 'identify':
        return peripheralId(this.level, this.identity, ALWAYS_IDLE);
      case 'prices':
      case 'diagnostics':
      case 'cash-sale':
        return ACK;
      case 'enable-features':
        this.isAlwaysIdle = this.level >= 3 && (command.features & ALWAYS_IDLE) !== 0;
        return ACK;
      case 'revalue':
        this.queue.push({ bytes: REVALUE_DENIED });
        return ACK;
      case 'reader-enable':
      case 'reader-disable':
      case 'reader-cancel':
        return this.switchReader(command.type);
      default:
        return this.vendCommand(command);
    }
  }

  private reset(): Uint8Array {
    this.endVend();
    this.currentState = 'inactive';
    this.isEnabled = false;
    this.isAlwaysIdle = false;
    this.level = 1;
    this.queue = [{ bytes: JUST_RESET }];
    return ACK;
  }

  private poll(): Uint8Array {
    const next = this.queue.shift();
    next?.sent?.();
    return next?.bytes ?? ACK;
  }

  private setup(vmcLevel: number): Uint8Array {
    if (this.currentState !== 'inactive' && this.currentState !== 'disabled') return this.unexpected();
    this.level = Math.max(1, Math.min(vmcLevel, READER_LEVEL));
    this.currentState = 'disabled';
    return readerConfig(this.level, this.settings);
  }

  private switchReader(type: 'reader-enable' | 'reader-disable' | 'reader-cancel'): Uint8Array {
    if (this.currentState === 'inactive') return this.unexpected();
    if (type === 'reader-cancel') {
      if (this.currentState !== 'enabled') return this.unexpected();
      this.dropOffers();
      this.events.push({ type: 'session-over' });
      return CANCELLED;
    }
    this.isEnabled = type === 'reader-enable';
    // A session that is under way goes on to its end.
    if (this.currentState === 'disabled' || this.currentState === 'enabled') {
      this.currentState = this.isEnabled ? 'enabled' : 'disabled';
      if (this.isEnabled) return ACK;
      this.dropOffers();
      this.events.push({ type: 'session-over' });
    }
    return ACK;
  }

  private vendCommand(command: MdbCommand): Uint8Array {
    switch (command.type) {
      case 'vend-request':
        return this.request(command.price, command.item);
      case 'vend-cancel':
        if (this.vend !== 'requested' && this.vend !== 'approving') return this.unexpected();
        this.events.push({ type: 'cancelled' });
        this.deny();
        return ACK;
      case 'vend-success':
      case 'vend-failure':
        if (this.vend !== 'approved') return this.unexpected();
        this.events.push({ type: command.type === 'vend-success' ? 'success' : 'failure' });
        this.leaveVend();
        return ACK;
      case 'session-complete':
        return this.completeSession();
      default:
        return this.unexpected();
    }
  }

  private request(price: number, item: number): Uint8Array {
    const mayAsk = this.currentState === 'session-idle' || (this.currentState === 'enabled' && this.isAlwaysIdle);
    if (!mayAsk) return this.unexpected();
    this.isSessionless = this.currentState === 'enabled';
    // A session that was being offered is what this request makes unnecessary.
    if (this.isSessionless) this.dropOffers();
    this.currentState = 'vend';
    this.vend = 'requested';
    this.events.push({ type: 'request', price, item });
    return ACK;
  }

  /** Always answered with END SESSION; a controller that completes without a word about the vend leaves it unknown. */
  private completeSession(): Uint8Array {
    if (this.currentState !== 'session-idle' && this.currentState !== 'vend' && this.currentState !== 'enabled')
      return this.unexpected();
    this.endVend();
    this.currentState = this.isEnabled ? 'enabled' : 'disabled';
    this.dropOffers();
    this.queue.push({ bytes: END_SESSION });
    return ACK;
  }

  /** Whatever was under way is over, without the machine's word. */
  private endVend(): void {
    this.events.push({ type: this.vend === 'approved' ? 'lost' : 'session-over' });
    this.vend = 'none';
  }

  private leaveVend(): void {
    this.vend = 'none';
    const after = this.isEnabled ? 'enabled' : 'disabled';
    this.currentState = this.isSessionless ? after : 'session-idle';
  }

  /** Acknowledged, and told at the next poll; the controller then resets the device. */
  private unexpected(): Uint8Array {
    this.queue.push({ bytes: outOfSequence(this.level, STATE_NUMBERS[this.currentState]), isError: true });
    return ACK;
  }

  private dropOffers(): void {
    this.queue = this.queue.filter(({ isError }) => isError);
  }
}
