import { createHash, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { expectNoBitTurns } from '../../fixtures/token-laws/token-laws.js';
import { type Certificate, type CertificateFields, packCertificate } from './certificate.js';
import { signCertificate, VerifiedCertificate, verifyCertificate } from './certificate-signature.js';
import { ed25519PublicKey } from './ed25519.js';
import { ed25519Signer } from './token-signature.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const ISSUER = ed25519Signer(new Uint8Array(32).fill(1));
const ISSUER_KEYS = new Map([[7, ISSUER.publicKey]]);
const FIELDS: CertificateFields = {
  algorithm: 'ed25519',
  issuerKeyId: 7,
  certificateId: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  issuedAtSeconds: 1767225600,
  validityHours: 72,
  currency: 978,
  maxPaymentMinorUnits: 500,
  maxCumulativeMinorUnits: 2000,
  maxCount: 40,
  audience: 0,
  assuranceFlags: 1,
  deviceKey: ed25519PublicKey(new Uint8Array(32).fill(2)),
};

let certificate: Certificate;
beforeAll(async () => {
  certificate = await signCertificate(FIELDS, ISSUER);
});

test('what the issuer signed is verified, as bytes and as what they parse to', () => {
  const bytes = packCertificate(certificate);
  const hash = Uint8Array.from(createHash('sha256').update(bytes).digest());
  for (const input of [bytes, certificate])
    expect(verifyCertificate(input, ISSUER_KEYS)).toEqual({
      ok: true,
      certificate: new VerifiedCertificate({ ...FIELDS, signature: certificate.signature }, hash),
    });
});

test('OpenSSL verifies the issuer’s signature over tag and first 63 bytes, put together by hand', () => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(ISSUER.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const message = Buffer.concat([Buffer.from('tillsong:certificate:1:'), packCertificate(certificate).subarray(0, 63)]);
  expect(nodeVerify(null, message, key, certificate.signature)).toBe(true);
});

describe('fixtures/vectors/certificate.json', () => {
  const file = JSON.parse(readFileSync('fixtures/vectors/certificate.json', 'utf8'));
  const issuerKeys = new Map<number, Uint8Array>(
    Object.entries<string>(file.issuerKeysHex).map(([id, hex]) => [Number(id), bytesOf(hex)]),
  );

  test.each<Record<string, string>>(file.cases)('$id, $flags: $comment is $result $reason', (one) => {
    const verdict = verifyCertificate(bytesOf(one.certificateHex), issuerKeys);
    if (one.result === 'invalid') {
      expect(verdict).toEqual({ ok: false, reason: one.reason });
      return;
    }
    if (!verdict.ok) throw new Error(verdict.reason);
    const { certificateId, deviceKey, signature, ...others } = verdict.certificate.certificate;
    const bytes = {
      certificateIdHex: hexOf(certificateId),
      deviceKeyHex: hexOf(deviceKey),
      signatureHex: hexOf(signature),
    };
    expect({ ...others, ...bytes }).toEqual(one.fields);
    expect(hexOf(verdict.certificate.hash)).toBe(one.sha256Hex);
  });
});

describe('laws', () => {
  test('no bit of a certificate can be turned over', () => {
    const bytes = packCertificate(certificate);
    expectNoBitTurns(bytes, (flipped) => verifyCertificate(flipped, ISSUER_KEYS).ok);
  });

  test('a verified certificate does not change with the bytes it came from', () => {
    const bytes = packCertificate(certificate);
    const verdict = verifyCertificate(bytes, ISSUER_KEYS);
    bytes.fill(0);
    expect(verdict).toEqual(verifyCertificate(certificate, ISSUER_KEYS));
  });

  test('fields that change while the signer thinks are not what is returned', async () => {
    const fields = { ...FIELDS, deviceKey: FIELDS.deviceKey.slice() };
    const promise = signCertificate(fields, ISSUER);
    fields.deviceKey.fill(0);
    Object.assign(fields, { maxPaymentMinorUnits: 2000 });
    expect(await promise).toEqual(certificate);
  });
});

describe('what is missing or wrong is refused, never skipped', () => {
  test('no keys configured', () => {
    expect(verifyCertificate(certificate, new Map())).toEqual({ ok: false, reason: 'issuer-unknown' });
  });

  test('a configured key of the wrong length', () => {
    expect(verifyCertificate(certificate, new Map([[7, new Uint8Array(31)]]))).toEqual({
      ok: false,
      reason: 'issuer-key',
    });
  });

  test('a device key that anybody could sign for is never certified', async () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    await expect(signCertificate({ ...FIELDS, deviceKey: identity }, ISSUER)).rejects.toMatchObject({
      code: 'ERR_RANGE',
      message: 'certificate.deviceKey: expected a canonical key of large order, got another',
    });
  });

  test('a certificate object that could not have been parsed is the caller’s mistake', () => {
    expect(() => verifyCertificate({ ...certificate, maxCount: 0 }, ISSUER_KEYS)).toThrow('certificate.maxCount');
  });
});
