// A till's check of one payment: everything that is asked before money is accepted, the cheap questions first. Whether it has been
// paid before and how much the till may take is asked by the till itself.

import type { Amount } from '../../codec/token/amount.js';
import { type AnswerToken, packAnswer } from '../../codec/token/answer.js';
import { verifyAnswer } from '../../codec/token/answer-signature.js';
import type { Beacon } from '../../codec/token/beacon.js';
import { equalBytes } from '../../codec/token/bytes.js';
import { packCertificate } from '../../codec/token/certificate.js';
import { referencedCertificateId } from '../../codec/token/certificate-reference.js';
import { type VerifiedCertificate, verifyCertificate } from '../../codec/token/certificate-signature.js';
import { ANSWER_BYTE_COUNT, SPEND_BYTE_COUNT } from '../../codec/token/limits.js';
import { packAnswerPayment } from '../../codec/token/receipt-signature.js';
import { packSpend, packSpendMessage, type SpendToken } from '../../codec/token/spend.js';
import { type SpendTerms, verifySpend } from '../../codec/token/spend-signature.js';
import { toHex } from '../shared/hex.js';
import type { KnownCertificates } from './known-certificates.js';
import type { SignatureBudget } from './signature-budget.js';
import { assertPrice, type TillConfig } from './till-config.js';
import type { TillDenyList } from './till-deny-list.js';
import type { TillRefused } from './till-verdict.js';
import type { ClockReading } from './trusted-clock.js';

/** What a payment is made of. */
export type PaymentToken = SpendToken | AnswerToken;

/** A payment that may be accepted. */
export interface CheckedPayment {
  readonly ok: true;
  readonly amount: Amount;
  readonly item: number;
  readonly certificate: VerifiedCertificate;
}

/** What a check needs to remember between payments. */
export interface CheckMemory {
  readonly known: KnownCertificates;
  readonly denyList: TillDenyList;
  readonly budget: SignatureBudget;
}

/** @returns the token alone, as it is journaled: without the certificate it travels with */
export function packedTokenOf(token: PaymentToken): Uint8Array {
  if (token.type === 'spend') return packSpend(token).slice(0, SPEND_BYTE_COUNT);
  return packAnswer(token).slice(0, ANSWER_BYTE_COUNT);
}

/** @returns what is paid, without the signature; undefined for an answer whose beacon is not known */
export function packedPaymentOf(token: PaymentToken, beacon: Beacon | undefined): Uint8Array | undefined {
  if (token.type === 'spend') return packSpendMessage(token.spend);
  return beacon && packAnswerPayment(beacon, token.answer);
}

/** @returns the replay key's two parts */
export function replayKeyOf(token: PaymentToken): { readonly certificateId: Uint8Array; readonly counter: number } {
  const { counter } = token.type === 'spend' ? token.spend : token.answer;
  return { certificateId: referencedCertificateId(token.certificate), counter };
}

/**
 * @param beacon - the open beacon that an answer names; undefined for a spend, and when none is open
 * @returns the amount that may be charged, or the first reason to refuse
 */
export function checkPayment(
  token: PaymentToken,
  beacon: Beacon | undefined,
  reading: ClockReading,
  config: TillConfig,
  memory: CheckMemory,
): CheckedPayment | TillRefused {
  const terms = token.type === 'spend' ? spendTerms(token, reading, config) : undefined;
  if (terms !== undefined && 'ok' in terms) return terms;
  if (token.type === 'answer' && beacon === undefined) return { ok: false, step: 'payment', reason: 'beacon-unknown' };
  const nowMs = config.clock.monotonicMs();
  const found = findCertificate(token, config, memory, nowMs);
  if (!('certificate' in found)) return found;
  const { certificate, bucket } = found;

  const verdict =
    token.type === 'spend'
      ? verifySpend(token, certificate, terms as SpendTerms)
      : verifyAnswer(token, certificate, beacon as Beacon, {
          machineId: config.machineId,
          audience: config.audience,
          clockToleranceSeconds: config.clockToleranceSeconds,
          ...reading,
        });
  if (!verdict.ok) {
    if (verdict.reason === 'signature') memory.budget.failed(bucket, nowMs);
    return { ok: false, step: 'payment', reason: verdict.reason };
  }
  memory.known.add(certificate);
  const item = token.type === 'spend' ? token.spend.item : (beacon as Beacon).item;
  return { ok: true, amount: verdict.amount, item, certificate };
}

/** What needs no certificate to be refused comes first: most of what a till overhears is meant for its neighbours. */
function spendTerms({ spend }: SpendToken, { nowSeconds }: ClockReading, config: TillConfig): SpendTerms | TillRefused {
  const { machineId, audience, clockToleranceSeconds } = config;
  if (spend.machineId !== machineId) return { ok: false, step: 'payment', reason: 'machine' };
  const price = config.priceOf(spend.item);
  if (price === undefined) return { ok: false, step: 'payment', reason: 'item' };
  assertPrice(price, config.currency);
  if (spend.amountMinorUnits !== price.minorUnits) return { ok: false, step: 'payment', reason: 'price' };
  if (nowSeconds === undefined) return { ok: false, step: 'till', reason: 'clock' };
  return { machineId, audience, item: spend.item, price, nowSeconds, clockToleranceSeconds };
}

interface FoundCertificate {
  readonly certificate: VerifiedCertificate;
  /** whose budget the check of the payment's signature is on: the certificate's own when the till knew it, else everybody's */
  readonly bucket: string | undefined;
}

/** The known certificate, or the one that came along; no signature is checked unless the budget has room for one that fails. */
function findCertificate(
  { certificate: reference }: PaymentToken,
  { issuerKeys }: TillConfig,
  { known, denyList, budget }: CheckMemory,
  nowMs: number,
): FoundCertificate | TillRefused {
  const id = referencedCertificateId(reference);
  const kept = known.get(id);
  const isSame =
    kept !== undefined &&
    (reference.kind === 'id' || equalBytes(packCertificate(reference.certificate), packCertificate(kept.certificate)));
  if (reference.kind === 'id' && kept === undefined) return { ok: false, step: 'certificate', reason: 'unknown' };
  if (denyList.has(id)) return { ok: false, step: 'certificate', reason: 'denied' };

  const bucket = isSame ? toHex(id) : undefined;
  if (!budget.mayCheck(bucket, nowMs)) return { ok: false, step: 'till', reason: 'checks' };
  if (isSame) return { certificate: kept, bucket };
  if (reference.kind === 'id') return { ok: false, step: 'certificate', reason: 'unknown' };
  const verdict = verifyCertificate(reference.certificate, issuerKeys);
  if (verdict.ok) return { certificate: verdict.certificate, bucket };
  if (verdict.reason === 'issuer-signature') budget.failed(bucket, nowMs);
  return { ok: false, step: 'certificate', reason: verdict.reason };
}
