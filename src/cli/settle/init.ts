// `tillsong settle init`: a folder with a new key and an empty ledger. `tillsong settle trust`: issuers and machines that it knows.
// `tillsong settle token`: a bearer token for an issuer.

import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FRAUD_PAYERS, type FraudPayer, type RegisteredMachine } from 'tillsong';
import { ed25519Signer, isStrictEd25519Key } from 'tillsong/codec';
import { bearerTokenHash, makeBearerToken, writeKeyFile } from 'tillsong/node';
import { type CommandContext, EXIT, FileError, type Finish, UsageError } from '../command-context.js';
import { readIssuerJson } from '../issuer/issuer-folder.js';
import { readJsonFile } from '../json-file.js';
import { collected, integer } from '../option-parsers.js';
import { hexOf, type OutputOptions, showResult } from '../result-output.js';
import { asFile } from '../told-errors.js';
import {
  isPostgres,
  KEY_FILE,
  LEDGER_FILE,
  readSettings,
  type SettlementSettings,
  settingsJson,
  withSettlement,
  writeSettings,
} from './settle-folder.js';

interface TrustOptions extends OutputOptions {
  readonly dir: string;
  readonly issuer?: readonly string[];
  readonly till?: readonly string[];
  readonly machine?: readonly RegisteredMachine[];
  readonly denyListKey?: string;
}

interface InitOptions extends TrustOptions {
  readonly keyId: number;
  readonly graceDays: number;
  readonly clockTolerance: number;
  readonly fraudPayer: FraudPayer;
  readonly postgres?: string;
}

const DAY_SECONDS = 86_400;

export function addInit(settle: Command, context: CommandContext, finish: Finish): void {
  const command = settle
    .command('init')
    .description('make a folder with a new key, a policy and an empty ledger')
    .requiredOption('--dir <folder>', 'the folder, made when it is not there')
    .option('--key-id <n>', 'which of settlement’s keys this is, as tills configure it', integer(0, 65_535), 1)
    .option('--grace-days <n>', 'how long after a certificate’s end its payments may come in', integer(0, 3650), 30)
    .option(
      '--clock-tolerance <s>',
      'how far clocks may differ, in seconds; no till’s may be more',
      integer(0, 3600),
      300,
    )
    .addOption(
      new Option('--fraud-payer <who>', 'who pays for what was delivered to a double spender')
        .choices(FRAUD_PAYERS)
        .default('issuer'),
    )
    .option('--postgres <url>', 'keep the ledger there, as in postgres://user@host/database (default: a file)');
  addTrustOptions(command)
    .option('--json', 'the result as one JSON object')
    .action(async (options: InitOptions) => finish(await init(options, context)));
}

export function addTrust(settle: Command, context: CommandContext, finish: Finish): void {
  const command = settle
    .command('trust')
    .description('know more issuers and machines, or their new keys')
    .requiredOption('--dir <folder>', 'settlement’s folder');
  addTrustOptions(command)
    .option('--json', 'the result as one JSON object')
    .action(async (options: TrustOptions) => {
      const settings = await withTrusted(await readSettings(options.dir, context), options, context);
      await writeSettings(options.dir, settings);
      show(settings, options, context);
      finish(EXIT.ok);
    });
}

interface TokenOptions extends OutputOptions {
  readonly dir: string;
}

export function addToken(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('token')
    .description('make a bearer token for an issuer; it is shown once, and kept as its hash')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .option('--json', 'the result as one JSON object')
    .action(async (options: TokenOptions) => {
      const settings = await readSettings(options.dir, context);
      const token = makeBearerToken(context.randomBytes(32));
      const issuerTokenHashes = [...settings.issuerTokenHashes, bearerTokenHash(token)];
      await writeSettings(options.dir, { ...settings, issuerTokenHashes });
      showResult(context, options, { ok: true, token }, [token]);
      finish(EXIT.ok);
    });
}

function addTrustOptions(command: Command): Command {
  return command
    .option('--issuer <file>', 'an issuer’s issuer.json; may be given several times', collected)
    .option('--till <file>', 'a till’s till.json; may be given several times', collected)
    .option('--machine <id:key:audience>', 'a machine without its file; may be given several times', machines)
    .option('--deny-list-key <file>', 'the issuer.key of a known issuer, to sign the deny list with');
}

