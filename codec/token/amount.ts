// Money: an integer number of minor units with its currency. There is no arithmetic here on purpose: the
// protocol only compares, and sums are made where the rules about them are (wallet, settlement).

import { assertInteger } from '../../src/shared/assert.js';
import { MAX_CURRENCY, MAX_MINOR_UNITS, MIN_CURRENCY } from './limits.js';

/** An amount of money. 150 with currency 978 is 1.50 EUR; 150 with currency 392 is 150 JPY. */
export interface Amount {
  /** integer in [0, MAX_MINOR_UNITS], in the currency's smallest unit (cents, yen) */
  readonly minorUnits: number;
  /** ISO 4217 numeric code, integer in [1, 999] */
  readonly currency: number;
}

/**
 * @param minorUnits - integer in [0, MAX_MINOR_UNITS]
 * @param currency - ISO 4217 numeric code, integer in [1, 999]
 * @returns an amount that cannot be changed
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` naming the field
 */
export function makeAmount(minorUnits: number, currency: number): Amount {
  assertInteger('amount.minorUnits', minorUnits, 0, MAX_MINOR_UNITS);
  assertInteger('amount.currency', currency, MIN_CURRENCY, MAX_CURRENCY);
  return Object.freeze({ minorUnits, currency });
}

/** @returns whether both are the same number of minor units of the same currency: 350 JPY is not 350 EUR */
export function equalAmounts(a: Amount, b: Amount): boolean {
  return a.currency === b.currency && a.minorUnits === b.minorUnits;
}
