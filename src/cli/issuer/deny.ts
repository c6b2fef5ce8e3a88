// `tillsong issuer deny`: takes a certificate back.

import type { Command } from 'commander';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { hexBytes } from '../option-parsers.js';
import { hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { withIssuer } from './issuer-folder.js';

interface DenyOptions extends OutputOptions {
  readonly dir: string;
  readonly certificate: Uint8Array;
}

export function addDeny(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('deny')
    .description('take a certificate back: it goes on the deny list')
    .requiredOption('--dir <folder>', 'the issuer’s folder')
    .requiredOption('--certificate <hex>', 'its id, 8 bytes in hexadecimal digits', hexBytes(8))
    .option('--json', 'the result as one JSON object')
    .action(async (options: DenyOptions) => finish(await deny(options, context)));
}

async function deny(options: DenyOptions, context: CommandContext): Promise<number> {
  const { dir, certificate } = options;
  const version = await withIssuer(dir, context, async ({ issuer, records }) =>
    (await issuer.block(certificate)) ? records.denyListVersion() : undefined,
  );
  if (version === undefined) return showRefusal(context, options, 'certificate-unknown');
  const certificateId = hexOf(certificate);
  showResult(context, options, { ok: true, certificateId, version }, [
    `${certificateId} is denied, deny list ${version}`,
  ]);
  return EXIT.ok;
}
