// The public surface of the portable core.

export { type BandSearch, bandSearch } from './modem/band-search.js';
export { type BurstLayout, burstLayout, chirpPair, preambleSamples } from './modem/burst-layout.js';
export type { BurstPart, BurstView, SpectrumView } from './modem/inspect/burst-view.js';
export type { FskView } from './modem/inspect/fsk-view.js';
export type {
  BurstDetail,
  BurstInspection,
  BurstOutcome,
  BurstSound,
  CloseUp,
  Finding,
  FindingKind,
  InspectedMessage,
  Inspection,
  Interferer,
  NoiseFloor,
  Overview,
  ProfileOutlook,
  ScoreTrack,
  SoftBits,
  Steps,
} from './modem/inspect/inspection.js';
export { Inspector, inspectSamples } from './modem/inspect/inspector.js';
export type { ConstellationPoint, OfdmView } from './modem/inspect/ofdm-view.js';
export { type LinkReport, SPEED_OF_SOUND_METERS_PER_SECOND, splitDilation } from './modem/link-report.js';
export { parseProfile } from './modem/parse-profile.js';
export { PROFILE_NAMES, PROFILES, type PreambleProfile, type Profile, type ProfileName } from './modem/profiles.js';
export { type LostReason, Receiver, type ReceiverEvent, type ReceiverOptions } from './modem/receiver.js';
export { Transmitter, type TransmitterOptions } from './modem/transmitter.js';
// ---- payment: settlement and what it is sent ----
export { CertificateCache, type CertificateCheck, type SignatureVerifier } from './payment/certificate-cache.js';
export { type CounterFinding, counterFindings } from './payment/counter-gaps.js';
// ---- payment: money as people write it ----
export { type Currency, currencyByCode, currencyByNumber, formatAmount, parseAmount } from './payment/currency.js';
// ---- payment: issuer ----
export {
  type Applicant,
  type EligibilityPolicy,
  type EligibilityRefusal,
  MAX_SCORE,
  type OpenAudience,
  parseEligibilityPolicy,
  refuseEligibility,
} from './payment/eligibility.js';
export {
  CHALLENGE_BYTE_COUNT,
  type EnrolmentRequest,
  makeEnrolmentRequest,
  type PossessionRefusal,
  parseEnrolmentRequest,
  refusePossession,
  requestEnrolment,
} from './payment/enrolment.js';
export {
  type FraudProof,
  type FraudProofRefusal,
  type FraudProofVerdict,
  makeFraudProof,
  type ProvenPayment,
  parseFraudProof,
  verifyFraudProof,
} from './payment/fraud-proof.js';
export {
  type Attestation,
  type DenyListAnswer,
  type EnrolmentRefusal,
  type EnrolmentResult,
  Issuer,
  type IssuerOptions,
} from './payment/issuer.js';
export {
  type CertificateLimits,
  type IssuerConfig,
  parseIssuerConfig,
} from './payment/issuer-config.js';
export {
  type IssuedCertificate,
  type IssueEffects,
  type IssuerStore,
  MemoryIssuerStore,
  type OpenChallenge,
  type RetirementReason,
} from './payment/issuer-store.js';
// ---- payment: the till and its journal ----
export {
  type AcceptedEntry,
  CHAIN_HASH_BYTE_COUNT,
  chainHash,
  emptyChainHash,
  type JournalEntry,
  type JournalEntryParseReason,
  type JournalEntryParseResult,
  type JournalOutcome,
  type OutcomeEntry,
  packJournalEntry,
  parseJournalEntry,
} from './payment/journal-entry.js';
export type { JournalLoss, LossResult } from './payment/journal-loss.js';
export type { JournalRefusal } from './payment/journal-settlement.js';
export type { JournalDamage, JournalStore, StoredEntry, StoreResult } from './payment/journal-store.js';
export { MAX_HEARD_CERTIFICATES, MAX_PRELOADED_CERTIFICATES } from './payment/known-certificates.js';
export {
  type BalanceRow,
  type CertificateRow,
  type DenialRow,
  type FindingKind as LedgerFindingKind,
  type FindingRow,
  type FraudProofRow,
  type JournalHead,
  type JournalRow,
  LedgerConflict,
  type LedgerCounts,
  type LedgerReader,
  type LedgerStore,
  type LedgerTransaction,
  type Page,
  type PaymentKey,
  type PaymentOutcome,
  type PaymentQueue,
  type PaymentReview,
  type PaymentRow,
  type TransferKind,
  type TransferRow,
} from './payment/ledger-store.js';
export { FRAUD_PAYERS, type FraudPayer } from './payment/ledger-transfers.js';
export {
  CashlessDevice,
  type CashlessEvent,
  type CashlessResult,
  type CashlessState,
} from './payment/mdb/cashless-device.js';
export {
  checksumOf,
  type MdbAddress,
  type MdbCommand,
  type MdbParseResult,
  parseMdbCommand,
} from './payment/mdb/mdb-command.js';
export { formatMdbLine, MAX_MDB_LINE_CHARACTERS, parseMdbLine } from './payment/mdb/mdb-line.js';
export type { ReaderIdentity, ReaderSettings } from './payment/mdb/mdb-response.js';
export { MdbVend, type MdbVendOptions, type Selection } from './payment/mdb/mdb-vend.js';
export { MemoryJournal } from './payment/memory-journal.js';
export { MemoryLedgerStore } from './payment/memory-ledger-store.js';
export {
  type DenyListResult,
  type KeyedSigner,
  type RegisterResult,
  Settlement,
  type SettlementOptions,
  type SettlementPolicy,
  type SubmitResult,
} from './payment/settlement.js';
export type { RegisteredMachine, SettlementRefusal, SettlementTimes } from './payment/settlement-checks.js';
export { SIGNATURE_BUDGET, type SignatureBudgetOptions } from './payment/signature-budget.js';
// ---- payment: wallet ----
export {
  compressPoint,
  ed25519Signer,
  es256Signer,
  type WebCryptoKey,
  type WebCryptoKeyPair,
  type WebCryptoSubtle,
  webCryptoSigner,
} from './payment/signer.js';
export { type BeaconResult, type CloseResult, Till, type TillStatus } from './payment/till.js';
export type { Sale } from './payment/till-book.js';
export type { ConfiguredKeys, TillConfig } from './payment/till-config.js';
export type { DeltaRefusal } from './payment/till-deny-list.js';
export type { WriteRefusal } from './payment/till-journal.js';
export { type LimitReached, MAX_STORED_COUNT, type StoredTotals, type TillLimits } from './payment/till-limits.js';
export type { AcknowledgementOutcome, AcknowledgementRefusal, DenyListOutcome } from './payment/till-papers.js';
export type {
  TillCertificateRefusal,
  TillPaymentRefusal,
  TillRefusal,
  TillRefused,
  TillVerdict,
} from './payment/till-verdict.js';
export type { ClockReading, TillClock } from './payment/trusted-clock.js';
export {
  type BillPayment,
  type BillUpload,
  type JournalUpload,
  makeUpload,
  parseUpload,
  type Upload,
  type UploadParseReason,
  type UploadParseResult,
} from './payment/upload.js';
export {
  type BillAnswer,
  type EntryResult,
  type JournalAnswer,
  makeUploadAnswer,
  type PaymentResult,
  parseUploadAnswer,
  UPLOAD_RESULTS,
  type UploadAnswer,
  type UploadAnswerParseReason,
  type UploadAnswerParseResult,
  type UploadResult,
} from './payment/upload-answer.js';
export { MAX_UPLOAD_ENTRIES } from './payment/upload-limits.js';
export { signJournalUpload } from './payment/upload-signature.js';
export { MemoryVend, type Vend, type VendResult } from './payment/vend.js';
export { Wallet, type WalletOptions } from './payment/wallet.js';
export { MAX_BILL_PAYMENTS, type PaymentRefusal } from './payment/wallet-limits.js';
export type { BeaconRefusal, MachineKeys, OfferSource, PaymentOffer, PayOrder } from './payment/wallet-offer.js';
export {
  type BillEntry,
  type CertificateForm,
  PAYMENT_STATUSES,
  type PaymentStatus,
} from './payment/wallet-payment.js';
export type { ReceiptRefusal } from './payment/wallet-receipts.js';
export type {
  HearRefusal,
  HearResult,
  InstallRefusal,
  InstallResult,
  OfferResult,
  PayResult,
  SungPayment,
  WalletBalance,
} from './payment/wallet-results.js';
export { MemoryWalletStore, type WalletStore } from './payment/wallet-store.js';
export { TillsongError, type TillsongErrorCode } from './shared/errors.js';
export { SeededRandom } from './shared/seeded-random.js';
export type { Stage } from './shared/stage.js';
