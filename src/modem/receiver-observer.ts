// A window into the receiver: what became of everything it took for a burst. For diagnosis; costs nothing when nobody looks.

import type { BurstReception } from './burst-reception.js';
import type { BurstVerdict } from './message-book.js';

/**
 * How a reception ended: `refused` - never looked at, the limits of work were reached; `displaced` - made room for a stronger
 * one, or was the first of too many at once; `no-header` - the header's check sum was wrong under every assumption; `chance-header` - it was right, but the signal
 * is far too weak for it to be more than chance; `echo` - another reception follows the same burst; `cut-off` - the input
 * ended; or what the message book made of the complete burst.
 */
export type ReceptionEnd =
  | 'refused'
  | 'displaced'
  | 'no-header'
  | 'chance-header'
  | 'echo'
  | 'cut-off'
  | BurstVerdict['kind'];

/** Told of every reception once, when it ends. */
export interface ReceiverObserver {
  /** @param reception - live: what is to be kept must be copied */
  ended(reception: BurstReception, end: ReceptionEnd): void;
}
