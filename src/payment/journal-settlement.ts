// A till's journal: first the chain (which entries are new, which are known, where does it fork), then every signature outside of any
// transaction, then one transaction that locks the machine's journal and writes everything, then the signed acknowledgement.

import { packAcknowledgement, signAcknowledgement } from '../../codec/token/acknowledgement.js';
import { parseCertificate } from '../../codec/token/certificate.js';
import { toHex } from '../shared/hex.js';
import { emptyChainHash, type JournalEntry, type OutcomeEntry, parseJournalEntry } from './journal-entry.js';
import { LedgerBook, type OutcomeReport } from './ledger-book.js';
import {
  type JournalHead,
  type JournalRow,
  LedgerConflict,
  type LedgerTransaction,
  type PaymentRow,
  paymentKey,
} from './ledger-store.js';
import {
  type CheckedPayment,
  checkPayment,
  checkReceipt,
  type RegisteredMachine,
  type SettlementRefusal,
} from './settlement-checks.js';
import type { SettlementContext } from './settlement-context.js';
import { keepCertificates, sortCertificates, writeChanges } from './settlement-writes.js';
import { parseSignedPayment } from './signed-payment.js';
import type { JournalUpload } from './upload.js';
import type { EntryResult, JournalAnswer, PaymentResult } from './upload-answer.js';
import { uploadChain, uploadInput } from './upload-signature.js';

/**
 * Why nothing of a journal is taken.
 *
 * - `machine-unknown`: no machine of this id is registered
 * - `upload-signature`: not signed by the machine
 * - `gap`: entries before the first are missing; `nextSequence` says from where to send
 */
export type JournalRefusal = 'machine-unknown' | 'upload-signature' | 'gap';

export type JournalSettlement =
  | { readonly ok: true; readonly answer: JournalAnswer }
  | { readonly ok: false; readonly reason: JournalRefusal; readonly nextSequence?: number };

/** One entry, read and checked. `pending`: an outcome whose payment was not there when the receipt had to be checked. */
type CheckedEntry =
  | { readonly kind: 'refused'; readonly reason: SettlementRefusal }
  | { readonly kind: 'accepted'; readonly checked: CheckedPayment }
  | { readonly kind: 'outcome'; readonly entry: OutcomeEntry; readonly report: OutcomeReport }
  | { readonly kind: 'pending'; readonly entry: OutcomeEntry };

interface ChainedEntry {
  readonly sequence: number;
  readonly packed: Uint8Array;
  readonly chainHash: string;
}

/** @throws LedgerConflict when another upload was first: do it again */
export async function settleJournal(upload: JournalUpload, context: SettlementContext): Promise<JournalSettlement> {
  const { store, findMachine, certificates } = context;
  const machine = await findMachine(upload.machineId);
  if (machine === undefined) return { ok: false, reason: 'machine-unknown' };
  const hashes = uploadChain(upload);
  const message = uploadInput(upload, hashes[hashes.length - 1]);
  const { publicKey } = machine;
  const verdict = await certificates.verify('ed25519', { publicKey, message, signature: upload.signature });
  if (!verdict.ok) return { ok: false, reason: 'upload-signature' };

  const entries = upload.entries.map((packed, i) => ({
    sequence: upload.firstSequence + i,
    packed,
    chainHash: toHex(hashes[i]),
  }));
  const head = await store.journalHead(machine.machineId);
  if (upload.firstSequence > head.lastSequence + 1)
    return { ok: false, reason: 'gap', nextSequence: head.lastSequence + 1 };
  const knownCount = await countKnown(store, upload, entries);
  const results: EntryResult[] = entries
    .slice(0, knownCount)
    .map(({ sequence }) => ({ sequence, result: 'duplicate' }));
  if (knownCount < entries.length) {
    const rest = entries.slice(knownCount);
    const checked = await checkEntries(rest, machine, context);
    const previousHash = knownCount === 0 ? toHex(upload.previousHash) : entries[knownCount - 1].chainHash;
    results.push(
      ...(await writeEntries({ machineId: upload.machineId, previousHash, entries: rest, checked }, context)),
    );
  }
  const answer = { kind: 'journal', results, denyListVersion: await store.denyListVersion() } as const;
  const keptCount = results.filter(({ result }) => result !== 'forked').length;
  const acknowledgement = await acknowledge(upload, hashes.slice(0, keptCount), context);
  return { ok: true, answer: { ...answer, acknowledgement } };
}

/** @returns how many entries from the first one are kept already, word for word; 0 when the history before them is another */
async function countKnown(
  reader: Pick<LedgerTransaction, 'journalHashes'>,
  { machineId, firstSequence, previousHash }: JournalUpload,
  entries: readonly ChainedEntry[],
): Promise<number> {
  const kept = await reader.journalHashes(machineId, firstSequence - 1, firstSequence + entries.length - 1);
  if (!continuesChain(kept, firstSequence, previousHash)) return 0;
  const index = entries.findIndex(({ sequence, chainHash }) => kept.get(sequence) !== chainHash);
  return index === -1 ? entries.length : index;
}

