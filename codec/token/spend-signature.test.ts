import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { expectNoBitTurns } from '../../fixtures/token-laws/token-laws.js';
import { type Certificate, type CertificateFields, packCertificate } from './certificate.js';
import { signCertificate, type VerifiedCertificate, verifyCertificate } from './certificate-signature.js';
import { packSpend, parseSpend, type SpendFields, type SpendToken } from './spend.js';
import { type SpendTerms, signSpend, verifySpend } from './spend-signature.js';
import { ed25519Signer } from './token-signature.js';

const ISSUER = ed25519Signer(new Uint8Array(32).fill(1));
const DEVICE = ed25519Signer(new Uint8Array(32).fill(2));
const CERTIFICATE_FIELDS: CertificateFields = {
  algorithm: 'ed25519',
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
const FIELDS: SpendFields = {
  counter: 2,
  amountMinorUnits: 150,
  cumulativeMinorUnits: 350,
  machineId: 4711,
  item: 12,
  timeSeconds: 1767229200,
  timeToLiveSeconds: 60,
};
const TERMS: SpendTerms = {
  machineId: 4711,
  audience: 99,
  item: 12,
  price: { minorUnits: 150, currency: 978 },
  nowSeconds: 1767229203,
  clockToleranceSeconds: 10,
};

let certificate: Certificate;
let verified: VerifiedCertificate;
let token: SpendToken;

beforeAll(async () => {
  certificate = await signCertificate(CERTIFICATE_FIELDS, ISSUER);
  const verdict = verifyCertificate(certificate, new Map([[7, ISSUER.publicKey]]));
  if (!verdict.ok) throw new Error(verdict.reason);
  verified = verdict.certificate;
  const spend = await signSpend(FIELDS, certificate, DEVICE);
  token = { type: 'spend', spend, certificate: { kind: 'inline', certificate } };
});

test('a spend signed for this machine, item and price is accepted for that amount', () => {
  expect(verifySpend(token, verified, TERMS)).toEqual({ ok: true, amount: { minorUnits: 150, currency: 978 } });
});

test('the same signature holds with the certificate’s id instead of the certificate', () => {
  const byId: SpendToken = { ...token, certificate: { kind: 'id', certificateId: certificate.certificateId } };
  expect(verifySpend(byId, verified, TERMS).ok).toBe(true);
});

test('OpenSSL verifies the signature over tag, SHA-256 of the certificate and first 20 bytes, put together by hand', () => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(DEVICE.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const message = Buffer.concat([
    Buffer.from('tillsong:spend:1:'),
    createHash('sha256').update(packCertificate(certificate)).digest(),
    packSpend(token).subarray(0, 20),
  ]);
  expect(nodeVerify(null, message, key, token.spend.signature)).toBe(true);
});

test('no bit of a token can be turned over', () => {
  const bytes = packSpend({ ...token, certificate: { kind: 'id', certificateId: certificate.certificateId } });
  expectNoBitTurns(bytes, (flipped) => {
    const parsed = parseSpend(flipped);
    return parsed.ok && verifySpend(parsed.token, verified, TERMS).ok;
  });
});

describe('time, to the second', () => {
  const { issuedAtSeconds } = CERTIFICATE_FIELDS;
  const end = issuedAtSeconds + 72 * 3600;
  test.each([
    ['accepted', FIELDS.timeSeconds + 70],
    ['expired', FIELDS.timeSeconds + 71],
    ['accepted', FIELDS.timeSeconds - 10],
    ['not-yet-valid', FIELDS.timeSeconds - 11],
    ['certificate-not-yet-valid', issuedAtSeconds - 11],
    ['certificate-expired', end],
  ])('%s when the till’s clock shows %i', (expected, nowSeconds) => {
    const verdict = verifySpend(token, verified, { ...TERMS, nowSeconds });
    expect(verdict.ok ? 'accepted' : verdict.reason).toBe(expected);
  });
});

describe('a till that is not wholly configured makes a mistake, not an exception', () => {
  test.each<keyof SpendTerms>(['machineId', 'audience', 'item', 'nowSeconds', 'clockToleranceSeconds'])(
    'without %s',
    (name) => {
      const { [name]: _left, ...others } = TERMS;
      expect(() => verifySpend(token, verified, others as SpendTerms)).toThrow(`terms.${name}: expected integer`);
    },
  );

  test('without a price, or a price without its currency', () => {
    const { price: _left, ...others } = TERMS;
    expect(() => verifySpend(token, verified, others as SpendTerms)).toThrow('amount.minorUnits: expected integer');
    const price = { minorUnits: 150 } as SpendTerms['price'];
    expect(() => verifySpend(token, verified, { ...TERMS, price })).toThrow('amount.currency: expected integer');
  });

  test('with audience 0, which a certificate may say and a machine may not', () => {
    expect(() => verifySpend(token, verified, { ...TERMS, audience: 0 })).toThrow('terms.audience');
  });

  test('with a certificate that was only parsed, or copied from a verified one and changed', () => {
    const message = 'certificate: expected the result of verifyCertificate';
    expect(() => verifySpend(token, certificate as never, TERMS)).toThrow(message);
    expect(() => verifySpend(token, { ...verified } as never, TERMS)).toThrow(message);
  });
});

describe('a wallet’s mistakes', () => {
  test('a signer of another key than the certificate’s', async () => {
    await expect(signSpend(FIELDS, certificate, ISSUER)).rejects.toMatchObject({
      code: 'ERR_STATE',
      message: 'device.publicKey: expected the device key of the certificate, got another',
    });
  });

  test('fields out of range', async () => {
    await expect(signSpend({ ...FIELDS, counter: 0 }, certificate, DEVICE)).rejects.toThrow('spend.counter');
  });

  test('fields that change while the signer thinks are not what is returned', async () => {
    const fields = { ...FIELDS };
    const promise = signSpend(fields, certificate, DEVICE);
    Object.assign(fields, { amountMinorUnits: 1 });
    expect(await promise).toEqual(token.spend);
  });
});
