// What a till says of what it heard: a closed set, as data. Nothing that was heard makes it throw.

import type { AnswerRefusal } from '../../codec/token/answer-signature.js';
import type { CertificateRefusal } from '../../codec/token/certificate-signature.js';
import type { SpendRefusal } from '../../codec/token/spend-signature.js';
import type { TokenParseReason } from '../../codec/token/token.js';
import type { Sale } from './till-book.js';
import type { LimitReached } from './till-limits.js';

/**
 * Why a till, whatever the token is worth, does not sell now.
 *
 * - `off`: offline acceptance is not configured
 * - `stopped`: a write to the journal failed; nothing is taken until the till is restarted
 * - `journal`: the journal is damaged and an operator has not decided yet
 * - `storage`: the journal is full
 * - `busy`: it is vending for somebody else; sing again
 * - `in-progress`: it is vending for this very token
 * - `machine`: the machine cannot vend this now
 * - `clock`: it has no trusted clock and takes answers to its beacons only
 * - `checks`: too many bad signatures came in; sing again in a second
 * - limits: it would be over one of its own
 */
export type TillRefusal =
  | 'off'
  | 'stopped'
  | 'journal'
  | 'storage'
  | 'busy'
  | 'in-progress'
  | 'machine'
  | 'clock'
  | 'checks'
  | LimitReached;

/**
 * Why a payment is refused: as `verifySpend` and `verifyAnswer` say, or
 *
 * - `beacon-unknown`: it answers no beacon that is open here (expired, used, of another machine or of before a restart)
 * - `counter-used`: the certificate's counter has been spent here on something else
 */
export type TillPaymentRefusal = SpendRefusal | AnswerRefusal | 'beacon-unknown' | 'counter-used';

/** `unknown`: the till does not have the certificate with that id; send it whole. `denied`: the issuer's deny list names it. */
export type TillCertificateRefusal = CertificateRefusal | 'unknown' | 'denied';

/** What became of something heard. `repeated`: nothing was vended now, the earlier outcome is told again. */
export type TillVerdict =
  | { readonly ok: true; readonly type: 'sale'; readonly sale: Sale; readonly repeated: boolean }
  | { readonly ok: true; readonly type: 'certificate'; readonly certificateId: Uint8Array }
  | TillRefused
  | {
      readonly ok: false;
      readonly step: 'vend';
      /** `failed`: paid for, not delivered, voided (the void is `sale.receipt`). `unknown`: nobody knows; held until an operator finds out */
      readonly reason: 'failed' | 'unknown';
      readonly sale: Sale;
      readonly repeated: boolean;
    };

/** Refused before anything was accepted: nothing is charged. `for-phones`: a beacon or a receipt, which machines send. */
export type TillRefused =
  | { readonly ok: false; readonly step: 'till'; readonly reason: TillRefusal }
  | { readonly ok: false; readonly step: 'parse'; readonly reason: TokenParseReason | 'for-phones' }
  | { readonly ok: false; readonly step: 'certificate'; readonly reason: TillCertificateRefusal }
  | { readonly ok: false; readonly step: 'payment'; readonly reason: TillPaymentRefusal };

/** @returns the verdict for what the till refuses whatever the token is worth */
export function refusedByTill(reason: TillRefusal): TillVerdict {
  return { ok: false, step: 'till', reason };
}

/** @param repeated - whether the sale was made before and is only told again */
export function verdictOf(sale: Sale, repeated: boolean): TillVerdict {
  switch (sale.outcome) {
    case undefined:
      return refusedByTill('in-progress');
    case 'vended':
      return { ok: true, type: 'sale', sale, repeated };
    default:
      return { ok: false, step: 'vend', reason: sale.outcome, sale, repeated };
  }
}
