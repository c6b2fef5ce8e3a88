import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesOf,
  expectNoBitTurns,
  expectOneEncoding,
  expectOtherLengthsRefused,
  expectRoundTrip,
  hexOf,
  type Layout,
  uint,
} from '../../fixtures/token-laws/token-laws.js';
import {
  type Beacon,
  type BeaconFields,
  beaconTag,
  packBeacon,
  packBeaconMessage,
  parseBeacon,
  signBeacon,
  verifyBeacon,
} from './beacon.js';
import { ed25519Signer, es256Signer } from './token-signature.js';

const MACHINE = ed25519Signer(new Uint8Array(32).fill(4));
const FIELDS: BeaconFields = {
  machineId: 0xfedcba98,
  nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  priceMinorUnits: 70_000,
  currency: 978,
  item: 12,
  timeSeconds: 0x69000001,
};
const UNSIGNED: Beacon = { ...FIELDS, signature: undefined };
const MESSAGE_HEX = ['35', 'fedcba98', '0102030405060708', '011170', '03d2', '0c', '69000001'].join('');

const beacons: fc.Arbitrary<Beacon> = fc.record({
  machineId: uint(1, 0xffffffff),
  nonce: bytesOf(8),
  priceMinorUnits: uint(1, 0xffffff),
  currency: uint(1, 999),
  item: uint(0, 255),
  timeSeconds: uint(0, 0xffffffff),
  signature: fc.option(bytesOf(64), { nil: undefined }),
});

test('an unsigned beacon packs to the 23 bytes that the layout gives by hand', () => {
  expect(hexOf(packBeacon(UNSIGNED))).toBe(MESSAGE_HEX);
  expect(MESSAGE_HEX).toHaveLength(2 * 23);
});

test('a signed one to the same with another first byte and the signature behind it, 87', () => {
  const packed = packBeacon({ ...FIELDS, signature: new Uint8Array(64).fill(0xee) });
  expect(hexOf(packed)).toBe(`36${MESSAGE_HEX.slice(2)}${'ee'.repeat(64)}`);
  expect(packed).toHaveLength(87);
});

test('tag and signature are of the unsigned form, signed or not', async () => {
  const signed = await signBeacon(FIELDS, MACHINE);
  expect(beaconTag(signed)).toBe(beaconTag(UNSIGNED));
  expect(hexOf(packBeaconMessage(signed))).toBe(MESSAGE_HEX);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(MACHINE.publicKey).toString('base64url') },
    format: 'jwk',
  });
  const input = Buffer.concat([Buffer.from('tillsong:beacon:1:'), Buffer.from(MESSAGE_HEX, 'hex')]);
  expect(nodeVerify(null, input, key, signed.signature!)).toBe(true);
});

const LAYOUT: Layout<Beacon> = {
  values: beacons,
  pack: packBeacon,
  parse: (input) => {
    const parsed = parseBeacon(input);
    return parsed.ok ? parsed.beacon : undefined;
  },
};

describe('laws', () => {
  test('parsing gives back what was packed (seed 23)', () => expectRoundTrip(LAYOUT, 23));

  test('whatever parses packs to the same bytes: there is one encoding per value (seed 24)', () => {
    expectOneEncoding(LAYOUT, 24);
  });
});

describe('hostile input', () => {
  test.each([
    ['length', []],
    ['type', [0x21]],
    ['version', [0x34]],
    ['version', [0x37]],
    ['version', [0x31]],
    ['length', [0x35]],
  ])('a lone first byte is refused by %s', (reason, input) => {
    expect(parseBeacon(Uint8Array.from(input))).toEqual({ ok: false, reason });
  });

  test('every other length than its form’s is refused', async () => {
    for (const beacon of [UNSIGNED, await signBeacon(FIELDS, MACHINE)]) {
      const whole = packBeacon(beacon);
      expectOtherLengthsRefused(whole, [whole.length], parseBeacon);
    }
  });

  test.each([
    ['machine', 1, 4],
    ['price', 13, 3],
    ['currency', 16, 2],
  ])('%s of 0 is refused', (reason, offset, length) => {
    const input = packBeacon(UNSIGNED).fill(0, offset, offset + length);
    expect(parseBeacon(input)).toEqual({ ok: false, reason });
  });

  test('no bit of a signed beacon can be turned over', async () => {
    const packed = packBeacon(await signBeacon(FIELDS, MACHINE));
    expectNoBitTurns(packed, (flipped) => {
      const parsed = parseBeacon(flipped);
      return parsed.ok && verifyBeacon(parsed.beacon, MACHINE.publicKey).ok;
    });
  });

  test('without a signature, under another key or an unusable one it is not the machine’s', async () => {
    const beacon = await signBeacon(FIELDS, MACHINE);
    expect(verifyBeacon(beacon, MACHINE.publicKey)).toEqual({ ok: true });
    expect(verifyBeacon(UNSIGNED, MACHINE.publicKey)).toEqual({ ok: false, reason: 'unsigned' });
    const other = ed25519Signer(new Uint8Array(32)).publicKey;
    expect(verifyBeacon(beacon, other)).toEqual({ ok: false, reason: 'signature' });
    const identity = new Uint8Array(32).fill(1, 0, 1);
    const constant = { ...beacon, signature: Uint8Array.of(...identity, ...new Uint8Array(32)) };
    expect(verifyBeacon(constant, identity)).toEqual({ ok: false, reason: 'key' });
  });
});

describe('a caller’s bad values name the field, what was expected and what was got', () => {
  test.each([
    [{ machineId: 0 }, 'beacon.machineId: expected integer in [1, 4294967295], got 0'],
    [{ nonce: new Uint8Array(7) }, 'beacon.nonce: expected 8 bytes, got 7'],
    [{ priceMinorUnits: 0 }, 'beacon.priceMinorUnits: expected integer in [1, 16777215], got 0'],
    [{ currency: 1000 }, 'beacon.currency: expected integer in [1, 999], got 1000'],
    [{ item: 256 }, 'beacon.item: expected integer in [0, 255], got 256'],
    [{ timeSeconds: -1 }, 'beacon.timeSeconds: expected integer in [0, 4294967295], got -1'],
    [{ signature: new Uint8Array(63) }, 'beacon.signature: expected 64 bytes, got 63'],
  ])('%p', (changes, message) => {
    expect(() => packBeacon({ ...UNSIGNED, ...changes })).toThrow(new Error(message));
  });

  test('a machine signs with Ed25519 only', async () => {
    const machine = es256Signer(new Uint8Array(32).fill(4));
    await expect(signBeacon(FIELDS, machine)).rejects.toThrow(
      'machine.algorithm: expected one of ed25519, got "es256"',
    );
  });
});
