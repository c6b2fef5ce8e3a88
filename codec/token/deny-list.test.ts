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
  type DenyListDelta,
  type DenyListDeltaFields,
  packDenyListDelta,
  parseDenyListDelta,
  signDenyListDelta,
  verifyDenyListDelta,
} from './deny-list.js';
import { ed25519Signer } from './token-signature.js';

const ISSUER = ed25519Signer(new Uint8Array(32).fill(1));
const KEYS = new Map([[7, ISSUER.publicKey]]);
const ID_1 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9);
const ID_2 = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0);
const FIELDS: DenyListDeltaFields = {
  issuerKeyId: 7,
  baseVersion: 3,
  version: 5,
  timeSeconds: 0x69000001,
  certificateIds: [ID_1, ID_2],
};
const MESSAGE_HEX = [
  '71',
  '0007',
  '00000003',
  '00000005',
  '69000001',
  '0002',
  '0000000000000009',
  'ff00000000000000',
].join('');
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const withSignature = (fields: DenyListDeltaFields) => ({ ...fields, signature: new Uint8Array(64).fill(0xee) });

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const ids = fc
  .uniqueArray(bytes(8), { maxLength: 20, selector: hexOf })
  .map((list) => [...list].sort((a, b) => Buffer.compare(a, b)));
const deltas: fc.Arbitrary<DenyListDelta> = fc
  .record({
    issuerKeyId: uint(0, 0xffff),
    baseVersion: uint(0, 0xfffffffe),
    version: uint(1, 1000),
    timeSeconds: uint(0, 0xffffffff),
    certificateIds: ids,
    signature: bytes(64),
  })
  .map((one) => ({ ...one, version: Math.min(one.baseVersion + one.version, 0xffffffff) }));

test('a delta of two ids packs to the 97 bytes that the layout gives by hand', () => {
  const packed = packDenyListDelta(withSignature(FIELDS));
  expect(hexOf(packed)).toBe(MESSAGE_HEX + 'ee'.repeat(64));
  expect(packed).toHaveLength(81 + 16);
});

test('a delta without ids says that nothing was added', () => {
  const delta = withSignature({ ...FIELDS, certificateIds: [] });
  expect(parseDenyListDelta(packDenyListDelta(delta))).toEqual({ ok: true, delta });
});

test('OpenSSL verifies the signature over tag and message', async () => {
  const { signature } = await signDenyListDelta(FIELDS, ISSUER);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(ISSUER.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const input = Buffer.concat([Buffer.from('tillsong:deny-list:1:'), Buffer.from(MESSAGE_HEX, 'hex')]);
  expect(nodeVerify(null, input, key, signature)).toBe(true);
});

const LAYOUT: Layout<DenyListDelta> = {
  values: deltas,
  pack: packDenyListDelta,
  parse: (input) => {
    const parsed = parseDenyListDelta(input);
    return parsed.ok ? parsed.delta : undefined;
  },
};

describe('laws', () => {
  test('parsing gives back what was packed (seed 81)', () => expectRoundTrip(LAYOUT, 81));

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 82)', () => {
    expectOneEncoding(LAYOUT, 82);
  });

  test('the largest has 1024 ids and parses', () => {
    const certificateIds = Array.from({ length: 1024 }, (_, i) => Uint8Array.of(0, 0, 0, 0, 0, 0, i >> 8, i & 0xff));
    const packed = packDenyListDelta(withSignature({ ...FIELDS, certificateIds }));
    expect(packed).toHaveLength(81 + 8192);
    expect(parseDenyListDelta(packed).ok).toBe(true);
  });
});

describe('hostile input', () => {
  const whole = packDenyListDelta(withSignature(FIELDS));
  const patched = (offset: number, patch: readonly number[]) => {
    const input = whole.slice();
    input.set(patch, offset);
    return parseDenyListDelta(input);
  };

  test.each([
    ['length', []],
    ['type', [0x61]],
    ['version', [0x72]],
    ['length', [0x71]],
  ])('a lone first byte is refused by %s', (reason, input) => {
    expect(parseDenyListDelta(Uint8Array.from(input))).toEqual({ ok: false, reason });
  });

  test('every other length than the count says is refused', () =>
    expectOtherLengthsRefused(whole, [whole.length], parseDenyListDelta));

  test.each<[string, string, number, number[]]>([
    ['count', 'a count of 1025', 15, [4, 1]],
    ['count', 'a count of 65535', 15, [0xff, 0xff]],
    ['length', 'a count of one more', 15, [0, 3]],
    ['versions', 'version 0', 7, [0, 0, 0, 0]],
    ['versions', 'the version it adds to', 7, [0, 0, 0, 3]],
    ['versions', 'an earlier version', 7, [0, 0, 0, 2]],
    ['order', 'the same id twice', 25, [0, 0, 0, 0, 0, 0, 0, 9]],
    ['order', 'descending ids', 25, [0, 0, 0, 0, 0, 0, 0, 8]],
  ])('refused by %s: %s', (reason, _comment, offset, patch) => {
    expect(patched(offset, patch)).toEqual({ ok: false, reason });
  });

  test('no bit can be turned over', async () => {
    const packed = packDenyListDelta(await signDenyListDelta(FIELDS, ISSUER));
    expectNoBitTurns(packed, (flipped) => {
      const parsed = parseDenyListDelta(flipped);
      return parsed.ok && verifyDenyListDelta(parsed.delta, KEYS).ok;
    });
  });

  test('only a configured, usable key counts', async () => {
    const signed = await signDenyListDelta(FIELDS, ISSUER);
    const under = (keys: ReadonlyMap<number, Uint8Array>) => verifyDenyListDelta(signed, keys);
    expect(under(KEYS)).toEqual({ ok: true });
    expect(under(new Map())).toEqual({ ok: false, reason: 'issuer-unknown' });
    expect(under(new Map([[7, new Uint8Array(32).fill(1, 0, 1)]]))).toEqual({ ok: false, reason: 'issuer-key' });
    const other = ed25519Signer(new Uint8Array(32)).publicKey;
    expect(under(new Map([[7, other]]))).toEqual({ ok: false, reason: 'issuer-signature' });
  });
});

test.each<[Partial<DenyListDeltaFields>, string]>([
  [{ version: 0 }, 'denyListDelta.version: expected integer in [1, 4294967295], got 0'],
  [{ baseVersion: 5 }, 'denyListDelta.baseVersion: expected less than version 5, got 5'],
  [
    { certificateIds: [ID_2, ID_1] },
    'denyListDelta.certificateIds[1]: expected more than the id before it, got less or the same',
  ],
  [{ certificateIds: [new Uint8Array(7)] }, 'denyListDelta.certificateIds[0]: expected 8 bytes, got 7'],
  [{ certificateIds: new Array(1025).fill(ID_1) }, 'denyListDelta.count: expected integer in [0, 1024], got 1025'],
])('a caller’s bad value is named: %p', (changes, message) => {
  expect(() => packDenyListDelta(withSignature({ ...FIELDS, ...changes }))).toThrow(new Error(message));
});
