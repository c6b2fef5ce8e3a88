// `tillsong/codec`: bytes <-> coded bits, and the tokens that travel in them. Never sees a sample.

// ---- frame: header, CRC-32, Reed-Solomon, inner code ----

// ---- token: certificate, spend, Ed25519 ----
export { type Amount, equalAmounts, makeAmount } from './token/amount.js';
export {
  ASSURANCE_FLAGS,
  type Certificate,
  type CertificateFields,
  type CertificateParseReason,
  type CertificateParseResult,
  certificateEndSeconds,
  packCertificate,
  packCertificateMessage,
  parseCertificate,
} from './token/certificate.js';
export type { CertificateReference } from './token/certificate-reference.js';
export {
  type CertificateRefusal,
  type CertificateVerdict,
  signCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from './token/certificate-signature.js';
export {
  ed25519PublicKey,
  isStrictEd25519Key,
  type SignatureCheck,
  type SignatureVerdict,
  signEd25519,
  verifyEd25519,
} from './token/ed25519.js';
export * from './token/limits.js';
export {
  packSpend,
  packSpendMessage,
  parseSpend,
  type Spend,
  type SpendFields,
  type SpendParseReason,
  type SpendParseResult,
  type SpendToken,
} from './token/spend.js';
export {
  type SpendRefusal,
  type SpendTerms,
  type SpendVerdict,
  signSpend,
  verifySpend,
} from './token/spend-signature.js';
export {
  type CertificateToken,
  parseToken,
  type Token,
  type TokenParseReason,
  type TokenParseResult,
} from './token/token.js';
export {
  ed25519Signer,
  SIGNATURE_ALGORITHMS,
  SIGNATURE_DOMAINS,
  type SignatureAlgorithm,
  type Signer,
  signedInput,
} from './token/token-signature.js';
