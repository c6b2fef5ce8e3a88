// Enrolment: a device shows that it holds the secret of the key it wants a certificate for (rule 22). The issuer sends a challenge,
// the device signs it together with its key. Phone and issuer are online; the request travels as JSON.
//
//   signed input = "tillsong:enrolment:1:" || challenge (32) || device key (32 or 33)

import { SIGNATURE_BYTE_COUNT } from '../../codec/token/limits.js';
import {
  isStrictDeviceKey,
  KEY_BYTE_COUNTS,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type Signer,
  signedInput,
  signWith,
  verifySignature,
} from '../../codec/token/token-signature.js';
import { assertBytes } from '../shared/assert.js';
import { toHex } from '../shared/hex.js';
import { StrictFields } from '../shared/strict-fields.js';

/** Nobody guesses 256 random bits, so who names a challenge has been given it. */
export const CHALLENGE_BYTE_COUNT = 32;

/** What a device sends to be enrolled. */
export interface EnrolmentRequest {
  readonly algorithm: SignatureAlgorithm;
  /** 32 bytes (Ed25519) or 33 (ES256, compressed) */
  readonly deviceKey: Uint8Array;
  /** the issuer's, 32 bytes */
  readonly challenge: Uint8Array;
  /** 64 bytes, by the device key */
  readonly signature: Uint8Array;
}

/**
 * Signs an issuer's challenge. The domain tag keeps the signature from being one of a payment, whatever the challenge is.
 *
 * @param challenge - 32 bytes from the issuer
 * @throws TillsongError `ERR_TYPE` or `ERR_LENGTH` for another challenge, `ERR_STATE` when the signer's answer does not verify
 */
export async function requestEnrolment(challenge: Uint8Array, device: Signer): Promise<EnrolmentRequest> {
  assertBytes('challenge', challenge, CHALLENGE_BYTE_COUNT, CHALLENGE_BYTE_COUNT);
  const own = challenge.slice();
  const deviceKey = device.publicKey.slice();
  const signature = await signWith(device, signedInput('enrolment', own, deviceKey));
  return { algorithm: device.algorithm, deviceKey, challenge: own, signature };
}

/** `device-key`: no canonical key, or of small order. `proof`: whoever asks does not hold the key's secret. */
export type PossessionRefusal = 'device-key' | 'proof';

/**
 * The issuer's check of a request. Whether the challenge is one of its own and still fresh is the issuer's to know.
 *
 * @returns undefined when the key is sound and its holder signed, else why not
 */
export function refusePossession(request: EnrolmentRequest): PossessionRefusal | undefined {
  const { algorithm, deviceKey: publicKey, challenge, signature } = request;
  if (!isStrictDeviceKey(algorithm, publicKey)) return 'device-key';
  const message = signedInput('enrolment', challenge, publicKey);
  return verifySignature(algorithm, { publicKey, message, signature }).ok ? undefined : 'proof';
}

const NAMES = ['version', 'kind', 'algorithm', 'deviceKey', 'challenge', 'signature'];

/** @returns the request as an object for `JSON.stringify` */
export function makeEnrolmentRequest(request: EnrolmentRequest): Record<string, unknown> {
  return {
    version: 1,
    kind: 'enrolment',
    algorithm: request.algorithm,
    deviceKey: toHex(request.deviceKey),
    challenge: toHex(request.challenge),
    signature: toHex(request.signature),
  };
}

/**
 * @param value - what `JSON.parse` gave for what anybody sent
 * @throws TillsongError naming the first bad field; says nothing about the signature
 */
export function parseEnrolmentRequest(value: unknown): EnrolmentRequest {
  const fields = new StrictFields('request', value, NAMES);
  fields.choice('version', [1]);
  fields.choice('kind', ['enrolment']);
  const algorithm = fields.choice('algorithm', SIGNATURE_ALGORITHMS);
  return {
    algorithm,
    deviceKey: fields.bytes('deviceKey', KEY_BYTE_COUNTS[algorithm]),
    challenge: fields.bytes('challenge', CHALLENGE_BYTE_COUNT),
    signature: fields.bytes('signature', SIGNATURE_BYTE_COUNT),
  };
}
