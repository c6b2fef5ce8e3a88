// What settlement keeps, as rows, and the storage it keeps them in: an interface, so that the rules (ledger-book.ts, settlement.ts)
// run on SQLite, PostgreSQL or memory alike. Ids and hashes are lower-case hex, because they are keys; signed messages are bytes.
//
// Append-only by interface: nothing here deletes, and the only rows that change are a payment's outcome and review, forward only.

/** What is known of the delivery. `unknown` is held until somebody finds out. */
export type PaymentOutcome = 'none' | 'vended' | 'failed' | 'unknown';

/** `late` waits for a person, who approves or rejects. */
export type PaymentReview = 'none' | 'late' | 'approved' | 'rejected';

/** The permanent unique key of a payment. */
export interface PaymentKey {
  /** 16 hex digits */
  readonly certificateId: string;
  readonly counter: number;
}

/** One signed payment and what became of it. */
export interface PaymentRow extends PaymentKey {
  /** SHA-256 of the signed message without its signature: the same content may have many valid signatures */
  readonly contentHash: string;
  readonly issuerKeyId: number;
  readonly machineId: number;
  readonly minorUnits: number;
  readonly currency: number;
  readonly item: number;
  readonly cumulativeMinorUnits: number;
  readonly signedAtSeconds: number;
  /** packed spend or answer, with its signature */
  readonly token: Uint8Array;
  /** packed beacon of an answer */
  readonly beacon: Uint8Array | null;
  /** where the till's journal has it; null while only a phone has claimed it */
  readonly acceptedSequence: number | null;
  readonly acceptedAtSeconds: number | null;
  readonly outcome: PaymentOutcome;
  readonly outcomeAtSeconds: number | null;
  /** packed receipt or void that told the outcome */
  readonly receipt: Uint8Array | null;
  readonly review: PaymentReview;
  readonly recordedAtSeconds: number;
}

/** How far settlement has a machine's journal. */
export interface JournalHead {
  /** 0 before the first */
  readonly lastSequence: number;
  /** 64 hex digits */
  readonly chainHash: string;
}

export interface JournalRow {
  readonly machineId: number;
  readonly sequence: number;
  readonly packed: Uint8Array;
  /** after this entry */
  readonly chainHash: string;
  /** an `UploadResult`, or `lost` for an entry that its till no longer has */
  readonly result: string;
  readonly reason: string | null;
  readonly recordedAtSeconds: number;
}

export interface CertificateRow {
  readonly certificateId: string;
  readonly issuerKeyId: number;
  readonly packed: Uint8Array;
  /** `seen` with a payment, `registered` by the issuer beforehand */
  readonly source: 'seen' | 'registered';
  readonly recordedAtSeconds: number;
}

/**
 * - `charge`, `refund`: of the payment itself, at most once each
 * - `fraud-loss`, `fraud-refund`: of a further payment under the same counter, paid by whom the policy names
 */
export type TransferKind = 'charge' | 'refund' | 'fraud-loss' | 'fraud-refund';

/**
 * One movement of money from one account to another. A row holds both sides, so an unbalanced one cannot be written.
 * Unique by certificate, counter, kind and subject.
 */
export interface TransferRow extends PaymentKey {
  readonly kind: TransferKind;
  /** empty, or for the fraud kinds the content hash of the further payment */
  readonly subject: string;
  readonly debitAccount: string;
  readonly creditAccount: string;
  readonly currency: number;
  readonly minorUnits: number;
  readonly recordedAtSeconds: number;
}

export interface FraudProofRow extends PaymentKey {
  /** of the second payment */
  readonly contentHash: string;
  readonly certificate: Uint8Array;
  readonly firstToken: Uint8Array;
  readonly firstBeacon: Uint8Array | null;
  readonly secondToken: Uint8Array;
  readonly secondBeacon: Uint8Array | null;
  readonly recordedAtSeconds: number;
}

/** Something a person should look at. */
export type FindingKind =
  | 'refused'
  | 'journal-fork'
  | 'journal-loss'
  | 'accepted-twice'
  | 'outcome-conflict'
  | 'certificate-conflict'
  | 'counter-gap'
  | 'cumulative-mismatch';

export interface FindingRow {
  readonly kind: FindingKind;
  /** what it is about, unique within its kind: the same finding is written once */
  readonly subject: string;
  readonly detail: string;
  readonly recordedAtSeconds: number;
}

export interface DenialRow {
  readonly certificateId: string;
  readonly issuerKeyId: number;
  /** of the deny list that has this certificate as its newest, from 1 without gaps */
  readonly version: number;
  readonly reason: string;
  readonly recordedAtSeconds: number;
}

