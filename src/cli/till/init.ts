// `tillsong till init`: a folder with a new machine key. `tillsong till trust`: whose signatures it believes from now on.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { currencyByCode, formatAmount, parseAmount, type TillLimits } from 'tillsong';
import { type Amount, ed25519Signer } from 'tillsong/codec';
import { openJournal, writeKeyFile } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish, UsageError } from '../command-context.js';
import { integer } from '../option-parsers.js';
import { hexOf, type OutputOptions, showResult } from '../result-output.js';
import { asFile, asUsage } from '../told-errors.js';
import { addKeyOptions, type KeyOptions, keysOf } from './key-options.js';
import { JOURNAL_FILE, KEY_FILE, readSettings, settingsJson, type TillSettings, writeSettings } from './till-folder.js';

interface InitOptions extends OutputOptions, KeyOptions {
  readonly dir: string;
  readonly machine: number;
  readonly audience: number;
  readonly currency: string;
  readonly maxPayment?: string;
  readonly maxCertificate?: string;
  readonly maxStored?: string;
  readonly maxCount: number;
  readonly maxAgeHours: number;
  readonly clockTolerance: number;
  readonly beaconSeconds: number;
}

const UINT32 = integer(1, 0xff_ff_ff_ff);

export function addInit(till: Command, context: CommandContext, finish: Finish): void {
  const command = till
    .command('init')
    .description('make a folder with a new machine key; it takes no payment until limits are given')
    .requiredOption('--dir <folder>', 'the folder, made when it is not there')
    .requiredOption('--machine <id>', 'the machine’s number, unlike any other’s', UINT32)
    .requiredOption('--audience <n>', 'operator or flight', UINT32)
    .requiredOption('--currency <code>', 'ISO 4217 code of its prices, as in EUR')
    .option('--max-payment <amount>', 'most that one payment may be')
    .option('--max-certificate <amount>', 'most that is taken under one certificate')
    .option('--max-stored <amount>', 'most that is taken before an upload')
    .option('--max-count <n>', 'payments before an upload', integer(1, 100_000), 1000)
    .option('--max-age-hours <n>', 'hours that a payment may wait for an upload', integer(1, 100_000), 168)
    .option('--clock-tolerance <seconds>', 'how far a phone’s clock may be off', integer(0, 3600), 120)
    .option('--beacon-seconds <n>', 'how long a beacon may be answered', integer(1, 600), 60)
    .option('--json', 'the result as one JSON object');
  addKeyOptions(command).action(async (options: InitOptions) => finish(await init(options, context)));
}

export function addTrust(till: Command, context: CommandContext, finish: Finish): void {
  const command = till
    .command('trust')
    .description('believe issuers and settlements from now on, or their new keys')
    .requiredOption('--dir <folder>', 'the till’s folder')
    .option('--json', 'the result as one JSON object');
  addKeyOptions(command).action(async (options: KeyOptions & OutputOptions & { readonly dir: string }) => {
    const before = await readSettings(options.dir, context);
    const settings = { ...before, ...(await keysOf(options, before, context)) };
    await writeSettings(options.dir, settings);
    show(options, settings, context);
    finish(EXIT.ok);
  });
}

async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const { dir, machine: machineId, audience, clockTolerance, beaconSeconds } = options;
  const currency = currencyByCode(options.currency)?.number;
  if (currency === undefined)
    throw new UsageError(`--currency: expected an ISO 4217 code as in EUR, got ${JSON.stringify(options.currency)}`);
  const offline = limitsOf(options);
  const keys = await keysOf(options, { issuerKeys: new Map(), settlementKeys: new Map() }, context);
  const seed = context.randomBytes(32);
  const settings: TillSettings = {
    machineId,
    audience,
    currency,
    publicKey: ed25519Signer(seed).publicKey,
    offline,
    clockToleranceSeconds: clockTolerance,
    beaconLifetimeSeconds: beaconSeconds,
    ...keys,
  };
  await asFile(dir, async () => {
    await mkdir(dir, { recursive: true });
    // The key first: it is never overwritten, so a folder in use stays as it is.
    await writeKeyFile(join(dir, KEY_FILE), seed);
    openJournal(join(dir, JOURNAL_FILE)).close();
  });
  await writeSettings(dir, settings);
  show(options, settings, context);
  return EXIT.ok;
}

/** All three amounts or none: a till without limits takes nothing, one with half of them is a mistake. */
function limitsOf(options: InitOptions): TillLimits | undefined {
  const { maxPayment, maxCertificate, maxStored, maxCount, maxAgeHours, currency } = options;
  if (maxPayment === undefined && maxCertificate === undefined && maxStored === undefined) return undefined;
  const amount = (name: string, text: string | undefined): number => {
    if (text === undefined) throw new UsageError(`${name}: expected an amount, as with the other limits, got nothing`);
    return asUsage(name, () => parseAmount(text, currency)).minorUnits;
  };
  return {
    maxPaymentMinorUnits: amount('--max-payment', maxPayment),
    maxCertificateMinorUnits: amount('--max-certificate', maxCertificate),
    maxStoredMinorUnits: amount('--max-stored', maxStored),
    maxStoredCount: maxCount,
    maxAgeSeconds: maxAgeHours * 3600,
  };
}

function show(
  options: OutputOptions & { readonly dir: string },
  settings: TillSettings,
  context: CommandContext,
): void {
  const { machineId, publicKey, offline, currency, issuerKeys, settlementKeys } = settings;
  const money = (minorUnits: number): string => formatAmount({ minorUnits, currency } satisfies Amount);
  const taken =
    offline === undefined
      ? 'takes no payment: no limits are set'
      : `takes ${money(offline.maxPaymentMinorUnits)} a payment, ${money(offline.maxStoredMinorUnits)} before an upload`;
  showResult(context, options, { ok: true, dir: options.dir, ...settingsJson(settings) }, [
    `${options.dir}: machine ${machineId} ${hexOf(publicKey)}`,
    `${taken}; believes ${issuerKeys.size} issuer and ${settlementKeys.size} settlement keys`,
  ]);
}
