// Settlement: takes tills' journals and phones' bills, charges each delivered payment once, keeps the proof of each double spend, and
// signs what it has taken over. Portable: storage, clock, keys and the signature check are passed in.

import { packDenyListDelta, signDenyListDelta } from '../../codec/token/deny-list.js';
import { ED25519_KEY_BYTE_COUNT, MAX_DENY_LIST_DELTA, MAX_UINT16, MAX_UINT32 } from '../../codec/token/limits.js';
import { type Signer, verifySignature } from '../../codec/token/token-signature.js';
import { assertInteger, assertOneOf } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import { fromHex } from '../shared/hex.js';
import { settleBill } from './bill-settlement.js';
import { CertificateCache, type CertificateCheck, type SignatureVerifier } from './certificate-cache.js';
import { type CounterFinding, counterFindings } from './counter-gaps.js';
import { type JournalLoss, type LossResult, recordLoss } from './journal-loss.js';
import { type JournalRefusal, settleJournal } from './journal-settlement.js';
import { LedgerBook } from './ledger-book.js';
import {
  type CertificateRow,
  type DenialRow,
  LedgerConflict,
  type LedgerStore,
  type LedgerTransaction,
  type PaymentKey,
  type PaymentRow,
} from './ledger-store.js';
import { FRAUD_PAYERS, type FraudPayer } from './ledger-transfers.js';
import type { RegisteredMachine, SettlementTimes } from './settlement-checks.js';
import { writeChanges } from './settlement-writes.js';
import type { Upload } from './upload.js';
import type { BillAnswer, JournalAnswer } from './upload-answer.js';

/** What the operator of a settlement decides. */
export interface SettlementPolicy extends SettlementTimes {
  /** who pays for what was delivered a second time under one counter */
  readonly fraudPayer: FraudPayer;
}

/** A key that signs for settlement or an issuer, with the id under which tills know it. */
export interface KeyedSigner {
  readonly keyId: number;
  readonly signer: Signer;
}

export interface SettlementOptions {
  readonly store: LedgerStore;
  /** issuers' Ed25519 keys by id */
  readonly issuerKeys: ReadonlyMap<number, Uint8Array>;
  readonly findMachine: (machineId: number) => Promise<RegisteredMachine | undefined>;
  readonly policy: SettlementPolicy;
  /** signs acknowledgements */
  readonly settlementKey: KeyedSigner;
  /** an issuer's key that signs deny-list deltas; without it there are none */
  readonly denyListKey?: KeyedSigner;
  /** a faster check than the portable one, never a laxer one */
  readonly verify?: SignatureVerifier;
}

export type SubmitResult =
  | { readonly ok: true; readonly answer: JournalAnswer | BillAnswer }
  | { readonly ok: false; readonly reason: JournalRefusal; readonly nextSequence?: number };

export type DenyListResult =
  | { readonly ok: true; readonly version: number; readonly delta: Uint8Array | undefined }
  | { readonly ok: false; readonly reason: 'version' | 'no-key' };

export type RegisterResult =
  | { readonly ok: true; readonly certificateId: string }
  | {
      readonly ok: false;
      readonly reason: Extract<CertificateCheck, { ok: false }>['reason'] | 'certificate-conflict';
    };

/** Another upload may win the race for a row; each time one does, it is done, so this many in a row mean a fault. */
const MAX_ATTEMPTS = 20;
const PAGE_SIZE = 1000;
const HOUR_SECONDS = 3600;
/** Ten years: beyond it a configuration is a mistake. */
const MAX_GRACE_SECONDS = 10 * 365 * 24 * HOUR_SECONDS;

/** The role. One object may serve any number of uploads at once, and any number of processes one store. */
export class Settlement {
  readonly #options: SettlementOptions;
  readonly #certificates: CertificateCache;

