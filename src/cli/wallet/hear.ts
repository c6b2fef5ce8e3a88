// `tillsong wallet hear`: receipts and voids that machines have sung.

import type { Command } from 'commander';
import type { HearResult, Wallet } from 'tillsong';
import { parseReceipt } from 'tillsong/codec';
import { type CommandContext, EXIT, type Finish, tell, UsageError } from '../command-context.js';
import { hearPayloads } from '../hear-payloads.js';
import { collected, hexBytes } from '../option-parsers.js';
import { type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { entryJson, entryLine } from './payment-output.js';
import { withWallet } from './phone-folder.js';

interface HearOptions extends OutputOptions {
  readonly dir: string;
  readonly receipt?: Uint8Array;
  readonly from?: string;
  readonly profile?: readonly string[];
}

export function addHear(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('hear')
    .description('take receipts and voids of machines')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .option('--from <file.wav>', 'where to hear them, or - for standard input')
    .option('--receipt <hex>', 'the receipt itself', hexBytes(1, 4096))
    .option('--profile <name>', 'profile to hear with; may be given several times (default: all)', collected)
    .option('--json', 'one JSON object a receipt')
    .action(async (options: HearOptions) => finish(await hear(options, context)));
}

async function hear(options: HearOptions, context: CommandContext): Promise<number> {
  const { dir, from, receipt } = options;
  if ((from === undefined) === (receipt === undefined)) throw new UsageError('give one of --from and --receipt');
  const receipts = receipt === undefined ? await receiptsIn(from ?? '-', options, context) : [receipt];
  if (receipts.length === 0) return showRefusal(context, options, 'no-receipt-heard');
  return withWallet(dir, context, async (wallet) => {
    let exitCode: number = EXIT.ok;
    for (const bytes of receipts) exitCode = Math.max(exitCode, await take(wallet, bytes, options, context));
    return exitCode;
  });
}

async function take(wallet: Wallet, bytes: Uint8Array, options: HearOptions, context: CommandContext): Promise<number> {
  const result: HearResult = await wallet.hear(bytes);
  if (!result.ok) return showRefusal(context, options, result.reason);
  const { outcome, proof, payment } = result;
  showResult(context, options, { ok: true, outcome, proof, payment: entryJson(payment) }, [entryLine(payment)]);
  if (proof === 'evidence')
    tell(context, `no key of machine ${payment.machineId} is known: the receipt is kept, unchecked`);
  return EXIT.ok;
}

/** All that is heard, before the wallet is opened: a long listening keeps nobody from paying. */
async function receiptsIn(from: string, { profile = [] }: HearOptions, context: CommandContext): Promise<Uint8Array[]> {
  const receipts: Uint8Array[] = [];
  for await (const payload of hearPayloads(from, profile, context))
    if (parseReceipt(payload).ok) receipts.push(payload);
  return receipts;
}
