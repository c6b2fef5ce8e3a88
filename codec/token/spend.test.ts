import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TillsongError } from '../../src/shared/errors.js';
import { packCertificate } from './certificate.js';
import type { CertificateReference } from './certificate-reference.js';
import { packSpend, packSpendMessage, parseSpend, type Spend } from './spend.js';

const SPEND: Spend = {
  counter: 0x0102,
  amountMinorUnits: 150,
  cumulativeMinorUnits: 70_000,
  machineId: 0xfedcba98,
  item: 0x0a0b,
  timeSeconds: 0x69000001,
  timeToLiveSeconds: 60,
  signature: new Uint8Array(64).fill(0xee),
};

const CERTIFICATE = {
  algorithm: 'ed25519' as const,
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
  deviceKey: new Uint8Array(32).fill(0xdd),
  signature: new Uint8Array(64).fill(0xcc),
};
const BY_ID: CertificateReference = { kind: 'id', certificateId: CERTIFICATE.certificateId };
const INLINE: CertificateReference = { kind: 'inline', certificate: CERTIFICATE };

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Written from the table of the specification alone, without a line of ours. */
function referenceSpend(spend: Spend, behind: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(84 + behind.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x21);
  view.setUint16(1, spend.counter);
  view.setUint8(3, spend.amountMinorUnits >> 16);
  view.setUint16(4, spend.amountMinorUnits & 0xffff);
  view.setUint8(6, spend.cumulativeMinorUnits >> 16);
  view.setUint16(7, spend.cumulativeMinorUnits & 0xffff);
  view.setUint32(9, spend.machineId);
  view.setUint16(13, spend.item);
  view.setUint32(15, spend.timeSeconds);
  view.setUint8(19, spend.timeToLiveSeconds);
  bytes.set(spend.signature, 20);
  bytes.set(behind, 84);
  return bytes;
}

const uint = (min: number, max: number) => fc.integer({ min, max });
const spends: fc.Arbitrary<Spend> = fc
  .record({
    counter: uint(1, 0xffff),
    amountMinorUnits: uint(1, 0xffffff),
    cumulativeMinorUnits: uint(1, 0xffffff),
    machineId: uint(1, 0xffffffff),
    item: uint(0, 0xffff),
    timeSeconds: uint(0, 0xffffffff),
    timeToLiveSeconds: uint(1, 255),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
  .map((one) => ({ ...one, cumulativeMinorUnits: Math.max(one.amountMinorUnits, one.cumulativeMinorUnits) }));
const references: fc.Arbitrary<CertificateReference> = fc.oneof(
  fc.constant(INLINE),
  fc.uint8Array({ minLength: 8, maxLength: 8 }).map((certificateId) => ({ kind: 'id' as const, certificateId })),
);
const bytesBehind = (reference: CertificateReference) =>
  reference.kind === 'inline' ? packCertificate(reference.certificate) : reference.certificateId;

const MESSAGE_HEX = ['21', '0102', '000096', '011170', 'fedcba98', '0a0b', '69000001', '3c'].join('');

test('a spend by certificate id packs to the 92 bytes that the layout gives by hand', () => {
  const expected = `${MESSAGE_HEX}${'ee'.repeat(64)}0102030405060708`;
  expect(hexOf(packSpend({ spend: SPEND, certificate: BY_ID }))).toBe(expected);
  expect(expected).toHaveLength(2 * 92);
});

test('a spend at first contact packs to the same 84 bytes and the whole certificate, 211 in all', () => {
  const bytes = packSpend({ spend: SPEND, certificate: INLINE });
  expect(bytes).toHaveLength(211);
  expect(hexOf(bytes)).toBe(`${MESSAGE_HEX}${'ee'.repeat(64)}${hexOf(packCertificate(CERTIFICATE))}`);
});

test('the signed message is the first 20 bytes', () => {
  expect(hexOf(packSpendMessage(SPEND))).toBe(MESSAGE_HEX);
});

describe('laws', () => {
  test('packing agrees with an encoder written from the table alone (seed 84)', () => {
    fc.assert(
      fc.property(spends, references, (spend, certificate) =>
        expect(packSpend({ spend, certificate })).toEqual(referenceSpend(spend, bytesBehind(certificate))),
      ),
      { seed: 84, numRuns: 300 },
    );
  });

  test('parsing gives back what was packed (seed 85)', () => {
    fc.assert(
      fc.property(spends, references, (spend, certificate) =>
        expect(parseSpend(packSpend({ spend, certificate }))).toEqual({
          ok: true,
          token: { type: 'spend', spend, certificate },
        }),
      ),
      { seed: 85, numRuns: 300 },
    );
  });

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 86)', () => {
    let parsedCount = 0;
    const nearlyRight = fc
      .tuple(spends, references, uint(0, 91), uint(0, 255))
      .map(([spend, reference, offset, value]) =>
        referenceSpend(spend, bytesBehind(reference)).fill(value, offset, offset + 1),
      );
    fc.assert(
      fc.property(nearlyRight, (bytes) => {
        const parsed = parseSpend(bytes);
        if (!parsed.ok) return;
        parsedCount++;
        expect(packSpend(parsed.token)).toEqual(bytes);
      }),
      { seed: 86, numRuns: 500 },
    );
    expect(parsedCount).toBeGreaterThan(300);
  });
});

