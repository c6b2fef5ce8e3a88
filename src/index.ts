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
export { splitDilation, SPEED_OF_SOUND_METERS_PER_SECOND, type LinkReport } from './modem/link-report.js';
export { parseProfile } from './modem/parse-profile.js';
export { PROFILE_NAMES, PROFILES, type PreambleProfile, type Profile, type ProfileName } from './modem/profiles.js';
export { Receiver, type LostReason, type ReceiverEvent, type ReceiverOptions } from './modem/receiver.js';
export { Transmitter, type TransmitterOptions } from './modem/transmitter.js';
// ---- payment: money as people write it ----
export { type Currency, currencyByCode, currencyByNumber, formatAmount, parseAmount } from './payment/currency.js';
export { TillsongError, type TillsongErrorCode } from './shared/errors.js';
export { SeededRandom } from './shared/seeded-random.js';
export type { Stage } from './shared/stage.js';

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

// ---- payment: settlement and what it is sent ----
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
  parseUploadAnswer,
  type PaymentResult,
  UPLOAD_RESULTS,
  type UploadAnswer,
  type UploadAnswerParseReason,
  type UploadAnswerParseResult,
  type UploadResult,
} from './payment/upload-answer.js';
export { MAX_UPLOAD_ENTRIES } from './payment/upload-limits.js';