function continuesChain(kept: ReadonlyMap<number, string>, firstSequence: number, previousHash: Uint8Array): boolean {
  const before = firstSequence === 1 ? toHex(emptyChainHash()) : kept.get(firstSequence - 1);
  return before === toHex(previousHash);
}

/** All signatures, before anything is locked: first of the payments, then of the receipts, which are bound to them. */
async function checkEntries(
  entries: readonly ChainedEntry[],
  machine: RegisteredMachine,
  context: SettlementContext,
): Promise<readonly CheckedEntry[]> {
  const parsed = entries.map((entry) => parsePlaced(entry, machine));
  const payments = await Promise.all(
    parsed.map(async (entry) => {
      if (typeof entry === 'string' || entry.kind !== 'accepted') return undefined;
      const { certificate, token, beacon } = entry;
      return checkPayment({ certificate, token, beacon, accepted: entry }, context);
    }),
  );
  const outcomes = parsed.flatMap((one) => (typeof one === 'object' && one.kind === 'outcome' ? [one] : []));
  const known = await paymentsOf(outcomes, machine, context);
  for (const check of payments) {
    if (!check?.ok) continue;
    const { row, signed } = check.checked;
    if (row.acceptedSequence !== null) known.set(row.acceptedSequence, { row, payment: signed.payment });
  }
  return Promise.all(
    parsed.map(async (entry, i): Promise<CheckedEntry> => {
      if (typeof entry === 'string') return { kind: 'refused', reason: entry };
      if (entry.kind === 'outcome') return checkOutcome(entry, known.get(entry.acceptedSequence), machine, context);
      const check = payments[i];
      return check?.ok
        ? { kind: 'accepted', checked: check.checked }
        : { kind: 'refused', reason: check?.reason ?? 'entry' };
    }),
  );
}

/** @returns the entry, or why it is none or not in its place */
function parsePlaced(
  { packed, sequence }: ChainedEntry,
  { machineId }: RegisteredMachine,
): JournalEntry | SettlementRefusal {
  const parsed = parseJournalEntry(packed);
  if (!parsed.ok) return 'entry';
  if (parsed.entry.sequence !== sequence) return 'sequence';
  return parsed.entry.machineId === machineId ? parsed.entry : 'machine';
}

interface KnownPayment {
  readonly row: PaymentRow;
  /** what a receipt is bound to */
  readonly payment: Uint8Array;
}

/** @returns the payments that earlier uploads of this machine's journal have accepted, by sequence */
async function paymentsOf(
  outcomes: readonly OutcomeEntry[],
  machine: RegisteredMachine,
  { store }: SettlementContext,
): Promise<Map<number, KnownPayment>> {
  const keys = [...new Map(outcomes.map(keyOf).map((key) => [paymentKey(key), key])).values()];
  const rows = [...(await store.payments(keys)), ...(await store.doubleSpends(keys))];
  const own = rows.filter(({ machineId, acceptedSequence }) => machineId === machine.machineId && acceptedSequence);
  const kept = await store.certificates([...new Set(own.map(({ certificateId }) => certificateId))]);
  const certificates = new Map(kept.map(({ certificateId, packed }) => [certificateId, parseCertificate(packed)]));
  const known = new Map<number, KnownPayment>();
  for (const row of own) {
    const parsed = certificates.get(row.certificateId);
    const signed = parsed?.ok ? parseSignedPayment(row.token, row.beacon, parsed.certificate) : undefined;
    if (signed?.ok && row.acceptedSequence !== null)
      known.set(row.acceptedSequence, { row, payment: signed.payment.payment });
  }
  return known;
}

async function checkOutcome(
  entry: OutcomeEntry,
  known: KnownPayment | undefined,
  machine: RegisteredMachine,
  { certificates }: SettlementContext,
): Promise<CheckedEntry> {
  const { outcome, atSeconds, receipt } = entry;
  if (known === undefined || paymentKey(known.row) !== paymentKey(keyOf(entry))) return { kind: 'pending', entry };
  if (receipt === undefined) return { kind: 'outcome', entry, report: { outcome, atSeconds, receipt: null } };
  const { certificateId, counter, minorUnits } = known.row;
  const claimed = { receipt, certificateId, counter, minorUnits, payment: known.payment };
  const report = await checkReceipt(claimed, machine, certificates);
  if (report === undefined || report.outcome !== outcome) return { kind: 'refused', reason: 'receipt' };
  return { kind: 'outcome', entry, report: { ...report, atSeconds } };
}

interface CheckedUpload {
  readonly machineId: number;
  /** the chain before the first of the entries, as the till says */
  readonly previousHash: string;
  readonly entries: readonly ChainedEntry[];
  readonly checked: readonly CheckedEntry[];
}

