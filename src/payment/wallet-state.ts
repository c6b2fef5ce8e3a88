// What a wallet remembers, and its one form as JSON. Versioned and read strictly: a state that lost its counter must stop the wallet, not
// start it again at zero.

import { packBeacon, parseBeacon } from '../../codec/token/beacon.js';
import { equalBytes } from '../../codec/token/bytes.js';
import { type Certificate, packCertificate, parseCertificate } from '../../codec/token/certificate.js';
import {
  CERTIFICATE_BYTE_COUNT,
  CERTIFICATE_ID_BYTE_COUNT,
  ES256_CERTIFICATE_BYTE_COUNT,
  MAX_COUNTER,
  MAX_MINOR_UNITS,
  MAX_TIME_TO_LIVE_SECONDS,
  MAX_UINT16,
  MAX_UINT32,
  RECEIPT_BYTE_COUNT,
  SIGNATURE_BYTE_COUNT,
  SIGNED_BEACON_BYTE_COUNT,
} from '../../codec/token/limits.js';
import { TillsongError } from '../shared/errors.js';
import { toHex } from '../shared/hex.js';
import { parseJson, StrictFields } from '../shared/strict-fields.js';
import { MAX_BILL_PAYMENTS, type SpentSoFar } from './wallet-limits.js';
import { type Order, PAYMENT_STATUSES, type WalletPayment } from './wallet-payment.js';

/** Receipts that could not be checked, of one payment: a receipt and a void. More is somebody else's noise. */
export const MAX_EVIDENCE = 2;

/** Certificates given within one second: more is no phone. */
const MAX_SAME_SECOND_IDS = 64;

/** Everything a wallet remembers but its key. */
export interface WalletState extends SpentSoFar {
  /**
   * Ids of earlier certificates issued in the same second as this one. Together with "not older than this one" they keep
   * every earlier certificate from being installed again, with its counter at zero.
   */
  readonly sameSecondIds: readonly Uint8Array[];
  /** machines that gave a receipt under this certificate: they know it, its id is enough */
  readonly hearers: readonly number[];
}

export const EMPTY_WALLET: WalletState = {
  certificate: undefined,
  counter: 0,
  cumulativeMinorUnits: 0,
  payments: [],
  sameSecondIds: [],
  hearers: [],
};

/** @returns the state as JSON, one line */
export function packWalletState(state: WalletState): string {
  const { certificate, counter, cumulativeMinorUnits, payments, sameSecondIds, hearers } = state;
  return JSON.stringify({
    version: 1,
    kind: 'wallet',
    ...(certificate && { certificate: toHex(packCertificate(certificate)) }),
    counter,
    cumulativeMinorUnits,
    sameSecondIds: sameSecondIds.map(toHex),
    hearers,
    payments: payments.map(makePayment),
  });
}

/**
 * @param text - what `packWalletState` made
 * @throws TillsongError naming the first field that is none, or contradicts the others
 */
export function parseWalletState(text: string): WalletState {
  const names = ['version', 'kind', 'counter', 'cumulativeMinorUnits', 'sameSecondIds', 'hearers', 'payments'];
  const fields = new StrictFields('wallet', parseJson('wallet', text), names, ['certificate']);
  fields.choice('version', [1]);
  fields.choice('kind', ['wallet']);
  const state: WalletState = {
    certificate: fields.has('certificate') ? certificateOf(fields) : undefined,
    counter: fields.integer('counter', 0, MAX_COUNTER),
    cumulativeMinorUnits: fields.integer('cumulativeMinorUnits', 0, MAX_MINOR_UNITS),
    sameSecondIds: fields
      .list('sameSecondIds', MAX_SAME_SECOND_IDS)
      .map((id) => new StrictFields('wallet.sameSecondIds', { id }, ['id']).bytes('id', CERTIFICATE_ID_BYTE_COUNT)),
    hearers: fields
      .list('hearers', MAX_COUNTER)
      .map((id) => new StrictFields('wallet.hearers', { id }, ['id']).integer('id', 1, MAX_UINT32)),
    payments: fields.list('payments', MAX_BILL_PAYMENTS).map(parsePayment),
  };
  assertConsistent(state);
  return state;
}

