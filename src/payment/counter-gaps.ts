// Rule 20: what the counters and totals of one certificate say about payments that settlement has not seen. A gap alone is no fraud
// (the wallet burns a counter when its owner cancels, or a till has not uploaded yet), so these are findings, worked out anew
// whenever somebody asks: they go away when the missing till comes back.

import type { FindingKind, PaymentRow } from './ledger-store.js';

/** Something that does not add up between two payments of one certificate. */
export interface CounterFinding {
  readonly kind: Extract<FindingKind, 'counter-gap' | 'cumulative-mismatch'>;
  readonly certificateId: string;
  /** missing counters of a gap, or the counter whose total cannot be */
  readonly firstCounter: number;
  readonly lastCounter: number;
  /** what the totals say was spent in the gap; negative when the total has fallen by so much, as after a roll-back */
  readonly unaccountedMinorUnits: number;
  readonly currency: number;
}

type CountedPayment = Pick<
  PaymentRow,
  'certificateId' | 'counter' | 'minorUnits' | 'cumulativeMinorUnits' | 'currency'
>;

/**
 * `cumulative after` of a payment less its own amount is the total before it. Between neighbours that must be the neighbour's total
 * exactly; over a gap it may be more (what is missing), never less.
 *
 * @param payments - all of one certificate, ascending by counter, one a counter
 */
export function counterFindings(payments: readonly CountedPayment[]): readonly CounterFinding[] {
  const findings: CounterFinding[] = [];
  let lastCounter = 0;
  let total = 0;
  for (const { certificateId, counter, minorUnits, cumulativeMinorUnits, currency } of payments) {
    const unaccountedMinorUnits = cumulativeMinorUnits - minorUnits - total;
    const isGap = counter > lastCounter + 1;
    if (isGap && unaccountedMinorUnits >= 0)
      findings.push({
        kind: 'counter-gap',
        certificateId,
        firstCounter: lastCounter + 1,
        lastCounter: counter - 1,
        unaccountedMinorUnits,
        currency,
      });
    else if (unaccountedMinorUnits !== 0)
      findings.push({
        kind: 'cumulative-mismatch',
        certificateId,
        firstCounter: counter,
        lastCounter: counter,
        unaccountedMinorUnits,
        currency,
      });
    lastCounter = counter;
    total = cumulativeMinorUnits;
  }
  return findings;
}
