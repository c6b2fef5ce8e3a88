// What is shown of a payment, before it is signed and after, and how it gets out: as bursts in a WAV file, or as digits for a QR code.

import { type Command, InvalidArgumentError } from 'commander';
import { type BillEntry, type CertificateForm, formatAmount, type PaymentOffer, type PayResult } from 'tillsong';
import { type CommandContext, EXIT, tell } from '../command-context.js';
import { integer, PROFILE_HELP } from '../option-parsers.js';
import { dateOf, hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { writeBursts } from '../write-bursts.js';

/** How a signed payment leaves. */
export interface PlayOptions extends OutputOptions {
  readonly dir: string;
  readonly out?: string;
  readonly form?: CertificateForm;
  readonly profile: string;
  readonly sampleRate: number;
  readonly repeat: number;
}

/** Adds the options of every command that plays a payment. */
export function addPlayOptions(command: Command): Command {
  return command
    .option('--out <file.wav>', 'the WAV file to write, 16-bit mono (default: print the bytes in hexadecimal digits)')
    .option(
      '--form <form>',
      'inline: with the whole certificate; id: for a machine that knows it (default: as the wallet remembers)',
      form,
    )
    .option('--profile <name>', PROFILE_HELP, 'audible-fast')
    .option('--sample-rate <hz>', 'samples a second', integer(8000, 192_000), 48_000)
    .option('--repeat <n>', 'bursts in a row; together they reach farther', integer(1, 10_000), 1)
    .option('--json', 'the result as one JSON object');
}

function form(value: string): CertificateForm {
  if (value === 'inline' || value === 'id') return value;
  throw new InvalidArgumentError('Expected inline or id.');
}

/** @returns the question that the owner answers: all of what is signed (rule 3) */
export function questionOf({ price, machineId, item, source }: PaymentOffer): string {
  const doubt = source === 'unknown-machine' ? ' (nobody vouches for this offer: look at the machine)' : '';
  return `Pay ${formatAmount(price)} to machine ${machineId} for item ${item}${doubt}?`;
}

/**
 * Shows the result of a payment and plays it.
 *
 * @returns the exit code
 */
export async function playPayment(result: PayResult, options: PlayOptions, context: CommandContext): Promise<number> {
  if (!result.ok) return showRefusal(context, options, result.reason);
  const { payload, payment } = result;
  const { out, profile, sampleRate, repeat } = options;
  if (out !== undefined) await writeBursts(payload, { out, profile, sampleRate, repeat }, context);
  const json = { ok: true, payload: hexOf(payload), form: result.form, payment: entryJson(payment) };
  showResult(context, options, json, out === undefined ? [hexOf(payload)] : []);
  if (!options.json) tell(context, entryLine(payment));
  return EXIT.ok;
}

export function entryJson(entry: BillEntry): Record<string, unknown> {
  const { certificateId, amount, expiresAtSeconds, ...others } = entry;
  return {
    certificateId: hexOf(certificateId),
    ...others,
    minorUnits: amount.minorUnits,
    currency: amount.currency,
    amount: formatAmount(amount),
    expiresAtSeconds: expiresAtSeconds ?? null,
  };
}

/** @returns for example `payment 3: 1.50 EUR to machine 7 for item 2, 2026-01-01T00:00:00Z, maybe-spent` */
export function entryLine({ counter, amount, machineId, item, timeSeconds, status, evidenceCount }: BillEntry): string {
  const evidence = evidenceCount > 0 ? `, ${evidenceCount} unchecked receipts` : '';
  return `payment ${counter}: ${formatAmount(amount)} to machine ${machineId} for item ${item}, ${dateOf(timeSeconds)}, ${status}${evidence}`;
}
