// `tillsong issuer challenge`: what a phone has to sign to be enrolled.

import type { Command } from 'commander';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { hexOf, type OutputOptions, showResult } from '../result-output.js';
import { withIssuer } from './issuer-folder.js';

interface ChallengeOptions extends OutputOptions {
  readonly dir: string;
}

export function addChallenge(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('challenge')
    .description('print a challenge for one phone, to be answered once and soon')
    .requiredOption('--dir <folder>', 'the issuer’s folder')
    .option('--json', 'the result as one JSON object')
    .action(async (options: ChallengeOptions) => {
      const open = await withIssuer(options.dir, context, ({ issuer }) => issuer.challenge());
      const challenge = hexOf(open.challenge);
      showResult(context, options, { ok: true, challenge, expiresAtSeconds: open.expiresAtSeconds }, [challenge]);
      finish(EXIT.ok);
    });
}
