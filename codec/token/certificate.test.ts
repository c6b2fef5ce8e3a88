import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TillsongError } from '../../src/shared/errors.js';
import {
  ASSURANCE_FLAGS,
  type Certificate,
  certificateEndSeconds,
  packCertificate,
  packCertificateMessage,
  parseCertificate,
} from './certificate.js';

const CERTIFICATE: Certificate = {
  algorithm: 'ed25519',
  issuerKeyId: 0x0102,
  certificateId: Uint8Array.of(0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7),
  issuedAtSeconds: 0x69000001,
  validityHours: 72,
  currency: 978,
  maxPaymentMinorUnits: 500,
  maxCumulativeMinorUnits: 70_000,
  maxCount: 40,
  audience: 0xfedcba98,
  assuranceFlags: ASSURANCE_FLAGS.HARDWARE_KEY | ASSURANCE_FLAGS.REGISTERED,
  deviceKey: new Uint8Array(32).fill(0xdd),
  signature: new Uint8Array(64).fill(0xee),
};

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Written from the table of the specification alone, without a line of ours. */
function referenceCertificate(certificate: Certificate): Uint8Array {
  const bytes = new Uint8Array(127);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x15);
  view.setUint16(1, certificate.issuerKeyId);
  bytes.set(certificate.certificateId, 3);
  view.setUint32(11, certificate.issuedAtSeconds);
  view.setUint16(15, certificate.validityHours);
  view.setUint16(17, certificate.currency);
  view.setUint8(19, certificate.maxPaymentMinorUnits >> 16);
  view.setUint16(20, certificate.maxPaymentMinorUnits & 0xffff);
  view.setUint8(22, certificate.maxCumulativeMinorUnits >> 16);
  view.setUint16(23, certificate.maxCumulativeMinorUnits & 0xffff);
  view.setUint8(25, certificate.maxCount);
  view.setUint32(26, certificate.audience);
  view.setUint8(30, certificate.assuranceFlags);
  bytes.set(certificate.deviceKey, 31);
  bytes.set(certificate.signature, 63);
  return bytes;
}

const uint = (min: number, max: number) => fc.integer({ min, max });
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const certificates: fc.Arbitrary<Certificate> = fc
  .record({
    algorithm: fc.constant('ed25519' as const),
    issuerKeyId: uint(0, 0xffff),
    certificateId: bytesOf(8),
    issuedAtSeconds: uint(0, 0xffffffff),
    validityHours: uint(1, 0xffff),
    currency: uint(1, 999),
    maxPaymentMinorUnits: uint(1, 0xffffff),
    maxCumulativeMinorUnits: uint(1, 0xffffff),
    maxCount: uint(1, 255),
    audience: uint(0, 0xffffffff),
    assuranceFlags: uint(0, 7),
    deviceKey: bytesOf(32),
    signature: bytesOf(64),
  })
  .map((one) => ({ ...one, maxCumulativeMinorUnits: Math.max(one.maxPaymentMinorUnits, one.maxCumulativeMinorUnits) }));

test('a certificate packs to the 127 bytes that the layout gives by hand', () => {
  expect(hexOf(packCertificate(CERTIFICATE))).toBe(
    [
      '15',
      '0102',
      'a0a1a2a3a4a5a6a7',
      '69000001',
      '0048',
      '03d2',
      '0001f4',
      '011170',
      '28',
      'fedcba98',
      '05',
      'dd'.repeat(32),
      'ee'.repeat(64),
    ].join(''),
  );
});

test('the signed message is the first 63 bytes', () => {
  expect(hexOf(packCertificateMessage(CERTIFICATE))).toBe(hexOf(packCertificate(CERTIFICATE).slice(0, 63)));
});

test('a certificate ends its validity after it was issued, beyond 32 bits too', () => {
  expect(certificateEndSeconds(CERTIFICATE)).toBe(0x69000001 + 72 * 3600);
  expect(certificateEndSeconds({ ...CERTIFICATE, issuedAtSeconds: 0xffffffff, validityHours: 0xffff })).toBe(
    4_294_967_295 + 65_535 * 3600,
  );
});

describe('laws', () => {
  test('packing agrees with an encoder written from the table alone (seed 127)', () => {
    fc.assert(
      fc.property(certificates, (one) => expect(packCertificate(one)).toEqual(referenceCertificate(one))),
      { seed: 127, numRuns: 300 },
    );
  });

  test('parsing gives back what was packed (seed 128)', () => {
    fc.assert(
      fc.property(certificates, (certificate) =>
        expect(parseCertificate(packCertificate(certificate))).toEqual({ ok: true, certificate }),
      ),
      { seed: 128, numRuns: 300 },
    );
  });

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 129)', () => {
    let parsedCount = 0;
    const nearlyRight = fc
      .tuple(certificates, uint(0, 126), uint(0, 255))
      .map(([certificate, offset, value]) => referenceCertificate(certificate).fill(value, offset, offset + 1));
    fc.assert(
      fc.property(nearlyRight, (bytes) => {
        const parsed = parseCertificate(bytes);
        if (!parsed.ok) return;
        parsedCount++;
        expect(packCertificate(parsed.certificate)).toEqual(bytes);
      }),
      { seed: 129, numRuns: 500 },
    );
    expect(parsedCount).toBeGreaterThan(300);
  });

  test('what is parsed does not change with the bytes it came from', () => {
    const bytes = packCertificate(CERTIFICATE);
    const parsed = parseCertificate(bytes);
    bytes.fill(0);
    expect(parsed).toEqual({ ok: true, certificate: CERTIFICATE });
  });
});

