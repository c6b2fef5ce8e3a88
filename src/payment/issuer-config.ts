// What an issuer is configured with: which of its keys signs, whom it gives certificates to, and with which limits.

import {
  MAX_CURRENCY,
  MAX_MINOR_UNITS,
  MAX_PAYMENT_COUNT,
  MAX_UINT16,
  MAX_VALIDITY_HOURS,
  MIN_CURRENCY,
} from '../../codec/token/limits.js';
import { TillsongError } from '../shared/errors.js';
import { StrictFields } from '../shared/strict-fields.js';
import { type EligibilityPolicy, parseEligibilityPolicy } from './eligibility.js';

/** A challenge lives long enough to unlock a phone and not as long as somebody may sit on it: an hour at most. */
const MAX_CHALLENGE_LIFETIME_SECONDS = 3600;

/** What a certificate allows; the fields are those of the certificate. */
export interface CertificateLimits {
  readonly currency: number;
  readonly maxPaymentMinorUnits: number;
  readonly maxCumulativeMinorUnits: number;
  readonly maxCount: number;
  readonly validityHours: number;
}

export interface IssuerConfig {
  /** which of the issuer's keys signs, integer in [0, 65535] */
  readonly issuerKeyId: number;
  readonly policy: EligibilityPolicy;
  readonly limits: CertificateLimits;
  /** how long a challenge may be answered, integer in [1, 3600] */
  readonly challengeLifetimeSeconds: number;
  /**
   * Whether a certificate that a new one replaces goes on the deny list. It keeps a phone that was restored from an old backup
   * from spending under it, and costs every till 8 bytes for each sync of a phone.
   */
  readonly denyReplaced: boolean;
}

/**
 * Reads a configuration, strictly.
 *
 * @param value - parsed JSON with exactly the fields of `IssuerConfig`
 * @returns a frozen configuration
 * @throws TillsongError naming the first bad field
 */
export function parseIssuerConfig(value: unknown): IssuerConfig {
  const names = ['issuerKeyId', 'policy', 'limits', 'challengeLifetimeSeconds', 'denyReplaced'];
  const fields = new StrictFields('issuer', value, names);
  return Object.freeze({
    issuerKeyId: fields.integer('issuerKeyId', 0, MAX_UINT16),
    policy: parseEligibilityPolicy(fields.value('policy')),
    limits: parseLimits(fields.value('limits')),
    challengeLifetimeSeconds: fields.integer('challengeLifetimeSeconds', 1, MAX_CHALLENGE_LIFETIME_SECONDS),
    denyReplaced: fields.flag('denyReplaced'),
  });
}

function parseLimits(value: unknown): CertificateLimits {
  const names = ['currency', 'maxPaymentMinorUnits', 'maxCumulativeMinorUnits', 'maxCount', 'validityHours'];
  const fields = new StrictFields('issuer.limits', value, names);
  const limits = Object.freeze({
    currency: fields.integer('currency', MIN_CURRENCY, MAX_CURRENCY),
    maxPaymentMinorUnits: fields.integer('maxPaymentMinorUnits', 1, MAX_MINOR_UNITS),
    maxCumulativeMinorUnits: fields.integer('maxCumulativeMinorUnits', 1, MAX_MINOR_UNITS),
    maxCount: fields.integer('maxCount', 1, MAX_PAYMENT_COUNT),
    validityHours: fields.integer('validityHours', 1, MAX_VALIDITY_HOURS),
  });
  if (limits.maxPaymentMinorUnits > limits.maxCumulativeMinorUnits)
    throw new TillsongError(
      'ERR_RANGE',
      `issuer.limits.maxPaymentMinorUnits: expected at most maxCumulativeMinorUnits ${limits.maxCumulativeMinorUnits}, got ${limits.maxPaymentMinorUnits}`,
    );
  return limits;
}
