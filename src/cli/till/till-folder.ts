// A till's folder: `till.json` (who it is, whom it believes, its limits), `machine.key` (mode 600), `journal.sqlite` and what stands
// beside it, `till.lock` while it sells.

import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  type ConfiguredKeys,
  Till,
  type TillClock,
  type TillConfig,
  type TillLimits,
  TillsongError,
  type Vend,
} from 'tillsong';
import { ed25519Signer, isStrictEd25519Key } from 'tillsong/codec';
import { FileLock, openJournal, readKeyFile, type SqliteJournal, writeFileAtomically } from 'tillsong/node';
import { type CommandContext, FileError } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { hexOf } from '../result-output.js';
import { asFile } from '../told-errors.js';

export const TILL_FILE = 'till.json';
export const KEY_FILE = 'machine.key';
export const JOURNAL_FILE = 'journal.sqlite';
const LOCK_FILE = 'till.lock';

/** What `till.json` holds. */
export interface TillSettings {
  readonly machineId: number;
  readonly audience: number;
  readonly currency: number;
  /** of `machine.key`: settlement registers the machine with it */
  readonly publicKey: Uint8Array;
  /** undefined takes no payment */
  readonly offline: TillLimits | undefined;
  readonly clockToleranceSeconds: number;
  readonly beaconLifetimeSeconds: number;
  readonly issuerKeys: ConfiguredKeys;
  readonly settlementKeys: ConfiguredKeys;
}

const FIELDS: readonly (keyof TillSettings)[] = [
  'machineId',
  'audience',
  'currency',
  'publicKey',
  'offline',
  'clockToleranceSeconds',
  'beaconLifetimeSeconds',
  'issuerKeys',
  'settlementKeys',
];
const LIMITS: readonly (keyof TillLimits)[] = [
  'maxPaymentMinorUnits',
  'maxCertificateMinorUnits',
  'maxStoredMinorUnits',
  'maxStoredCount',
  'maxAgeSeconds',
];

/** @returns `till.json` as an object for JSON */
export function settingsJson(settings: TillSettings): Record<string, unknown> {
  const { publicKey, offline, issuerKeys, settlementKeys, ...numbers } = settings;
  return {
    version: 1,
    kind: 'till',
    ...numbers,
    publicKey: hexOf(publicKey),
    offline: offline ?? null,
    issuerKeys: keysJson(issuerKeys),
    settlementKeys: keysJson(settlementKeys),
  };
}

/** @throws FileError when it cannot be written */
export async function writeSettings(folder: string, settings: TillSettings): Promise<void> {
  const path = join(folder, TILL_FILE);
  await asFile(path, () => writeFileAtomically(path, `${JSON.stringify(settingsJson(settings), null, 2)}\n`, 0o644));
}

/** @throws FileError when it cannot be read or is no till's */
export async function readSettings(folder: string, context: CommandContext): Promise<TillSettings> {
  const path = join(folder, TILL_FILE);
  const value = await readJsonFile(path, context);
  return asFile(path, () => parseSettings(value));
}

/** What a command may set of a till that it opens. */
export interface OpenTillOptions {
  readonly vend: Vend;
  readonly priceOf: TillConfig['priceOf'];
  /** the computer's clock cannot be trusted: answers to beacons are taken only */
  readonly hasNoClock?: boolean;
}

/** A till at work on its folder. */
export interface OpenTill {
  readonly till: Till;
  readonly journal: SqliteJournal;
  readonly settings: TillSettings;
}

/**
 * Opens the folder's till for one piece of work, and keeps every other process from selling with it meanwhile.
 *
 * @throws FileError when a file cannot be read, is not what it should be, or is in use
 */
