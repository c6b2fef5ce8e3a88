// The issuer: meets a phone while it is online and gives it a certificate with limits (rules 6 and 22). Clock, randomness, key
// and records are passed in, so the same code runs beside a bank's database, in a worker, or in a test.

import { equalBytes } from '../../codec/token/bytes.js';
import {
  ASSURANCE_FLAGS,
  type Certificate,
  certificateEndSeconds,
  packCertificate,
} from '../../codec/token/certificate.js';
import { signCertificate } from '../../codec/token/certificate-signature.js';
import { type DenyListDelta, signDenyListDelta } from '../../codec/token/deny-list.js';
import { CERTIFICATE_ID_BYTE_COUNT, MAX_DENY_LIST_DELTA, MAX_UINT32 } from '../../codec/token/limits.js';
import type { Signer } from '../../codec/token/token-signature.js';
import { assertBytes, assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import { type Applicant, type EligibilityRefusal, limitedBy, refuseEligibility } from './eligibility.js';
import { CHALLENGE_BYTE_COUNT, type EnrolmentRequest, type PossessionRefusal, refusePossession } from './enrolment.js';
import type { IssuerConfig } from './issuer-config.js';
import type { IssuedCertificate, IssuerStore, OpenChallenge } from './issuer-store.js';

/** What an issuer works with. */
export interface IssuerOptions {
  readonly config: IssuerConfig;
  readonly store: IssuerStore;
  /** Ed25519, the key that tills have configured as `config.issuerKeyId` */
  readonly signer: Signer;
  /** @returns Unix seconds, an integer */
  readonly nowSeconds: () => number;
  /** @returns that many bytes of a cryptographic random generator */
  readonly randomBytes: (byteCount: number) => Uint8Array;
}

/**
 * What the key's hardware attested, checked by whoever calls: the two flags of `ASSURANCE_FLAGS` that the issuer cannot know.
 * `REGISTERED` is set by what the applicant is.
 */
export interface Attestation {
  readonly hardwareKey: boolean;
  readonly userVerification: boolean;
}

/**
 * Why no certificate is given.
 *
 * - `challenge-unknown`: never sent out, or answered before
 * - `challenge-expired`: answered too late
 * - `device-key`, `proof`: see `PossessionRefusal`
 * - `other-holder`: the key has been enrolled for another holder
 * - the others: see `EligibilityRefusal`
 */
export type EnrolmentRefusal =
  | 'challenge-unknown'
  | 'challenge-expired'
  | 'other-holder'
  | PossessionRefusal
  | EligibilityRefusal;

export type EnrolmentResult =
  | { readonly ok: true; readonly certificate: Certificate; readonly retired: readonly Uint8Array[] }
  | { readonly ok: false; readonly reason: EnrolmentRefusal };

/** `ahead`: the till has a version that this issuer never made (its records were restored from an old backup). */
export type DenyListAnswer =
  | { readonly kind: 'delta'; readonly delta: DenyListDelta }
  | { readonly kind: 'current' }
  | { readonly kind: 'ahead' };

const NO_ATTESTATION: Attestation = { hardwareKey: false, userVerification: false };

export class Issuer {
  private readonly options: IssuerOptions;

  /** @throws TillsongError `ERR_TYPE` when the signer is not Ed25519 */
  constructor(options: IssuerOptions) {
    if (options.signer.algorithm !== 'ed25519')
      throw new TillsongError('ERR_TYPE', `signer.algorithm: expected ed25519, got ${options.signer.algorithm}`);
    this.options = { ...options };
  }

  /** The issuer's key as tills configure it. */
  get publicKey(): Uint8Array {
    return this.options.signer.publicKey.slice();
  }

  /** @returns a new challenge for one phone; it can be answered once, until it expires */
  async challenge(): Promise<OpenChallenge> {
    const { config, store } = this.options;
    const madeAtSeconds = this.now();
    const expiresAtSeconds = madeAtSeconds + config.challengeLifetimeSeconds;
    const open = { challenge: this.random(CHALLENGE_BYTE_COUNT), madeAtSeconds, expiresAtSeconds };
    await store.addChallenge(open);
    return { ...open, challenge: open.challenge.slice() };
  }

  /**
   * Gives a certificate, when the device holds its key and the applicant is eligible, and retires what its holder had.
   *
   * The challenge is used up whatever comes out. The certificate is recorded before it is handed over: one that is lost on
   * the way is replaced by the next enrolment.
   *
   * @param request - from `parseEnrolmentRequest`
   * @param applicant - what the issuer knows of the holder; never what the phone says of itself
   * @throws TillsongError when a field of the applicant is none, or the signer fails; and what the store throws
   */
  async enrol(
    request: EnrolmentRequest,
    applicant: Applicant,
    attestation: Attestation = NO_ATTESTATION,
  ): Promise<EnrolmentResult> {
    const reason = await this.refuse(request, applicant);
    if (reason !== undefined) return { ok: false, reason };
    const { config, store, signer } = this.options;
    const { limits } = config;
    const { availableMinorUnits } = applicant;
    const certificate = await signCertificate(
      {
        algorithm: request.algorithm,
        issuerKeyId: config.issuerKeyId,
        certificateId: this.random(CERTIFICATE_ID_BYTE_COUNT),
        issuedAtSeconds: this.now(),
        validityHours: limits.validityHours,
        currency: limits.currency,
        maxPaymentMinorUnits: limitedBy(limits.maxPaymentMinorUnits, availableMinorUnits),
        maxCumulativeMinorUnits: limitedBy(limits.maxCumulativeMinorUnits, availableMinorUnits),
        maxCount: limits.maxCount,
        audience: applicant.audience,
        assuranceFlags: assuranceFlags(applicant, attestation),
        deviceKey: request.deviceKey,
      },
      signer,
    );
    const retired = await store.addCertificate(recordOf(certificate, applicant.holder), {
      denyReplaced: config.denyReplaced,
    });
    return { ok: true, certificate, retired };
  }

  /**
   * Takes a certificate back: a lost phone, or what settlement found out about it.
   *
   * @param certificateId - 8 bytes
   * @returns whether this issuer gave such a certificate
   */
  async block(certificateId: Uint8Array): Promise<boolean> {
    assertBytes('certificateId', certificateId, CERTIFICATE_ID_BYTE_COUNT, CERTIFICATE_ID_BYTE_COUNT);
    return this.options.store.blockCertificate(certificateId.slice(), this.now());
  }

  /**
   * What a till's deny list lacks, signed. The list only grows, and its version is how many ids it has, so a till that lacks
   * more than one delta holds asks again with the version that it then has.
   *
   * @param baseVersion - the till's, integer in [0, 2^32 - 1]
   * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` when baseVersion is none
   */
  async denyListDelta(baseVersion: number): Promise<DenyListAnswer> {
    assertInteger('baseVersion', baseVersion, 0, MAX_UINT32);
    const { config, store, signer } = this.options;
    if (baseVersion > (await store.denyListVersion())) return { kind: 'ahead' };
    const added = await store.deniedAfter(baseVersion, MAX_DENY_LIST_DELTA);
    if (added.length === 0) return { kind: 'current' };
    const fields = {
      issuerKeyId: config.issuerKeyId,
      baseVersion,
      version: baseVersion + added.length,
      timeSeconds: this.now(),
      certificateIds: [...added].sort(compareBytes),
    };
    return { kind: 'delta', delta: await signDenyListDelta(fields, signer) };
  }

  /** @returns the records of all certificates, or of one holder's, in the order they were given */
  certificates(holder?: string): Promise<readonly IssuedCertificate[]> {
    return this.options.store.certificates(holder);
  }

  private async refuse(request: EnrolmentRequest, applicant: Applicant): Promise<EnrolmentRefusal | undefined> {
    const { config, store } = this.options;
    const now = this.now();
    const ineligible = refuseEligibility(config.policy, applicant, now);
    const challenge = await store.takeChallenge(request.challenge);
    if (challenge === undefined || !equalBytes(challenge.challenge, request.challenge)) return 'challenge-unknown';
    // A clock that was set back makes every challenge too old rather than young again.
    if (now >= challenge.expiresAtSeconds || now < challenge.madeAtSeconds) return 'challenge-expired';
    const unproven = refusePossession(request);
    if (unproven !== undefined) return unproven;
    if (ineligible !== undefined) return ineligible;
    const holders = await store.holdersOfKey(request.deviceKey);
    return holders.every((holder) => holder === applicant.holder) ? undefined : 'other-holder';
  }

  private now(): number {
    const now = this.options.nowSeconds();
    assertInteger('nowSeconds', now, 0, MAX_UINT32);
    return now;
  }

  private random(byteCount: number): Uint8Array {
    const bytes = this.options.randomBytes(byteCount);
    assertBytes('randomBytes', bytes, byteCount, byteCount);
    return bytes.slice();
  }
}

function assuranceFlags({ registered }: Applicant, { hardwareKey, userVerification }: Attestation): number {
  return (
    (hardwareKey ? ASSURANCE_FLAGS.HARDWARE_KEY : 0) |
    (userVerification ? ASSURANCE_FLAGS.USER_VERIFICATION : 0) |
    (registered ? ASSURANCE_FLAGS.REGISTERED : 0)
  );
}

function recordOf(certificate: Certificate, holder: string): IssuedCertificate {
  return {
    certificateId: certificate.certificateId,
    holder,
    certificate: packCertificate(certificate),
    deviceKey: certificate.deviceKey,
    issuedAtSeconds: certificate.issuedAtSeconds,
    endsAtSeconds: certificateEndSeconds(certificate),
    retired: undefined,
  };
}

/** The order that a delta has on the wire: as numbers of equal length. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}
