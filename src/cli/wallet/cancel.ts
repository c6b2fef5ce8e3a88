// `tillsong wallet cancel`: gives the open payment up.

import type { Command } from 'commander';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { entryJson, entryLine } from './payment-output.js';
import { withWallet } from './phone-folder.js';

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
