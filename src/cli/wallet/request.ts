// `tillsong wallet request`: the answer to an issuer's challenge, which shows that the phone holds its key.

import type { Command } from 'commander';
import { CHALLENGE_BYTE_COUNT, makeEnrolmentRequest } from 'tillsong';
import { type CommandContext, EXIT, type Finish, tell } from '../command-context.js';
import { writeJsonFile } from '../json-file.js';
import { hexBytes } from '../option-parsers.js';
import { withWallet } from './phone-folder.js';

interface RequestOptions {
  readonly dir: string;
  readonly challenge: Uint8Array;
  readonly out?: string;
}

export function addRequest(wallet: Command, context: CommandContext, finish: Finish): void {
  wallet
    .command('request')
    .description('sign an issuer’s challenge: the enrolment request, as JSON')
    .requiredOption('--dir <folder>', 'the phone’s folder')
    .requiredOption('--challenge <hex>', 'from `issuer challenge`', hexBytes(CHALLENGE_BYTE_COUNT))
    .option('--out <file>', 'write the request there (default: standard output)')
    .option('--json', 'as without it: the request is JSON')
    .action(async ({ dir, challenge, out }: RequestOptions) => {
      const signed = await withWallet(dir, context, (open) => open.enrolmentRequest(challenge));
      const request = makeEnrolmentRequest(signed);
      if (out === undefined) context.stdout.write(`${JSON.stringify(request)}\n`);
      else {
        await writeJsonFile(out, request);
        tell(context, `${out}: enrolment request`);
      }
      finish(EXIT.ok);
    });
}
