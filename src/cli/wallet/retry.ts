// `tillsong wallet retry`: plays the open payment again, the same bytes.

import type { Command } from 'commander';
import type { CommandContext, Finish } from '../command-context.js';
import { addPlayOptions, type PlayOptions, playPayment } from './payment-output.js';
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
