// `tillsong issuer enrol`: a certificate for a phone that holds its key and a holder who is eligible.

import type { Command } from 'commander';
import {
  type Applicant,
  currencyByNumber,
  type EnrolmentResult,
  formatAmount,
  parseAmount,
  parseEnrolmentRequest,
} from 'tillsong';
import { type Certificate, certificateEndSeconds, packCertificate } from 'tillsong/codec';
import { type CommandContext, EXIT, type Finish, tell, UsageError } from '../command-context.js';
import { readJsonFile, writeJsonFile } from '../json-file.js';
import { integer } from '../option-parsers.js';
import { dateOf, hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { asFile, asUsage } from '../told-errors.js';
import { type OpenIssuer, withIssuer } from './issuer-folder.js';

interface EnrolOptions extends OutputOptions {
  readonly dir: string;
  readonly request: string;
  readonly holder: string;
  readonly score?: number;
  readonly audience?: number;
  readonly available?: string;
  readonly registered: boolean;
  readonly hardwareKey?: boolean;
  readonly userVerification?: boolean;
  readonly out?: string;
}

export function addEnrol(issuer: Command, context: CommandContext, finish: Finish): void {
  issuer
    .command('enrol')
    .description('give a certificate to a phone that signed a challenge, and retire what its holder had')
    .requiredOption('--dir <folder>', 'the issuer’s folder')
    .requiredOption('--request <file>', 'what `wallet request` made, or - for standard input')
    .requiredOption('--holder <name>', 'the account')
    .option('--score <n>', 'the holder’s score', integer(0, 10_000))
    .option('--audience <n>', 'operator or flight (default: the only one there is)', integer(0, 0xff_ff_ff_ff))
    .option('--available <amount>', 'what the holder may spend at most')
    .option('--no-registered', 'the holder is not registered')
    .option('--hardware-key', 'attested: the key cannot leave its hardware')
    .option('--user-verification', 'attested: the hardware asks for a finger, a face or a code')
    .option('--out <file>', 'write the certificate there (default: standard output)')
    .option('--json', 'the result as one JSON object')
    .action(async (options: EnrolOptions) => finish(await enrol(options, context)));
}

async function enrol(options: EnrolOptions, context: CommandContext): Promise<number> {
  const value = await readJsonFile(options.request, context);
  const request = await asFile(options.request, () => parseEnrolmentRequest(value));
  const result: EnrolmentResult = await withIssuer(options.dir, context, ({ issuer, config }) => {
    const applicant = asUsage('--holder', () => applicantOf(options, config));
    const { hardwareKey = false, userVerification = false } = options;
    return issuer.enrol(request, applicant, { hardwareKey, userVerification });
  });
  if (!result.ok) return showRefusal(context, options, result.reason);

  const { certificate, retired } = result;
  const file = certificateJson(certificate);
  if (options.out !== undefined) await writeJsonFile(options.out, file);
  const retiredIds = retired.map(hexOf);
  if (options.json || options.out === undefined)
    showResult(context, { json: true }, options.json ? { ok: true, ...file, retired: retiredIds } : file, []);
  tell(context, describe(options.holder, certificate));
  for (const id of retiredIds) tell(context, `certificate ${id} is retired`);
  return EXIT.ok;
}

/** @returns what `wallet sync` reads */
function certificateJson(certificate: Certificate): Record<string, unknown> {
  return {
    version: 1,
    kind: 'certificate',
    certificateId: hexOf(certificate.certificateId),
    certificate: hexOf(packCertificate(certificate)),
  };
}

function describe(holder: string, certificate: Certificate): string {
  const { certificateId, currency, maxPaymentMinorUnits, maxCumulativeMinorUnits, maxCount } = certificate;
  const payment = formatAmount({ minorUnits: maxPaymentMinorUnits, currency });
  const total = formatAmount({ minorUnits: maxCumulativeMinorUnits, currency });
  const until = dateOf(certificateEndSeconds(certificate));
  return `certificate ${hexOf(certificateId)} for ${holder}: ${payment} a payment, ${total} and ${maxCount} payments in all, until ${until}`;
}

function applicantOf(options: EnrolOptions, config: OpenIssuer['config']): Applicant {
  const { audiences } = config.policy;
  const audience = options.audience ?? (audiences.length === 1 ? audiences[0].audience : undefined);
  if (audience === undefined)
    throw new UsageError('--audience: expected one, the issuer gives certificates for several');
  const code = currencyByNumber(config.limits.currency)?.code ?? '';
  const { available } = options;
  return {
    holder: options.holder,
    registered: options.registered,
    score: options.score,
    audience,
    availableMinorUnits: available === undefined ? undefined : parseAmount(available, code).minorUnits,
  };
}
