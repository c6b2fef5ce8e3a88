import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { hashes, verify as libraryVerify, Point } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { ed25519PublicKey, isStrictEd25519Key, signEd25519, verifyEd25519 } from './ed25519.js';

interface Ed25519Case {
  id: number;
  comment: string;
  flags: string[];
  seedHex?: string;
  publicKeyHex: string;
  messageHex: string;
  signatureHex: string;
  result: string;
  reason?: string;
}

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const casesOf = (name: string): Ed25519Case[] =>
  JSON.parse(readFileSync(`fixtures/vectors/${name}.json`, 'utf8')).cases;
const checkOf = (one: Ed25519Case) => ({
  publicKey: bytesOf(one.publicKeyHex),
  message: bytesOf(one.messageHex),
  signature: bytesOf(one.signatureHex),
});

/** The same key for OpenSSL: the seed or the key behind the fixed beginning that RFC 8410 gives it. */
const nodePrivateKey = (seed: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
const nodePublicKey = (key: Uint8Array) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]),
    format: 'der',
    type: 'spki',
  });

const SEED = new Uint8Array(32).fill(0x42);
const MESSAGE = Uint8Array.of(1, 2, 3);

describe('RFC 8032 section 7.1', () => {
  const cases = casesOf('ed25519-rfc8032');

  test('has all five test vectors', () => {
    expect(cases.map(({ messageHex }) => messageHex.length / 2)).toEqual([0, 1, 2, 1023, 64]);
  });

  test.each(cases)('$comment: key, signature and verdict are the standard’s', (one) => {
    const { publicKey, message, signature } = checkOf(one);
    const seed = bytesOf(one.seedHex!);
    expect(hexOf(ed25519PublicKey(seed))).toBe(one.publicKeyHex);
    expect(hexOf(signEd25519(seed, message))).toBe(one.signatureHex);
    expect(verifyEd25519({ publicKey, message, signature })).toEqual({ ok: true });
  });
});

describe('the edge cases of fixtures/vectors/ed25519.json', () => {
  const cases = casesOf('ed25519');

  test.each(cases)('$id, $flags: $comment is $result $reason', (one) => {
    const expected = one.result === 'valid' ? { ok: true } : { ok: false, reason: one.reason };
    expect(verifyEd25519(checkOf(one))).toEqual(expected);
  });

  test('where OpenSSL is as strict as we are, it says the same', () => {
    const shared = ['Honest', 'MixedOrderR', 'MixedOrderKey', 'LargeS', 'OtherMessage'];
    const compared = cases.filter(({ flags }) => shared.includes(flags[0]));
    expect(compared.length).toBeGreaterThan(40);
    for (const one of compared) {
      const { publicKey, message, signature } = checkOf(one);
      expect([one.id, nodeVerify(null, message, nodePublicKey(publicKey), signature)]).toEqual([
        one.id,
        one.result === 'valid',
      ]);
    }
  });

  test('the constant signature passes OpenSSL and the library under its defaults: both need our refusal', () => {
    const [identity] = cases.filter(({ flags }) => flags[0] === 'SmallOrderKey');
    const { publicKey, message, signature } = checkOf(identity);
    expect(nodeVerify(null, message, nodePublicKey(publicKey), signature)).toBe(true);
    const before = hashes.sha512;
    hashes.sha512 = sha512;
    expect(libraryVerify(signature, message, publicKey)).toBe(true);
    hashes.sha512 = before;
    expect(verifyEd25519({ publicKey, message, signature })).toEqual({ ok: false, reason: 'key' });
  });

  test('a point of order 8 in R passes the library even with zip215 off: the equation without the cofactor is ours', () => {
    const before = hashes.sha512;
    hashes.sha512 = sha512;
    const passed = cases
      .filter(({ flags }) => flags[0] === 'MixedOrderR')
      .map(checkOf)
      .filter(({ publicKey, message, signature }) => libraryVerify(signature, message, publicKey, { zip215: false }));
    hashes.sha512 = before;
    expect(passed).toHaveLength(7);
  });
});

