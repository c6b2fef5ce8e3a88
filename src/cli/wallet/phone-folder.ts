// A phone's folder: `wallet.json` (what the wallet remembers, locked while in use), `device.key` (mode 600), `phone.json` (the
// algorithm of the key, and whose keys the phone trusts). A phone proper keeps its key in hardware.

import { join } from 'node:path';
import { ed25519Signer, es256Signer, type MachineKeys, TillsongError, Wallet } from 'tillsong';
import { isStrictEd25519Key, SIGNATURE_ALGORITHMS, type SignatureAlgorithm, type Signer } from 'tillsong/codec';
import { readKeyFile, WalletFile, writeFileAtomically } from 'tillsong/node';
import type { CommandContext } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { hexOf } from '../result-output.js';
import { asFile } from '../told-errors.js';

export const WALLET_FILE = 'wallet.json';
export const KEY_FILE = 'device.key';
export const PHONE_FILE = 'phone.json';

/** Whose keys the phone knows, and what its own is. */
export interface PhoneConfig {
  readonly algorithm: SignatureAlgorithm;
  readonly issuerKeys: ReadonlyMap<number, Uint8Array>;
  readonly machineKeys: ReadonlyMap<number, Uint8Array>;
}

export function signerOf(algorithm: SignatureAlgorithm, secret: Uint8Array): Signer {
  return algorithm === 'es256' ? es256Signer(secret) : ed25519Signer(secret);
}

/** @throws FileError when it cannot be written */
export async function writePhoneConfig(folder: string, config: PhoneConfig): Promise<void> {
  const { algorithm, issuerKeys, machineKeys } = config;
  const path = join(folder, PHONE_FILE);
  const json = {
    version: 1,
    kind: 'phone',
    algorithm,
    issuerKeys: keysJson(issuerKeys),
    machineKeys: keysJson(machineKeys),
  };
  await asFile(path, () => writeFileAtomically(path, `${JSON.stringify(json, null, 2)}\n`));
}

/** @throws FileError when it cannot be read or is none */
export async function readPhoneConfig(folder: string, context: CommandContext): Promise<PhoneConfig> {
  const path = join(folder, PHONE_FILE);
  const value = await readJsonFile(path, context);
  return asFile(path, () => parsePhoneConfig(value));
}

/**
 * Opens the wallet of a folder for one piece of work, and keeps every other process from it meanwhile.
 *
 * @throws FileError when a file cannot be read, is not what it should be, or is in use
 */
export async function withWallet<T>(
  folder: string,
  context: CommandContext,
  work: (wallet: Wallet, config: PhoneConfig) => Promise<T>,
): Promise<T> {
  const { nowSeconds } = context;
  const config = await readPhoneConfig(folder, context);
  const keyPath = join(folder, KEY_FILE);
  const signer = await asFile(keyPath, async () => signerOf(config.algorithm, await readKeyFile(keyPath)));
  const path = join(folder, WALLET_FILE);
  const store = await asFile(path, () => WalletFile.open(path));
  try {
    const { issuerKeys, machineKeys } = config;
    return await asFile(path, async () =>
      work(
        await Wallet.open({ store, signer, issuerKeys, machineKeys: machineKeys satisfies MachineKeys, nowSeconds }),
        config,
      ),
    );
  } finally {
    store.close();
  }
}

function keysJson(keys: ReadonlyMap<number, Uint8Array>): Record<string, string> {
  return Object.fromEntries(Array.from(keys, ([id, key]) => [String(id), hexOf(key)]));
}

function parsePhoneConfig(value: unknown): PhoneConfig {
  const fields = (value ?? {}) as Record<string, unknown>;
  const { version, kind, algorithm, issuerKeys, machineKeys } = fields;
  if (version !== 1 || kind !== 'phone' || Object.keys(fields).length !== 5)
    throw new TillsongError('ERR_TYPE', 'phone: expected kind "phone", version 1 and its fields, got something else');
  if (!SIGNATURE_ALGORITHMS.includes(algorithm as SignatureAlgorithm))
    throw new TillsongError(
      'ERR_TYPE',
      `phone.algorithm: expected one of ${SIGNATURE_ALGORITHMS.join(', ')}, got another`,
    );
  return {
    algorithm: algorithm as SignatureAlgorithm,
    issuerKeys: parseKeys('phone.issuerKeys', issuerKeys, 0xff_ff),
    machineKeys: parseKeys('phone.machineKeys', machineKeys, 0xff_ff_ff_ff),
  };
}

function parseKeys(name: string, value: unknown, maxId: number): ReadonlyMap<number, Uint8Array> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TillsongError('ERR_TYPE', `${name}: expected an object of keys by number, got something else`);
  return new Map(
    Object.entries(value).map(([id, hex]) => {
      const number = /^(0|[1-9]\d{0,9})$/.test(id) ? Number(id) : Number.NaN;
      const key =
        typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex) ? Uint8Array.from(Buffer.from(hex, 'hex')) : undefined;
      if (!(number <= maxId) || key === undefined || !isStrictEd25519Key(key))
        throw new TillsongError(
          'ERR_TYPE',
          `${name}: expected Ed25519 keys in hexadecimal digits by number, got another`,
        );
      return [number, key];
    }),
  );
}