/** The transaction: what is new is appended, what contradicts the kept journal is kept apart. */
async function writeEntries(upload: CheckedUpload, context: SettlementContext): Promise<readonly EntryResult[]> {
  const { store, nowSeconds, fraudPayer } = context;
  const { machineId, entries, checked } = upload;
  const payments = checked.flatMap((one) => (one.kind === 'accepted' ? [one.checked] : []));
  const { fresh, conflicting } = await sortCertificates(
    store,
    payments.map(({ known }) => known),
  );
  const keys = checked.flatMap((one) => {
    if (one.kind === 'accepted') return [one.checked.row];
    return one.kind === 'refused' ? [] : [keyOf(one.entry)];
  });

  return store.transaction(async (transaction) => {
    const head = await transaction.lockJournal(machineId);
    const isFork = await forks(transaction, upload, head);
    const locked = await transaction.lockPayments(keys);
    const book = new LedgerBook(locked, await transaction.lockDoubleSpends(keys), nowSeconds, fraudPayer);
    const rows = entries.map((entry, i): JournalRow => {
      const one = checked[i];
      const isConflict = one.kind === 'accepted' && conflicting.has(one.checked.known);
      const result = isConflict
        ? refuseCertificate(book, one.checked.row)
        : isFork
          ? applyForked(book, one)
          : apply(book, one, machineId);
      if (result.result === 'refused')
        book.find('refused', `${machineId}/${entry.sequence}`, `${result.reason}; kept, not charged`);
      return {
        machineId,
        ...entry,
        result: result.result,
        reason: result.reason ?? null,
        recordedAtSeconds: nowSeconds,
      };
    });
    if (isFork) {
      const { sequence, chainHash } = entries[0];
      book.find('journal-fork', `${machineId}/${sequence}:${chainHash}`, 'the journal said something else before');
      await transaction.addForks(rows);
    } else await transaction.appendJournal(rows);
    await keepCertificates(transaction, fresh, nowSeconds);
    await writeChanges(transaction, book.changes());
    return rows.map(({ sequence, result, reason }) => toResult(sequence, isFork ? 'forked' : result, reason));
  });
}

/** @throws LedgerConflict when the head has moved: then more of the entries may be known by now */
async function forks(
  transaction: LedgerTransaction,
  { machineId, previousHash, entries: [first] }: CheckedUpload,
  head: JournalHead,
): Promise<boolean> {
  if (first.sequence === head.lastSequence + 1) return head.chainHash !== previousHash;
  const kept = await transaction.journalHashes(machineId, first.sequence, first.sequence);
  if (kept.get(first.sequence) === first.chainHash) throw new LedgerConflict('the journal was uploaded meanwhile');
  return true;
}

function apply(book: LedgerBook, one: CheckedEntry, machineId: number): PaymentResult {
  if (one.kind === 'refused') return { result: 'refused', reason: one.reason };
  if (one.kind === 'accepted') return book.accept(one.checked);
  const { acceptedSequence, outcome, atSeconds } = one.entry;
  if (one.kind === 'outcome') return book.conclude(machineId, acceptedSequence, keyOf(one.entry), one.report);
  // Its receipt could not be checked. When the payment has come meanwhile it can be now; else there is none.
  const trial = { outcome, atSeconds, receipt: null };
  const result = book.conclude(machineId, acceptedSequence, keyOf(one.entry), trial);
  if (result.reason !== 'accepted-unknown') throw new LedgerConflict('the payment was recorded meanwhile');
  return result;
}

/** A journal that contradicts itself is not believed, but the payments in it are the phones' own words. */
function applyForked(book: LedgerBook, one: CheckedEntry): PaymentResult {
  if (one.kind !== 'accepted') return { result: 'forked' };
  const { row } = one.checked;
  book.claim({ ...one.checked, row: { ...row, acceptedSequence: null, acceptedAtSeconds: null } }, undefined);
  return { result: 'forked' };
}

function refuseCertificate(book: LedgerBook, { certificateId }: PaymentRow): PaymentResult {
  book.find('certificate-conflict', certificateId, 'two certificates of one id are signed');
  return { result: 'refused', reason: 'certificate-conflict' };
}

async function acknowledge(
  { machineId, firstSequence }: JournalUpload,
  hashes: readonly Uint8Array[],
  { settlementKey, nowSeconds }: SettlementContext,
): Promise<Uint8Array | undefined> {
  if (hashes.length === 0) return undefined;
  const { keyId: settlementKeyId, signer } = settlementKey;
  const lastSequence = firstSequence + hashes.length - 1;
  const range = { settlementKeyId, machineId, firstSequence, lastSequence };
  const fields = { ...range, chainHash: hashes[hashes.length - 1], timeSeconds: nowSeconds };
  return packAcknowledgement(await signAcknowledgement(fields, signer));
}

function keyOf({ certificateId, counter }: OutcomeEntry) {
  return { certificateId: toHex(certificateId), counter };
}

function toResult(sequence: number, result: string, reason: string | null): EntryResult {
  return { sequence, result: result as EntryResult['result'], ...(reason !== null && { reason }) };
}
