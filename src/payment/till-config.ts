// What a till is given: who it is, what it sells, whom it believes, and everything of the platform.

import type { Amount } from '../../codec/token/amount.js';
import {
  ED25519_KEY_BYTE_COUNT,
  MAX_CLOCK_TOLERANCE_SECONDS,
  MAX_CURRENCY,
  MAX_UINT16,
  MAX_UINT32,
  MIN_CURRENCY,
} from '../../codec/token/limits.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { assertBytes, assertInteger, assertOneOf } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import type { JournalStore } from './journal-store.js';
import type { SignatureBudgetOptions } from './signature-budget.js';
import { assertLimits, type TillLimits } from './till-limits.js';
import type { TillClock } from './trusted-clock.js';
import type { Vend } from './vend.js';

/** Public Ed25519 keys by their id. A key never comes out of a message. */
export type ConfiguredKeys = ReadonlyMap<number, Uint8Array>;

/** A till's settings and its platform. Nothing about money has a default. */
export interface TillConfig {
  /** integer in [1, 2^32 - 1], unlike any other machine's */
  readonly machineId: number;
  /** operator or flight, integer in [1, 2^32 - 1] */
  readonly audience: number;
  /** ISO 4217 numeric code of every price */
  readonly currency: number;
  /** what an item costs here and now; undefined for what is not sold now (not chosen, sold out) */
  readonly priceOf: (item: number) => Amount | undefined;
  /** the till's own limits; undefined, as long as nobody has set them, refuses every payment */
  readonly offline: TillLimits | undefined;
  /** integer in [0, 3600]; how far a phone's clock may be off */
  readonly clockToleranceSeconds: number;
  /** integer in [1, 600]; how long a beacon may be answered */
  readonly beaconLifetimeSeconds: number;
  readonly issuerKeys: ConfiguredKeys;
  readonly settlementKeys: ConfiguredKeys;
  /** Ed25519, signs receipts and voids, and beacons when asked to */
  readonly machine: Signer;
  readonly journal: JournalStore;
  readonly vend: Vend;
  readonly clock: TillClock;
  /** bytes of a cryptographic generator */
  readonly randomBytes: (byteCount: number) => Uint8Array;
  /** how many bad signatures are checked; `SIGNATURE_BUDGET` when left out */
  readonly signatureBudget?: SignatureBudgetOptions;
}

/** @throws TillsongError naming the first setting that is missing or cannot be */
export function assertConfig(config: TillConfig): void {
  assertInteger('machineId', config.machineId, 1, MAX_UINT32);
  assertInteger('audience', config.audience, 1, MAX_UINT32);
  assertInteger('currency', config.currency, MIN_CURRENCY, MAX_CURRENCY);
  assertInteger('clockToleranceSeconds', config.clockToleranceSeconds, 0, MAX_CLOCK_TOLERANCE_SECONDS);
  assertInteger('beaconLifetimeSeconds', config.beaconLifetimeSeconds, 1, 600);
  if (config.offline !== undefined) assertLimits(config.offline);
  assertKeys('issuerKeys', config.issuerKeys);
  assertKeys('settlementKeys', config.settlementKeys);
  assertOneOf('machine.algorithm', config.machine.algorithm, ['ed25519']);
  assertBytes('machine.publicKey', config.machine.publicKey, ED25519_KEY_BYTE_COUNT, ED25519_KEY_BYTE_COUNT);
}

/** @throws TillsongError when a price is in another currency than the till's: 350 JPY is not 350 EUR */
export function assertPrice(price: Amount, currency: number): void {
  if (price.currency !== currency)
    throw new TillsongError('ERR_RANGE', `price.currency: expected the till's ${currency}, got ${price.currency}`);
}

function assertKeys(name: string, keys: ConfiguredKeys): void {
  if (!(keys instanceof Map)) throw new TillsongError('ERR_TYPE', `${name}: expected a Map of keys by id`);
  for (const [id, key] of keys) {
    assertInteger(`${name} id`, id, 0, MAX_UINT16);
    assertBytes(`${name}[${id}]`, key, ED25519_KEY_BYTE_COUNT, ED25519_KEY_BYTE_COUNT);
  }
}
