// `tillsong till journal`: what was sold and what became of it; verifies the chain. Closes held sales, refunds, makes room, goes on after
// damage.

import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { formatAmount, type JournalEntry, parseJournalEntry } from 'tillsong';
import { parseCertificate } from 'tillsong/codec';
import { repairJournal } from 'tillsong/node';
import { type CommandContext, EXIT, type Finish, tell, UsageError } from '../command-context.js';
import { integer } from '../option-parsers.js';
import { dateOf, hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { asFile, asUsage } from '../told-errors.js';
import { JOURNAL_FILE, NO_VEND, type OpenTill, whileLocked, withTill } from './till-folder.js';
import { saleJson } from './verdict-output.js';

interface JournalOptions extends OutputOptions {
  readonly dir: string;
  readonly resolve?: { readonly sequence: number; readonly outcome: 'vended' | 'failed' };
  readonly refund?: number;
  readonly compact?: boolean;
  readonly repair?: boolean;
}

export function addJournal(till: Command, context: CommandContext, finish: Finish): void {
  till
    .command('journal')
    .description('list the journal and verify its chain')
    .requiredOption('--dir <folder>', 'the till’s folder')
    .option(
      '--resolve <sequence=outcome>',
      'close a held sale: vended or failed, as a person has found out',
      resolution,
    )
    .option('--refund <sequence>', 'take a delivered sale back: writes the void', integer(1, 0xff_ff_ff_ff))
    .option('--compact', 'delete the oldest entries: acknowledged, closed and expired')
    .option('--repair', 'go on without what is damaged; the old files stay beside the new journal')
    .option('--json', 'one JSON object an entry, and one of the whole')
    .action(async (options: JournalOptions) => finish(await journal(options, context)));
}

function resolution(value: string): { sequence: number; outcome: 'vended' | 'failed' } {
  const [, sequence, outcome] = /^(\d{1,10})=(vended|failed)$/.exec(value) ?? [];
  if (sequence === undefined) throw new InvalidArgumentError('Expected as in 17=vended or 17=failed.');
  return { sequence: Number(sequence), outcome: outcome as 'vended' | 'failed' };
}

async function journal(options: JournalOptions, context: CommandContext): Promise<number> {
  const { dir } = options;
  const path = join(dir, JOURNAL_FILE);
  if (options.repair) {
    const suffix = `.damaged-${dateOf(context.nowSeconds()).replace(/[^0-9]/g, '')}`;
    const { intactCount, lostSequences, keptAs } = await asFile(path, () =>
      whileLocked(dir, () => repairJournal(path, suffix)),
    );
    tell(context, `${intactCount} entries are intact, lost: ${lostSequences.join(', ') || 'none'}`);
    for (const kept of keptAs) tell(context, `kept: ${kept}`);
  }
  return withTill(dir, context, NO_VEND, async (open) => {
    const { till, journal } = open;
    if (options.resolve !== undefined) {
      const { sequence, outcome } = options.resolve;
      if (!till.status().held.some((sale) => sale.sequence === sequence))
        throw new UsageError(`--resolve: sale ${sequence} is not held`);
      const resolved = await till.resolve(sequence, outcome);
      if (!resolved.ok) return showRefusal(context, options, resolved.reason);
    }
    const { refund } = options;
    if (refund !== undefined) {
      const refunded = await till.refund(refund).catch((error: unknown) =>
        asUsage('--refund', () => {
          throw error;
        }),
      );
      if (!refunded.ok) return showRefusal(context, options, refunded.reason);
    }
    if (options.compact) tell(context, `${journal.compact()} entries deleted`);
    return list(open, options, context);
  });
}

async function list({ till, journal }: OpenTill, options: OutputOptions, context: CommandContext): Promise<number> {
  for (const { sequence, packed, chainHash } of journal.entries(1)) {
    const parsed = parseJournalEntry(packed);
    const entry = parsed.ok ? entryJson(parsed.entry) : { kind: 'unreadable', reason: parsed.reason };
    const line = parsed.ok ? entryLine(parsed.entry) : `unreadable: ${parsed.reason}`;
    const whole = { sequence, ...entry, packed: hexOf(packed), chainHash: hexOf(chainHash) };
    showResult(context, options, whole, [`${String(sequence).padStart(6)}  ${line}`]);
  }
  const { damage, held, lastSequence, acknowledgedSequence, storedMinorUnits, storedCount } = till.status();
  const summary = {
    ok: damage === undefined,
    lastSequence,
    acknowledgedSequence,
    storedCount,
    storedMinorUnits,
    held: held.map(saleJson),
    damage: damage ?? null,
    chainHash: hexOf(journal.chainHash),
  };
  const state = damage === undefined ? 'the chain is intact' : `DAMAGED (${damage.kind}): ${damage.detail}`;
  const waiting = `${lastSequence} entries, ${acknowledgedSequence} acknowledged, ${storedCount} payments wait for an upload`;
  showResult(context, options, summary, [`${waiting}, ${held.length} held`, `${state}; ${hexOf(journal.chainHash)}`]);
  return damage === undefined ? EXIT.ok : EXIT.refused;
}

function entryJson(entry: JournalEntry): Record<string, unknown> {
  if (entry.kind === 'outcome') {
    const { certificateId, receipt, kind: _, ...rest } = entry;
    return { kind: 'outcome', ...rest, certificateId: hexOf(certificateId), receipt: receipt ? hexOf(receipt) : null };
  }
  const { amount, certificate, token, beacon, machineId, acceptedAtSeconds, item } = entry;
  const parsed = parseCertificate(certificate);
  return {
    kind: 'accepted',
    machineId,
    acceptedAtSeconds,
    amountMinorUnits: amount.minorUnits,
    currency: amount.currency,
    item,
    certificateId: parsed.ok ? hexOf(parsed.certificate.certificateId) : null,
    token: hexOf(token),
    beacon: beacon ? hexOf(beacon) : null,
  };
}

function entryLine(entry: JournalEntry): string {
  if (entry.kind === 'accepted')
    return `${dateOf(entry.acceptedAtSeconds)}  accepted  ${formatAmount(entry.amount)} for item ${entry.item}`;
  const paper = entry.receipt === undefined ? '' : entry.outcome === 'vended' ? ', receipt' : ', void';
  return `${dateOf(entry.atSeconds)}  ${entry.outcome}  of ${entry.acceptedSequence}${paper}`;
}