function makePayment(payment: WalletPayment): Record<string, unknown> {
  const { certificate, order, counter, cumulativeMinorUnits, timeSeconds, signature, status, receipt, evidence } =
    payment;
  return {
    certificate: toHex(packCertificate(certificate)),
    order: order.kind === 'spend' ? order : { kind: 'answer', beacon: toHex(packBeacon(order.beacon)) },
    counter,
    cumulativeMinorUnits,
    timeSeconds,
    ...(signature && { signature: toHex(signature) }),
    status,
    ...(receipt && { receipt: toHex(receipt) }),
    evidence: evidence.map(toHex),
  };
}

function parsePayment(value: unknown, index: number): WalletPayment {
  const path = `wallet.payments[${index}]`;
  const names = ['certificate', 'order', 'counter', 'cumulativeMinorUnits', 'timeSeconds', 'status', 'evidence'];
  const fields = new StrictFields(path, value, names, ['signature', 'receipt']);
  return {
    certificate: certificateOf(fields),
    order: parseOrder(`${path}.order`, fields.value('order')),
    counter: fields.integer('counter', 1, MAX_COUNTER),
    cumulativeMinorUnits: fields.integer('cumulativeMinorUnits', 1, MAX_MINOR_UNITS),
    timeSeconds: fields.integer('timeSeconds', 0, MAX_UINT32),
    signature: fields.has('signature') ? fields.bytes('signature', SIGNATURE_BYTE_COUNT) : undefined,
    status: fields.choice('status', PAYMENT_STATUSES),
    receipt: fields.has('receipt') ? fields.bytes('receipt', RECEIPT_BYTE_COUNT) : undefined,
    evidence: fields
      .list('evidence', MAX_EVIDENCE)
      .map((heard) => new StrictFields(`${path}.evidence`, { heard }, ['heard']).bytes('heard', RECEIPT_BYTE_COUNT)),
  };
}

function parseOrder(path: string, value: unknown): Order {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'answer') {
    const fields = new StrictFields(path, value, ['kind', 'beacon']);
    const parsed = parseBeacon(fields.bytes('beacon', 0, SIGNED_BEACON_BYTE_COUNT));
    if (!parsed.ok)
      throw new TillsongError('ERR_TYPE', `${path}.beacon: expected a beacon, got a bad ${parsed.reason}`);
    return { kind, beacon: parsed.beacon };
  }
  const fields = new StrictFields(path, value, ['kind', 'machineId', 'amountMinorUnits', 'item', 'timeToLiveSeconds']);
  return {
    kind: fields.choice('kind', ['spend']),
    machineId: fields.integer('machineId', 1, MAX_UINT32),
    amountMinorUnits: fields.integer('amountMinorUnits', 1, MAX_MINOR_UNITS),
    item: fields.integer('item', 0, MAX_UINT16),
    timeToLiveSeconds: fields.integer('timeToLiveSeconds', 1, MAX_TIME_TO_LIVE_SECONDS),
  };
}

function certificateOf(fields: StrictFields): Certificate {
  const parsed = parseCertificate(fields.bytes('certificate', CERTIFICATE_BYTE_COUNT, ES256_CERTIFICATE_BYTE_COUNT));
  if (parsed.ok) return parsed.certificate;
  throw new TillsongError('ERR_TYPE', `${fields.path}.certificate: expected a certificate, got a bad ${parsed.reason}`);
}

/** What no wallet writes: a counter below one that was used would be used a second time. */
function assertConsistent({ certificate, counter, cumulativeMinorUnits, payments }: WalletState): void {
  const fail = (expected: string) =>
    new TillsongError('ERR_STATE', `wallet.payments: expected ${expected}, got others`);
  if (payments.filter(({ status }) => status === 'open').length > 1) throw fail('at most one that is open');
  const keys = payments.map((payment) => `${toHex(payment.certificate.certificateId)} ${payment.counter}`);
  if (new Set(keys).size !== keys.length) throw fail('each counter once');
  if (certificate === undefined && (counter > 0 || cumulativeMinorUnits > 0))
    throw fail('a certificate for what was spent');
  for (const payment of payments) {
    if (certificate === undefined || !equalBytes(payment.certificate.certificateId, certificate.certificateId))
      continue;
    if (payment.counter > counter || payment.cumulativeMinorUnits > cumulativeMinorUnits)
      throw fail('counters and totals up to those of the wallet');
  }
}