describe('laws', () => {
  test('keys and signatures are those of OpenSSL, byte for byte (seed 25519)', () => {
    const random = new SeededRandom(25519);
    for (let length = 0; length < 300; length += 23) {
      const seed = random.bytes(32);
      const message = random.bytes(length);
      const publicKey = ed25519PublicKey(seed);
      const signature = signEd25519(seed, message);
      expect(createPublicKey(nodePrivateKey(seed)).export({ format: 'jwk' }).x).toBe(
        Buffer.from(publicKey).toString('base64url'),
      );
      expect(hexOf(signature)).toBe(nodeSign(null, message, nodePrivateKey(seed)).toString('hex'));
      expect(verifyEd25519({ publicKey, message, signature })).toEqual({ ok: true });
    }
  });

  test('no bit of a signature can be turned over', () => {
    const publicKey = ed25519PublicKey(SEED);
    const signature = signEd25519(SEED, MESSAGE);
    for (let bit = 0; bit < 512; bit += 3) {
      const flipped = signature.slice();
      flipped[bit >> 3] ^= 0x80 >> (bit & 7);
      expect([bit, verifyEd25519({ publicKey, message: MESSAGE, signature: flipped }).ok]).toEqual([bit, false]);
    }
  });

  test('every encoding of a point of small order is refused as a key, and every honest key is taken', () => {
    const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
    const encodings = [Point.ZERO, ...[1n, 2n, 3n, 4n, 5n, 6n, 7n].map((n) => torsion.multiply(n, false))];
    expect(new Set(encodings.map((point) => point.toHex())).size).toBe(8);
    for (const point of encodings) expect(isStrictEd25519Key(point.toBytes())).toBe(false);
    for (let i = 0; i < 10; i++) expect(isStrictEd25519Key(ed25519PublicKey(SEED.map((b) => b + i)))).toBe(true);
  });
});

describe('the library’s shared hash slot', () => {
  test('holds after every call what it held before, even something broken, and is not used', () => {
    const before = hashes.sha512;
    const broken = () => new Uint8Array(64);
    hashes.sha512 = broken;
    const publicKey = ed25519PublicKey(SEED);
    const signature = signEd25519(SEED, MESSAGE);
    expect(verifyEd25519({ publicKey, message: MESSAGE, signature })).toEqual({ ok: true });
    expect(hashes.sha512).toBe(broken);
    hashes.sha512 = before;
    expect(hexOf(publicKey)).toBe(hexOf(ed25519PublicKey(SEED)));
    expect(hashes.sha512).toBe(before);
  });

  test('is not needed, and neither is a global crypto', () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
    Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
    try {
      const signature = signEd25519(SEED, MESSAGE);
      expect(verifyEd25519({ publicKey: ed25519PublicKey(SEED), message: MESSAGE, signature })).toEqual({ ok: true });
    } finally {
      Object.defineProperty(globalThis, 'crypto', descriptor);
    }
  });
});

describe('hostile input', () => {
  test('random keys and signatures of any length are refused without a throw (seed 8032)', () => {
    const bytes = fc.uint8Array({ maxLength: 70 });
    const key = fc.oneof(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 }));
    const signature = fc.oneof(bytes, fc.uint8Array({ minLength: 64, maxLength: 64 }));
    fc.assert(
      fc.property(key, bytes, signature, (publicKey, message, bad) => {
        expect(verifyEd25519({ publicKey, message, signature: bad }).ok).toBe(false);
      }),
      { seed: 8032, numRuns: 300 },
    );
  });

  test('a seed, key or message of the wrong type or length is the caller’s mistake', () => {
    expect(() => ed25519PublicKey(new Uint8Array(31))).toThrow('seed: expected 32 bytes, got 31');
    expect(() => signEd25519(new Uint8Array(64), MESSAGE)).toThrow('seed: expected 32 bytes, got 64');
    expect(() => signEd25519(SEED, 'text' as never)).toThrow('message: expected Uint8Array, got "text"');
    const check = { publicKey: SEED, message: MESSAGE, signature: new Uint8Array(64) };
    for (const name of ['publicKey', 'message', 'signature'])
      expect(() => verifyEd25519({ ...check, [name]: undefined })).toThrow(
        `${name}: expected Uint8Array, got undefined`,
      );
  });

  test('neither key, message nor signature is modified', () => {
    const check = {
      publicKey: ed25519PublicKey(SEED),
      message: MESSAGE.slice(),
      signature: signEd25519(SEED, MESSAGE),
    };
    const before = Object.values(check).map(hexOf);
    verifyEd25519(check);
    expect(Object.values(check).map(hexOf)).toEqual(before);
  });
});
