import { createECDH, webcrypto } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isStrictEs256Key, verifyEs256 } from '../../codec/token/es256.js';
import { signWith, verifySignature } from '../../codec/token/token-signature.js';
import { compressPoint, ed25519Signer, es256Signer, type WebCryptoSubtle, webCryptoSigner } from './signer.js';

const { subtle } = webcrypto;
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };
const MESSAGE = Uint8Array.from([1, 2, 3]);

function generate(parameters: { name: string; namedCurve?: string }): Promise<webcrypto.CryptoKeyPair> {
  return subtle.generateKey(parameters, false, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

describe('rule 4: signatures are raw 64 bytes with low S, by keys that need not be exportable', () => {
  test.each([
    ['es256', ECDSA, 33],
    ['ed25519', { name: 'Ed25519' }, 32],
  ] as const)('a WebCrypto key of %s that cannot be exported signs', async (algorithm, parameters, keyBytes) => {
    const keyPair = await generate(parameters);
    expect(keyPair.privateKey.extractable).toBe(false);
    const signer = await webCryptoSigner(subtle, keyPair);
    expect([signer.algorithm, signer.publicKey.length]).toEqual([algorithm, keyBytes]);
    for (let i = 0; i < 8; i++) {
      const message = Uint8Array.of(i);
      const signature = await signer.sign(message);
      expect(verifySignature(algorithm, { publicKey: signer.publicKey, message, signature })).toEqual({ ok: true });
    }
  });

  test('the high S of WebCrypto is made low, and the platform still accepts it', async () => {
    const keyPair = await generate(ECDSA);
    const raw: Uint8Array[] = [];
    const spied: WebCryptoSubtle<webcrypto.CryptoKey> = {
      exportKey: (format, key) => subtle.exportKey(format, key),
      sign: async (parameters, key, data) => {
        const signature = await subtle.sign(parameters as webcrypto.EcdsaParams, key, data);
        raw.push(new Uint8Array(signature));
        return signature;
      },
    };
    const signer = await webCryptoSigner(spied, keyPair);
    // Half of all signatures are high: that none of 40 is has a chance of 1e-12.
    const signatures = [];
    for (let i = 0; i < 40; i++) signatures.push(await signer.sign(MESSAGE));
    const { publicKey } = signer;
    const wasHigh = raw.filter((signature) => !verifyEs256({ publicKey, message: MESSAGE, signature }).ok);
    expect(wasHigh.length).toBeGreaterThan(0);
    for (const signature of signatures) {
      expect(verifyEs256({ publicKey, message: MESSAGE, signature })).toEqual({ ok: true });
      const parameters = { name: 'ECDSA', hash: 'SHA-256' };
      expect(await subtle.verify(parameters, keyPair.publicKey, signature, MESSAGE)).toBe(true);
    }
  });
});

describe('a WebCrypto signer', () => {
  test('is taken by signWith, which checks what comes back', async () => {
    const signer = await webCryptoSigner(subtle, await generate(ECDSA));
    expect(await signWith(signer, MESSAGE)).toHaveLength(64);
  });

  test('exports its point as the platform compresses it', async () => {
    const { publicKey } = await generate(ECDSA);
    const ecdh = createECDH('prime256v1');
    ecdh.generateKeys();
    expect(compressPoint(Uint8Array.from(ecdh.getPublicKey()))).toEqual(
      Uint8Array.from(ecdh.getPublicKey(null, 'compressed')),
    );
    expect(isStrictEs256Key(compressPoint(new Uint8Array(await subtle.exportKey('raw', publicKey))))).toBe(true);
  });

  test.each([
    ['another curve', { name: 'ECDSA', namedCurve: 'P-384' }],
    ['another algorithm', { name: 'RSA-PSS' }],
  ])('refuses %s', async (_, algorithm) => {
    const key = { type: 'private', algorithm };
    await expect(webCryptoSigner(subtle as never, { privateKey: key, publicKey: key })).rejects.toMatchObject({
      code: 'ERR_TYPE',
    });
  });

  test('refuses the halves of two algorithms', async () => {
    const { privateKey } = await generate(ECDSA);
    const { publicKey } = await generate({ name: 'Ed25519' });
    await expect(webCryptoSigner(subtle, { privateKey, publicKey })).rejects.toMatchObject({ code: 'ERR_TYPE' });
  });

  test.each([
    ['compressed', 0x02, 65],
    ['short', 0x04, 64],
  ])('refuses a %s point', (_, lead, byteCount) => {
    expect(() => compressPoint(new Uint8Array(byteCount).fill(lead))).toThrow(/^point: expected /);
  });
});

test('signers in memory are shipped for both algorithms', async () => {
  for (const signer of [ed25519Signer(new Uint8Array(32).fill(1)), es256Signer(new Uint8Array(32).fill(1))])
    expect(await signWith(signer, MESSAGE)).toHaveLength(64);
});
