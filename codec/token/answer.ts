// The answer to a beacon: a payment that is good for one offer of one machine, whatever the phone's clock says.
// Layout, packing and strict parsing; nothing here checks a signature (answer-signature.ts does).

import { assertBytes } from '../../src/shared/assert.js';
import { concatBytes } from './bytes.js';
import {
  type CertificateReference,
  packReference,
  parseReference,
  type ReferenceParseReason,
} from './certificate-reference.js';
import { type IntegerField, packIntegers, parseIntegers } from './integer-fields.js';
import { LEAD_BYTES, tokenTypeOf } from './lead-byte.js';
import { ANSWER_BYTE_COUNT, MAX_COUNTER, MAX_MINOR_UNITS, SIGNATURE_BYTE_COUNT } from './limits.js';

/** What a phone answers. Machine, price, currency and item are the beacon's, which the signature covers too. */
export interface AnswerFields {
  /** which beacon is answered (`beaconTag`), integer in [0, 65535] */
  readonly beaconTag: number;
  /** integer in [1, 65535], one more with each payment under a certificate */
  readonly counter: number;
  /** all payments under the certificate so far, this one included, integer in [1, 16777215]; never falls */
  readonly cumulativeMinorUnits: number;
  /** when it was signed by the phone's clock, Unix seconds, integer in [0, 2^32 - 1] */
  readonly timeSeconds: number;
}

/** A signed answer, 76 bytes, without the certificate it travels with. */
export interface Answer extends AnswerFields {
  /** by the device key of the certificate, 64 bytes */
  readonly signature: Uint8Array;
}

/** An answer as it travels: 203 bytes with the whole certificate (204 with an ES256 device key), 84 with its id. */
export interface AnswerToken {
  readonly type: 'answer';
  readonly answer: Answer;
  readonly certificate: CertificateReference;
}

/** Why bytes are no answer. `certificate-...`: it is followed by something as long as a certificate that is none. */
export type AnswerParseReason = 'type' | 'version' | 'counter' | 'amount' | ReferenceParseReason;

export type AnswerParseResult =
  | { readonly ok: true; readonly token: AnswerToken }
  | { readonly ok: false; readonly reason: AnswerParseReason };

//   0    1            3         5            8         12                      76
//  +----+------------+---------+------------+---------+-----------------------+
//  |0x41| beacon tag | counter | cumulative | time    | device signature      |
//  |    | 2          | 2       | after 3    | 4       | 64                    |
//  +----+------------+---------+------------+---------+-----------------------+
//   76                      84                                     203 (204)
//  +-----------------------+              +-----------------------+
//  | certificate id 8      |      or      | certificate 127 (128) |
//  +-----------------------+              +-----------------------+
const SIGNATURE_OFFSET = 12;

const ANSWER_INTEGERS: readonly IntegerField<keyof AnswerFields, AnswerParseReason>[] = [
  { name: 'beaconTag', offset: 1, byteCount: 2 },
  { name: 'counter', offset: 3, byteCount: 2, range: { min: 1, max: MAX_COUNTER, reason: 'counter' } },
  { name: 'cumulativeMinorUnits', offset: 5, byteCount: 3, range: { min: 1, max: MAX_MINOR_UNITS, reason: 'amount' } },
  { name: 'timeSeconds', offset: 8, byteCount: 4 },
];

/**
 * The part of an answer that is signed (after the domain tag, the certificate's hash and the beacon).
 *
 * @returns the first 12 bytes
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` naming the first bad field
 */
export function packAnswerMessage(fields: AnswerFields): Uint8Array {
  const bytes = new Uint8Array(SIGNATURE_OFFSET);
  packIntegers(bytes, ANSWER_INTEGERS, fields, 'answer');
  bytes[0] = LEAD_BYTES.answer;
  return bytes;
}

/**
 * @returns 203 or 204 bytes with the certificate inline, 84 bytes with its id
 * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` or `ERR_LENGTH` naming the first bad field
 */
export function packAnswer({ answer, certificate }: Omit<AnswerToken, 'type'>): Uint8Array {
  assertBytes('answer.signature', answer.signature, SIGNATURE_BYTE_COUNT, SIGNATURE_BYTE_COUNT);
  return concatBytes(packAnswerMessage(answer), answer.signature, packReference(certificate));
}

/**
 * Strict: one accepted encoding per value, so `packAnswer` of the result gives the same bytes again. Says nothing about who signed.
 *
 * @param bytes - anything, from anybody
 * @returns the token with copies of its byte fields, or why these bytes are none
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseAnswer(bytes: Uint8Array): AnswerParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  if (tokenTypeOf(bytes[0]) !== 'answer') return { ok: false, reason: 'type' };
  if (bytes[0] !== LEAD_BYTES.answer) return { ok: false, reason: 'version' };
  if (bytes.length < ANSWER_BYTE_COUNT) return { ok: false, reason: 'length' };
  const certificate = parseReference(bytes.subarray(ANSWER_BYTE_COUNT));
  if (!certificate.ok) return certificate;

  const integers = parseIntegers(bytes, ANSWER_INTEGERS);
  if (!integers.ok) return integers;
  const answer = { ...integers.values, signature: bytes.slice(SIGNATURE_OFFSET, ANSWER_BYTE_COUNT) };
  return { ok: true, token: { type: 'answer', answer, certificate: certificate.reference } };
}