describe('hostile input', () => {
  test('random bytes of any length give a verdict, never a throw (seed 87)', () => {
    const lead = (length: number) =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Uint8Array.of(0x21, ...bytes.slice(1)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), lead(92), lead(211)), (input) => {
        const parsed = parseSpend(input);
        if (parsed.ok) expect(packSpend(parsed.token)).toEqual(input);
      }),
      { seed: 87, numRuns: 1000 },
    );
  });

  test('every other length than 92, 211 and 212 is refused, the bare 84 bytes too', () => {
    const whole = packSpend({ spend: SPEND, certificate: INLINE });
    for (let length = 1; length < 300; length++) {
      if (length === 92 || length === 211 || length === 212) continue;
      const bytes = new Uint8Array(length);
      bytes.set(whole.subarray(0, length));
      expect([length, parseSpend(bytes)]).toEqual([length, { ok: false, reason: 'length' }]);
    }
    expect(parseSpend(new Uint8Array(0))).toEqual({ ok: false, reason: 'length' });
  });

  test('an inline certificate that is none says why', () => {
    const bytes = packSpend({ spend: SPEND, certificate: INLINE });
    expect(parseSpend(Uint8Array.of(...bytes, 0))).toEqual({ ok: false, reason: 'certificate-length' });
    bytes[84] = 0x16;
    expect(parseSpend(bytes)).toEqual({ ok: false, reason: 'certificate-length' });
    bytes[84] = 0x17;
    expect(parseSpend(bytes)).toEqual({ ok: false, reason: 'certificate-algorithm' });
  });

  test('what is no bytes at all is the caller’s mistake', () => {
    expect(() => parseSpend(null as never)).toThrow(TillsongError);
  });
});

describe('a caller’s bad values name the field, what was expected and what was got', () => {
  test.each([
    [{ counter: 0 }, 'spend.counter: expected integer in [1, 65535], got 0'],
    [{ counter: 65536 }, 'spend.counter: expected integer in [1, 65535], got 65536'],
    [{ amountMinorUnits: 0 }, 'spend.amountMinorUnits: expected integer in [1, 16777215], got 0'],
    [{ amountMinorUnits: 1.5 }, 'spend.amountMinorUnits: expected integer in [1, 16777215], got 1.5'],
    [{ amountMinorUnits: 150n }, 'spend.amountMinorUnits: expected integer in [1, 16777215], got BigInt'],
    [{ amountMinorUnits: 70_001 }, 'spend.amountMinorUnits: expected at most cumulativeMinorUnits 70000, got 70001'],
    [{ cumulativeMinorUnits: 2 ** 24 }, 'spend.cumulativeMinorUnits: expected integer in [1, 16777215], got 16777216'],
    [{ machineId: 0 }, 'spend.machineId: expected integer in [1, 4294967295], got 0'],
    [{ item: -1 }, 'spend.item: expected integer in [0, 65535], got -1'],
    [{ timeSeconds: 1767229200123 }, 'spend.timeSeconds: expected integer in [0, 4294967295], got 1767229200123'],
    [{ timeToLiveSeconds: 0 }, 'spend.timeToLiveSeconds: expected integer in [1, 255], got 0'],
    [{ timeToLiveSeconds: 256 }, 'spend.timeToLiveSeconds: expected integer in [1, 255], got 256'],
    [{ signature: new Uint8Array(65) }, 'spend.signature: expected 64 bytes, got 65'],
  ])('%p', (changes, message) => {
    const spend = { ...SPEND, ...changes } as Spend;
    expect(() => packSpend({ spend, certificate: BY_ID })).toThrow(new Error(message));
  });

  test('an id of another length', () => {
    const certificate = { kind: 'id', certificateId: new Uint8Array(9) } as const;
    expect(() => packSpend({ spend: SPEND, certificate })).toThrow(new Error('certificateId: expected 8 bytes, got 9'));
  });
});
