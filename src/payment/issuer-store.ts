// What an issuer keeps, and where: the interface a database is put behind, and one in memory for tests and examples.

import { TillsongError } from '../shared/errors.js';
import { toHex } from '../shared/hex.js';

/** A challenge that was sent out and not answered yet. */
export interface OpenChallenge {
  /** 32 bytes */
  readonly challenge: Uint8Array;
  readonly madeAtSeconds: number;
  /** first Unix second at which it is too late to answer */
  readonly expiresAtSeconds: number;
}

/** `replaced`: the holder was given another. `blocked`: taken back, for example after a double spend. */
export type RetirementReason = 'replaced' | 'blocked';

/** One certificate that was given. */
export interface IssuedCertificate {
  /** 8 bytes, the key of the record */
  readonly certificateId: Uint8Array;
  readonly holder: string;
  /** packed, 127 or 128 bytes */
  readonly certificate: Uint8Array;
  /** the device key inside, 32 or 33 bytes */
  readonly deviceKey: Uint8Array;
  readonly issuedAtSeconds: number;
  /** first Unix second at which it is no longer valid */
  readonly endsAtSeconds: number;
  /** undefined while it is the holder's present one */
  readonly retired: { readonly atSeconds: number; readonly reason: RetirementReason } | undefined;
}

/** What recording a certificate does besides. */
export interface IssueEffects {
  /** whether the certificates it replaces go on the deny list */
  readonly denyReplaced: boolean;
}

/**
 * Where an issuer keeps its records. Each call is one transaction, durable when its promise resolves, and safe against another
 * process that does the same.
 */
export interface IssuerStore {
  /** Keeps a challenge; may drop those that have expired by `challenge.madeAtSeconds`. */
  addChallenge(challenge: OpenChallenge): Promise<void>;
  /** Finds and removes a challenge in one step: two calls with the same bytes find it once. */
  takeChallenge(challenge: Uint8Array): Promise<OpenChallenge | undefined>;
  /** @returns every holder that was ever given a certificate for this key */
  holdersOfKey(deviceKey: Uint8Array): Promise<readonly string[]>;
  /**
   * Records a certificate and retires, as replaced at its `issuedAtSeconds`, all that its holder has.
   *
   * @returns the ids of those retired
   * @throws when a certificate of that id exists
   */
  addCertificate(record: IssuedCertificate, effects: IssueEffects): Promise<readonly Uint8Array[]>;
  /** @returns all certificates, or one holder's, in the order they were given */
  certificates(holder?: string): Promise<readonly IssuedCertificate[]>;
  /**
   * Retires a certificate as blocked and puts its id on the deny list. Doing it again changes nothing.
   *
   * @returns whether there is such a certificate
   */
  blockCertificate(certificateId: Uint8Array, atSeconds: number): Promise<boolean>;
  /** @returns how many ids the deny list has: its version */
  denyListVersion(): Promise<number>;
  /** @returns up to `count` ids of the deny list behind the first `version`, in the order they were added */
  deniedAfter(version: number, count: number): Promise<readonly Uint8Array[]>;
}

/** Records in memory: for tests, examples and as the shortest description of what a store does. */
export class MemoryIssuerStore implements IssuerStore {
  private readonly challenges = new Map<string, OpenChallenge>();
  private readonly records = new Map<string, IssuedCertificate>();
  private readonly denied = new Map<string, Uint8Array>();

  async addChallenge(challenge: OpenChallenge): Promise<void> {
    for (const [key, { expiresAtSeconds }] of this.challenges)
      if (expiresAtSeconds <= challenge.madeAtSeconds) this.challenges.delete(key);
    this.challenges.set(toHex(challenge.challenge), challenge);
  }

  async takeChallenge(challenge: Uint8Array): Promise<OpenChallenge | undefined> {
    const key = toHex(challenge);
    const found = this.challenges.get(key);
    this.challenges.delete(key);
    return found;
  }

  async holdersOfKey(deviceKey: Uint8Array): Promise<readonly string[]> {
    const key = toHex(deviceKey);
    const records = [...this.records.values()].filter((record) => toHex(record.deviceKey) === key);
    return [...new Set(records.map(({ holder }) => holder))];
  }

  async addCertificate(record: IssuedCertificate, { denyReplaced }: IssueEffects): Promise<readonly Uint8Array[]> {
    const id = toHex(record.certificateId);
    if (this.records.has(id)) throw new TillsongError('ERR_STATE', `certificateId: expected a new one, got ${id}`);
    const replaced = [...this.records].filter(([, { holder, retired }]) => holder === record.holder && !retired);
    for (const [key, old] of replaced) {
      this.records.set(key, { ...old, retired: { atSeconds: record.issuedAtSeconds, reason: 'replaced' } });
      if (denyReplaced) this.denied.set(key, old.certificateId);
    }
    this.records.set(id, record);
    return replaced.map(([, { certificateId }]) => certificateId);
  }

  async certificates(holder?: string): Promise<readonly IssuedCertificate[]> {
    return [...this.records.values()].filter((record) => holder === undefined || record.holder === holder);
  }

  async blockCertificate(certificateId: Uint8Array, atSeconds: number): Promise<boolean> {
    const id = toHex(certificateId);
    const record = this.records.get(id);
    if (record === undefined) return false;
    if (record.retired?.reason !== 'blocked')
      this.records.set(id, { ...record, retired: { atSeconds, reason: 'blocked' } });
    this.denied.set(id, record.certificateId);
    return true;
  }

  async denyListVersion(): Promise<number> {
    return this.denied.size;
  }

  async deniedAfter(version: number, count: number): Promise<readonly Uint8Array[]> {
    return [...this.denied.values()].slice(version, version + count);
  }
}