describe('hostile input', () => {
  test('random bytes of any length give a verdict, never a throw (seed 130)', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      bytesOf(127).map((b) => Uint8Array.of(0x15, ...b.slice(1))),
    );
    fc.assert(
      fc.property(bytes, (input) => expect(typeof parseCertificate(input).ok).toBe('boolean')),
      { seed: 130, numRuns: 1000 },
    );
  });

  test.each([
    ['length', []],
    ['type', [0x21]],
    ['version', [0x19]],
    ['algorithm', [0x17]],
    ['length', [0x15]],
    ['length', [0x16]],
  ])('a lone first byte is refused by %s', (reason, bytes) => {
    expect(parseCertificate(Uint8Array.from(bytes))).toEqual({ ok: false, reason });
  });

  test('every other length than 127 is refused', () => {
    for (let length = 1; length < 300; length++) {
      if (length === 127) continue;
      const bytes = new Uint8Array(length);
      bytes.set(packCertificate(CERTIFICATE).subarray(0, length));
      expect([length, parseCertificate(bytes)]).toEqual([length, { ok: false, reason: 'length' }]);
    }
  });

  test('what is no bytes at all is the caller’s mistake', () => {
    expect(() => parseCertificate('15' as never)).toThrow(TillsongError);
  });
});

describe('a caller’s bad values name the field, what was expected and what was got', () => {
  test.each([
    [{ issuerKeyId: -1 }, 'certificate.issuerKeyId: expected integer in [0, 65535], got -1'],
    [{ issuerKeyId: 65536 }, 'certificate.issuerKeyId: expected integer in [0, 65535], got 65536'],
    [{ issuedAtSeconds: 2 ** 32 }, 'certificate.issuedAtSeconds: expected integer in [0, 4294967295], got 4294967296'],
    [{ issuedAtSeconds: 1.5 }, 'certificate.issuedAtSeconds: expected integer in [0, 4294967295], got 1.5'],
    [{ issuedAtSeconds: new Date() }, 'certificate.issuedAtSeconds: expected integer in [0, 4294967295], got Date'],
    [{ validityHours: 0 }, 'certificate.validityHours: expected integer in [1, 65535], got 0'],
    [{ currency: 0 }, 'certificate.currency: expected integer in [1, 999], got 0'],
    [{ currency: 1000 }, 'certificate.currency: expected integer in [1, 999], got 1000'],
    [{ currency: 'EUR' }, 'certificate.currency: expected integer in [1, 999], got "EUR"'],
    [{ maxPaymentMinorUnits: 0 }, 'certificate.maxPaymentMinorUnits: expected integer in [1, 16777215], got 0'],
    [
      { maxPaymentMinorUnits: 70_001 },
      'certificate.maxPaymentMinorUnits: expected at most maxCumulativeMinorUnits 70000, got 70001',
    ],
    [
      { maxCumulativeMinorUnits: 2 ** 24 },
      'certificate.maxCumulativeMinorUnits: expected integer in [1, 16777215], got 16777216',
    ],
    [{ maxCount: 0 }, 'certificate.maxCount: expected integer in [1, 255], got 0'],
    [{ maxCount: undefined }, 'certificate.maxCount: expected integer in [1, 255], got undefined'],
    [{ audience: Number.NaN }, 'certificate.audience: expected integer in [0, 4294967295], got NaN'],
    [{ assuranceFlags: 8 }, 'certificate.assuranceFlags: expected integer in [0, 7], got 8'],
    [{ algorithm: 'rs256' }, 'certificate.algorithm: expected one of ed25519, es256, got "rs256"'],
    [{ algorithm: 'es256' }, 'certificate.deviceKey: expected 33 bytes, got 32'],
    [{ certificateId: new Uint8Array(7) }, 'certificate.certificateId: expected 8 bytes, got 7'],
    [{ deviceKey: new Uint8Array(33) }, 'certificate.deviceKey: expected 32 bytes, got 33'],
    [{ signature: new Uint8Array(63) }, 'certificate.signature: expected 64 bytes, got 63'],
    [{ signature: 'ee' }, 'certificate.signature: expected Uint8Array, got "ee"'],
  ])('%j', (changes, message) => {
    expect(() => packCertificate({ ...CERTIFICATE, ...changes } as Certificate)).toThrow(new Error(message));
  });
});
