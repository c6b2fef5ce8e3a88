// Signers: who holds a secret key and answers with signatures. In memory, or behind WebCrypto, where the key may be one that cannot
// be exported (rule 4). Secure Enclave and StrongBox are reached from native code: implement `Signer` over them.

import { lowSEs256 } from '../../codec/token/es256.js';
import { isStrictDeviceKey, type SignatureAlgorithm, type Signer } from '../../codec/token/token-signature.js';
import { assertBytes } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';

export { ed25519Signer, es256Signer } from '../../codec/token/token-signature.js';

/** The part of a `CryptoKey` that is looked at. */
export interface WebCryptoKey {
  readonly type: string;
  readonly algorithm: { readonly name: string; readonly namedCurve?: string };
}

export interface WebCryptoKeyPair<Key extends WebCryptoKey> {
  /** need not be extractable */
  readonly privateKey: Key;
  readonly publicKey: Key;
}

/** The part of `SubtleCrypto` that is used, so that the core needs no global: pass `crypto.subtle`. */
export interface WebCryptoSubtle<Key extends WebCryptoKey> {
  sign(
    algorithm: { readonly name: string; readonly hash?: string },
    key: Key,
    data: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer>;
  exportKey(format: 'raw', key: Key): Promise<ArrayBuffer>;
}

/** SEC1 section 2.3.3: 04 || x || y uncompressed, 02 (y even) or 03 (y odd) || x compressed. */
const UNCOMPRESSED = 0x04;
const UNCOMPRESSED_BYTE_COUNT = 65;

/**
 * A signer over WebCrypto: Ed25519, or ECDSA on P-256 (asked for with SHA-256, answered as r || s, made low-S).
 *
 * @param subtle - `crypto.subtle` of the browser, of Node or of a worker
 * @param keyPair - from `generateKey`, usage `sign`; the private key may be non-extractable
 * @throws TillsongError `ERR_TYPE` for a key of another algorithm; and what subtle throws
 * @see W3C Web Cryptography Level 2, sections "ECDSA" and "Ed25519"
 */
export async function webCryptoSigner<Key extends WebCryptoKey>(
  subtle: WebCryptoSubtle<Key>,
  keyPair: WebCryptoKeyPair<Key>,
): Promise<Signer> {
  const { privateKey } = keyPair;
  const algorithm = algorithmOf(privateKey);
  if (algorithmOf(keyPair.publicKey) !== algorithm)
    throw new TillsongError('ERR_TYPE', 'keyPair.publicKey: expected the algorithm of the private key, got another');
  const raw = new Uint8Array(await subtle.exportKey('raw', keyPair.publicKey));
  const publicKey = algorithm === 'es256' ? compressPoint(raw) : raw;
  if (!isStrictDeviceKey(algorithm, publicKey))
    throw new TillsongError('ERR_TYPE', 'keyPair.publicKey: expected a canonical key of large order, got another');
  const parameters = algorithm === 'es256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  return {
    algorithm,
    publicKey,
    sign: async (message) => {
      const signature = new Uint8Array(await subtle.sign(parameters, privateKey, Uint8Array.from(message)));
      return algorithm === 'es256' ? lowSEs256(signature) : signature;
    },
  };
}

/**
 * @param point - a P-256 public key as WebCrypto exports it: 65 bytes, 04 || x || y
 * @returns 33 bytes, 02 or 03 || x, as certificates hold it
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` when it is none; whether it lies on the curve is not asked
 */
export function compressPoint(point: Uint8Array): Uint8Array {
  assertBytes('point', point, UNCOMPRESSED_BYTE_COUNT, UNCOMPRESSED_BYTE_COUNT);
  if (point[0] !== UNCOMPRESSED)
    throw new TillsongError('ERR_TYPE', `point: expected an uncompressed point (04), got ${point[0].toString(16)}`);
  const compressed = point.slice(0, 33);
  compressed[0] = 0x02 | (point[64] & 1);
  return compressed;
}

function algorithmOf({ algorithm: { name, namedCurve } }: WebCryptoKey): SignatureAlgorithm {
  if (name === 'Ed25519') return 'ed25519';
  if (name === 'ECDSA' && namedCurve === 'P-256') return 'es256';
  throw new TillsongError(
    'ERR_TYPE',
    `keyPair: expected Ed25519 or ECDSA on P-256, got ${JSON.stringify(name.slice(0, 20))}`,
  );
}
