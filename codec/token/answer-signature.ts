// Signing an answer with the phone's key, and a till's check of one: everything that can be said from the token, the verified
// certificate, the beacon and the till's own terms. That the beacon's nonce is still open, replays, deny lists and the till's
// limits need memory and are the till's.

import { sha256 } from '@noble/hashes/sha2.js';
import { assertInteger } from '../../src/shared/assert.js';
import { TillsongError } from '../../src/shared/errors.js';
import { type Amount, makeAmount } from './amount.js';
import { type Answer, type AnswerFields, type AnswerToken, packAnswerMessage } from './answer.js';
import { type Beacon, type BeaconFields, beaconTag, packBeaconMessage } from './beacon.js';
import { type Certificate, certificateEndSeconds, packCertificate } from './certificate.js';
import {
  assertDeviceOf,
  assertVerified,
  type LimitRefusal,
  limitRefusal,
  matchesReference,
} from './certificate-checks.js';
import type { VerifiedCertificate } from './certificate-signature.js';
import { MAX_CLOCK_TOLERANCE_SECONDS, MAX_UINT32 } from './limits.js';
import { type Signer, signedInput, signWith, verifySignature } from './token-signature.js';

/** What a till is, and when. Price, currency and item are those of its own beacon. Nothing has a default. */
export interface AnswerTerms {
  /** this machine, integer in [1, 2^32 - 1] */
  readonly machineId: number;
  /** this machine's operator or flight, integer in [1, 2^32 - 1] */
  readonly audience: number;
  /** the till's trusted clock, Unix seconds, an integer; undefined when it has none, which must be said */
  readonly nowSeconds: number | undefined;
  /**
   * A time that has certainly passed, whatever happened to the clock: the latest of the last persisted and the
   * issuer-signed one, never a phone's. Unix seconds, an integer; 0 when nothing is known.
   */
  readonly atLeastSeconds: number;
  /** how far the issuer's clock and the till's may be apart at a certificate's beginning, integer in [0, 3600] */
  readonly clockToleranceSeconds: number;
}

/**
 * Why a till refuses a well-formed answer, in the order of the checks. The signature comes last.
 *
 * - `certificate-mismatch`: it refers to another certificate than the one it is checked under
 * - `beacon`: it answers another beacon
 * - `audience`, `machine`, `currency`: made for another operator; the beacon is another machine's; the certificate is in another
 *   currency than the beacon
 * - `amount`: the cumulative amount is less than the price
 * - `payment-limit`, `cumulative-limit`, `count-limit`: beyond the certificate's limits
 * - `certificate-not-yet-valid`, `certificate-expired`: now, or when the answer was signed
 * - `signature`: not signed by the certificate's device key over exactly this certificate and this beacon
 */
export type AnswerRefusal =
  | 'certificate-mismatch'
  | 'beacon'
  | 'audience'
  | 'machine'
  | 'currency'
  | 'amount'
  | LimitRefusal
  | 'certificate-not-yet-valid'
  | 'certificate-expired'
  | 'signature';

export type AnswerVerdict =
  | { readonly ok: true; readonly amount: Amount }
  | { readonly ok: false; readonly reason: AnswerRefusal };

/**
 * Signs one answer under a certificate. Counter and totals must be stored before this is called; no limit of the certificate is
 * looked at here (the wallet does).
 *
 * @param beacon - as it was heard; whether its machine signed it makes no difference to the answer
 * @param device - holds the key that the certificate names
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` naming a bad field, also when the beacon's currency is not the
 *   certificate's or its price more than the cumulative amount; `ERR_STATE` when the signer is another device's or its answer does
 *   not verify
 */
export async function signAnswer(
  fields: Omit<AnswerFields, 'beaconTag'>,
  beacon: Beacon,
  certificate: Certificate,
  device: Signer,
): Promise<Answer> {
  const { counter, cumulativeMinorUnits, timeSeconds } = fields;
  const own = { beaconTag: beaconTag(beacon), counter, cumulativeMinorUnits, timeSeconds };
  const input = answerInput(sha256(packCertificate(certificate)), beacon, own);
  if (beacon.currency !== certificate.currency)
    throw new TillsongError(
      'ERR_RANGE',
      `beacon.currency: expected the certificate's ${certificate.currency}, got ${beacon.currency}`,
    );
  if (cumulativeMinorUnits < beacon.priceMinorUnits)
    throw new TillsongError(
      'ERR_RANGE',
      `answer.cumulativeMinorUnits: expected at least the price ${beacon.priceMinorUnits}, got ${cumulativeMinorUnits}`,
    );
  assertDeviceOf(certificate, device);
  return { ...own, signature: await signWith(device, input) };
}

