// Who is given a certificate (rule 22). The policy is data: in the in-flight model an airline asks for registration before
// boarding and a credit score of 550 or more, and opens a flight's list until the doors close. The answer is a closed set of reasons.

import { MAX_MINOR_UNITS, MAX_UINT32 } from '../../codec/token/limits.js';
import { assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import { StrictFields } from '../shared/strict-fields.js';

/** Scores are whole numbers on the scale of whoever gives them; the ceiling only catches a field that holds something else. */
export const MAX_SCORE = 10_000;

/** Operators and flights open at one time; a fleet has fewer, and a list is searched at each enrolment. */
const MAX_AUDIENCES = 10_000;

/** An operator or a flight for which certificates are given. */
export interface OpenAudience {
  /** operator or flight as certificates name it, integer in [0, 2^32 - 1]; 0 = certificates that are good everywhere */
  readonly audience: number;
  /** enrolment opens at this Unix second; undefined: it is open */
  readonly opensAtSeconds: number | undefined;
  /** first Unix second at which enrolment is closed, for example when the doors close; undefined: never */
  readonly closesAtSeconds: number | undefined;
}

/** What an applicant must be. */
export interface EligibilityPolicy {
  /** whether the holder's identity must be registered with the issuer */
  readonly mustBeRegistered: boolean;
  /** the least score, integer in [0, 10000], for example 550; undefined: no score is asked for */
  readonly minimumScore: number | undefined;
  /** what certificates are given for; an audience that is not listed is refused */
  readonly audiences: readonly OpenAudience[];
}

/** What the issuer knows of somebody who asks. */
export interface Applicant {
  /** the issuer's own name of the account, 1 to 128 characters; it does not get into the certificate */
  readonly holder: string;
  readonly registered: boolean;
  /** integer in [0, 10000]; undefined when there is none */
  readonly score: number | undefined;
  /** operator or flight the certificate is asked for, integer in [0, 2^32 - 1] */
  readonly audience: number;
  /** what may still be lent or is set aside for offline use, in minor units; undefined: the issuer's own limits are all there is */
  readonly availableMinorUnits: number | undefined;
}

/**
 * Why an applicant is not eligible.
 *
 * - `not-registered`: registration is required
 * - `score-unknown`, `score-too-low`: a score is required and there is none, or a lower one
 * - `audience`: no certificates are given for that operator or flight
 * - `not-yet-open`, `closed`: not now
 * - `no-funds`: nothing is available
 */
export type EligibilityRefusal =
  | 'not-registered'
  | 'score-unknown'
  | 'score-too-low'
  | 'audience'
  | 'not-yet-open'
  | 'closed'
  | 'no-funds';

/**
 * @param nowSeconds - Unix seconds
 * @returns undefined when the applicant is eligible, else the first reason against
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` when a field of the applicant is none
 */
export function refuseEligibility(
  policy: EligibilityPolicy,
  applicant: Applicant,
  nowSeconds: number,
): EligibilityRefusal | undefined {
  assertApplicant(applicant);
  const { registered, score, audience, availableMinorUnits } = applicant;
  if (policy.mustBeRegistered && !registered) return 'not-registered';
  if (policy.minimumScore !== undefined) {
    if (score === undefined) return 'score-unknown';
    if (score < policy.minimumScore) return 'score-too-low';
  }
  const open = policy.audiences.find((candidate) => candidate.audience === audience);
  if (open === undefined) return 'audience';
  if (open.opensAtSeconds !== undefined && nowSeconds < open.opensAtSeconds) return 'not-yet-open';
  if (open.closesAtSeconds !== undefined && nowSeconds >= open.closesAtSeconds) return 'closed';
  return availableMinorUnits === 0 ? 'no-funds' : undefined;
}

/**
 * Reads a policy, strictly.
 *
 * @param value - parsed JSON: `{"mustBeRegistered": true, "minimumScore": 550, "audiences": [{"audience": 7}]}`
 * @returns a frozen policy
 * @throws TillsongError naming the first bad field
 */
export function parseEligibilityPolicy(value: unknown): EligibilityPolicy {
  const fields = new StrictFields('policy', value, ['mustBeRegistered', 'audiences'], ['minimumScore']);
  const audiences = fields.list('audiences', MAX_AUDIENCES).map(parseAudience);
  if (new Set(audiences.map(({ audience }) => audience)).size !== audiences.length)
    throw new TillsongError('ERR_RANGE', 'policy.audiences: expected each audience once, got one twice');
  return Object.freeze({
    mustBeRegistered: fields.flag('mustBeRegistered'),
    minimumScore: fields.has('minimumScore') ? fields.integer('minimumScore', 0, MAX_SCORE) : undefined,
    audiences: Object.freeze(audiences),
  });
}

function parseAudience(value: unknown, index: number): OpenAudience {
  const path = `policy.audiences[${index}]`;
  const fields = new StrictFields(path, value, ['audience'], ['opensAtSeconds', 'closesAtSeconds']);
  const time = (name: string) => (fields.has(name) ? fields.integer(name, 0, MAX_UINT32) : undefined);
  return Object.freeze({
    audience: fields.integer('audience', 0, MAX_UINT32),
    opensAtSeconds: time('opensAtSeconds'),
    closesAtSeconds: time('closesAtSeconds'),
  });
}

function assertApplicant({ holder, registered, score, audience, availableMinorUnits }: Applicant): void {
  if (typeof holder !== 'string')
    throw new TillsongError('ERR_TYPE', `applicant.holder: expected a string, got ${typeof holder}`);
  if (holder.length < 1 || holder.length > 128)
    throw new TillsongError('ERR_LENGTH', `applicant.holder: expected 1 to 128 characters, got ${holder.length}`);
  if (typeof registered !== 'boolean')
    throw new TillsongError('ERR_TYPE', `applicant.registered: expected true or false, got ${typeof registered}`);
  if (score !== undefined) assertInteger('applicant.score', score, 0, MAX_SCORE);
  assertInteger('applicant.audience', audience, 0, MAX_UINT32);
  if (availableMinorUnits !== undefined)
    assertInteger('applicant.availableMinorUnits', availableMinorUnits, 0, Number.MAX_SAFE_INTEGER);
}

/** @returns the lower of a limit and what is available, as a certificate can say it */
export function limitedBy(limit: number, availableMinorUnits: number | undefined): number {
  return Math.min(limit, availableMinorUnits ?? MAX_MINOR_UNITS);
}
