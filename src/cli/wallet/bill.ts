// `tillsong wallet bill`: what is not settled yet, and how it is handed in.

import type { Command } from 'commander';
import { formatAmount, makeUpload, type Wallet } from 'tillsong';
import { type CommandContext, EXIT, FileError, type Finish } from '../command-context.js';
import { writeJsonFile } from '../json-file.js';
import { counted } from '../message-lines.js';
import { dateOf, hexOf, type OutputOptions, showResult } from '../result-output.js';
import { entryJson, entryLine } from './payment-output.js';
import { withWallet } from './phone-folder.js';

interface BillOptions extends OutputOptions {
  readonly dir: string;
  readonly out?: string;
}

export function addBill(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('bill')
    .description('list what is not settled yet, and what is left to spend')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .option('--out <file>', 'write the bill there, as settlement is sent it')
    .option('--json', 'the result as one JSON object')
    .action(async (options: BillOptions) => {
      await withWallet(options.dir, context, (open) => bill(open, options, context));
      finish(EXIT.ok);
    });
}

async function bill(wallet: Wallet, options: BillOptions, context: CommandContext): Promise<void> {
  const entries = wallet.bill();
  const balance = wallet.balance();
  const upload = wallet.exportBill();
  if (options.out !== undefined) {
    if (upload === undefined) throw new FileError(`${options.out}: not written: there is nothing to hand in`);
    await writeJsonFile(options.out, makeUpload(upload));
  }
  const left = balance && {
    certificateId: hexOf(balance.certificate.certificateId),
    endsAtSeconds: balance.endsAtSeconds,
    remainingMinorUnits: balance.remainingMinorUnits,
    remainingCount: balance.remainingCount,
    currency: balance.certificate.currency,
  };
  showResult(context, options, { ok: true, payments: entries.map(entryJson), balance: left ?? null }, [
    ...entries.map(entryLine),
    left === undefined
      ? 'no certificate yet'
      : `left: ${formatAmount({ minorUnits: left.remainingMinorUnits, currency: left.currency })} and ${counted(left.remainingCount, 'payment')}, until ${dateOf(left.endsAtSeconds)}`,
  ]);
}
