import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { ed25519PublicKey, signEd25519 } from '../../codec/token/ed25519.js';
import { es256PublicKey, signEs256 } from '../../codec/token/es256.js';
import { type SignatureAlgorithm, verifySignature } from '../../codec/token/token-signature.js';
import { nativeVerifier } from './native-verifier.js';

const verify = nativeVerifier();
// The portable check that this one is compared with takes milliseconds a signature, more when the machine has much else to do.
jest.setTimeout(30_000);
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

interface VectorCase {
  readonly id: number;
  readonly comment: string;
  readonly publicKeyHex: string;
  readonly messageHex: string;
  readonly signatureHex: string;
}

const casesOf = (name: string): VectorCase[] => JSON.parse(readFileSync(`fixtures/vectors/${name}.json`, 'utf8')).cases;

async function expectEqual(algorithm: SignatureAlgorithm, check: Parameters<typeof verify>[1]): Promise<boolean> {
  const portable = verifySignature(algorithm, check);
  expect(await verify(algorithm, check)).toEqual(portable);
  return portable.ok;
}

test.each([
  ['ed25519-rfc8032', 'ed25519'],
  ['ed25519', 'ed25519'],
] as const)('rule 7: gives the verdict of the strict check on every vector of %s', async (name, algorithm) => {
  const cases = casesOf(name);
  expect(cases.length).toBeGreaterThan(4);
  for (const one of cases) {
    const check = {
      publicKey: bytesOf(one.publicKeyHex),
      message: bytesOf(one.messageHex),
      signature: bytesOf(one.signatureHex),
    };
    expect([one.id, await verify(algorithm, check)]).toEqual([one.id, verifySignature(algorithm, check)]);
  }
});

describe('rule 7: differs from the strict check nowhere', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const flip = fc.record({ part: fc.constantFrom('none', 'publicKey', 'message', 'signature'), bit: fc.nat(511) });

  function flipped(bytes: Uint8Array, bit: number): Uint8Array {
    const copy = Uint8Array.from(bytes);
    copy[(bit >> 3) % copy.length] ^= 0x80 >> (bit & 7);
    return copy;
  }

  test.each([
    ['ed25519', ed25519PublicKey, signEd25519],
    ['es256', es256PublicKey, signEs256],
  ] as const)('on signatures of %s with a bit turned over (seed 77)', async (algorithm, publicKeyOf, sign) => {
    let goodCount = 0;
    await fc.assert(
      fc.asyncProperty(seed, flip, async (secret, { part, bit }) => {
        secret[0] &= 0x7f;
        secret[31] |= 1;
        const message = secret.slice(0, 20);
        const check = { publicKey: publicKeyOf(secret), message, signature: sign(secret, message) };
        const changed = part === 'none' ? check : { ...check, [part]: flipped(check[part], bit) };
        if (await expectEqual(algorithm, changed)) goodCount++;
      }),
      { seed: 77, numRuns: 60 },
    );
    expect(goodCount).toBeGreaterThan(5);
  });

  test('on the high-S twin, zero and too large r and s of P-256', async () => {
    const secret = new Uint8Array(32).fill(9);
    const message = Uint8Array.of(1, 2, 3);
    const publicKey = es256PublicKey(secret);
    const signature = signEs256(secret, message);
    const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
    const half = order >> 1n;
    const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    const r = numberOf(signature.slice(0, 32));
    const s = numberOf(signature.slice(32));
    const pair = (a: bigint, b: bigint) => bytesOf(a.toString(16).padStart(64, '0') + b.toString(16).padStart(64, '0'));
    const pairs = [
      [r, s],
      [r, order - s],
      [0n, s],
      [r, 0n],
      [order, s],
      [r, order],
      [r + order > 2n ** 256n ? order + 1n : r + order, s],
      [r, half],
      [r, half + 1n],
      [2n ** 256n - 1n, 2n ** 256n - 1n],
    ] as const;
    const verdicts: boolean[] = [];
    for (const [a, b] of pairs)
      verdicts.push(await expectEqual('es256', { publicKey, message, signature: pair(a, b) }));
    expect(verdicts.filter((isGood) => isGood).length).toBe(1);
  });

  test.each(['ed25519', 'es256'] as const)('on keys and signatures of any length of %s', async (algorithm) => {
    for (let length = 0; length < 70; length += 3) {
      const bytes = new Uint8Array(length).fill(3);
      await expectEqual(algorithm, { publicKey: bytes, message: bytes, signature: bytes });
    }
  });
});

test('what is no bytes is the caller’s mistake', () => {
  expect(() =>
    verify('ed25519', { publicKey: 'x' as never, message: new Uint8Array(0), signature: new Uint8Array(64) }),
  ).toThrow('publicKey: expected Uint8Array');
});