export async function withTill<T>(
  folder: string,
  context: CommandContext,
  options: OpenTillOptions,
  work: (open: OpenTill) => Promise<T>,
): Promise<T> {
  const settings = await readSettings(folder, context);
  const keyPath = join(folder, KEY_FILE);
  const machine = await asFile(keyPath, async () => ed25519Signer(await readKeyFile(keyPath)));
  if (hexOf(machine.publicKey) !== hexOf(settings.publicKey))
    throw new FileError(`${keyPath}: expected the key of ${TILL_FILE}, got another`);
  const path = join(folder, JOURNAL_FILE);
  const lock = await asFile(path, () => FileLock.acquire(join(folder, LOCK_FILE), folder));
  const journal = await asFile(path, () => openJournal(path));
  try {
    const { publicKey: _, ...config } = settings;
    const { vend, priceOf, hasNoClock = false } = options;
    const platform = { clock: clockOf(context, hasNoClock), randomBytes: context.randomBytes };
    const till = await asFile(folder, () => Till.open({ ...config, ...platform, machine, journal, vend, priceOf }));
    return await work({ till, journal, settings });
  } finally {
    journal.close();
    lock.release();
  }
}

/** Keeps every other process from the folder's till while something is done to its files. @throws TillsongError when one has it */
export function whileLocked<T>(folder: string, work: () => T): T {
  const lock = FileLock.acquire(join(folder, LOCK_FILE), folder);
  try {
    return work();
  } finally {
    lock.release();
  }
}

/** Vends nothing: for commands that do not sell. */
export const NO_VEND: OpenTillOptions = {
  vend: { vend: () => Promise.resolve('failed') },
  priceOf: () => undefined,
};

function clockOf(context: CommandContext, hasNoClock: boolean): TillClock {
  return {
    rtcSeconds: () => (hasNoClock ? undefined : context.nowSeconds()),
    monotonicMs: () => performance.now(),
  };
}

function keysJson(keys: ConfiguredKeys): Record<string, string> {
  return Object.fromEntries(Array.from(keys, ([id, key]) => [String(id), hexOf(key)]));
}

function parseSettings(value: unknown): TillSettings {
  const fields = (value ?? {}) as Record<string, unknown>;
  const { version, kind, ...rest } = fields;
  const isWhole = FIELDS.every((name) => name in rest) && Object.keys(rest).length === FIELDS.length;
  if (version !== 1 || kind !== 'till' || !isWhole)
    throw new TillsongError(
      'ERR_TYPE',
      `till: expected kind "till", version 1, ${FIELDS.join(', ')}, got something else`,
    );
  const numbers = rest as unknown as TillSettings;
  return {
    ...numbers,
    publicKey: parseKey('till.publicKey', rest.publicKey),
    offline: parseLimits(rest.offline),
    issuerKeys: parseKeys('till.issuerKeys', rest.issuerKeys),
    settlementKeys: parseKeys('till.settlementKeys', rest.settlementKeys),
  };
}

/** Ranges are checked by the till itself; here that a misspelt limit is not one that is missing. */
function parseLimits(value: unknown): TillLimits | undefined {
  if (value === null) return undefined;
  const names = Object.keys((value ?? {}) as object);
  if (names.length !== LIMITS.length || !LIMITS.every((name) => names.includes(name)))
    throw new TillsongError('ERR_TYPE', `till.offline: expected null or ${LIMITS.join(', ')}, got something else`);
  return value as TillLimits;
}

function parseKeys(name: string, value: unknown): ConfiguredKeys {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TillsongError('ERR_TYPE', `${name}: expected an object of keys by number, got something else`);
  return new Map(
    Object.entries(value).map(([id, key]) => {
      if (!/^(0|[1-9]\d{0,4})$/.test(id))
        throw new TillsongError('ERR_TYPE', `${name}: expected numbers from 0 to 65535, got ${JSON.stringify(id)}`);
      return [Number(id), parseKey(`${name}.${id}`, key)];
    }),
  );
}

function parseKey(name: string, value: unknown): Uint8Array {
  const isHex = typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
  const key = isHex ? Uint8Array.from(Buffer.from(value, 'hex')) : undefined;
  if (key === undefined || !isStrictEd25519Key(key))
    throw new TillsongError('ERR_TYPE', `${name}: expected an Ed25519 key in hexadecimal digits, got something else`);
  return key;
}
