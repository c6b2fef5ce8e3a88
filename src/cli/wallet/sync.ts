// `tillsong wallet sync`: takes a new certificate into use.

import type { Command } from 'commander';
import { formatAmount } from 'tillsong';
import { certificateEndSeconds } from 'tillsong/codec';
import { type CommandContext, EXIT, FileError, type Finish } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { dateOf, hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { withWallet } from './phone-folder.js';

interface SyncOptions extends OutputOptions {
  readonly dir: string;
  readonly certificate: string;
}

export function addSync(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('sync')
    .description('take a new certificate into use; the bill is kept')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .requiredOption('--certificate <file>', 'what `issuer enrol` wrote, or - for standard input')
    .option('--json', 'the result as one JSON object')
    .action(async (options: SyncOptions) => finish(await sync(options, context)));
}

async function sync(options: SyncOptions, context: CommandContext): Promise<number> {
  const { dir, certificate: path } = options;
  const packed = certificateIn(path, await readJsonFile(path, context));
  const result = await withWallet(dir, context, (wallet) => wallet.install(packed));
  if (!result.ok) return showRefusal(context, options, result.reason);
  const { certificateId, currency, maxPaymentMinorUnits, maxCumulativeMinorUnits, maxCount } = result.certificate;
  const endsAtSeconds = certificateEndSeconds(result.certificate);
  const limits = { currency, maxPaymentMinorUnits, maxCumulativeMinorUnits, maxCount };
  const payment = formatAmount({ minorUnits: maxPaymentMinorUnits, currency });
  const total = formatAmount({ minorUnits: maxCumulativeMinorUnits, currency });
  const id = hexOf(certificateId);
  showResult(context, options, { ok: true, certificateId: id, ...limits, endsAtSeconds }, [
    `certificate ${id}: ${payment} a payment, ${total} and ${maxCount} payments in all, until ${dateOf(endsAtSeconds)}`,
  ]);
  return EXIT.ok;
}

/** What is inside is checked by the wallet, with its issuers' keys. */
function certificateIn(path: string, value: unknown): Uint8Array {
  const { version, kind, certificate } = (value ?? {}) as Record<string, unknown>;
  if (
    version !== 1 ||
    kind !== 'certificate' ||
    typeof certificate !== 'string' ||
    !/^([0-9a-f]{2})+$/.test(certificate)
  )
    throw new FileError(`${path}: expected kind "certificate", version 1, with its bytes in hexadecimal digits`);
  return Uint8Array.from(Buffer.from(certificate, 'hex'));
}
