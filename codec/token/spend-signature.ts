// Signing a spend with the phone's key, and a till's check of one: everything that can be said from the token, the verified
// certificate and the till's own terms. Replays, deny lists and the till's limits need memory and are the till's.

import { sha256 } from '@noble/hashes/sha2.js';
import { assertInteger } from '../../src/shared/assert.js';
import { type Amount, makeAmount } from './amount.js';
import { type Certificate, certificateEndSeconds, packCertificate } from './certificate.js';
import {
  assertDeviceOf,
  assertVerified,
  type LimitRefusal,
  limitRefusal,
  matchesReference,
} from './certificate-checks.js';
import type { VerifiedCertificate } from './certificate-signature.js';
import { MAX_CLOCK_TOLERANCE_SECONDS, MAX_UINT16, MAX_UINT32 } from './limits.js';
import { packSpendMessage, type Spend, type SpendFields, type SpendToken } from './spend.js';
import { type Signer, signedInput, signWith, verifySignature } from './token-signature.js';

/** What a till sells, to whom and when. Nothing has a default: a check that was not configured is a mistake, not a skip. */
export interface SpendTerms {
  /** this machine, integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** this machine's operator or flight, integer in [1, 2^32 - 1] */
  readonly audience: number;
  /** what was chosen, integer in [0, 65535] */
  readonly item: number;
  /** what it costs here, now, in the till's currency */
  readonly price: Amount;
  /** the till's trusted clock, Unix seconds, an integer */
  readonly nowSeconds: number;
  /** how far the phone's clock may be off, integer in [0, 3600] */
  readonly clockToleranceSeconds: number;
}

/**
 * Why a till refuses a well-formed spend, in the order of the checks. The signature comes last: a token that is not for
 * this machine costs no curve arithmetic.
 *
 * - `certificate-mismatch`: it refers to another certificate than the one it is checked under
 * - `audience`, `machine`, `item`, `currency`, `price`: made for another operator, machine, item, currency or price
 * - `payment-limit`, `cumulative-limit`, `count-limit`: beyond the certificate's limits
 * - `certificate-not-yet-valid`, `certificate-expired`: now, or when the spend was signed
 * - `not-yet-valid`, `expired`: the spend itself is from the future, or older than its time to live
 * - `signature`: not signed by the certificate's device key, or not under exactly this certificate
 */
export type SpendRefusal =
  | 'certificate-mismatch'
  | 'audience'
  | 'machine'
  | 'item'
  | 'currency'
  | 'price'
  | LimitRefusal
  | 'certificate-not-yet-valid'
  | 'certificate-expired'
  | 'not-yet-valid'
  | 'expired'
  | 'signature';

export type SpendVerdict =
  | { readonly ok: true; readonly amount: Amount }
  | { readonly ok: false; readonly reason: SpendRefusal };

/**
 * Signs one spend under a certificate. Counter and totals must be stored before this is called; no limit of the certificate is
 * looked at here (the wallet does).
 *
 * @param device - holds the key that the certificate names
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` naming a bad field, `ERR_STATE` when the signer is another device's or
 *   its answer does not verify
 */
export async function signSpend(fields: SpendFields, certificate: Certificate, device: Signer): Promise<Spend> {
  const own = { ...fields };
  const message = packSpendMessage(own);
  const hash = sha256(packCertificate(certificate));
  assertDeviceOf(certificate, device);
  return { ...own, signature: await signWith(device, signedInput('spend', hash, message)) };
}

/**
 * A till's check of a spend it has parsed.
 *
 * @param token - from `parseSpend` or `parseToken`
 * @param certificate - from `verifyCertificate`: of the certificate in the token, or of the known one with that id
 * @param terms - all of them are needed
 * @returns the amount to charge, or the first reason to refuse
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when the terms are incomplete or the certificate was not verified
 */
export function verifySpend(token: SpendToken, certificate: VerifiedCertificate, terms: SpendTerms): SpendVerdict {
  assertVerified(certificate);
  const price = checkTerms(terms);
  const { spend } = token;
  const message = packSpendMessage(spend);

  const reason =
    (matchesReference(token.certificate, certificate) ? undefined : 'certificate-mismatch') ??
    termsRefusal(spend, certificate.certificate, terms) ??
    limitRefusal(spend, spend.amountMinorUnits, certificate.certificate) ??
    timeRefusal(spend, certificate.certificate, terms);
  if (reason !== undefined) return { ok: false, reason };

  const { algorithm, deviceKey } = certificate.certificate;
  const input = signedInput('spend', certificate.hash, message);
  const verdict = verifySignature(algorithm, { publicKey: deviceKey, message: input, signature: spend.signature });
  return verdict.ok ? { ok: true, amount: price } : { ok: false, reason: 'signature' };
}

function checkTerms(terms: SpendTerms): Amount {
  assertInteger('terms.machineId', terms.machineId, 1, MAX_UINT32);
  assertInteger('terms.audience', terms.audience, 1, MAX_UINT32);
  assertInteger('terms.item', terms.item, 0, MAX_UINT16);
  assertInteger('terms.nowSeconds', terms.nowSeconds, 0, Number.MAX_SAFE_INTEGER);
  assertInteger('terms.clockToleranceSeconds', terms.clockToleranceSeconds, 0, MAX_CLOCK_TOLERANCE_SECONDS);
  return makeAmount(terms.price?.minorUnits, terms.price?.currency);
}

function termsRefusal(spend: Spend, certificate: Certificate, terms: SpendTerms): SpendRefusal | undefined {
  if (certificate.audience !== 0 && certificate.audience !== terms.audience) return 'audience';
  if (spend.machineId !== terms.machineId) return 'machine';
  if (spend.item !== terms.item) return 'item';
  if (certificate.currency !== terms.price.currency) return 'currency';
  if (spend.amountMinorUnits !== terms.price.minorUnits) return 'price';
  return undefined;
}

/** The tolerance is for the phone's clock alone: the end of a certificate is by the till's clock and exact. */
function timeRefusal(spend: Spend, certificate: Certificate, terms: SpendTerms): SpendRefusal | undefined {
  const { nowSeconds, clockToleranceSeconds } = terms;
  const { timeSeconds, timeToLiveSeconds } = spend;
  const { issuedAtSeconds } = certificate;
  const endSeconds = certificateEndSeconds(certificate);
  if (nowSeconds + clockToleranceSeconds < issuedAtSeconds || timeSeconds < issuedAtSeconds)
    return 'certificate-not-yet-valid';
  if (nowSeconds >= endSeconds || timeSeconds >= endSeconds) return 'certificate-expired';
  if (timeSeconds > nowSeconds + clockToleranceSeconds) return 'not-yet-valid';
  if (nowSeconds > timeSeconds + timeToLiveSeconds + clockToleranceSeconds) return 'expired';
  return undefined;
}
