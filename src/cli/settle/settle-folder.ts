// A settlement's folder: `settlement.json` (whom it knows, its policy, where the ledger is), `settlement.key` (mode 600), and the ledger in
// `ledger.sqlite` unless a PostgreSQL is named.

import { isAbsolute, join } from 'node:path';
import { FRAUD_PAYERS, type RegisteredMachine, Settlement, type SettlementPolicy, TillsongError } from 'tillsong';
import { ed25519Signer, isStrictEd25519Key } from 'tillsong/codec';
import {
  type LedgerLocation,
  type LedgerObserver,
  nativeVerifier,
  openLedger,
  readKeyFile,
  type SqlLedgerStore,
  writeFileAtomically,
} from 'tillsong/node';
import { type CommandContext, FileError } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { hexOf } from '../result-output.js';
import { asFile } from '../told-errors.js';

export const SETTLEMENT_FILE = 'settlement.json';
export const KEY_FILE = 'settlement.key';
export const LEDGER_FILE = 'ledger.sqlite';

/** What `settlement.json` holds. */
export interface SettlementSettings {
  readonly settlementKeyId: number;
  /** of `settlement.key`: tills are configured with it */
  readonly publicKey: Uint8Array;
  /** a file in the folder, or postgres://... */
  readonly database: string;
  readonly policy: SettlementPolicy;
  readonly issuerKeys: ReadonlyMap<number, Uint8Array>;
  readonly machines: ReadonlyMap<number, RegisteredMachine>;
  /** an issuer's key that signs the deny list: its number and the file of its key */
  readonly denyListKey: { readonly keyId: number; readonly file: string } | undefined;
  readonly issuerTokenHashes: readonly string[];
}

const FIELDS = [
  'version',
  'kind',
  'settlementKeyId',
  'publicKey',
  'database',
  'policy',
  'issuerKeys',
  'machines',
  'denyListKey',
  'issuerTokenHashes',
];

/** @returns `settlement.json` as an object for JSON */
export function settingsJson(settings: SettlementSettings): Record<string, unknown> {
  const { settlementKeyId, database, policy, denyListKey, issuerTokenHashes } = settings;
  return {
    version: 1,
    kind: 'settlement',
    settlementKeyId,
    publicKey: hexOf(settings.publicKey),
    database,
    policy,
    issuerKeys: Object.fromEntries(Array.from(settings.issuerKeys, ([id, key]) => [id, hexOf(key)])),
    machines: Array.from(settings.machines.values(), ({ machineId, publicKey, audience }) => ({
      machineId,
      publicKey: hexOf(publicKey),
      audience,
    })),
    denyListKey: denyListKey ?? null,
    issuerTokenHashes,
  };
}

/** @throws FileError when it cannot be written */
export async function writeSettings(folder: string, settings: SettlementSettings): Promise<void> {
  const path = join(folder, SETTLEMENT_FILE);
  // A connection string may hold a password.
  await asFile(path, () => writeFileAtomically(path, `${JSON.stringify(settingsJson(settings), null, 2)}\n`, 0o600));
}

/** @throws FileError when it cannot be read or is no settlement's */
export async function readSettings(folder: string, context: CommandContext): Promise<SettlementSettings> {
  const path = join(folder, SETTLEMENT_FILE);
  const value = await readJsonFile(path, context);
  return asFile(path, () => parseSettings(value));
}

/** A settlement at work on its folder. */
export interface OpenSettlement {
  readonly settlement: Settlement;
  readonly store: SqlLedgerStore;
  readonly settings: SettlementSettings;
}

/**
 * Opens the folder for one piece of work. Several may be at work at once: the ledger keeps them apart.
 *
 * @throws FileError when a file or the database cannot be used
 */
export async function withSettlement<T>(
  folder: string,
  context: CommandContext,
  work: (open: OpenSettlement) => Promise<T>,
  observer: LedgerObserver = {},
): Promise<T> {
  const settings = await readSettings(folder, context);
  const keyPath = join(folder, KEY_FILE);
  const signer = await asFile(keyPath, async () => ed25519Signer(await readKeyFile(keyPath)));
  if (hexOf(signer.publicKey) !== hexOf(settings.publicKey))
    throw new FileError(`${keyPath}: expected the key of ${SETTLEMENT_FILE}, got another`);
  const denyListKey = await readDenyListKey(folder, settings);
  const store = await openStore(folder, settings, observer);
  try {
    const { settlementKeyId: keyId, issuerKeys, machines, policy } = settings;
    const settlement = new Settlement({
      store,
      issuerKeys,
      policy,
      findMachine: async (machineId) => machines.get(machineId),
      settlementKey: { keyId, signer },
      ...(denyListKey && { denyListKey }),
      verify: nativeVerifier(),
    });
    return await work({ settlement, store, settings });
  } finally {
    await store.close();
  }
}

