import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ed25519PublicKey, signEd25519 } from './ed25519.js';
import { signEs256 } from './es256.js';
import {
  ed25519Signer,
  es256Signer,
  isStrictDeviceKey,
  SIGNATURE_DOMAINS,
  type Signer,
  signedInput,
  signWith,
} from './token-signature.js';

const SEED = new Uint8Array(32).fill(0x42);
const INPUT = signedInput('spend', Uint8Array.of(1, 2, 3));

test('the signed input is the ASCII tag and the parts, one behind the other', () => {
  const input = signedInput('certificate', Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3));
  expect(Buffer.from(input).toString('latin1')).toBe('tillsong:certificate:1:\x01\x02\x03');
});

test('no tag is the beginning of another, and none would be of a later version', () => {
  const tags = Object.values(SIGNATURE_DOMAINS);
  const later = tags.map((tag) => tag.replace('1:', '10:'));
  const all = [...tags, ...later];
  for (const a of all) for (const b of all) expect([a, b, a !== b && b.startsWith(a)]).toEqual([a, b, false]);
});

test('a signer from a seed signs what OpenSSL verifies', async () => {
  const signer = ed25519Signer(SEED);
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(signer.publicKey).toString('base64url') },
    format: 'jwk',
  });
  expect(nodeVerify(null, INPUT, key, await signer.sign(INPUT))).toBe(true);
});

test('a signer keeps its own copy of the seed', async () => {
  const seed = SEED.slice();
  const signer = ed25519Signer(seed);
  seed.fill(0);
  expect(await signer.sign(INPUT)).toEqual(signEd25519(SEED, INPUT));
});

test('of a P-256 signer that answers with a high S, the low one is sent', async () => {
  const honest = es256Signer(SEED);
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const twinOf = (signature: Uint8Array) => {
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString('hex')}`);
    const other = Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex');
    return Uint8Array.of(...signature.subarray(0, 32), ...other);
  };
  const hardware: Signer = { ...honest, sign: async (message) => twinOf(await honest.sign(message)) };
  expect(await signWith(hardware, INPUT)).toEqual(await honest.sign(INPUT));
  expect(await signWith(honest, INPUT)).toEqual(await honest.sign(INPUT));
});

test('a P-256 signer keeps its own copy of the secret key', async () => {
  const secretKey = SEED.slice();
  const signer = es256Signer(secretKey);
  secretKey.fill(0);
  expect(await signer.sign(INPUT)).toEqual(signEs256(SEED, INPUT));
});

test('device keys are strict in both algorithms, and no other algorithm is known', () => {
  expect(isStrictDeviceKey('ed25519', ed25519PublicKey(SEED))).toBe(true);
  expect(isStrictDeviceKey('es256', es256Signer(SEED).publicKey)).toBe(true);
  expect(isStrictDeviceKey('es256', ed25519PublicKey(SEED))).toBe(false);
  expect(isStrictDeviceKey('ed25519', es256Signer(SEED).publicKey)).toBe(false);
  expect(() => isStrictDeviceKey('rs256' as never, SEED)).toThrow('algorithm: expected one of ed25519, es256');
});

describe('a signer that is not what it says', () => {
  const honest = ed25519Signer(SEED);
  const failing = (changes: Partial<Record<keyof Signer, unknown>>) =>
    signWith({ ...honest, ...changes } as Signer, INPUT);

  test('another key: refused before anybody sees the signature', async () => {
    const publicKey = ed25519PublicKey(new Uint8Array(32));
    await expect(failing({ publicKey })).rejects.toMatchObject({ code: 'ERR_STATE' });
  });

  test('a fault in one bit: refused', async () => {
    const sign = async (message: Uint8Array) =>
      (await honest.sign(message)).map((byte, i) => (i === 40 ? byte ^ 1 : byte));
    await expect(failing({ sign })).rejects.toThrow('signature: expected one of signer.publicKey, got a bad signature');
  });

  test('a message changed by the signer does not change what is checked', async () => {
    const sign = async (message: Uint8Array) => honest.sign(message.fill(0));
    await expect(failing({ sign })).rejects.toMatchObject({ code: 'ERR_STATE' });
  });

  test.each([
    [{ algorithm: 'rs256' }, 'signer.algorithm: expected one of ed25519, es256, got "rs256"'],
    [{ algorithm: 'es256' }, 'signer.publicKey: expected 33 bytes, got 32'],
    [{ publicKey: new Uint8Array(33) }, 'signer.publicKey: expected 32 bytes, got 33'],
    [{ sign: async () => new Uint8Array(63) }, 'signature: expected 64 bytes, got 63'],
    [{ sign: async () => undefined }, 'signature: expected Uint8Array, got undefined'],
  ])('%p', async (changes, message) => {
    await expect(failing(changes)).rejects.toThrow(message);
  });

  test('its own failure is passed on', async () => {
    const sign = async () => {
      throw new Error('the user did not confirm');
    };
    await expect(failing({ sign })).rejects.toThrow('the user did not confirm');
  });
});
