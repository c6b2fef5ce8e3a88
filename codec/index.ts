// `tillsong/codec`: bytes <-> coded bits, and the tokens that travel in them. Never sees a sample.

// ---- frame: header, CRC-32, Reed-Solomon, inner code ----
export { crc12, crc32 } from './frame/crc.js';
export {
  encodeFrame,
  type FrameBlock,
  FrameDecoder,
  type FrameDecodeResult,
  type FramePlan,
  planFrame,
} from './frame/frame.js';
export {
  decodeHeader,
  decodeHeaderCodeword,
  descrambleHeader,
  encodeHeader,
  FRAME_FORMAT_VERSION,
  HEADER_INFO_BIT_COUNT,
  type Header,
  HeaderCodec,
  type HeaderResult,
  MESSAGE_ID_COUNT,
  messageIdOf,
} from './frame/header.js';
export { deinterleave, interleave } from './frame/interleaver.js';
export {
  MAX_FRAME_CODED_BITS,
  MAX_HEADER_CODED_BITS,
  MAX_PAYLOAD_BYTES,
  REDUNDANCY_VERSION_COUNT,
} from './frame/limits.js';
export { OuterCode, type OuterDecodeResult, PARITY_BYTE_COUNT } from './frame/outer-code.js';
export { PolarCode } from './frame/polar-code.js';
export { PolarListDecoder } from './frame/polar-list-decoder.js';
export { RateMatcher } from './frame/rate-matcher.js';
export {
  MAX_CODEWORD_BYTES,
  MAX_PARITY_BYTES,
  ReedSolomon,
  type ReedSolomonResult,
} from './frame/reed-solomon.js';
export { scrambleBits, scrambleLlrs, scramblingSequence } from './frame/scrambler.js';
export {
  TURBO_BLOCK_SIZES,
  type TurboDecodeReport,
  TurboDecoder,
  turboBlockSizeFor,
  turboEncode,
} from './frame/turbo-code.js';

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
export {
  CERTIFICATE_BYTE_COUNT,
  CERTIFICATE_ID_BYTE_COUNT,
  MAX_MINOR_UNITS,
  SPEND_BYTE_COUNT,
} from './token/limits.js';
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
