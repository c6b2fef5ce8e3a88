// A spend and an answer as settlement sees them: one signed payment, whichever way it was made. What an answer does not say itself
// (machine, price, currency, item) its beacon says, and the signature covers both.

import { sha256 } from '@noble/hashes/sha2.js';
import { parseAnswer } from '../../codec/token/answer.js';
import { beaconTag, parseBeacon } from '../../codec/token/beacon.js';
import { concatBytes } from '../../codec/token/bytes.js';
import type { Certificate } from '../../codec/token/certificate.js';
import { packAnswerPayment } from '../../codec/token/receipt-signature.js';
import { packSpendMessage, parseSpend } from '../../codec/token/spend.js';
import { signedInput } from '../../codec/token/token-signature.js';
import { toHex } from '../shared/hex.js';

/** One payment that a phone has signed. */
export interface SignedPayment {
  readonly kind: 'spend' | 'answer';
  readonly counter: number;
  readonly machineId: number;
  readonly minorUnits: number;
  readonly currency: number;
  readonly item: number;
  readonly cumulativeMinorUnits: number;
  /** by the phone's clock */
  readonly signedAtSeconds: number;
  /** of a spend; an answer lives as long as the till remembers its beacon */
  readonly timeToLiveSeconds: number | undefined;
  /** the message without its signature, which a receipt is bound to: 20 bytes of a spend, or 23 of the beacon and 12 of the answer */
  readonly payment: Uint8Array;
  /** SHA-256 of `payment`, in hex: two payments are the same when this is, however often they were signed */
  readonly contentHash: string;
  readonly signature: Uint8Array;
}

export type SignedPaymentParseResult =
  | { readonly ok: true; readonly payment: SignedPayment }
  | { readonly ok: false; readonly reason: 'token' | 'beacon' };

/**
 * @param token - packed spend (84 bytes) or answer (76 bytes), without the certificate, from anybody
 * @param beacon - packed, with or without the machine's signature; undefined or null for a spend
 * @param certificate - that it was signed under; the currency of a spend is its
 */
export function parseSignedPayment(
  token: Uint8Array,
  beacon: Uint8Array | undefined | null,
  certificate: Certificate,
): SignedPaymentParseResult {
  const whole = concatBytes(token, certificate.certificateId);
  const asSpend = parseSpend(whole);
  if (asSpend.ok) {
    if (asSpend.token.certificate.kind !== 'id') return { ok: false, reason: 'token' };
    if (beacon) return { ok: false, reason: 'beacon' };
    const { spend } = asSpend.token;
    const { counter, machineId, amountMinorUnits: minorUnits, item, cumulativeMinorUnits } = spend;
    const { timeSeconds: signedAtSeconds, timeToLiveSeconds, signature } = spend;
    const fields = { counter, machineId, minorUnits, item, cumulativeMinorUnits, signedAtSeconds, timeToLiveSeconds };
    return ok({ kind: 'spend', ...fields, currency: certificate.currency, signature }, packSpendMessage(spend));
  }
  const asAnswer = parseAnswer(whole);
  if (!asAnswer.ok || asAnswer.token.certificate.kind !== 'id') return { ok: false, reason: 'token' };
  const parsed = beacon ? parseBeacon(beacon) : undefined;
  const { answer } = asAnswer.token;
  if (!parsed?.ok || beaconTag(parsed.beacon) !== answer.beaconTag) return { ok: false, reason: 'beacon' };
  const { machineId, priceMinorUnits: minorUnits, currency, item } = parsed.beacon;
  const { counter, cumulativeMinorUnits, timeSeconds: signedAtSeconds, signature } = answer;
  const fields = { machineId, minorUnits, currency, item, counter, cumulativeMinorUnits, signedAtSeconds, signature };
  return ok({ kind: 'answer', ...fields, timeToLiveSeconds: undefined }, packAnswerPayment(parsed.beacon, answer));
}

/** @returns the bytes that the device key has signed, for the certificate with that SHA-256 */
export function signedPaymentInput({ kind, payment }: SignedPayment, certificateHash: Uint8Array): Uint8Array {
  return signedInput(kind, certificateHash, payment);
}

function ok(fields: Omit<SignedPayment, 'payment' | 'contentHash'>, payment: Uint8Array): SignedPaymentParseResult {
  return { ok: true, payment: { ...fields, payment, contentHash: toHex(sha256(payment)) } };
}
