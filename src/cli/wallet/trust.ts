// `tillsong wallet trust`: whose keys the phone checks with, given while it is online: issuers', for certificates; machines', for
// beacons and receipts.

import { type Command, InvalidArgumentError } from 'commander';
import { isStrictEd25519Key } from 'tillsong/codec';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { readIssuerJson } from '../issuer/issuer-folder.js';
import { collected } from '../option-parsers.js';
import { type OutputOptions, showResult } from '../result-output.js';
import { type PhoneConfig, withWallet, writePhoneConfig } from './phone-folder.js';

/** Keys to trust, as options give them. */
export interface TrustedKeys {
  /** paths of `issuer.json` files */
  readonly issuer?: readonly string[];
  readonly machine?: readonly MachineKey[];
}

interface MachineKey {
  readonly machineId: number;
  readonly key: Uint8Array;
}

interface TrustOptions extends OutputOptions, TrustedKeys {
  readonly dir: string;
}

/** Adds the options by which keys are given to a command. */
export function addKeyOptions(command: Command): Command {
  return command
    .option(
      '--issuer <file>',
      'an issuer’s issuer.json, whose certificates are taken; may be given several times',
      collected,
    )
    .option(
      '--machine <id:key>',
      'a machine’s number and Ed25519 key in hexadecimal digits; may be given several times',
      machineKeys,
    );
}

export function addTrust(wallet: Command, context: CommandContext, finish: Finish): void {
  addKeyOptions(
    wallet
      .command('trust')
      .description('add keys of issuers and machines that the phone checks with')
      .requiredOption('--dir <folder>', 'the phone’s folder'),
  )
    .option('--json', 'the result as one JSON object')
    .action(async (options: TrustOptions) => finish(await trust(options, context)));
}

async function trust(options: TrustOptions, context: CommandContext): Promise<number> {
  const { dir } = options;
  // Under the wallet's lock, so that two of these do not write over each other.
  const config = await withWallet(dir, context, async (_, present) => {
    const next = await withKeys(present, options, context);
    await writePhoneConfig(dir, next);
    return next;
  });
  const issuers = [...config.issuerKeys.keys()];
  const machines = [...config.machineKeys.keys()];
  showResult(context, options, { ok: true, issuers, machines }, [
    `issuer keys ${issuers.join(', ') || 'none'}; machines ${machines.join(', ') || 'none'}`,
  ]);
  return EXIT.ok;
}

/** @returns the configuration with the keys added; one that is there under the same number is replaced */
export async function withKeys(
  config: PhoneConfig,
  { issuer = [], machine = [] }: TrustedKeys,
  context: CommandContext,
): Promise<PhoneConfig> {
  const issuerKeys = new Map(config.issuerKeys);
  for (const path of issuer) {
    const { publicKey, config: issuerConfig } = await readIssuerJson(path, context);
    issuerKeys.set(issuerConfig.issuerKeyId, publicKey);
  }
  const machineKeyMap = new Map(config.machineKeys);
  for (const { machineId, key } of machine) machineKeyMap.set(machineId, key);
  return { ...config, issuerKeys, machineKeys: machineKeyMap };
}

function machineKeys(value: string, before: readonly MachineKey[] = []): readonly MachineKey[] {
  const match = /^([1-9]\d{0,9}):([0-9a-f]{64})$/i.exec(value);
  const machineId = Number(match?.[1]);
  const key = Uint8Array.from(Buffer.from(match?.[2] ?? '', 'hex'));
  if (match === null || machineId > 0xff_ff_ff_ff || !isStrictEd25519Key(key))
    throw new InvalidArgumentError(
      'Expected the machine’s number, a colon and its Ed25519 key, 64 hexadecimal digits.',
    );
  return [...before, { machineId, key }];
}
