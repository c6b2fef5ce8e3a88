// What a receiver hands over: bytes that may be any type of token. The first byte tells which parser reads them.

import { assertBytes } from '../../src/shared/assert.js';
import { type Certificate, type CertificateParseReason, parseCertificate } from './certificate.js';
import { tokenTypeOf } from './lead-byte.js';
import { parseSpend, type SpendParseReason, type SpendToken } from './spend.js';

/** A certificate sung on its own (while the buyer still chooses), or preloaded. */
export interface CertificateToken {
  readonly type: 'certificate';
  readonly certificate: Certificate;
}

/** Everything that travels. A spend's `certificate.kind` tells first contact (`inline`) from a known certificate (`id`). */
export type Token = CertificateToken | SpendToken;

export type TokenParseReason = CertificateParseReason | SpendParseReason;

export type TokenParseResult =
  | { readonly ok: true; readonly token: Token }
  | { readonly ok: false; readonly reason: TokenParseReason };

/**
 * @param bytes - anything, from anybody
 * @returns the token, or why these bytes are none: `type` when the first byte is no known type
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseToken(bytes: Uint8Array): TokenParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  switch (tokenTypeOf(bytes[0])) {
    case 'spend':
      return parseSpend(bytes);
    case 'certificate': {
      const parsed = parseCertificate(bytes);
      return parsed.ok ? { ok: true, token: { type: 'certificate', certificate: parsed.certificate } } : parsed;
    }
    case undefined:
      return { ok: false, reason: 'type' };
  }
}
