// `tillsong settle review`: a person decides about a late payment. `tillsong settle lost`: a person takes note of what a till has lost.
// `tillsong settle deny-list`: the list of certificates that nobody stands for any more.

import type { Command } from 'commander';
import { type CommandContext, EXIT, type Finish, UsageError } from '../command-context.js';
import { writeJsonFile } from '../json-file.js';
import { hexBytes, integer } from '../option-parsers.js';
import { hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { withSettlement } from './settle-folder.js';

interface ReviewOptions extends OutputOptions {
  readonly dir: string;
  readonly certificate: Uint8Array;
  readonly counter: number;
  readonly approve?: boolean;
  readonly reject?: boolean;
}

export function addReview(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('review')
    .description('approve a late payment, which charges it, or reject it')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .requiredOption('--certificate <hex>', 'id of its certificate, 8 bytes in hexadecimal digits', hexBytes(8))
    .requiredOption('--counter <n>', 'its counter', integer(1, 65_535))
    .option('--approve', 'charge it')
    .option('--reject', 'do not charge it')
    .option('--json', 'the result as one JSON object')
    .action(async (options: ReviewOptions) => finish(await review(options, context)));
}

async function review(options: ReviewOptions, context: CommandContext): Promise<number> {
  const { dir, counter, approve = false, reject = false } = options;
  if (approve === reject) throw new UsageError('give one of --approve and --reject');
  const certificateId = hexOf(options.certificate);
  const decision = approve ? 'approved' : 'rejected';
  const isDecided = await withSettlement(dir, context, ({ settlement }) =>
    settlement.reviewLate({ certificateId, counter }, decision, context.nowSeconds()),
  );
  if (!isDecided) return showRefusal(context, options, 'not-late');
  showResult(context, options, { ok: true, certificateId, counter, decision }, [
    `${certificateId} counter ${counter}: ${decision}`,
  ]);
  return EXIT.ok;
}

interface LostOptions extends OutputOptions {
  readonly dir: string;
  readonly machine: number;
  readonly last: number;
  readonly chain: Uint8Array;
}

export function addLost(settle: Command, context: CommandContext, finish: Finish): void {
  const uint32 = integer(1, 0xff_ff_ff_ff);
  settle
    .command('lost')
    .description('take note of entries that a till has lost, as its `upload` says, and go on behind them')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .requiredOption('--machine <id>', 'the machine’s number', uint32)
    .requiredOption('--last <sequence>', 'the last entry that is lost', uint32)
    .requiredOption('--chain <hex>', 'the till’s chain behind it, 32 bytes in hexadecimal digits', hexBytes(32))
    .option('--json', 'the result as one JSON object')
    .action(async (options: LostOptions) => finish(await lost(options, context)));
}

async function lost({ dir, machine, last, chain, ...options }: LostOptions, context: CommandContext): Promise<number> {
  const loss = { machineId: machine, lastSequence: last, chainHash: hexOf(chain) };
  const result = await withSettlement(dir, context, ({ settlement }) =>
    settlement.acceptLoss(loss, context.nowSeconds()),
  );
  if (!result.ok) return showRefusal(context, options, result.reason);
  const { firstSequence, lastSequence } = result;
  showResult(context, options, { ok: true, machineId: machine, firstSequence, lastSequence }, [
    `machine ${machine}: entries ${firstSequence} to ${lastSequence} are lost`,
  ]);
  return EXIT.ok;
}

interface DenyListOptions extends OutputOptions {
  readonly dir: string;
  readonly since: number;
  readonly out?: string;
}

export function addDenyList(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('deny-list')
    .description('print what is on the deny list beyond a till’s version, signed, in hexadecimal digits')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .option('--since <version>', 'the version that the till has', integer(0, 0xff_ff_ff_ff), 0)
    .option('--out <file>', 'write it there as JSON, to be carried to tills')
    .option('--json', 'the result as one JSON object')
    .action(async (options: DenyListOptions) => finish(await denyList(options, context)));
}

async function denyList(options: DenyListOptions, context: CommandContext): Promise<number> {
  const { dir, since, out } = options;
  const result = await withSettlement(dir, context, ({ settlement }) =>
    settlement.denyListDelta(since, context.nowSeconds()),
  );
  if (!result.ok) return showRefusal(context, options, result.reason);
  const { version, delta } = result;
  const hex = delta === undefined ? undefined : hexOf(delta);
  if (out !== undefined && hex !== undefined) await writeJsonFile(out, { version: 1, kind: 'deny-list', delta: hex });
  const shown = { ok: true, baseVersion: since, version, ...(hex && { delta: hex }) };
  showResult(context, options, shown, hex === undefined ? [] : [hex]);
  return EXIT.ok;
}
