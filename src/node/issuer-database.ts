// An issuer's records on SQLite: each call of the store is one transaction, durable when it returns (write-ahead log,
// `synchronous = FULL`), and safe beside other processes on the same file.

import Database from 'libsql';
import type {
  IssuedCertificate,
  IssueEffects,
  IssuerStore,
  OpenChallenge,
  RetirementReason,
} from '../payment/issuer-store.js';
import { TillsongError } from '../shared/errors.js';
import { toHex } from '../shared/hex.js';

const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5000;

/** `denied.version` has no gaps: a version is how many ids the list has. */
const SCHEMA = `
  CREATE TABLE challenges (challenge BLOB PRIMARY KEY, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) STRICT;
  CREATE TABLE certificates (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, holder TEXT NOT NULL, certificate BLOB NOT NULL,
    device_key BLOB NOT NULL, issued_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, retired_at INTEGER,
    retired_reason TEXT CHECK (retired_reason IN ('replaced', 'blocked'))
  ) STRICT;
  CREATE INDEX certificates_by_holder ON certificates (holder);
  CREATE INDEX certificates_by_key ON certificates (device_key);
  CREATE TABLE denied (version INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

interface CertificateRow {
  readonly id: ArrayBuffer;
  readonly holder: string;
  readonly certificate: ArrayBuffer;
  readonly device_key: ArrayBuffer;
  readonly issued_at: number;
  readonly ends_at: number;
  readonly retired_at: number | null;
  readonly retired_reason: RetirementReason | null;
}

/**
 * @param path - of the database, which is made when it is not there
 * @throws TillsongError `ERR_STATE` for the database of a newer version; SQLite's error when it cannot be opened or is none
 */
export function openIssuerDatabase(path: string): IssuerDatabase {
  const database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database
      .transaction(() => {
        const [{ user_version: version }] = database.prepare('PRAGMA user_version').all() as { user_version: number }[];
        if (version === 0) database.exec(SCHEMA);
        else if (version !== SCHEMA_VERSION)
          throw new TillsongError('ERR_STATE', `${path}: expected version ${SCHEMA_VERSION}, got ${version}`);
      })
      .immediate();
    return new IssuerDatabase(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The store of an issuer; close it when done. */
export class IssuerDatabase implements IssuerStore {
  constructor(private readonly database: Database.Database) {}

  async addChallenge({ challenge, madeAtSeconds, expiresAtSeconds }: OpenChallenge): Promise<void> {
    this.inTransaction(() => {
      this.run('DELETE FROM challenges WHERE expires_at <= ?', madeAtSeconds);
      this.run('INSERT INTO challenges VALUES (?, ?, ?)', blob(challenge), madeAtSeconds, expiresAtSeconds);
    });
  }

  async takeChallenge(challenge: Uint8Array): Promise<OpenChallenge | undefined> {
    const sql = 'DELETE FROM challenges WHERE challenge = ? RETURNING made_at AS made, expires_at AS expires';
    const [row] = this.all<{ made: number; expires: number }>(sql, blob(challenge));
    return row && { challenge: challenge.slice(), madeAtSeconds: row.made, expiresAtSeconds: row.expires };
  }

  async holdersOfKey(deviceKey: Uint8Array): Promise<readonly string[]> {
    const sql = 'SELECT DISTINCT holder FROM certificates WHERE device_key = ?';
    return this.all<{ holder: string }>(sql, blob(deviceKey)).map(({ holder }) => holder);
  }

  async addCertificate(record: IssuedCertificate, { denyReplaced }: IssueEffects): Promise<readonly Uint8Array[]> {
    const { certificateId, holder, certificate, deviceKey, issuedAtSeconds, endsAtSeconds } = record;
    return this.inTransaction(() => {
      const taken = this.all('SELECT 1 FROM certificates WHERE id = ?', blob(certificateId));
      if (taken.length > 0)
        throw new TillsongError('ERR_STATE', `certificateId: expected a new one, got ${toHex(certificateId)}`);
      const present = 'SELECT id FROM certificates WHERE holder = ? AND retired_at IS NULL ORDER BY number';
      const replaced = this.all<{ id: ArrayBuffer }>(present, holder).map(({ id }) => bytes(id));
      for (const id of replaced) {
        this.retire(id, issuedAtSeconds, 'replaced');
        if (denyReplaced) this.deny(id);
      }
      this.run(
        `INSERT INTO certificates (id, holder, certificate, device_key, issued_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)`,
        blob(certificateId),
        holder,
        blob(certificate),
        blob(deviceKey),
        issuedAtSeconds,
        endsAtSeconds,
      );
      return replaced;
    });
  }

  async certificates(holder?: string): Promise<readonly IssuedCertificate[]> {
    const rows =
      holder === undefined
        ? this.all<CertificateRow>('SELECT * FROM certificates ORDER BY number')
        : this.all<CertificateRow>('SELECT * FROM certificates WHERE holder = ? ORDER BY number', holder);
    return rows.map(recordOf);
  }

  async blockCertificate(certificateId: Uint8Array, atSeconds: number): Promise<boolean> {
    return this.inTransaction(() => {
      const rows = this.all<CertificateRow>('SELECT * FROM certificates WHERE id = ?', blob(certificateId));
      if (rows.length === 0) return false;
      if (rows[0].retired_reason !== 'blocked') this.retire(certificateId, atSeconds, 'blocked');
      this.deny(certificateId);
      return true;
    });
  }

  async denyListVersion(): Promise<number> {
    return this.all<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM denied')[0].version;
  }

  async deniedAfter(version: number, count: number): Promise<readonly Uint8Array[]> {
    const sql = 'SELECT id FROM denied WHERE version > ? ORDER BY version LIMIT ?';
    return this.all<{ id: ArrayBuffer }>(sql, version, count).map(({ id }) => bytes(id));
  }

  close(): void {
    this.database.close();
  }

  private retire(id: Uint8Array, atSeconds: number, reason: RetirementReason): void {
    this.run('UPDATE certificates SET retired_at = ?, retired_reason = ? WHERE id = ?', atSeconds, reason, blob(id));
  }

  private deny(id: Uint8Array): void {
    const next = 'SELECT coalesce(max(version), 0) + 1, ? FROM denied';
    if (this.all('SELECT 1 FROM denied WHERE id = ?', blob(id)).length === 0)
      this.run(`INSERT INTO denied (version, id) ${next}`, blob(id));
  }

  private inTransaction<T>(action: () => T): T {
    return this.database.transaction(action).immediate();
  }

  // Values go in as one array: libsql takes a single Buffer for an object of named values, and aborts the process.
  private run(sql: string, ...values: readonly unknown[]): void {
    this.database.prepare(sql).run([...values]);
  }

  private all<Row>(sql: string, ...values: readonly unknown[]): Row[] {
    return this.database.prepare(sql).all([...values]) as Row[];
  }
}

function recordOf(row: CertificateRow): IssuedCertificate {
  const { retired_at: atSeconds, retired_reason: reason } = row;
  return {
    certificateId: bytes(row.id),
    holder: row.holder,
    certificate: bytes(row.certificate),
    deviceKey: bytes(row.device_key),
    issuedAtSeconds: row.issued_at,
    endsAtSeconds: row.ends_at,
    retired: atSeconds === null || reason === null ? undefined : { atSeconds, reason },
  };
}

function blob(value: Uint8Array): Buffer {
  return Buffer.from(value);
}

/** libsql returns the blobs of `all` as ArrayBuffers (and those of `get` as Buffers, so `all` is used throughout). */
function bytes(value: ArrayBuffer): Uint8Array {
  return new Uint8Array(value.slice(0));
}
