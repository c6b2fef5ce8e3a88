// `tillsong wallet pay`: a one-way payment to a machine by its number, shown, confirmed, stored, signed and sung.

import type { Command } from 'commander';
import { parseAmount } from 'tillsong';
import { type CommandContext, type Finish, tell } from '../command-context.js';
import { confirmed } from '../confirm.js';
import { integer } from '../option-parsers.js';
import { showRefusal } from '../result-output.js';
import { asUsage } from '../told-errors.js';
import { assertSingable } from '../write-bursts.js';
import { addPlayOptions, type PlayOptions, playPayment, questionOf } from './payment-output.js';
import { withWallet } from './phone-folder.js';

interface PayOptions extends PlayOptions {
  readonly machine: number;
  readonly price: string;
  readonly currency: string;
  readonly item: number;
  readonly ttl: number;
  readonly yes?: boolean;
}

export function addPay(wallet: Command, context: CommandContext, finish: Finish): void {
  const command = wallet
    .command('pay')
    .description('pay a machine by its number')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .requiredOption('--machine <id>', 'the machine’s number', integer(1, 0xff_ff_ff_ff))
    .requiredOption('--price <amount>', 'what it asks for, as in 1.50')
    .requiredOption('--currency <code>', 'ISO 4217 code, as in EUR')
    .option('--item <n>', 'what is bought', integer(0, 65_535), 0)
    .option('--ttl <seconds>', 'how long the machine may take it', integer(1, 255), 60)
    .option('--yes', 'do not ask');
  addPlayOptions(command).action(async (options: PayOptions) => finish(await pay(options, context)));
}

async function pay(options: PayOptions, context: CommandContext): Promise<number> {
  const { dir, machine: machineId, item, ttl: timeToLiveSeconds } = options;
  await assertSingable(options, context);
  const price = asUsage('--price', () => parseAmount(options.price, options.currency));
  return withWallet(dir, context, async (wallet) => {
    const prepared = asUsage('wallet pay', () => wallet.prepare({ machineId, price, item, timeToLiveSeconds }));
    if (!prepared.ok) return showRefusal(context, options, prepared.reason);
    const { offer } = prepared;
    if (options.yes) tell(context, questionOf(offer).replace(/\?$/, ''));
    else if (!(await confirmed(questionOf(offer), context))) return showRefusal(context, options, 'not-confirmed');
    return playPayment(await wallet.confirm(offer, options.form), options, context);
  });
}
