// A small world to settle: issuers, phones and tills that write what the protocol says, for tests, proofs and benches. It signs with
// OpenSSL instead of the portable code (20,000 payments in seconds, and settlement is not checked with itself).

import { createHash, createPrivateKey, createPublicKey, sign as nodeSign } from 'node:crypto';
import { chainHash, type JournalUpload, packJournalEntry, type RegisteredMachine } from 'tillsong';
import {
  beaconTag,
  type Certificate,
  makeAmount,
  packAnswerMessage,
  packAnswerPayment,
  packBeaconMessage,
  packCertificate,
  packCertificateMessage,
  packReceiptMessage,
  packSpendMessage,
  type Signer,
  signedInput,
} from 'tillsong/codec';

/** An Ed25519 key that signs at once. */
export interface FastKey {
  /** the 32-byte seed, for files */
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
  readonly signer: Signer;
}

const KEYS = new Map<number, FastKey>();

/** @param seed - any integer: one seed gives one key */
export function fastKey(seed: number): FastKey {
  const key = KEYS.get(seed) ?? makeKey(seed);
  KEYS.set(seed, key);
  return key;
}

function makeKey(seed: number): FastKey {
  const secret = Uint8Array.from(createHash('sha256').update(`key ${seed}`).digest());
  // RFC 8410: the fixed beginning of a PKCS #8 Ed25519 key.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = Uint8Array.from(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
  const sign = (message: Uint8Array) => Uint8Array.from(nodeSign(null, message, key));
  return {
    secret,
    publicKey,
    sign,
    signer: { algorithm: 'ed25519', publicKey, sign: async (message) => sign(message) },
  };
}

/** Where and when everything happens, unless said otherwise. */
export const START_SECONDS = 1_767_225_600;
export const CURRENCY = 978;
export const AUDIENCE = 9;
export const ISSUER_KEY_ID = 7;

export const ISSUER = fastKey(1);
export const ISSUER_KEYS: ReadonlyMap<number, Uint8Array> = new Map([[ISSUER_KEY_ID, ISSUER.publicKey]]);

/** One signed payment, packed, as a till or a phone hands it in. */
export interface PackedPayment {
  readonly certificate: Uint8Array;
  readonly certificateId: Uint8Array;
  readonly counter: number;
  readonly minorUnits: number;
  readonly item: number;
  readonly signedAtSeconds: number;
  readonly token: Uint8Array;
  readonly beacon: Uint8Array | undefined;
  /** what a receipt is bound to */
  readonly payment: Uint8Array;
}

/** A phone with one certificate. `pay` counts as a wallet does; `fork` makes the copy that cheats with it. */
export class WorldPhone {
  readonly key: FastKey;
  readonly certificate: Certificate;
  readonly packed: Uint8Array;
  counter = 0;
  cumulative = 0;

  constructor(
    readonly seed: number,
    readonly changes: Partial<Certificate> = {},
    readonly issuer: FastKey = ISSUER,
  ) {
    this.key = fastKey(1000 + seed);
    const certificateId = Uint8Array.from(createHash('sha256').update(`certificate ${seed}`).digest().subarray(0, 8));
    const fields = {
      algorithm: 'ed25519' as const,
      issuerKeyId: ISSUER_KEY_ID,
      certificateId,
      issuedAtSeconds: START_SECONDS - 3600,
      validityHours: 72,
      currency: CURRENCY,
      maxPaymentMinorUnits: 500,
      maxCumulativeMinorUnits: 100_000,
      maxCount: 255,
      audience: 0,
      assuranceFlags: 0,
      deviceKey: this.key.publicKey,
      ...changes,
    };
    const signature = issuer.sign(signedInput('certificate', packCertificateMessage(fields)));
    this.certificate = { ...fields, signature };
    this.packed = packCertificate(this.certificate);
  }

  /** @returns a phone with the same keys and memory: cloned, or restored from a backup */
  fork(): WorldPhone {
    const copy = new WorldPhone(this.seed, this.changes, this.issuer);
    copy.counter = this.counter;
    copy.cumulative = this.cumulative;
    return copy;
  }

  spend(machineId: number, minorUnits: number, { item = 3, atSeconds = START_SECONDS } = {}): PackedPayment {
    const { counter, cumulativeMinorUnits } = this.#count(minorUnits);
    const message = packSpendMessage({
      counter,
      amountMinorUnits: minorUnits,
      cumulativeMinorUnits,
      machineId,
      item,
      timeSeconds: atSeconds,
      timeToLiveSeconds: 60,
    });
    const token = Buffer.concat([message, this.#sign('spend', message)]);
    return this.#packed({ minorUnits, item, signedAtSeconds: atSeconds, token, beacon: undefined, payment: message });
  }

  answer(
    machineId: number,
    minorUnits: number,
    { item = 3, atSeconds = START_SECONDS, nonce = 1 } = {},
  ): PackedPayment {
    const { counter, cumulativeMinorUnits } = this.#count(minorUnits);
    const offered = {
      machineId,
      nonce: new Uint8Array(8).fill(nonce),
      priceMinorUnits: minorUnits,
      currency: CURRENCY,
    };
    const beacon = { ...offered, item, timeSeconds: atSeconds };
    const fields = { beaconTag: beaconTag(beacon), counter, cumulativeMinorUnits, timeSeconds: atSeconds };
    const payment = packAnswerPayment(beacon, fields);
    const token = Buffer.concat([packAnswerMessage(fields), this.#sign('answer', payment)]);
    return this.#packed({
      minorUnits,
      item,
      signedAtSeconds: atSeconds,
      token,
      beacon: packBeaconMessage(beacon),
      payment,
    });
  }

  #count(minorUnits: number): { counter: number; cumulativeMinorUnits: number } {
    this.counter++;
    this.cumulative += minorUnits;
    return { counter: this.counter, cumulativeMinorUnits: this.cumulative };
  }

  #sign(domain: 'spend' | 'answer', payment: Uint8Array): Uint8Array {
    const hash = createHash('sha256').update(this.packed).digest();
    return this.key.sign(signedInput(domain, hash, payment));
  }

