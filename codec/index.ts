// `tillsong/codec`: bytes <-> coded bits, and the tokens that travel in them. Never sees a sample.

// ---- frame: header, CRC-32, Reed-Solomon, inner code ----
export { crc12, crc32 } from './frame/crc.js';
export {
  encodeFrame,
  type FrameBlock,
  type FrameDecodeResult,
  FrameDecoder,
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

// ---- token: everything that is signed, and who signs it ----
export {
  type Acknowledgement,
  type AcknowledgementFields,
  type AcknowledgementParseReason,
  type AcknowledgementParseResult,
  type AcknowledgementVerdict,
  packAcknowledgement,
  packAcknowledgementMessage,
  parseAcknowledgement,
  signAcknowledgement,
  verifyAcknowledgement,
} from './token/acknowledgement.js';
export { type Amount, equalAmounts, makeAmount } from './token/amount.js';
export {
  type Answer,
  type AnswerFields,
  type AnswerParseReason,
  type AnswerParseResult,
  type AnswerToken,
  packAnswer,
  packAnswerMessage,
  parseAnswer,
} from './token/answer.js';
export {
  type AnswerRefusal,
  type AnswerTerms,
  type AnswerVerdict,
  signAnswer,
  verifyAnswer,
} from './token/answer-signature.js';
export {
  type Beacon,
  type BeaconFields,
  type BeaconParseReason,
  type BeaconParseResult,
  type BeaconVerdict,
  beaconTag,
  packBeacon,
  packBeaconMessage,
  parseBeacon,
  signBeacon,
  verifyBeacon,
} from './token/beacon.js';
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
export { type CertificateReference, referencedCertificateId } from './token/certificate-reference.js';
export {
  type CertificateRefusal,
  type CertificateVerdict,
  signCertificate,
  type VerifiedCertificate,
  verifyCertificate,
} from './token/certificate-signature.js';
export {
  type DenyListDelta,
  type DenyListDeltaFields,
  type DenyListDeltaParseReason,
  type DenyListDeltaParseResult,
  type DenyListDeltaVerdict,
  packDenyListDelta,
  packDenyListDeltaMessage,
  parseDenyListDelta,
  signDenyListDelta,
  verifyDenyListDelta,
} from './token/deny-list.js';
export {
  ed25519PublicKey,
  isStrictEd25519Key,
  type SignatureCheck,
  type SignatureVerdict,
  signEd25519,
  verifyEd25519,
} from './token/ed25519.js';
export { es256PublicKey, isStrictEs256Key, lowSEs256, signEs256, verifyEs256 } from './token/es256.js';
export {
  ACKNOWLEDGEMENT_BYTE_COUNT,
  ANSWER_BYTE_COUNT,
  BEACON_BYTE_COUNT,
  CERTIFICATE_BYTE_COUNT,
  CERTIFICATE_ID_BYTE_COUNT,
  ED25519_KEY_BYTE_COUNT,
  ES256_CERTIFICATE_BYTE_COUNT,
  ES256_KEY_BYTE_COUNT,
  HASH_BYTE_COUNT,
  MAX_CLOCK_TOLERANCE_SECONDS,
  MAX_COUNTER,
  MAX_DENY_LIST_DELTA,
  MAX_MINOR_UNITS,
  MAX_PAYMENT_COUNT,
  NONCE_BYTE_COUNT,
  RECEIPT_BYTE_COUNT,
  SIGNATURE_BYTE_COUNT,
  SIGNED_BEACON_BYTE_COUNT,
  SPEND_BYTE_COUNT,
} from './token/limits.js';
export {
  packReceipt,
  packReceiptMessage,
  parseReceipt,
  RECEIPT_OUTCOMES,
  type Receipt,
  type ReceiptFields,
  type ReceiptOutcome,
  type ReceiptParseReason,
  type ReceiptParseResult,
} from './token/receipt.js';
export { packAnswerPayment, type ReceiptVerdict, signReceipt, verifyReceipt } from './token/receipt-signature.js';
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
  type BeaconToken,
  type CertificateToken,
  parseToken,
  type ReceiptToken,
  type Token,
  type TokenParseReason,
  type TokenParseResult,
} from './token/token.js';
export {
  ed25519Signer,
  es256Signer,
  isStrictDeviceKey,
  SIGNATURE_ALGORITHMS,
  SIGNATURE_DOMAINS,
  type SignatureAlgorithm,
  type SignatureDomain,
  type Signer,
  signedInput,
  signWith,
  verifySignature,
} from './token/token-signature.js';
