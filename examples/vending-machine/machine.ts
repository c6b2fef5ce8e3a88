// One vending machine's settings, as its operator would configure them.

import { makeAmount, type SpendTerms } from 'tillsong/codec';

/** ISO 4217: EUR. */
const EUR = 978;

/** What this machine sells, and to whom. A real one has many items; the buyer's choice sets item and price. */
export const MACHINE: Pick<SpendTerms, 'machineId' | 'audience' | 'item' | 'price'> = {
  machineId: 4711,
  audience: 7001,
  item: 12,
  price: makeAmount(150, EUR),
};

/** The id of the issuer's key in the examples. */
export const ISSUER_KEY_ID = 1;

/** A telephone's clock may differ by this much. */
export const CLOCK_TOLERANCE_SECONDS = 5;
