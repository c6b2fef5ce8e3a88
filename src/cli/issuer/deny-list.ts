// `tillsong issuer deny-list`: what a till lacks of the deny list, signed.

import type { Command } from 'commander';
import { packDenyListDelta } from 'tillsong/codec';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { writeJsonFile } from '../json-file.js';
import { integer } from '../option-parsers.js';
import { hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { withIssuer } from './issuer-folder.js';

interface DenyListOptions extends OutputOptions {
  readonly dir: string;
  readonly base: number;
  readonly out?: string;
}

export function addDenyList(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('deny-list')
    .description('print what is on the deny list beyond a till’s version, signed, in hexadecimal digits')
    .requiredOption('--dir <folder>', 'the issuer’s folder')
    .option('--base <version>', 'the version that the till has', integer(0, 0xff_ff_ff_ff), 0)
    .option('--out <file>', 'write it there as JSON')
    .option('--json', 'the result as one JSON object')
    .action(async (options: DenyListOptions) => finish(await denyList(options, context)));
}

async function denyList(options: DenyListOptions, context: CommandContext): Promise<number> {
  const { dir, base, out } = options;
  const answer = await withIssuer(dir, context, ({ issuer }) => issuer.denyListDelta(base));
  if (answer.kind === 'ahead') return showRefusal(context, options, 'version-ahead');
  if (answer.kind === 'current') {
    showResult(context, options, { ok: true, baseVersion: base, version: base }, []);
    return EXIT.ok;
  }
  const { version, certificateIds } = answer.delta;
  const delta = hexOf(packDenyListDelta(answer.delta));
  if (out !== undefined) await writeJsonFile(out, { version: 1, kind: 'deny-list', delta });
  const result = { ok: true, baseVersion: base, version, certificateIds: certificateIds.map(hexOf), delta };
  showResult(context, options, result, [delta]);
  return EXIT.ok;
}
