// From one state of a wallet to the next: pure functions, what is stored by whom is wallet.ts's.

import { equalBytes } from '../../codec/token/bytes.js';
import type { Certificate } from '../../codec/token/certificate.js';
import { amountOf, isSamePayment, machineOf, type Order, type WalletPayment } from './wallet-payment.js';
import type { WalletState } from './wallet-state.js';

/** @returns the next payment under the certificate, not signed yet */
export function nextPayment(
  { counter, cumulativeMinorUnits }: WalletState,
  certificate: Certificate,
  order: Order,
  timeSeconds: number,
): WalletPayment {
  return {
    certificate,
    order,
    counter: counter + 1,
    cumulativeMinorUnits: cumulativeMinorUnits + amountOf(order),
    timeSeconds,
    signature: undefined,
    status: 'open',
    receipt: undefined,
    evidence: [],
  };
}

/** @returns the state that counts the payment and has it on the bill */
export function withNewPayment(state: WalletState, payment: WalletPayment): WalletState {
  const { counter, cumulativeMinorUnits } = payment;
  return { ...state, counter, cumulativeMinorUnits, payments: [...state.payments, payment] };
}

/**
 * The one thing that resets counter and total (rule 2). The bill is kept, but for what was cancelled before it was signed: that is
 * owed to nobody.
 */
export function withCertificate(
  { payments }: WalletState,
  certificate: Certificate,
  sameSecondIds: readonly Uint8Array[],
): WalletState {
  return {
    certificate,
    counter: 0,
    cumulativeMinorUnits: 0,
    payments: payments.filter(({ signature }) => signature !== undefined),
    sameSecondIds,
    hearers: [],
  };
}

/** @returns ids of the certificates of `next`'s second that were in use before, or undefined when `next` is older or one of them */
export function earlierIds(
  { certificate, sameSecondIds }: WalletState,
  next: Certificate,
): readonly Uint8Array[] | undefined {
  if (certificate === undefined || next.issuedAtSeconds > certificate.issuedAtSeconds) return [];
  if (next.issuedAtSeconds < certificate.issuedAtSeconds) return undefined;
  const used = [...sameSecondIds, certificate.certificateId];
  return used.some((id) => equalBytes(id, next.certificateId)) ? undefined : used;
}

/** @returns the state in which the payment of that counter is this one */
export function withPayment(state: WalletState, payment: WalletPayment): WalletState {
  const payments = state.payments.map((old) => (isSamePayment(old, payment) ? payment : old));
  return { ...state, payments };
}

/** @returns the state in which the payment's machine knows the certificate, when it is the present one */
export function withHearer(state: WalletState, { certificate, order }: WalletPayment): WalletState {
  const isPresent =
    state.certificate !== undefined && equalBytes(state.certificate.certificateId, certificate.certificateId);
  const machineId = machineOf(order);
  if (!isPresent || state.hearers.includes(machineId)) return state;
  return { ...state, hearers: [...state.hearers, machineId] };
}