  #packed(
    fields: Omit<PackedPayment, 'certificate' | 'certificateId' | 'counter' | 'token'> & { token: Buffer },
  ): PackedPayment {
    const { certificateId } = this.certificate;
    const token = Uint8Array.from(fields.token);
    return { ...fields, token, certificate: this.packed, certificateId, counter: this.counter };
  }
}

/** A till with its journal. */
export class WorldTill {
  readonly key: FastKey;
  readonly entries: Uint8Array[] = [];
  readonly hashes: Uint8Array[] = [new Uint8Array(32)];

  constructor(readonly machineId: number) {
    this.key = fastKey(1_000_000 + machineId);
  }

  get registered(): RegisteredMachine {
    return { machineId: this.machineId, publicKey: this.key.publicKey, audience: AUDIENCE };
  }

  /** @returns the sequence under which the payment stands in the journal */
  accept(payment: PackedPayment, changes: { minorUnits?: number; item?: number; atSeconds?: number } = {}): number {
    const { certificate, token, beacon, minorUnits, item, signedAtSeconds } = payment;
    return this.append(
      packJournalEntry({
        kind: 'accepted',
        sequence: this.entries.length + 1,
        machineId: this.machineId,
        acceptedAtSeconds: changes.atSeconds ?? signedAtSeconds,
        amount: makeAmount(changes.minorUnits ?? minorUnits, CURRENCY),
        item: changes.item ?? item,
        certificate,
        token,
        beacon,
      }),
    );
  }

  /** @param receipt - the right one unless another is given; null for none */
  conclude(
    payment: PackedPayment,
    acceptedSequence: number,
    outcome: 'vended' | 'failed' | 'unknown',
    receipt: Uint8Array | null = outcome === 'unknown' ? null : this.receipt(payment, outcome),
    atSeconds = payment.signedAtSeconds + 5,
  ): number {
    const { certificateId, counter } = payment;
    return this.append(
      packJournalEntry({
        kind: 'outcome',
        sequence: this.entries.length + 1,
        machineId: this.machineId,
        acceptedSequence,
        certificateId,
        counter,
        outcome,
        atSeconds,
        receipt: receipt ?? undefined,
      }),
    );
  }

  /** Accepts and concludes. */
  sell(payment: PackedPayment, outcome: 'vended' | 'failed' | 'unknown' = 'vended'): void {
    this.conclude(payment, this.accept(payment), outcome);
  }

  /** Takes a delivered sale back later. @returns the void */
  refund(payment: PackedPayment, acceptedSequence: number, atSeconds: number): Uint8Array {
    const receipt = this.receipt(payment, 'failed', atSeconds);
    this.conclude(payment, acceptedSequence, 'failed', receipt, atSeconds);
    return receipt;
  }

  receipt(payment: PackedPayment, outcome: 'vended' | 'failed', timeSeconds = payment.signedAtSeconds + 5): Uint8Array {
    const { certificateId, counter, minorUnits } = payment;
    const message = packReceiptMessage({
      certificateId,
      counter,
      outcome: outcome === 'vended' ? 'vended' : 'void',
      amountMinorUnits: minorUnits,
      timeSeconds,
    });
    const hash = createHash('sha256').update(payment.payment).digest();
    return Uint8Array.from(Buffer.concat([message, this.key.sign(signedInput('receipt', hash, message))]));
  }

  append(packed: Uint8Array): number {
    this.entries.push(packed);
    this.hashes.push(chainHash(this.hashes[this.hashes.length - 1], packed));
    return this.entries.length;
  }

  /** @returns the entries from first to last, signed by the machine */
  upload(firstSequence = 1, lastSequence = this.entries.length): JournalUpload {
    const entries = this.entries.slice(firstSequence - 1, lastSequence);
    const range = new Uint8Array(12);
    const view = new DataView(range.buffer);
    view.setUint32(0, this.machineId);
    view.setUint32(4, firstSequence);
    view.setUint32(8, lastSequence);
    const signature = this.key.sign(signedInput('journal', range, this.hashes[lastSequence]));
    const previousHash = this.hashes[firstSequence - 1];
    return { kind: 'journal', machineId: this.machineId, firstSequence, previousHash, entries, signature };
  }

  /** @returns the till after its disk was replaced by an old copy with the first entries only */
  restored(entryCount: number): WorldTill {
    const copy = new WorldTill(this.machineId);
    copy.entries.push(...this.entries.slice(0, entryCount));
    copy.hashes.push(...this.hashes.slice(1, entryCount + 1));
    return copy;
  }
}
