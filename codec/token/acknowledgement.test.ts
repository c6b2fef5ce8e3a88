import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  expectNoBitTurns,
  expectOneEncoding,
  expectOtherLengthsRefused,
  expectRoundTrip,
  type Layout,
  uint,
} from '../../fixtures/token-laws/token-laws.js';
import {
  type Acknowledgement,
  type AcknowledgementFields,
  packAcknowledgement,
  parseAcknowledgement,
  signAcknowledgement,
  verifyAcknowledgement,
} from './acknowledgement.js';
import { ed25519Signer } from './token-signature.js';

const SETTLEMENT = ed25519Signer(new Uint8Array(32).fill(6));
const KEYS = new Map([[0x0102, SETTLEMENT.publicKey]]);
const FIELDS: AcknowledgementFields = {
  settlementKeyId: 0x0102,
  machineId: 4711,
  firstSequence: 17,
  lastSequence: 0xfedcba98,
  chainHash: new Uint8Array(32).fill(0xcc),
  timeSeconds: 0x69000001,
};
const MESSAGE_HEX = ['61', '0102', '00001267', '00000011', 'fedcba98', 'cc'.repeat(32), '69000001'].join('');
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const acknowledgements: fc.Arbitrary<Acknowledgement> = fc
  .record({
    settlementKeyId: uint(0, 0xffff),
    machineId: uint(1, 0xffffffff),
    firstSequence: uint(1, 0xffffffff),
    lastSequence: uint(1, 0xffffffff),
    chainHash: bytes(32),
    timeSeconds: uint(0, 0xffffffff),
    signature: bytes(64),
  })
  .map((one) => ({ ...one, firstSequence: Math.min(one.firstSequence, one.lastSequence) }));

test('an acknowledgement packs to the 115 bytes that the layout gives by hand', () => {
  const packed = packAcknowledgement({ ...FIELDS, signature: new Uint8Array(64).fill(0xee) });
  expect(hexOf(packed)).toBe(MESSAGE_HEX + 'ee'.repeat(64));
  expect(packed).toHaveLength(115);
});

test('OpenSSL verifies the signature over tag and first 51 bytes', async () => {
  const { signature } = await signAcknowledgement(FIELDS, SETTLEMENT);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(SETTLEMENT.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const input = Buffer.concat([Buffer.from('tillsong:acknowledgement:1:'), Buffer.from(MESSAGE_HEX, 'hex')]);
  expect(nodeVerify(null, input, key, signature)).toBe(true);
});

const LAYOUT: Layout<Acknowledgement> = {
  values: acknowledgements,
  pack: packAcknowledgement,
  parse: (input) => {
    const parsed = parseAcknowledgement(input);
    return parsed.ok ? parsed.acknowledgement : undefined;
  },
};

describe('laws', () => {
  test('parsing gives back what was packed (seed 115)', () => expectRoundTrip(LAYOUT, 115));

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 116)', () => {
    expectOneEncoding(LAYOUT, 116);
  });
});

describe('hostile input', () => {
  const whole = packAcknowledgement({ ...FIELDS, signature: new Uint8Array(64) });

  test.each([
    ['length', []],
    ['type', [0x51]],
    ['version', [0x62]],
    ['length', [0x61]],
  ])('a lone first byte is refused by %s', (reason, input) => {
    expect(parseAcknowledgement(Uint8Array.from(input))).toEqual({ ok: false, reason });
  });

  test('every other length than 115 is refused', () => expectOtherLengthsRefused(whole, [115], parseAcknowledgement));

  test.each([
    ['machine', 3, [0, 0, 0, 0]],
    ['sequence', 7, [0, 0, 0, 0]],
    ['sequence', 11, [0, 0, 0, 16]],
  ])('%s at offset %i out of range is refused', (reason, offset, patch) => {
    const input = whole.slice();
    input.set(patch, offset);
    expect(parseAcknowledgement(input)).toEqual({ ok: false, reason });
  });

  test('no bit can be turned over', async () => {
    const packed = packAcknowledgement(await signAcknowledgement(FIELDS, SETTLEMENT));
    expectNoBitTurns(packed, (flipped) => {
      const parsed = parseAcknowledgement(flipped);
      return parsed.ok && verifyAcknowledgement(parsed.acknowledgement, KEYS).ok;
    });
  });

  test('only a configured, usable key counts', async () => {
    const signed = await signAcknowledgement(FIELDS, SETTLEMENT);
    const under = (keys: ReadonlyMap<number, Uint8Array>) => verifyAcknowledgement(signed, keys);
    expect(under(KEYS)).toEqual({ ok: true });
    expect(under(new Map())).toEqual({ ok: false, reason: 'settlement-unknown' });
    const identity = new Uint8Array(32).fill(1, 0, 1);
    expect(under(new Map([[0x0102, identity]]))).toEqual({ ok: false, reason: 'settlement-key' });
    const other = ed25519Signer(new Uint8Array(32)).publicKey;
    expect(under(new Map([[0x0102, other]]))).toEqual({ ok: false, reason: 'settlement-signature' });
  });
});

test.each([
  [{ machineId: 0 }, 'acknowledgement.machineId: expected integer in [1, 4294967295], got 0'],
  [{ firstSequence: 0 }, 'acknowledgement.firstSequence: expected integer in [1, 4294967295], got 0'],
  [{ lastSequence: 16 }, 'acknowledgement.firstSequence: expected at most lastSequence 16, got 17'],
  [{ chainHash: new Uint8Array(31) }, 'acknowledgement.chainHash: expected 32 bytes, got 31'],
  [{ settlementKeyId: 65536 }, 'acknowledgement.settlementKeyId: expected integer in [0, 65535], got 65536'],
])('a caller’s bad value is named: %p', (changes, message) => {
  const signature = new Uint8Array(64);
  expect(() => packAcknowledgement({ ...FIELDS, signature, ...changes })).toThrow(new Error(message));
});