async function openStore(folder: string, { database }: SettlementSettings, observer: LedgerObserver) {
  const location: LedgerLocation = isPostgres(database)
    ? { postgres: database }
    : { file: isAbsolute(database) ? database : join(folder, database) };
  try {
    return await openLedger(location, observer);
  } catch (error) {
    const name = isPostgres(database) ? 'the PostgreSQL of settlement.json' : join(folder, database);
    throw new FileError(`${name}: cannot be opened: ${(error as Error).message.split('\n')[0]}`);
  }
}

export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

async function readDenyListKey(folder: string, { denyListKey, issuerKeys }: SettlementSettings) {
  if (denyListKey === undefined) return undefined;
  const { keyId, file } = denyListKey;
  const path = isAbsolute(file) ? file : join(folder, file);
  const signer = await asFile(path, async () => ed25519Signer(await readKeyFile(path)));
  const known = issuerKeys.get(keyId);
  if (known === undefined || hexOf(known) !== hexOf(signer.publicKey))
    throw new FileError(`${path}: expected the key of issuer key ${keyId}, got another`);
  return { keyId, signer };
}

function parseSettings(value: unknown): SettlementSettings {
  const fields = (value ?? {}) as Record<string, unknown>;
  const isWhole = FIELDS.every((name) => name in fields) && Object.keys(fields).length === FIELDS.length;
  if (fields.version !== 1 || fields.kind !== 'settlement' || !isWhole) throw wrong('', `kind "settlement", version 1`);
  const { settlementKeyId, database, policy, machines, issuerKeys, denyListKey, issuerTokenHashes } = fields;
  if (!isCount(settlementKeyId, 0xff_ff)) throw wrong('.settlementKeyId', 'an integer from 0 to 65535');
  if (typeof database !== 'string' || database === '') throw wrong('.database', 'a file or postgres://...');
  if (!Array.isArray(machines)) throw wrong('.machines', 'an array');
  if (!Array.isArray(issuerTokenHashes)) throw wrong('.issuerTokenHashes', 'an array');
  const known = machines.map(parseMachine);
  return {
    settlementKeyId,
    publicKey: parseKey('.publicKey', fields.publicKey),
    database,
    policy: parsePolicy(policy),
    issuerKeys: new Map(
      Object.entries((issuerKeys ?? {}) as object).map(([id, key]) => [Number(id), parseKey('.issuerKeys', key)]),
    ),
    machines: new Map(known.map((machine) => [machine.machineId, machine])),
    denyListKey: denyListKey === null ? undefined : (denyListKey as NonNullable<SettlementSettings['denyListKey']>),
    issuerTokenHashes: issuerTokenHashes.map(String),
  };
}

/** Ranges are checked by the settlement itself; here that nothing is missing or misspelt. */
function parsePolicy(value: unknown): SettlementPolicy {
  const { graceSeconds, clockToleranceSeconds, fraudPayer, ...others } = (value ?? {}) as Record<string, unknown>;
  const payer = FRAUD_PAYERS.find((known) => known === fraudPayer);
  const isWhole = typeof graceSeconds === 'number' && typeof clockToleranceSeconds === 'number';
  if (payer === undefined || !isWhole || Object.keys(others).length > 0)
    throw wrong('.policy', `graceSeconds, clockToleranceSeconds and fraudPayer (${FRAUD_PAYERS.join(', ')})`);
  return { graceSeconds, clockToleranceSeconds, fraudPayer: payer };
}

function parseMachine(value: unknown): RegisteredMachine {
  const { machineId, audience, publicKey } = (value ?? {}) as Record<string, unknown>;
  if (!isCount(machineId, 0xff_ff_ff_ff) || machineId === 0) throw wrong('.machines', 'machine ids from 1 up');
  if (!isCount(audience, 0xff_ff_ff_ff) || audience === 0) throw wrong('.machines', 'audiences from 1 up');
  return { machineId, audience, publicKey: parseKey('.machines', publicKey) };
}

function parseKey(name: string, value: unknown): Uint8Array {
  const key = typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : undefined;
  if (key === undefined || !isStrictEd25519Key(key)) throw wrong(name, 'an Ed25519 key in hexadecimal digits');
  return Uint8Array.from(key);
}

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function wrong(path: string, expected: string): TillsongError {
  return new TillsongError('ERR_TYPE', `settlement${path}: expected ${expected}, got something else`);
}
