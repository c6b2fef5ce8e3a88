// `tillsong settle apply`: uploads of tills and phones that came by file instead of HTTP, and the answers to carry back.

import type { Command } from 'commander';
import { makeUploadAnswer, parseUpload, type SubmitResult } from 'tillsong';
import { type CommandContext, EXIT, FileError, type Finish, UsageError } from '../command-context.js';
import { readJsonFile, writeJsonFile } from '../json-file.js';
import { type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { type OpenSettlement, withSettlement } from './settle-folder.js';

interface ApplyOptions extends OutputOptions {
  readonly dir: string;
  readonly out?: string;
}

export function addApply(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('apply')
    .description('settle uploads of tills and phones that came as files')
    .argument('<upload.json...>', 'what `till upload --out` and `wallet bill --out` wrote, or - for standard input')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .option('--out <file>', 'write the answer there, to be carried back; for one upload')
    .option('--json', 'one JSON object an upload')
    .action(async (files: readonly string[], options: ApplyOptions) => {
      if (options.out !== undefined && files.length > 1) throw new UsageError('--out is for one upload');
      finish(await withSettlement(options.dir, context, (open) => applyAll(open, files, options, context)));
    });
}

async function applyAll(
  { settlement }: OpenSettlement,
  files: readonly string[],
  options: ApplyOptions,
  context: CommandContext,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  for (const file of files) {
    const parsed = parseUpload(await readJsonFile(file, context));
    if (!parsed.ok) throw new FileError(`${file}: expected an upload, got something else (${parsed.reason})`);
    const result = await settlement.submit(parsed.upload, context.nowSeconds());
    if (!result.ok) exitCode = refuse(result, options, context);
    else await show(file, result, options, context);
  }
  return exitCode;
}

function refuse(result: Extract<SubmitResult, { ok: false }>, options: ApplyOptions, context: CommandContext): number {
  const from = result.nextSequence === undefined ? '' : `, send from sequence ${result.nextSequence} on`;
  return showRefusal(context, options, options.json ? result.reason : `${result.reason}${from}`);
}

async function show(
  file: string,
  { answer }: Extract<SubmitResult, { ok: true }>,
  options: ApplyOptions,
  context: CommandContext,
): Promise<void> {
  const made = makeUploadAnswer(answer);
  if (options.out !== undefined) await writeJsonFile(options.out, made);
  const counts = new Map<string, number>();
  for (const { result } of answer.results) counts.set(result, (counts.get(result) ?? 0) + 1);
  const summary = Array.from(counts, ([result, count]) => `${count} ${result}`).join(', ');
  const refusals = answer.results.flatMap((one, i) => {
    const name = 'sequence' in one ? `sequence ${one.sequence}` : `payment ${i + 1}`;
    return one.reason === undefined ? [] : [`  ${name}: ${one.result}, ${one.reason}`];
  });
  showResult(context, options, { ok: true, file, ...made }, [`${file}: ${summary}`, ...refusals]);
}
