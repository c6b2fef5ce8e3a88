import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { expectNoBitTurns } from '../../fixtures/token-laws/token-laws.js';
import { type AnswerToken, packAnswer, parseAnswer } from './answer.js';
import { type AnswerTerms, signAnswer, verifyAnswer } from './answer-signature.js';
import { type Beacon, beaconTag, packBeacon } from './beacon.js';
import { type Certificate, type CertificateFields, packCertificate } from './certificate.js';
import { signCertificate, type VerifiedCertificate, verifyCertificate } from './certificate-signature.js';
import { ed25519Signer, es256Signer } from './token-signature.js';

const ISSUER = ed25519Signer(new Uint8Array(32).fill(1));
const DEVICE = es256Signer(new Uint8Array(32).fill(2));
const CERTIFICATE_FIELDS: CertificateFields = {
  algorithm: 'es256',
  issuerKeyId: 7,
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  issuedAtSeconds: 1767225600,
  validityHours: 72,
  currency: 978,
  maxPaymentMinorUnits: 500,
  maxCumulativeMinorUnits: 2000,
  maxCount: 40,
  audience: 99,
  assuranceFlags: 1,
  deviceKey: DEVICE.publicKey,
};
const END_SECONDS = CERTIFICATE_FIELDS.issuedAtSeconds + 72 * 3600;
const BEACON: Beacon = {
  machineId: 4711,
  nonce: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1),
  priceMinorUnits: 150,
  currency: 978,
  item: 12,
  timeSeconds: 0,
  signature: undefined,
};
const FIELDS = { counter: 2, cumulativeMinorUnits: 350, timeSeconds: 1767229200 };
const TERMS: AnswerTerms = {
  machineId: 4711,
  audience: 99,
  nowSeconds: 1767229203,
  atLeastSeconds: 1767229000,
  clockToleranceSeconds: 10,
};

let certificate: Certificate;
let verified: VerifiedCertificate;
let token: AnswerToken;

const verifiedOf = async (changes: Partial<CertificateFields>) => {
  const issued = await signCertificate({ ...CERTIFICATE_FIELDS, ...changes }, ISSUER);
  const verdict = verifyCertificate(issued, new Map([[7, ISSUER.publicKey]]));
  if (!verdict.ok) throw new Error(verdict.reason);
  return verdict.certificate;
};
const reasonOf = (verdict: { ok: true } | { ok: false; reason: string }) => (verdict.ok ? 'accepted' : verdict.reason);

beforeAll(async () => {
  verified = await verifiedOf({});
  certificate = verified.certificate;
  const answer = await signAnswer(FIELDS, BEACON, certificate, DEVICE);
  token = { type: 'answer', answer, certificate: { kind: 'inline', certificate } };
});

test('an answer to this machine’s beacon is accepted for the beacon’s price', () => {
  expect(verifyAnswer(token, verified, BEACON, TERMS)).toEqual({
    ok: true,
    amount: { minorUnits: 150, currency: 978 },
  });
  expect(packAnswer(token)).toHaveLength(204);
});

test('OpenSSL verifies the signature over tag, certificate’s hash, beacon and first 12 bytes, put together by hand', () => {
  const spki = Buffer.concat([
    Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
    DEVICE.publicKey,
  ]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const message = Buffer.concat([
    Buffer.from('tillsong:answer:1:'),
    createHash('sha256').update(packCertificate(certificate)).digest(),
    packBeacon(BEACON),
    packAnswer(token).subarray(0, 12),
  ]);
  expect(nodeVerify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, token.answer.signature)).toBe(true);
});

test('the beacon’s tag is the beginning of its SHA-256', () => {
  const hash = createHash('sha256').update(packBeacon(BEACON)).digest();
  expect(token.answer.beaconTag).toBe(hash.readUInt16BE(0));
});

test('no bit of an answer and none of the beacon can be turned over', () => {
  const bytes = packAnswer({ ...token, certificate: { kind: 'id', certificateId: certificate.certificateId } });
  expectNoBitTurns(bytes, (flipped) => {
    const parsed = parseAnswer(flipped);
    return parsed.ok && verifyAnswer(parsed.token, verified, BEACON, TERMS).ok;
  });
  // With the tag made to fit, so that only the signature is left to notice.
  for (const changes of [{ nonce: new Uint8Array(8) }, { item: 13 }, { priceMinorUnits: 151 }, { timeSeconds: 1 }]) {
    const beacon = { ...BEACON, ...changes };
    const fitting = { ...token, answer: { ...token.answer, beaconTag: beaconTag(beacon) } };
    expect(reasonOf(verifyAnswer(fitting, verified, beacon, TERMS))).toBe('signature');
    expect(reasonOf(verifyAnswer(token, verified, beacon, TERMS))).toBe('beacon');
  }
});

