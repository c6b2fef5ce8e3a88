import { createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { es256PublicKey, isStrictEs256Key, lowSEs256, signEs256, verifyEs256 } from './es256.js';

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'ascii'));

/** n, written out from SP 800-186 section 3.2.1.3. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const scalarOf = (bytes: Uint8Array) => BigInt(`0x${hexOf(bytes)}`);
const bytes32 = (value: bigint) => bytesOf(value.toString(16).padStart(64, '0'));
const twinOf = (signature: Uint8Array) =>
  Uint8Array.of(...signature.slice(0, 32), ...bytes32(N - scalarOf(signature.slice(32))));

/** The same key for OpenSSL: SEC1 within the fixed beginnings of RFC 5480 and RFC 5915. */
const nodePublicKey = (compressed: Uint8Array) =>
  createPublicKey({
    key: Buffer.concat([Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'), compressed]),
    format: 'der',
    type: 'spki',
  });
const nodePrivateKey = (secretKey: Uint8Array) =>
  createPrivateKey({
    key: Buffer.concat([
      Buffer.from('3031020101', 'hex'),
      Buffer.from('0420', 'hex'),
      secretKey,
      Buffer.from('a00a06082a8648ce3d030107', 'hex'),
    ]),
    format: 'der',
    type: 'sec1',
  });
const nodeVerifies = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
  nodeVerify('sha256', message, { key: nodePublicKey(publicKey), dsaEncoding: 'ieee-p1363' }, signature);

interface Es256Case {
  id: number;
  comment: string;
  flags: string[];
  secretKeyHex?: string;
  publicKeyHex: string;
  messageHex: string;
  signatureHex: string;
  deterministic?: boolean;
  result: string;
  reason?: string;
}

const casesOf = (name: string): Es256Case[] => JSON.parse(readFileSync(`fixtures/vectors/${name}.json`, 'utf8')).cases;
const checkOf = (one: Es256Case) => ({
  publicKey: bytesOf(one.publicKeyHex),
  message: bytesOf(one.messageHex),
  signature: bytesOf(one.signatureHex),
});
const verdictOf = (one: Es256Case) => (one.result === 'valid' ? { ok: true } : { ok: false, reason: one.reason });

describe('RFC 6979 appendix A.2.5 and NIST CAVP', () => {
  const cases = casesOf('es256-published');

  test.each(cases)('$comment: the key is the published one, compressed', (one) => {
    expect(hexOf(es256PublicKey(bytesOf(one.secretKeyHex!)))).toBe(one.publicKeyHex);
  });

  test.each(cases)('$comment: OpenSSL verifies it as published, we with the lower of the two s only', (one) => {
    const { publicKey, message, signature } = checkOf(one);
    const low = lowSEs256(signature);
    expect(nodeVerifies(publicKey, message, signature)).toBe(true);
    expect(verifyEs256({ publicKey, message, signature })).toEqual(verdictOf(one));
    expect(verifyEs256({ publicKey, message, signature: low })).toEqual({ ok: true });
    expect(verifyEs256({ publicKey, message, signature: twinOf(low) })).toEqual({ ok: false, reason: 'signature' });
  });

  test.each(cases.filter(({ deterministic }) => deterministic))('$comment: we sign the same, s made low', (one) => {
    const { message, signature } = checkOf(one);
    expect(hexOf(signEs256(bytesOf(one.secretKeyHex!), message))).toBe(hexOf(lowSEs256(signature)));
  });
});

describe('the edge cases of fixtures/vectors/es256.json', () => {
  const cases = casesOf('es256');

  test.each(cases)('$id, $flags: $comment is $result $reason', (one) => {
    expect(verifyEs256(checkOf(one))).toEqual(verdictOf(one));
  });

  test('OpenSSL says the same of all but a high S, which it takes', () => {
    const compared = cases.filter(({ flags }) => !['Key', 'BitFlip', 'Length'].includes(flags[0]));
    expect(compared.length).toBeGreaterThan(50);
    for (const one of compared) {
      const { publicKey, message, signature } = checkOf(one);
      const isLow = hexOf(lowSEs256(signature)) === one.signatureHex;
      const expected =
        one.result === 'valid' || (!isLow && verifyEs256({ publicKey, message, signature: lowSEs256(signature) }).ok);
      expect([one.id, nodeVerifies(publicKey, message, signature)]).toEqual([one.id, expected]);
    }
  });

  test('a high S that OpenSSL takes is among them, under an honest key and one made for it', () => {
    const taken = cases.filter(({ flags }) => flags[0] === 'HighS').map(checkOf);
    expect(taken.filter((one) => nodeVerifies(one.publicKey, one.message, one.signature))).toHaveLength(2);
  });
});

describe('laws', () => {
  test('OpenSSL verifies what we sign, and we what OpenSSL signs once its s is low (seed 256)', () => {
    const random = new SeededRandom(256);
    for (let length = 0; length < 200; length += 23) {
      const secretKey = random.bytes(32);
      const message = random.bytes(length);
      const publicKey = es256PublicKey(secretKey);
      const ours = signEs256(secretKey, message);
      expect(nodeVerifies(publicKey, message, ours)).toBe(true);
      expect(verifyEs256({ publicKey, message, signature: ours })).toEqual({ ok: true });
      const theirs = Uint8Array.from(
        nodeSign('sha256', message, { key: nodePrivateKey(secretKey), dsaEncoding: 'ieee-p1363' }),
      );
      expect(verifyEs256({ publicKey, message, signature: lowSEs256(theirs) })).toEqual({ ok: true });
    }
  });

  test('making s low twice is making it low once, and never gives more than n / 2 (seed 257)', () => {
    const random = new SeededRandom(257);
    for (let i = 0; i < 50; i++) {
      const signature = random.bytes(64);
      const low = lowSEs256(signature);
      expect(lowSEs256(low)).toEqual(low);
      const s = scalarOf(signature.slice(32));
      if (s < N) expect(scalarOf(low.slice(32)) <= N / 2n).toBe(true);
    }
  });

  test('no bit of a signature can be turned over', () => {
    const secretKey = new Uint8Array(32).fill(5);
    const publicKey = es256PublicKey(secretKey);
    const message = ascii('one coffee');
    const signature = signEs256(secretKey, message);
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = signature.slice();
      flipped[bit >> 3] ^= 0x80 >> (bit & 7);
      expect([bit, verifyEs256({ publicKey, message, signature: flipped }).ok]).toEqual([bit, false]);
    }
  });
});

describe('hostile input', () => {
  test('random keys and signatures of any length are refused without a throw (seed 6979)', () => {
    const bytes = fc.uint8Array({ maxLength: 70 });
    const key = fc.oneof(
      bytes,
      fc.uint8Array({ minLength: 33, maxLength: 33 }).map((random) => Uint8Array.of(2, ...random.slice(1))),
    );
    const signature = fc.oneof(bytes, fc.uint8Array({ minLength: 64, maxLength: 64 }));
    fc.assert(
      fc.property(key, bytes, signature, (publicKey, message, bad) => {
        expect(verifyEs256({ publicKey, message, signature: bad }).ok).toBe(false);
      }),
      { seed: 6979, numRuns: 200 },
    );
  });

  test('the uncompressed and hybrid forms of a good key, its point at infinity and other lengths are no keys', () => {
    const compressed = es256PublicKey(new Uint8Array(32).fill(5));
    const { x, y } = nodePublicKey(compressed).export({ format: 'jwk' });
    const point = Buffer.concat([Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
    expect(isStrictEs256Key(compressed)).toBe(true);
    for (const lead of [4, 6, 7]) expect(isStrictEs256Key(Uint8Array.of(lead, ...point))).toBe(false);
    for (const lead of [0, 1, 4, 5, 0x82])
      expect(isStrictEs256Key(Uint8Array.of(lead, ...point.subarray(0, 32)))).toBe(false);
    for (const length of [0, 1, 32, 34]) expect(isStrictEs256Key(new Uint8Array(length))).toBe(false);
    expect(isStrictEs256Key(new Uint8Array(33))).toBe(false);
  });

  test('a secret key of 0, of n and above, of another length or type is the caller’s mistake', () => {
    for (const value of [0n, N, N + 1n, 2n ** 256n - 1n])
      expect(() => es256PublicKey(bytes32(value))).toThrow('secretKey: expected a number in [1, n - 1]');
    expect(hexOf(es256PublicKey(bytes32(N - 1n))).slice(2)).toBe(hexOf(es256PublicKey(bytes32(1n))).slice(2));
    expect(() => es256PublicKey(new Uint8Array(33))).toThrow('secretKey: expected 32 bytes, got 33');
    expect(() => signEs256(new Uint8Array(32).fill(1), 'text' as never)).toThrow('message: expected Uint8Array');
    expect(() => lowSEs256(new Uint8Array(63))).toThrow('signature: expected 64 bytes, got 63');
  });
});
