// `tillsong issuer certificates`: what was given to whom.

import type { Command } from 'commander';
import type { IssuedCertificate } from 'tillsong';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { dateOf, hexOf, type OutputOptions, showResult } from '../result-output.js';
import { withIssuer } from './issuer-folder.js';

interface CertificatesOptions extends OutputOptions {
  readonly dir: string;
  readonly holder?: string;
}

export function addCertificates(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('certificates')
    .description('list the certificates that were given')
    .requiredOption('--dir <folder>', 'the issuer’s folder')
    .option('--holder <name>', 'only those of one account')
    .option('--json', 'one JSON object a certificate')
    .action(async (options: CertificatesOptions) => {
      const records = await withIssuer(options.dir, context, ({ issuer }) => issuer.certificates(options.holder));
      for (const record of records) showResult(context, options, recordJson(record), [recordLine(record, context)]);
      finish(EXIT.ok);
    });
}

function recordJson(record: IssuedCertificate): Record<string, unknown> {
  const { certificateId, holder, certificate, deviceKey, issuedAtSeconds, endsAtSeconds, retired } = record;
  return {
    certificateId: hexOf(certificateId),
    holder,
    issuedAtSeconds,
    endsAtSeconds,
    retired: retired ?? null,
    deviceKey: hexOf(deviceKey),
    certificate: hexOf(certificate),
  };
}

function recordLine(
  { certificateId, holder, endsAtSeconds, retired }: IssuedCertificate,
  context: CommandContext,
): string {
  const isOver = endsAtSeconds <= context.nowSeconds();
  const state = retired ? `${retired.reason} ${dateOf(retired.atSeconds)}` : isOver ? 'expired' : 'valid';
  return `${hexOf(certificateId)}  until ${dateOf(endsAtSeconds)}  ${state}  ${holder}`;
}
