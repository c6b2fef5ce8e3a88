// A till's own limits, whatever certificates allow: how much it will be owed by people it cannot ask. Offline acceptance is off until
// an operator has set them, and none has a default: they are his money.

import { MAX_MINOR_UNITS } from '../../codec/token/limits.js';
import { assertInteger } from '../shared/assert.js';

/** What a till may take offline. All amounts in minor units of the till's currency. */
export interface TillLimits {
  /** one payment, integer in [1, 16777215] */
  readonly maxPaymentMinorUnits: number;
  /** all payments here under one certificate, integer >= 1 */
  readonly maxCertificateMinorUnits: number;
  /** all payments that settlement has not acknowledged, voided ones not counted, integer >= 1 */
  readonly maxStoredMinorUnits: number;
  /** payments that settlement has not acknowledged, voided ones counted (they take room), integer in [1, 100000] */
  readonly maxStoredCount: number;
  /** seconds since the oldest payment that settlement has not acknowledged, integer >= 1 */
  readonly maxAgeSeconds: number;
}

/** At about 1 KB each in memory and on the disk: 100 MB, more than a machine sells in years. */
export const MAX_STORED_COUNT = 100_000;

/**
 * Why a till takes no more, though the payment is good. `payment-limit`, `certificate-limit`, `stored-limit`, `count-limit`: it would be
 * over that limit. `age-limit`: the oldest unacknowledged payment has waited too long for an upload.
 */
export type LimitReached = 'payment-limit' | 'certificate-limit' | 'stored-limit' | 'count-limit' | 'age-limit';

/** What has been taken so far. */
export interface StoredTotals {
  readonly storedMinorUnits: number;
  readonly storedCount: number;
  /** Unix seconds of the oldest unacknowledged payment; undefined when there is none */
  readonly oldestSeconds: number | undefined;
}

/** @throws TillsongError naming the first limit that is missing or out of range */
export function assertLimits(limits: TillLimits): void {
  assertInteger('limits.maxPaymentMinorUnits', limits.maxPaymentMinorUnits, 1, MAX_MINOR_UNITS);
  assertInteger('limits.maxCertificateMinorUnits', limits.maxCertificateMinorUnits, 1, Number.MAX_SAFE_INTEGER);
  assertInteger('limits.maxStoredMinorUnits', limits.maxStoredMinorUnits, 1, Number.MAX_SAFE_INTEGER);
  assertInteger('limits.maxStoredCount', limits.maxStoredCount, 1, MAX_STORED_COUNT);
  assertInteger('limits.maxAgeSeconds', limits.maxAgeSeconds, 1, Number.MAX_SAFE_INTEGER);
}

/** @returns the first limit that one more payment would be over */
export function limitReached(
  limits: TillLimits,
  minorUnits: number,
  certificateMinorUnits: number,
  totals: StoredTotals,
  atLeastSeconds: number,
): LimitReached | undefined {
  if (minorUnits > limits.maxPaymentMinorUnits) return 'payment-limit';
  if (certificateMinorUnits + minorUnits > limits.maxCertificateMinorUnits) return 'certificate-limit';
  if (totals.storedMinorUnits + minorUnits > limits.maxStoredMinorUnits) return 'stored-limit';
  if (totals.storedCount >= limits.maxStoredCount) return 'count-limit';
  if (totals.oldestSeconds !== undefined && atLeastSeconds - totals.oldestSeconds > limits.maxAgeSeconds)
    return 'age-limit';
  return undefined;
}
