// `tillsong wallet answer`: pays what a machine has sung.

import type { Command } from 'commander';
import { parseBeacon } from 'tillsong/codec';
import { type CommandContext, type Finish, tell, UsageError } from '../command-context.js';
import { confirmed } from '../confirm.js';
import { hearPayloads } from '../hear-payloads.js';
import { collected, hexBytes } from '../option-parsers.js';
import { showRefusal } from '../result-output.js';
import { assertSingable } from '../write-bursts.js';
import { addPlayOptions, type PlayOptions, playPayment, questionOf } from './payment-output.js';
import { withWallet } from './phone-folder.js';

interface AnswerOptions extends PlayOptions {
  readonly beacon?: Uint8Array;
  readonly from?: string;
  readonly hearProfile?: readonly string[];
  readonly yes?: boolean;
}

export function addAnswer(wallet: Command, context: CommandContext, finish: Finish): void {
  const command = wallet
    .command('answer')
    .description('pay what a machine offers: the first beacon that is heard')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .option('--from <file.wav>', 'where to hear the beacon, or - for standard input')
    .option('--beacon <hex>', 'the beacon itself', hexBytes(1, 4096))
    .option('--hear-profile <name>', 'profile to hear with; may be given several times (default: all)', collected)
    .option('--yes', 'do not ask');
  addPlayOptions(command).action(async (options: AnswerOptions) => finish(await answer(options, context)));
}

async function answer(options: AnswerOptions, context: CommandContext): Promise<number> {
  if ((options.from === undefined) === (options.beacon === undefined))
    throw new UsageError('give one of --from and --beacon');
  if (options.from === '-' && !options.yes)
    throw new UsageError('--from -: standard input cannot hold both the sound and the answer: give --yes');
  await assertSingable(options, context);
  const beacon = options.beacon ?? (await firstBeacon(options, context));
  if (beacon === undefined) return showRefusal(context, options, 'no-beacon-heard');
  return withWallet(options.dir, context, async (wallet) => {
    const prepared = wallet.prepareAnswer(beacon);
    if (!prepared.ok) return showRefusal(context, options, prepared.reason);
    const { offer } = prepared;
    if (options.yes) tell(context, questionOf(offer).replace(/\?$/, ''));
    else if (!(await confirmed(questionOf(offer), context))) return showRefusal(context, options, 'not-confirmed');
    return playPayment(await wallet.confirm(offer, options.form), options, context);
  });
}

async function firstBeacon(options: AnswerOptions, context: CommandContext): Promise<Uint8Array | undefined> {
  for await (const payload of hearPayloads(options.from ?? '-', options.hearProfile ?? [], context))
    if (parseBeacon(payload).ok) return payload;
  return undefined;
}