async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const { dir, postgres, keyId: settlementKeyId } = options;
  if (postgres !== undefined && !isPostgres(postgres)) throw new UsageError('--postgres: expected postgres://...');
  const seed = context.randomBytes(32);
  const fresh: SettlementSettings = {
    settlementKeyId,
    publicKey: ed25519Signer(seed).publicKey,
    database: postgres ?? LEDGER_FILE,
    policy: {
      graceSeconds: options.graceDays * DAY_SECONDS,
      clockToleranceSeconds: options.clockTolerance,
      fraudPayer: options.fraudPayer,
    },
    issuerKeys: new Map(),
    machines: new Map(),
    denyListKey: undefined,
    issuerTokenHashes: [],
  };
  const settings = await withTrusted(fresh, options, context);
  await asFile(dir, async () => {
    await mkdir(dir, { recursive: true });
    // The key first: it is never overwritten, so a folder in use stays as it is.
    await writeKeyFile(join(dir, KEY_FILE), seed);
  });
  await writeSettings(dir, settings);
  await withSettlement(dir, context, async () => {});
  show(settings, options, context);
  return EXIT.ok;
}

async function withTrusted(
  settings: SettlementSettings,
  { dir, issuer = [], till = [], machine = [], denyListKey }: TrustOptions,
  context: CommandContext,
): Promise<SettlementSettings> {
  const issuerKeys = new Map(settings.issuerKeys);
  let lastKeyId = settings.denyListKey?.keyId;
  for (const path of issuer) {
    const { publicKey, config } = await readIssuerJson(path, context);
    issuerKeys.set(config.issuerKeyId, publicKey);
    lastKeyId = config.issuerKeyId;
  }
  const known = new Map(settings.machines);
  for (const path of till) {
    const one = await readTill(path, context);
    known.set(one.machineId, one);
  }
  for (const one of machine) known.set(one.machineId, one);
  if (denyListKey === undefined) return { ...settings, issuerKeys, machines: known };
  const keyId = lastKeyId ?? [...issuerKeys.keys()].at(-1);
  if (keyId === undefined) throw new UsageError('--deny-list-key needs --issuer with the issuer’s issuer.json');
  const file = relative(resolve(dir), resolve(denyListKey));
  return { ...settings, issuerKeys, machines: known, denyListKey: { keyId, file } };
}

async function readTill(path: string, context: CommandContext): Promise<RegisteredMachine> {
  const value = (await readJsonFile(path, context)) as Record<string, unknown> | null;
  const { kind, machineId, audience, publicKey } = value ?? {};
  const text = `${machineId}:${publicKey}:${audience}`;
  if (kind !== 'till') throw new FileError(`${path}: expected a till.json, got another thing`);
  try {
    return parseMachine(text);
  } catch {
    throw new FileError(`${path}: expected machineId, publicKey and audience, got something else`);
  }
}

function machines(value: string, before: readonly RegisteredMachine[] = []): readonly RegisteredMachine[] {
  return [...before, parseMachine(value)];
}

function parseMachine(value: string): RegisteredMachine {
  const match = /^([1-9]\d{0,9}):([0-9a-f]{64}):([1-9]\d{0,9})$/.exec(value);
  const publicKey = Uint8Array.from(Buffer.from(match?.[2] ?? '', 'hex'));
  const [machineId, audience] = [Number(match?.[1]), Number(match?.[3])];
  if (match === null || Math.max(machineId, audience) > 0xff_ff_ff_ff || !isStrictEd25519Key(publicKey))
    throw new InvalidArgumentError(
      'Expected the machine’s number, its Ed25519 key in hexadecimal digits and its audience.',
    );
  return { machineId, audience, publicKey };
}

function show(settings: SettlementSettings, options: TrustOptions, context: CommandContext): void {
  const { settlementKeyId, publicKey, issuerKeys, machines: known } = settings;
  const { database: _, issuerTokenHashes: __, ...shown } = settingsJson(settings);
  showResult(context, options, { ok: true, dir: options.dir, ...shown }, [
    `${options.dir}: settlement key ${settlementKeyId} ${hexOf(publicKey)}`,
    `knows issuer keys ${[...issuerKeys.keys()].join(', ') || 'none'}; machines ${[...known.keys()].join(', ') || 'none'}`,
  ]);
}
