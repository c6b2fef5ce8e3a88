// `tillsong/node`: sound from and to files and pipes under Node.js, and what the payment roles keep there.

// ---- payment: files and records of issuer and wallet ----
export { PRIVATE_FILE_MODE, writeFileAtomically } from './atomic-file.js';
export { AudioInputError, type AudioInputReason, describeSystemError } from './audio-input-error.js';
export { bearerTokenHash, makeBearerToken } from './bearer-tokens.js';
export { FileLock } from './file-lock.js';
export { type IssuerDatabase, openIssuerDatabase } from './issuer-database.js';
// ---- payment: the till's journal ----
export { type JournalOptions, openJournal, repairJournal, type SqliteJournal } from './journal.js';
export type { JournalRepair } from './journal-repair.js';
export { readKeyFile, writeKeyFile } from './key-file.js';
// ---- settlement: the ledger on disk ----
export type { LedgerLocation, LedgerObserver, SqlLedgerStore } from './ledger.js';
export { openLedger } from './open-ledger.js';
export { nativeVerifier } from './native-verifier.js';
// ---- pictures ----
export * from './picture/index.js';
export { type RawPcmOptions, readRawPcm } from './raw-pcm.js';
export { SAMPLE_ENCODINGS, type SampleEncoding } from './sample-encoding.js';
export { type MdbServeOptions, openSerialPort, type SerialPort, serveMdb } from './serial-line.js';
export {
  type SettlementService,
  type SettlementServiceOptions,
  settlementService,
} from './settlement-service.js';
export { WalletFile } from './wallet-file.js';
export type { WavFormat } from './wav-format.js';
export { openWavFile, readWav, readWavFile, type WavInput } from './wav-reader.js';
export { encodeWav, writeWavFile } from './wav-writer.js';

// ---- inspection ----
export { inspectionJson } from './inspect/inspection-json.js';
export { inspectionPage } from './inspect/inspection-page.js';
export type { SettlementMetrics } from './settlement-metrics.js';
