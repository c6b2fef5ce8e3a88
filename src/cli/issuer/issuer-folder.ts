// An issuer's folder: `issuer.json` (public: key and configuration), `issuer.key` (mode 600), `certificates.sqlite`.

import { join } from 'node:path';
import { ed25519Signer, Issuer, type IssuerConfig, parseIssuerConfig, TillsongError } from 'tillsong';
import type { Signer } from 'tillsong/codec';
import { type IssuerDatabase, openIssuerDatabase, readKeyFile } from 'tillsong/node';
import type { CommandContext } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { hexOf } from '../result-output.js';
import { asFile } from '../told-errors.js';

export const ISSUER_FILE = 'issuer.json';
export const KEY_FILE = 'issuer.key';
export const RECORDS_FILE = 'certificates.sqlite';

/** @returns what `issuer.json` holds; tills and phones are configured with it */
export function issuerJson(publicKey: Uint8Array, config: IssuerConfig): Record<string, unknown> {
  return { version: 1, kind: 'issuer', publicKey: hexOf(publicKey), ...config };
}

/**
 * @param value - parsed JSON of an `issuer.json`
 * @throws TillsongError naming the first bad field
 */
export function parseIssuerJson(value: unknown): { publicKey: Uint8Array; config: IssuerConfig } {
  const { version, kind, publicKey, ...config } = (value ?? {}) as Record<string, unknown>;
  if (version !== 1 || kind !== 'issuer')
    throw new TillsongError('ERR_TYPE', 'issuer: expected kind "issuer", version 1, got something else');
  if (typeof publicKey !== 'string' || !/^[0-9a-f]{64}$/.test(publicKey))
    throw new TillsongError('ERR_TYPE', 'issuer.publicKey: expected 64 hexadecimal digits, got something else');
  return { publicKey: Uint8Array.from(Buffer.from(publicKey, 'hex')), config: parseIssuerConfig(config) };
}

/** @throws FileError when it cannot be read or is none */
export async function readIssuerJson(path: string, context: CommandContext) {
  const value = await readJsonFile(path, context);
  return asFile(path, () => parseIssuerJson(value));
}

/** An issuer at work on its folder. */
export interface OpenIssuer {
  readonly issuer: Issuer;
  readonly config: IssuerConfig;
  readonly records: IssuerDatabase;
}

/**
 * Opens the folder for one piece of work.
 *
 * @throws FileError when a file cannot be read or is not what it should be
 */
export async function withIssuer<T>(
  folder: string,
  context: CommandContext,
  work: (open: OpenIssuer) => Promise<T>,
): Promise<T> {
  const file = join(folder, ISSUER_FILE);
  const { publicKey, config } = await readIssuerJson(file, context);
  const signer = await readSigner(folder);
  await asFile(file, () => assertSameKey(signer, publicKey));
  const recordsFile = join(folder, RECORDS_FILE);
  const records = await asFile(recordsFile, () => openIssuerDatabase(recordsFile));
  try {
    const { nowSeconds, randomBytes } = context;
    const issuer = new Issuer({ config, store: records, signer, nowSeconds, randomBytes });
    return await asFile(recordsFile, () => work({ issuer, config, records }));
  } finally {
    records.close();
  }
}

async function readSigner(folder: string): Promise<Signer> {
  const path = join(folder, KEY_FILE);
  return asFile(path, async () => ed25519Signer(await readKeyFile(path)));
}

function assertSameKey({ publicKey }: Signer, configured: Uint8Array): void {
  if (hexOf(publicKey) !== hexOf(configured))
    throw new TillsongError('ERR_STATE', 'issuer.publicKey: expected the key of issuer.key, got another');
}