/**
 * A till's check of an answer it has parsed, and settlement's of one it was sent.
 *
 * Without a trusted clock (`nowSeconds` undefined) a certificate is refused as expired only when `atLeastSeconds` says so, and as
 * not yet valid only by the answer's own time: the beacon's nonce, not the clock, is what makes the answer fresh.
 *
 * @param token - from `parseAnswer` or `parseToken`
 * @param certificate - from `verifyCertificate`: of the certificate in the token, or of the known one with that id
 * @param beacon - what this machine sang, out of its own memory
 * @param terms - all of them are needed
 * @returns the amount to charge, or the first reason to refuse
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when the terms or the beacon are incomplete or the certificate was not verified
 */
export function verifyAnswer(
  token: AnswerToken,
  certificate: VerifiedCertificate,
  beacon: BeaconFields,
  terms: AnswerTerms,
): AnswerVerdict {
  assertVerified(certificate);
  checkTerms(terms);
  const { answer } = token;
  const input = answerInput(certificate.hash, beacon, answer);

  const reason =
    (matchesReference(token.certificate, certificate) ? undefined : 'certificate-mismatch') ??
    termsRefusal(answer, certificate.certificate, beacon, terms) ??
    limitRefusal(answer, beacon.priceMinorUnits, certificate.certificate) ??
    timeRefusal(answer, certificate.certificate, terms);
  if (reason !== undefined) return { ok: false, reason };

  const { algorithm, deviceKey } = certificate.certificate;
  const verdict = verifySignature(algorithm, { publicKey: deviceKey, message: input, signature: answer.signature });
  if (!verdict.ok) return { ok: false, reason: 'signature' };
  return { ok: true, amount: makeAmount(beacon.priceMinorUnits, beacon.currency) };
}

/** Domain tag || SHA-256 of the certificate 32 || beacon in its unsigned form 23 || first 12 bytes of the answer. */
function answerInput(certificateHash: Uint8Array, beacon: BeaconFields, fields: AnswerFields): Uint8Array {
  return signedInput('answer', certificateHash, packBeaconMessage(beacon), packAnswerMessage(fields));
}

function checkTerms(terms: AnswerTerms): void {
  assertInteger('terms.machineId', terms.machineId, 1, MAX_UINT32);
  assertInteger('terms.audience', terms.audience, 1, MAX_UINT32);
  assertInteger('terms.atLeastSeconds', terms.atLeastSeconds, 0, Number.MAX_SAFE_INTEGER);
  assertInteger('terms.clockToleranceSeconds', terms.clockToleranceSeconds, 0, MAX_CLOCK_TOLERANCE_SECONDS);
  if (!('nowSeconds' in terms))
    throw new TillsongError(
      'ERR_TYPE',
      'terms.nowSeconds: expected integer, or undefined where it is said, got nothing',
    );
  if (terms.nowSeconds !== undefined) assertInteger('terms.nowSeconds', terms.nowSeconds, 0, Number.MAX_SAFE_INTEGER);
}

function termsRefusal(
  answer: Answer,
  certificate: Certificate,
  beacon: BeaconFields,
  terms: AnswerTerms,
): AnswerRefusal | undefined {
  if (answer.beaconTag !== beaconTag(beacon)) return 'beacon';
  if (certificate.audience !== 0 && certificate.audience !== terms.audience) return 'audience';
  if (beacon.machineId !== terms.machineId) return 'machine';
  if (certificate.currency !== beacon.currency) return 'currency';
  if (answer.cumulativeMinorUnits < beacon.priceMinorUnits) return 'amount';
  return undefined;
}

function timeRefusal(answer: Answer, certificate: Certificate, terms: AnswerTerms): AnswerRefusal | undefined {
  const { atLeastSeconds, clockToleranceSeconds } = terms;
  // A clock that was set back does not bring back what has passed.
  const nowSeconds = Math.max(terms.nowSeconds ?? 0, atLeastSeconds);
  const { issuedAtSeconds } = certificate;
  const endSeconds = certificateEndSeconds(certificate);
  const isTooEarly = terms.nowSeconds !== undefined && nowSeconds + clockToleranceSeconds < issuedAtSeconds;
  if (isTooEarly || answer.timeSeconds < issuedAtSeconds) return 'certificate-not-yet-valid';
  if (nowSeconds >= endSeconds || answer.timeSeconds >= endSeconds) return 'certificate-expired';
  return undefined;
}
