// `tillsong issuer init`: a folder with a new key and the policy of an issuer.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  currencyByCode,
  ed25519Signer,
  formatAmount,
  type IssuerConfig,
  parseAmount,
  parseIssuerConfig,
} from 'tillsong';
import { openIssuerDatabase, writeFileAtomically, writeKeyFile } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { integer } from '../option-parsers.js';
import { hexOf, type OutputOptions, showResult } from '../result-output.js';
import { asFile, asUsage } from '../told-errors.js';
import { ISSUER_FILE, issuerJson, KEY_FILE, RECORDS_FILE } from './issuer-folder.js';

interface InitOptions extends OutputOptions {
  readonly dir: string;
  readonly keyId: number;
  readonly currency: string;
  readonly maxPayment: string;
  readonly maxTotal: string;
  readonly maxCount: number;
  readonly validHours: number;
  readonly audience?: readonly number[];
  readonly minScore?: number;
  readonly registration: boolean;
  readonly challengeSeconds: number;
  readonly denyReplaced: boolean;
}

const UINT32 = integer(0, 0xff_ff_ff_ff);

export function addInit(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('init')
    .description('make a folder with a new key and the policy by which certificates are given')
    .requiredOption('--dir <folder>', 'the folder, made when it is not there')
    .option('--key-id <n>', 'which of the issuer’s keys this is, as tills configure it', integer(0, 65_535), 1)
    .requiredOption('--currency <code>', 'ISO 4217 code of all amounts, as in EUR')
    .requiredOption('--max-payment <amount>', 'most that one payment may be')
    .requiredOption('--max-total <amount>', 'most that all payments under one certificate may be')
    .option('--max-count <n>', 'payments under one certificate', integer(1, 255), 20)
    .option('--valid-hours <n>', 'how long a certificate is valid', integer(1, 65_535), 24)
    .option(
      '--audience <n>',
      'operator or flight to give certificates for; may be given several times (default: 0, good everywhere)',
      (value: string, before: readonly number[] = []) => [...before, UINT32(value)],
    )
    .option('--min-score <n>', 'least score of a holder, for example 550 (default: none asked for)', integer(0, 10_000))
    .option('--no-registration', 'give certificates to holders that are not registered too')
    .option('--challenge-seconds <n>', 'how long a phone may take to answer a challenge', integer(1, 3600), 300)
    .option('--no-deny-replaced', 'keep certificates that a new one replaces off the deny list')
    .option('--json', 'the result as one JSON object')
    .action(async (options: InitOptions) => finish(await init(options, context)));
}

async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const config = configOf(options);
  const { dir } = options;
  const seed = context.randomBytes(32);
  const { publicKey } = ed25519Signer(seed);
  await asFile(dir, async () => {
    await mkdir(dir, { recursive: true });
    // The key first: it is never overwritten, so a folder in use stays as it is.
    await writeKeyFile(join(dir, KEY_FILE), seed);
    openIssuerDatabase(join(dir, RECORDS_FILE)).close();
    await writeFileAtomically(
      join(dir, ISSUER_FILE),
      `${JSON.stringify(issuerJson(publicKey, config), null, 2)}\n`,
      0o644,
    );
  });
  const { currency, maxPaymentMinorUnits, maxCumulativeMinorUnits, maxCount, validityHours } = config.limits;
  const payment = formatAmount({ minorUnits: maxPaymentMinorUnits, currency });
  const total = formatAmount({ minorUnits: maxCumulativeMinorUnits, currency });
  showResult(context, options, { ok: true, dir, ...issuerJson(publicKey, config) }, [
    `${dir}: issuer key ${config.issuerKeyId} ${hexOf(publicKey)}`,
    `certificates: ${payment} a payment, ${total} and ${maxCount} payments in all, valid ${validityHours} hours`,
  ]);
  return EXIT.ok;
}

function configOf(options: InitOptions): IssuerConfig {
  const { currency: code, audience = [0], minScore } = options;
  const payment = asUsage('--max-payment', () => parseAmount(options.maxPayment, code));
  const total = asUsage('--max-total', () => parseAmount(options.maxTotal, code));
  return asUsage('issuer init', () =>
    parseIssuerConfig({
      issuerKeyId: options.keyId,
      policy: {
        mustBeRegistered: options.registration,
        ...(minScore !== undefined && { minimumScore: minScore }),
        audiences: audience.map((number) => ({ audience: number })),
      },
      limits: {
        currency: currencyByCode(code)?.number,
        maxPaymentMinorUnits: payment.minorUnits,
        maxCumulativeMinorUnits: total.minorUnits,
        maxCount: options.maxCount,
        validityHours: options.validHours,
      },
      challengeLifetimeSeconds: options.challengeSeconds,
      denyReplaced: options.denyReplaced,
    }),
  );
}
