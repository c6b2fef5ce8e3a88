// What the phone's owner is shown before anything is signed (rule 3): machine, price with its currency, item. An offer is confirmed
// by a gesture, once, and only as it was shown.

import type { Amount } from '../../codec/token/amount.js';
import { type BeaconParseReason, parseBeacon, verifyBeacon } from '../../codec/token/beacon.js';
import { equalBytes } from '../../codec/token/bytes.js';
import { MAX_MINOR_UNITS, MAX_TIME_TO_LIVE_SECONDS, MAX_UINT16, MAX_UINT32 } from '../../codec/token/limits.js';
import { assertInteger } from '../shared/assert.js';
import { amountOf, itemOf, machineOf, type Order, type WalletPayment } from './wallet-payment.js';

/** A one-way payment as the buyer puts it together: from the machine's sticker and its display. */
export interface PayOrder {
  /** integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** at least 1 minor unit */
  readonly price: Amount;
  /** integer in [0, 65535] */
  readonly item: number;
  /** how long a till may take it, integer in [1, 255]; default 60. The shorter, the less it is worth to overhear and jam */
  readonly timeToLiveSeconds?: number;
}

/**
 * Who says so. `buyer`: typed or scanned. `unknown-machine`: a beacon that anybody may have sung. `machine`: a beacon signed by the
 * machine's known key (which a loudspeaker beside it may still repeat).
 */
export type OfferSource = 'buyer' | 'unknown-machine' | 'machine';

/** What must be shown, all of it: 350 JPY is not 350 EUR, and a beacon may be fake. */
export interface PaymentOffer {
  readonly machineId: number;
  readonly price: Amount;
  readonly item: number;
  readonly source: OfferSource;
}

/** What the wallet looks machines' Ed25519 keys up in: a Map, or anything with its `get`. */
export interface MachineKeys {
  get(machineId: number): Uint8Array | undefined;
}

/**
 * Why a beacon is not offered. `beacon-...` with a parse reason: these bytes are none. `beacon-key`, `beacon-signature`: it is
 * signed, but the key known for that machine is none or did not sign it. `beacon-answered`: one beacon is paid once.
 */
export type BeaconRefusal = `beacon-${BeaconParseReason}` | 'beacon-key' | 'beacon-signature' | 'beacon-answered';

export type ReadBeacon =
  | { readonly ok: true; readonly order: Order; readonly source: OfferSource }
  | { readonly ok: false; readonly reason: BeaconRefusal };

const DEFAULT_TIME_TO_LIVE_SECONDS = 60;

/** @throws TillsongError `ERR_TYPE` or `ERR_RANGE` naming the first bad field */
export function readOrder({
  machineId,
  price,
  item,
  timeToLiveSeconds = DEFAULT_TIME_TO_LIVE_SECONDS,
}: PayOrder): Order {
  assertInteger('order.machineId', machineId, 1, MAX_UINT32);
  assertInteger('order.price.minorUnits', price?.minorUnits, 1, MAX_MINOR_UNITS);
  assertInteger('order.item', item, 0, MAX_UINT16);
  assertInteger('order.timeToLiveSeconds', timeToLiveSeconds, 1, MAX_TIME_TO_LIVE_SECONDS);
  return { kind: 'spend', machineId, amountMinorUnits: price.minorUnits, item, timeToLiveSeconds };
}

/**
 * @param bytes - what was heard, from anybody
 * @param paid - payments of this wallet, none of which may answer the same beacon
 */
export function readBeacon(bytes: Uint8Array, machineKeys: MachineKeys, paid: readonly WalletPayment[]): ReadBeacon {
  const parsed = parseBeacon(bytes);
  if (!parsed.ok) return { ok: false, reason: `beacon-${parsed.reason}` };
  const { beacon } = parsed;
  const isAnswered = paid.some(
    ({ order }) =>
      order.kind === 'answer' &&
      order.beacon.machineId === beacon.machineId &&
      equalBytes(order.beacon.nonce, beacon.nonce),
  );
  if (isAnswered) return { ok: false, reason: 'beacon-answered' };
  const order: Order = { kind: 'answer', beacon };
  const key = machineKeys.get(beacon.machineId);
  if (key === undefined || beacon.signature === undefined) return { ok: true, order, source: 'unknown-machine' };
  const verdict = verifyBeacon(beacon, key);
  if (verdict.ok) return { ok: true, order, source: 'machine' };
  return { ok: false, reason: verdict.reason === 'key' ? 'beacon-key' : 'beacon-signature' };
}

/** @returns a frozen offer: what is shown cannot become something else */
export function makeOffer(order: Order, currency: number, source: OfferSource): PaymentOffer {
  const price = Object.freeze({ minorUnits: amountOf(order), currency });
  return Object.freeze({ machineId: machineOf(order), price, item: itemOf(order), source });
}