export interface BalanceRow {
  readonly account: string;
  readonly currency: number;
  /** debits less credits */
  readonly minorUnits: number;
}

/**
 * Which payments a list is of, double spends included: delivery unknown; late; shown by a phone only; accepted, without an
 * outcome yet.
 */
export type PaymentQueue = 'held' | 'late' | 'claimed' | 'accepted';

/** What a report counts. */
export interface LedgerCounts {
  readonly payments: number;
  readonly vended: number;
  readonly failed: number;
  readonly held: number;
  readonly claimed: number;
  readonly late: number;
  readonly doubleSpends: number;
  readonly fraudProofs: number;
  readonly transfers: number;
  readonly findings: number;
  readonly journalEntries: number;
  readonly denied: number;
}

/** A page of rows in the order of certificate, counter and content. */
export interface Page {
  /** rows after this one; undefined from the first */
  readonly after: (PaymentKey & { readonly contentHash: string }) | undefined;
  readonly limit: number;
}

/** Reads, inside a transaction or outside. */
export interface LedgerReader {
  journalHead(machineId: number): Promise<JournalHead>;
  /** @returns chain hashes by sequence, of those kept */
  journalHashes(machineId: number, firstSequence: number, lastSequence: number): Promise<ReadonlyMap<number, string>>;
  payments(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]>;
  doubleSpends(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]>;
  certificates(ids: readonly string[]): Promise<readonly CertificateRow[]>;
  denials(ids: readonly string[]): Promise<readonly DenialRow[]>;
  denyListVersion(): Promise<number>;
}

/** Writes of one transaction. All or none of them happen. */
export interface LedgerTransaction extends LedgerReader {
  /** Keeps every other transaction from this machine's journal until this one ends. */
  lockJournal(machineId: number): Promise<JournalHead>;
  /** As `payments`, and keeps others from changing them. */
  lockPayments(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]>;
  lockDoubleSpends(keys: readonly PaymentKey[]): Promise<readonly PaymentRow[]>;
  /** Appends without a gap and moves the head. */
  appendJournal(rows: readonly JournalRow[]): Promise<void>;
  /** Keeps what a journal said otherwise than before; what is kept already is not written again. */
  addForks(rows: readonly JournalRow[]): Promise<void>;
  /** @returns how many were new; the others were there already and are not touched */
  insertPayments(rows: readonly PaymentRow[]): Promise<number>;
  insertDoubleSpends(rows: readonly PaymentRow[]): Promise<number>;
  /** Writes accepted*, outcome*, receipt and review of rows that are there and locked. */
  updatePayments(rows: readonly PaymentRow[]): Promise<void>;
  updateDoubleSpends(rows: readonly PaymentRow[]): Promise<void>;
  /** What is there already is not touched, in all of these. */
  addCertificates(rows: readonly CertificateRow[]): Promise<void>;
  addTransfers(rows: readonly TransferRow[]): Promise<void>;
  addFraudProofs(rows: readonly FraudProofRow[]): Promise<void>;
  addFindings(rows: readonly FindingRow[]): Promise<void>;
  /** Each new one takes the next version. */
  addDenials(rows: readonly Omit<DenialRow, 'version'>[]): Promise<void>;
}

/** The storage of a settlement. */
export interface LedgerStore extends LedgerReader {
  /**
   * Runs work in one durable transaction. It runs again, from the beginning, when the database could not order it among others; so
   * work must do nothing but through its argument. What it throws undoes everything and is thrown.
   */
  transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T>;

  balances(): Promise<readonly BalanceRow[]>;
  counts(): Promise<LedgerCounts>;
  /** @returns denials above a version, ascending by version */
  denialsAfter(version: number, limit: number): Promise<readonly DenialRow[]>;
  queue(queue: PaymentQueue, page: Page): Promise<readonly PaymentRow[]>;
  /** All payments, ascending by certificate and counter. */
  allPayments(page: Page): Promise<readonly PaymentRow[]>;
  findings(after: FindingRow | undefined, limit: number): Promise<readonly FindingRow[]>;
  fraudProofs(page: Page): Promise<readonly FraudProofRow[]>;
}

/** Somebody else was first between a read and a write: read again, and do it again. */
export class LedgerConflict extends Error {
  override readonly name = 'LedgerConflict';
}

/** @returns a key for maps */
export function paymentKey({ certificateId, counter }: PaymentKey): string {
  return `${certificateId}:${counter}`;
}
