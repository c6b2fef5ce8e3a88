// What a receiver hands over: bytes that may be any type of token. The first byte tells which parser reads them.

import { assertBytes } from '../../src/shared/assert.js';
import { type AnswerParseReason, type AnswerToken, parseAnswer } from './answer.js';
import { type Beacon, type BeaconParseReason, parseBeacon } from './beacon.js';
import { type Certificate, type CertificateParseReason, parseCertificate } from './certificate.js';
import { tokenTypeOf } from './lead-byte.js';
import { parseReceipt, type Receipt, type ReceiptParseReason } from './receipt.js';
import { parseSpend, type SpendParseReason, type SpendToken } from './spend.js';

/** A certificate sung on its own (while the buyer still chooses), or preloaded. */
export interface CertificateToken {
  readonly type: 'certificate';
  readonly certificate: Certificate;
}

/** A machine's offer. */
export interface BeaconToken {
  readonly type: 'beacon';
  readonly beacon: Beacon;
}

/** What a machine says became of a payment. */
export interface ReceiptToken {
  readonly type: 'receipt';
  readonly receipt: Receipt;
}

/**
 * Everything that is sung. A spend's and an answer's `certificate.kind` tells first contact (`inline`) from a known certificate
 * (`id`).
 */
export type Token = CertificateToken | SpendToken | BeaconToken | AnswerToken | ReceiptToken;

export type TokenParseReason =
  | CertificateParseReason
  | SpendParseReason
  | BeaconParseReason
  | AnswerParseReason
  | ReceiptParseReason;

export type TokenParseResult =
  | { readonly ok: true; readonly token: Token }
  | { readonly ok: false; readonly reason: TokenParseReason };

/**
 * @param bytes - anything, from anybody
 * @returns the token, or why these bytes are none: `type` when the first byte is no type that is sung
 * @throws TillsongError `ERR_TYPE` when bytes is no Uint8Array
 */
export function parseToken(bytes: Uint8Array): TokenParseResult {
  assertBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  if (bytes.length === 0) return { ok: false, reason: 'length' };
  switch (tokenTypeOf(bytes[0])) {
    case 'spend':
      return parseSpend(bytes);
    case 'answer':
      return parseAnswer(bytes);
    case 'certificate': {
      const parsed = parseCertificate(bytes);
      return parsed.ok ? { ok: true, token: { type: 'certificate', certificate: parsed.certificate } } : parsed;
    }
    case 'beacon': {
      const parsed = parseBeacon(bytes);
      return parsed.ok ? { ok: true, token: { type: 'beacon', beacon: parsed.beacon } } : parsed;
    }
    case 'receipt': {
      const parsed = parseReceipt(bytes);
      return parsed.ok ? { ok: true, token: { type: 'receipt', receipt: parsed.receipt } } : parsed;
    }
    default:
      return { ok: false, reason: 'type' };
  }
}