  /** @throws TillsongError naming what is wrong in the options */
  constructor(options: SettlementOptions) {
    const { policy, settlementKey, denyListKey } = options;
    assertInteger('policy.graceSeconds', policy.graceSeconds, 0, MAX_GRACE_SECONDS);
    assertInteger('policy.clockToleranceSeconds', policy.clockToleranceSeconds, 0, HOUR_SECONDS);
    assertOneOf('policy.fraudPayer', policy.fraudPayer, FRAUD_PAYERS);
    assertSigner('settlementKey', settlementKey);
    if (denyListKey !== undefined) assertSigner('denyListKey', denyListKey);
    this.#options = options;
    this.#certificates = new CertificateCache(options.issuerKeys, options.verify ?? verifySignature);
  }

  get store(): LedgerStore {
    return this.#options.store;
  }

  /**
   * Takes an upload. The same one again changes nothing and is answered in the same way, so whoever got no answer sends it again.
   *
   * @param nowSeconds - settlement's clock, Unix seconds
   * @returns an answer to send, or why nothing of it was taken
   * @throws whatever the store throws: then nothing was written, or everything was and the answer is lost
   */
  async submit(upload: Upload, nowSeconds: number): Promise<SubmitResult> {
    assertInteger('nowSeconds', nowSeconds, 0, Number.MAX_SAFE_INTEGER);
    const { store, findMachine, policy, settlementKey } = this.#options;
    const { fraudPayer } = policy;
    const certificates = this.#certificates;
    const context = { store, certificates, findMachine, times: policy, nowSeconds, settlementKey, fraudPayer };
    return this.#untilFirst<SubmitResult>(() =>
      upload.kind === 'journal' ? settleJournal(upload, context) : settleBill(upload, context),
    );
  }

  /**
   * @param since - the version that a till has
   * @returns the signed next part of the list, packed; undefined when `since` is the newest
   */
  async denyListDelta(since: number, nowSeconds: number): Promise<DenyListResult> {
    const { store, denyListKey } = this.#options;
    if (denyListKey === undefined) return { ok: false, reason: 'no-key' };
    const newest = await store.denyListVersion();
    if (!Number.isInteger(since) || since < 0 || since > newest) return { ok: false, reason: 'version' };
    const denials = await store.denialsAfter(since, MAX_DENY_LIST_DELTA);
    const last = denials.at(-1);
    if (last === undefined) return { ok: true, version: since, delta: undefined };
    const ids = denials.map(({ certificateId }) => certificateId).sort();
    const fields = {
      issuerKeyId: denyListKey.keyId,
      baseVersion: since,
      version: last.version,
      timeSeconds: nowSeconds,
      certificateIds: ids.map((id) => fromHex('certificateId', id)),
    };
    const delta = packDenyListDelta(await signDenyListDelta(fields, denyListKey.signer));
    return { ok: true, version: last.version, delta };
  }

  /** An issuer makes a certificate known before its first payment. The same again is fine. */
  async registerCertificate(packed: Uint8Array, nowSeconds: number): Promise<RegisterResult> {
    const check = await this.#certificates.check(packed);
    if (!check.ok) return check;
    const { certificateId, certificate } = check.known;
    const row: CertificateRow = {
      certificateId,
      issuerKeyId: certificate.issuerKeyId,
      packed: check.known.packed,
      source: 'registered',
      recordedAtSeconds: nowSeconds,
    };
    await this.store.transaction((transaction) => transaction.addCertificates([row]));
    const [kept] = await this.store.certificates([certificateId]);
    const isSame = kept.packed.length === packed.length && kept.packed.every((byte, i) => byte === packed[i]);
    return isSame ? { ok: true, certificateId } : { ok: false, reason: 'certificate-conflict' };
  }

  /**
   * An issuer no longer stands for a certificate: lost, retired, closed. Payments that tills took before they heard of it are
   * charged all the same.
   *
   * @param reason - for the report, 1 to 40 of a-z, 0-9 and -
   * @returns the version of the deny list that has it, or undefined when the certificate is not known
   */
  async denyCertificate(certificateId: string, reason: string, nowSeconds: number): Promise<DenialRow | undefined> {
    if (!/^[a-z0-9-]{1,40}$/.test(reason))
      throw new TillsongError('ERR_TYPE', 'reason: expected 1 to 40 of a-z, 0-9 and -, got something else');
    const [known] = await this.store.certificates([certificateId]);
    if (known === undefined) return undefined;
    const { issuerKeyId } = known;
    const denial = { certificateId, issuerKeyId, reason, recordedAtSeconds: nowSeconds };
    await this.store.transaction((transaction) => transaction.addDenials([denial]));
    return (await this.store.denials([certificateId]))[0];
  }

  /**
   * A person decides about a late payment: approved ones are charged as their outcome says.
   *
   * @returns whether one was waiting under this key
   */
  async reviewLate(key: PaymentKey, decision: 'approved' | 'rejected', nowSeconds: number): Promise<boolean> {
    assertOneOf('decision', decision, ['approved', 'rejected']);
    const { fraudPayer } = this.#options.policy;
    const work = async (transaction: LedgerTransaction) => {
      const payments = await transaction.lockPayments([key]);
      const book = new LedgerBook(payments, await transaction.lockDoubleSpends([key]), nowSeconds, fraudPayer);
      const isDecided = book.review(key, decision);
      await writeChanges(transaction, book.changes());
      return isDecided;
    };
    return this.#untilFirst(() => this.store.transaction(work));
  }

  /**
   * A person takes note that a till has lost entries for good (a damaged disk), so that those after them can be taken.
   *
   * @throws TillsongError `ERR_RANGE` or `ERR_TYPE` when a field of the loss is none
   */
  async acceptLoss(
    loss: JournalLoss,
    nowSeconds: number,
  ): Promise<LossResult | { ok: false; reason: 'machine-unknown' }> {
    const { machineId, lastSequence, chainHash } = loss;
    assertInteger('loss.machineId', machineId, 1, MAX_UINT32);
    assertInteger('loss.lastSequence', lastSequence, 1, MAX_UINT32);
    if (!/^[0-9a-f]{64}$/.test(chainHash))
      throw new TillsongError('ERR_TYPE', 'loss.chainHash: expected 64 hexadecimal digits, got something else');
    if ((await this.#options.findMachine(machineId)) === undefined) return { ok: false, reason: 'machine-unknown' };
    return recordLoss(this.store, { machineId, lastSequence, chainHash }, nowSeconds);
  }

  /** Gaps and sums that do not add up, over all certificates, a page at a time (rule 20). */
  async *counterFindings(): AsyncGenerator<CounterFinding> {
    let after: PaymentRow | undefined;
    let pending: PaymentRow[] = [];
    for (;;) {
      const page = await this.store.allPayments({ after, limit: PAGE_SIZE });
      for (const row of page) {
        if (pending.length > 0 && pending[0].certificateId !== row.certificateId) {
          yield* counterFindings(pending);
          pending = [];
        }
        pending.push(row);
      }
      after = page.at(-1);
      if (page.length < PAGE_SIZE) break;
    }
    yield* counterFindings(pending);
  }

  async #untilFirst<T>(attempt: () => Promise<T>): Promise<T> {
    for (let count = 1; ; count++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof LedgerConflict) || count === MAX_ATTEMPTS) throw error;
      }
    }
  }
}

function assertSigner(name: string, { keyId, signer }: KeyedSigner): void {
  assertInteger(`${name}.keyId`, keyId, 0, MAX_UINT16);
  if (signer.algorithm !== 'ed25519' || signer.publicKey.length !== ED25519_KEY_BYTE_COUNT)
    throw new TillsongError('ERR_TYPE', `${name}.signer: expected an Ed25519 signer, got another`);
}
