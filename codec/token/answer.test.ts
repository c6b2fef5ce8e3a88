import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesOf,
  expectOneEncoding,
  expectOtherLengthsRefused,
  expectRoundTrip,
  hexOf,
  type Layout,
  uint,
} from '../../fixtures/token-laws/token-laws.js';
import { type Answer, type AnswerToken, packAnswer, packAnswerMessage, parseAnswer } from './answer.js';
import type { CertificateReference } from './certificate-reference.js';

const ANSWER: Answer = {
  beaconTag: 0xabcd,
  counter: 0x0102,
  cumulativeMinorUnits: 70_000,
  timeSeconds: 0x69000001,
  signature: new Uint8Array(64).fill(0xee),
};
const CERTIFICATE = {
  algorithm: 'es256' as const,
  issuerKeyId: 7,
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  issuedAtSeconds: 0x69000000,
  validityHours: 72,
  currency: 978,
  maxPaymentMinorUnits: 500,
  maxCumulativeMinorUnits: 2000,
  maxCount: 40,
  audience: 0,
  assuranceFlags: 0,
  deviceKey: new Uint8Array(33).fill(0xdd),
  signature: new Uint8Array(64).fill(0xcc),
};
const BY_ID: CertificateReference = { kind: 'id', certificateId: CERTIFICATE.certificateId };
const INLINE: CertificateReference = { kind: 'inline', certificate: CERTIFICATE };
const INLINE_ED25519: CertificateReference = {
  kind: 'inline',
  certificate: { ...CERTIFICATE, algorithm: 'ed25519', deviceKey: new Uint8Array(32).fill(0xdd) },
};
const MESSAGE_HEX = ['41', 'abcd', '0102', '011170', '69000001'].join('');

const answers: fc.Arbitrary<Answer> = fc.record({
  beaconTag: uint(0, 0xffff),
  counter: uint(1, 0xffff),
  cumulativeMinorUnits: uint(1, 0xffffff),
  timeSeconds: uint(0, 0xffffffff),
  signature: bytesOf(64),
});
const references: fc.Arbitrary<CertificateReference> = fc.oneof(
  fc.constantFrom(INLINE, INLINE_ED25519),
  bytesOf(8).map((certificateId) => ({ kind: 'id' as const, certificateId })),
);

test('an answer by certificate id packs to the 84 bytes that the layout gives by hand', () => {
  const expected = `${MESSAGE_HEX}${'ee'.repeat(64)}0102030405060708`;
  expect(hexOf(packAnswer({ answer: ANSWER, certificate: BY_ID }))).toBe(expected);
  expect(expected).toHaveLength(2 * 84);
});

test('at first contact it is 203 bytes, 204 with a P-256 device key', () => {
  expect(packAnswer({ answer: ANSWER, certificate: INLINE_ED25519 })).toHaveLength(203);
  expect(packAnswer({ answer: ANSWER, certificate: INLINE })).toHaveLength(204);
});

test('the signed message is the first 12 bytes', () => {
  expect(hexOf(packAnswerMessage(ANSWER))).toBe(MESSAGE_HEX);
});

const LAYOUT: Layout<AnswerToken> = {
  values: fc.record({ type: fc.constant('answer' as const), answer: answers, certificate: references }),
  pack: packAnswer,
  parse: (input) => {
    const parsed = parseAnswer(input);
    return parsed.ok ? parsed.token : undefined;
  },
};

describe('laws', () => {
  test('parsing gives back what was packed (seed 76)', () => expectRoundTrip(LAYOUT, 76));

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 77)', () => {
    expectOneEncoding(LAYOUT, 77);
  });
});

describe('hostile input', () => {
  test('every other length than 84, 203 and 204 is refused, the bare 76 bytes too', () => {
    const whole = packAnswer({ answer: ANSWER, certificate: INLINE });
    expectOtherLengthsRefused(whole, [84, 203, 204], parseAnswer);
    expect(parseAnswer(whole.slice(0, -1))).toEqual({ ok: false, reason: 'certificate-length' });
  });

  test.each([
    ['type', 0, [0x21]],
    ['version', 0, [0x42]],
    ['counter', 3, [0, 0]],
    ['amount', 5, [0, 0, 0]],
    ['certificate-type', 76, [0x21]],
  ])('refused by %s', (reason, offset, patch) => {
    const input = packAnswer({ answer: ANSWER, certificate: INLINE });
    input.set(patch, offset);
    expect(parseAnswer(input)).toEqual({ ok: false, reason });
  });
});

test.each([
  [{ beaconTag: 65536 }, 'answer.beaconTag: expected integer in [0, 65535], got 65536'],
  [{ counter: 0 }, 'answer.counter: expected integer in [1, 65535], got 0'],
  [{ cumulativeMinorUnits: 0 }, 'answer.cumulativeMinorUnits: expected integer in [1, 16777215], got 0'],
  [{ timeSeconds: 2 ** 32 }, 'answer.timeSeconds: expected integer in [0, 4294967295], got 4294967296'],
  [{ signature: new Uint8Array(63) }, 'answer.signature: expected 64 bytes, got 63'],
])('a caller’s bad value is named: %p', (changes, message) => {
  expect(() => packAnswer({ answer: { ...ANSWER, ...changes }, certificate: BY_ID })).toThrow(new Error(message));
});
