// `tillsong wallet retry`: plays the open payment again, the same bytes. `tillsong wallet cancel`: gives it up.

import type { Command } from 'commander';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { addPlayOptions, entryJson, entryLine, type PlayOptions, playPayment } from './payment-output.js';
import { withWallet } from './phone-folder.js';

export function addRetry(wallet: Command, context: CommandContext, finish: Finish): void {
  const command = wallet
    .command('retry')
    .description('play the open payment again, the same bytes')
    .requiredOption('--dir <folder>', 'the phone’s folder');
  addPlayOptions(command).action(async (options: PlayOptions) => {
    const { dir, form } = options;
    finish(await withWallet(dir, context, async (open) => playPayment(await open.retry(form), options, context)));
  });
}

interface CancelOptions extends OutputOptions {
  readonly dir: string;
}

export function addCancel(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('cancel')
    .description('give the open payment up; a machine may have heard it, so it stays on the bill')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .option('--json', 'the result as one JSON object')
    .action(async (options: CancelOptions) => {
      const payment = await withWallet(options.dir, context, (open) => open.cancel());
      if (payment === undefined) return finish(showRefusal(context, options, 'nothing-open'));
      showResult(context, options, { ok: true, payment: entryJson(payment) }, [entryLine(payment)]);
      finish(EXIT.ok);
    });
}
