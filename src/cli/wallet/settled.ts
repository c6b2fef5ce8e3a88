// `tillsong wallet settled`: takes off the bill what settlement has recorded.

import type { Command } from 'commander';
import { parseUpload, parseUploadAnswer } from 'tillsong';
import { type CommandContext, EXIT, FileError, type Finish } from '../command-context.js';
import { readJsonFile } from '../json-file.js';
import { counted } from '../message-lines.js';
import { type OutputOptions, showResult } from '../result-output.js';
import { withWallet } from './phone-folder.js';

interface SettledOptions extends OutputOptions {
  readonly dir: string;
  readonly bill: string;
  readonly answer: string;
}

export function addSettled(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('settled')
    .description('take off the bill what settlement has recorded')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .requiredOption('--bill <file>', 'what `wallet bill --out` wrote')
    .requiredOption('--answer <file>', 'settlement’s answer to it, or - for standard input')
    .option('--json', 'the result as one JSON object')
    .action(async (options: SettledOptions) => finish(await settled(options, context)));
}

async function settled(options: SettledOptions, context: CommandContext): Promise<number> {
  const upload = parseUpload(await readJsonFile(options.bill, context));
  if (!upload.ok || upload.upload.kind !== 'bill')
    throw new FileError(`${options.bill}: expected a bill, got another thing`);
  const answer = parseUploadAnswer(await readJsonFile(options.answer, context));
  if (!answer.ok || answer.answer.kind !== 'bill')
    throw new FileError(`${options.answer}: expected the answer to a bill, got another thing`);
  const [sent, received] = [upload.upload, answer.answer];
  const settledCount = await withWallet(options.dir, context, (open) => open.settled(sent, received));
  showResult(context, options, { ok: true, settledCount }, [`${counted(settledCount, 'payment')} settled`]);
  return EXIT.ok;
}
