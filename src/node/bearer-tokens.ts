// Bearer tokens of issuers and operators (RFC 6750). Configured is a token's SHA-256, so that a configuration file lets nobody in; a
// token has 32 random bytes, so one round of hashing is enough and a lookup tells nothing by its time.

import { createHash } from 'node:crypto';
import { assertBytes } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';

const TOKEN_BYTE_COUNT = 32;

/** @returns a token for its holder, from 32 random bytes */
export function makeBearerToken(randomBytes: Uint8Array): string {
  assertBytes('randomBytes', randomBytes, TOKEN_BYTE_COUNT, TOKEN_BYTE_COUNT);
  return Buffer.from(randomBytes).toString('base64url');
}

/** @returns what is configured for a token: its SHA-256 in hex */
export function bearerTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * @param hashes - of the tokens that are allowed; none allows nobody
 * @returns whether the value of an Authorization header is one of them
 * @throws TillsongError `ERR_TYPE` when a hash is not 64 lower-case hex digits
 */
export function bearerTokenCheck(hashes: readonly string[]): (authorization: string | undefined) => boolean {
  for (const hash of hashes)
    if (!/^[0-9a-f]{64}$/.test(hash))
      throw new TillsongError('ERR_TYPE', 'tokenHashes: expected SHA-256 in 64 hexadecimal digits, got another');
  const allowed = new Set(hashes);
  return (authorization) => {
    const token = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization ?? '')?.[1];
    return token !== undefined && allowed.has(bearerTokenHash(token));
  };
}