describe('refusals of what is signed properly', () => {
  test.each<[string, Partial<CertificateFields>, Partial<Beacon>, Partial<AnswerTerms>]>([
    ['audience', {}, {}, { audience: 98 }],
    ['machine', {}, {}, { machineId: 4712 }],
    ['payment-limit', { maxPaymentMinorUnits: 149 }, {}, {}],
    ['cumulative-limit', { maxCumulativeMinorUnits: 349, maxPaymentMinorUnits: 300 }, {}, {}],
    ['count-limit', { maxCount: 1 }, {}, {}],
    ['accepted', { audience: 0 }, {}, { audience: 98 }],
  ])('%s', async (reason, certificateChanges, beaconChanges, termsChanges) => {
    const other = await verifiedOf(certificateChanges);
    const beacon = { ...BEACON, ...beaconChanges };
    const answer = await signAnswer(FIELDS, beacon, other.certificate, DEVICE);
    const own: AnswerToken = { ...token, answer, certificate: { kind: 'inline', certificate: other.certificate } };
    expect(reasonOf(verifyAnswer(own, other, beacon, { ...TERMS, ...termsChanges }))).toBe(reason);
  });

  test('under another certificate than it refers to', async () => {
    const other = await verifiedOf({ certificateId: new Uint8Array(8) });
    expect(reasonOf(verifyAnswer(token, other, BEACON, TERMS))).toBe('certificate-mismatch');
  });
});

describe('time, to the second', () => {
  const { issuedAtSeconds } = CERTIFICATE_FIELDS;
  test.each<[string, number | undefined, number]>([
    ['accepted', END_SECONDS - 1, 0],
    ['certificate-expired', END_SECONDS, 0],
    ['certificate-expired', 0, END_SECONDS],
    ['accepted', issuedAtSeconds - 10, 0],
    ['certificate-not-yet-valid', issuedAtSeconds - 11, 0],
    ['accepted', undefined, 0],
    ['accepted', undefined, END_SECONDS - 1],
    ['certificate-expired', undefined, END_SECONDS],
  ])('%s when the till’s clock shows %p and at least %i has passed', (expected, nowSeconds, atLeastSeconds) => {
    const terms = { ...TERMS, nowSeconds, atLeastSeconds };
    expect(reasonOf(verifyAnswer(token, verified, BEACON, terms))).toBe(expected);
  });

  test.each([
    ['certificate-not-yet-valid', issuedAtSeconds - 1],
    ['accepted', issuedAtSeconds],
    ['accepted', END_SECONDS - 1],
    ['certificate-expired', END_SECONDS],
  ])('%s when the phone says %i, also without a clock', async (expected, timeSeconds) => {
    const answer = await signAnswer({ ...FIELDS, timeSeconds }, BEACON, certificate, DEVICE);
    for (const nowSeconds of [TERMS.nowSeconds, undefined])
      expect(reasonOf(verifyAnswer({ ...token, answer }, verified, BEACON, { ...TERMS, nowSeconds }))).toBe(expected);
  });
});

describe('mistakes', () => {
  test.each<keyof AnswerTerms>(['machineId', 'audience', 'nowSeconds', 'atLeastSeconds', 'clockToleranceSeconds'])(
    'a till without %s',
    (name) => {
      const { [name]: _left, ...others } = TERMS;
      expect(() => verifyAnswer(token, verified, BEACON, others as AnswerTerms)).toThrow(
        `terms.${name}: expected integer`,
      );
    },
  );

  test('a till with a certificate that was only parsed', () => {
    expect(() => verifyAnswer(token, certificate as never, BEACON, TERMS)).toThrow('expected the result of verify');
  });

  test('a wallet that pays less than the price, in another currency or with another’s key', async () => {
    const pay = (fields: object, beacon: object, device = DEVICE) =>
      signAnswer({ ...FIELDS, ...fields }, { ...BEACON, ...beacon }, certificate, device);
    await expect(pay({ cumulativeMinorUnits: 149 }, {})).rejects.toThrow('expected at least the price 150, got 149');
    await expect(pay({}, { currency: 392 })).rejects.toThrow(
      "beacon.currency: expected the certificate's 978, got 392",
    );
    await expect(pay({}, {}, ISSUER)).rejects.toThrow('device.publicKey: expected the device key of the certificate');
    await expect(pay({ counter: 0 }, {})).rejects.toThrow('answer.counter: expected integer in [1, 65535], got 0');
  });
});
