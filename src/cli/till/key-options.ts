// Whose signatures a till believes: `--issuer FILE`, `--issuer-key ID:HEX`, `--settlement-key ID:HEX`, the same in every command that sets them.

import { type Command, InvalidArgumentError } from 'commander';
import type { ConfiguredKeys } from 'tillsong';
import { isStrictEd25519Key } from 'tillsong/codec';
import type { CommandContext } from '../command-context.js';
import { readIssuerJson } from '../issuer/issuer-folder.js';
import { collected } from '../option-parsers.js';

type KeyById = readonly [id: number, key: Uint8Array];

export interface KeyOptions {
  readonly issuer?: readonly string[];
  readonly issuerKey?: readonly KeyById[];
  readonly settlementKey?: readonly KeyById[];
}

export function addKeyOptions(command: Command): Command {
  return command
    .option('--issuer <file>', 'an issuer’s `issuer.json`; may be given several times', collected)
    .option('--issuer-key <id:hex>', 'an issuer’s key by its number; may be given several times', keyById)
    .option('--settlement-key <id:hex>', 'a settlement’s key by its number; may be given several times', keyById);
}

/** @returns the keys that were there before and those of the options; a new key replaces one of the same number */
export async function keysOf(
  { issuer = [], issuerKey = [], settlementKey = [] }: KeyOptions,
  before: { readonly issuerKeys: ConfiguredKeys; readonly settlementKeys: ConfiguredKeys },
  context: CommandContext,
): Promise<{ readonly issuerKeys: ConfiguredKeys; readonly settlementKeys: ConfiguredKeys }> {
  const issuerKeys = new Map([...before.issuerKeys, ...issuerKey]);
  for (const file of issuer) {
    const { publicKey, config } = await readIssuerJson(file, context);
    issuerKeys.set(config.issuerKeyId, publicKey);
  }
  return { issuerKeys, settlementKeys: new Map([...before.settlementKeys, ...settlementKey]) };
}

function keyById(value: string, before: readonly KeyById[] = []): readonly KeyById[] {
  const [, id, hex] = /^(\d{1,5}):([0-9a-fA-F]{64})$/.exec(value) ?? [];
  const key = hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'));
  if (key === undefined || Number(id) > 0xff_ff || !isStrictEd25519Key(key))
    throw new InvalidArgumentError(
      'Expected a number up to 65535, a colon and an Ed25519 key of 64 hexadecimal digits.',
    );
  return [...before, [Number(id), key]];
}
