// `tillsong till upload`: hands the journal to settlement, and takes its acknowledgement and the deny lists. By HTTP, or by file when somebody
// carries it.

import { join } from 'node:path';
import type { Command } from 'commander';
import { type JournalUpload, MAX_UPLOAD_ENTRIES, makeUpload, parseUploadAnswer, signJournalUpload } from 'tillsong';
import { ed25519Signer } from 'tillsong/codec';
import { describeSystemError, readKeyFile } from 'tillsong/node';
import { type CommandContext, EXIT, FileError, type Finish, tell, UsageError } from '../command-context.js';
import { readJsonFile, writeJsonFile } from '../json-file.js';
import { hexOf, type OutputOptions, showRefusal, showResult } from '../result-output.js';
import { KEY_FILE, NO_VEND, type OpenTill, withTill } from './till-folder.js';

interface UploadOptions extends OutputOptions {
  readonly dir: string;
  readonly url?: string;
  readonly out?: string;
  readonly answer?: string;
}

export function addUpload(till: Command, context: CommandContext, finish: Finish): void {
  till
    .command('upload')
    .description('hand the journal to settlement, and take what it acknowledges and what issuers deny')
    .requiredOption('--dir <folder>', 'the till’s folder')
    .option('--url <url>', 'of the settlement service, as in https://settlement.example')
    .option('--out <file>', 'write what would be sent there, at most 500 entries, to be carried')
    .option('--answer <file>', 'take an answer or a deny list that was carried back')
    .option('--json', 'the result as one JSON object')
    .action(async (options: UploadOptions) => finish(await upload(options, context)));
}

async function upload(options: UploadOptions, context: CommandContext): Promise<number> {
  const { dir, url, out, answer } = options;
  if ([url, out, answer].filter((option) => option !== undefined).length !== 1)
    throw new UsageError('give one of --url, --out and --answer');
  return withTill(dir, context, NO_VEND, async (open) => {
    if (answer !== undefined) return takeAnswer(open, await readJsonFile(answer, context), options, context);
    if (out !== undefined) return writeUpload(open, out, options, context);
    return sendAll(open, String(url), options, context);
  });
}

/** The next entries that settlement lacks, signed by the machine; undefined when it has all, or the journal has them no more. */
async function nextUpload({ journal, settings }: OpenTill, dir: string, from = journal.acknowledgedSequence + 1) {
  let firstSequence = from;
  while (journal.holes.has(firstSequence)) firstSequence++;
  const previousHash = journal.chainHashAt(firstSequence - 1);
  const entries: Uint8Array[] = [];
  for (const { sequence, packed } of journal.entries(firstSequence)) {
    if (sequence !== firstSequence + entries.length || entries.length === MAX_UPLOAD_ENTRIES) break;
    entries.push(packed);
  }
  if (entries.length === 0 || previousHash === undefined) return undefined;
  const machine = ed25519Signer(await readKeyFile(join(dir, KEY_FILE)));
  const fields = { kind: 'journal', machineId: settings.machineId, firstSequence, previousHash, entries } as const;
  return signJournalUpload(fields, machine);
}

async function writeUpload(open: OpenTill, out: string, options: UploadOptions, context: CommandContext) {
  const next = await nextUpload(open, options.dir);
  const count = next?.entries.length ?? 0;
  if (next !== undefined) await writeJsonFile(out, makeUpload(next));
  showResult(context, options, { ok: true, entryCount: count, out: next ? out : null }, [
    next === undefined ? 'nothing to upload' : `${out}: ${count} entries from ${next.firstSequence} on`,
  ]);
  return EXIT.ok;
}

/** Sends batch after batch until all is acknowledged or settlement acknowledges no more. */
async function sendAll(open: OpenTill, url: string, options: UploadOptions, context: CommandContext): Promise<number> {
  const { till, journal } = open;
  let sentCount = 0;
  for (let first = journal.acknowledgedSequence + 1; ; ) {
    const next = await nextUpload(open, options.dir, first);
    if (next === undefined) break;
    const value = await exchange(`${trimmed(url)}/v1/uploads`, makeUpload(next), context, [409]);
    const wanted = gapIn(value);
    if (wanted !== undefined) {
      if (journal.holes.has(wanted)) return tellLoss(open, next, options, context);
      if (wanted >= first || journal.chainHashAt(wanted - 1) === undefined) return showRefusal(context, options, 'gap');
      tell(context, `settlement lacks what it has acknowledged: sending again from entry ${wanted} on`);
      first = wanted;
      continue;
    }
    sentCount += next.entries.length;
    const refusal = await acknowledge(open, value, context);
    // Nothing new in it: settlement was set back, and is being told again.
    const end = next.firstSequence + next.entries.length;
    const isOld = end - 1 <= journal.acknowledgedSequence;
    if (refusal !== undefined && !(isOld && refusal === 'acknowledgement-known'))
      return showRefusal(context, options, refusal);
    first = isOld ? end : journal.acknowledgedSequence + 1;
  }
  await fetchDenyLists(open, url, context);
  const { lastSequence, acknowledgedSequence } = journal;
  showResult(
    context,
    options,
    { ok: true, sentCount, lastSequence, acknowledgedSequence, storedCount: till.status().storedCount },
    [`${sentCount} entries sent, ${acknowledgedSequence} of ${lastSequence} acknowledged`],
  );
  return EXIT.ok;
}

/** What settlement wants is lost here: a person there has to take note of it. */
function tellLoss(
  { settings }: OpenTill,
  next: JournalUpload,
  options: UploadOptions,
  context: CommandContext,
): number {
  const [machine, last, chain] = [settings.machineId, next.firstSequence - 1, hexOf(next.previousHash)];
  tell(
    context,
    `entries up to ${last} are lost: settlement goes on behind them after
tillsong settle lost --dir settlement --machine ${machine} --last ${last} --chain ${chain}`,
  );
  return showRefusal(context, options, 'lost-entries');
}

/** @returns the sequence that settlement wants first, when it has refused an upload that leaves out entries */
function gapIn(value: unknown): number | undefined {
  const { error, nextSequence } = (value ?? {}) as { error?: unknown; nextSequence?: unknown };
  return error === 'gap' && typeof nextSequence === 'number' && nextSequence >= 1 ? nextSequence : undefined;
}

/** @returns why the answer was not taken, undefined when it was */
async function acknowledge({ till }: OpenTill, value: unknown, context: CommandContext): Promise<string | undefined> {
  const parsed = parseUploadAnswer(value);
  if (!parsed.ok) return `answer-${parsed.reason}`;
  const { answer } = parsed;
  if (answer.kind !== 'journal') return 'answer-kind';
  for (const result of answer.results)
    if (result.result !== 'recorded' && result.result !== 'duplicate')
      tell(context, `entry ${result.sequence}: ${result.result}${result.reason ? `, ${result.reason}` : ''}`);
  if (answer.acknowledgement === undefined) return 'not-acknowledged';
  const taken = await till.acknowledge(answer.acknowledgement);
  return taken.ok ? undefined : `acknowledgement-${taken.reason}`;
}

async function takeAnswer(
  open: OpenTill,
  value: unknown,
  options: UploadOptions,
  context: CommandContext,
): Promise<number> {
  const { kind, delta } = (value ?? {}) as { kind?: unknown; delta?: unknown };
  if (kind === 'deny-list') {
    if (typeof delta !== 'string' || !/^([0-9a-f]{2})+$/.test(delta)) return showRefusal(context, options, 'delta');
    const taken = await open.till.applyDenyListDelta(Uint8Array.from(Buffer.from(delta, 'hex')));
    if (!taken.ok) return showRefusal(context, options, `delta-${taken.reason}`);
    showResult(context, options, { ok: true, denyListVersion: taken.version }, [`deny list ${taken.version}`]);
    return EXIT.ok;
  }
  const refusal = await acknowledge(open, value, context);
  if (refusal !== undefined) return showRefusal(context, options, refusal);
  const { acknowledgedSequence } = open.journal;
  showResult(context, options, { ok: true, acknowledgedSequence }, [`${acknowledgedSequence} entries acknowledged`]);
  return EXIT.ok;
}

/** Issuers' lists that settlement passes on; each is believed for its issuer's signature. */
async function fetchDenyLists({ till, settings }: OpenTill, url: string, context: CommandContext): Promise<void> {
  const versions = new Set(Array.from(settings.issuerKeys.keys(), (id) => till.denyListVersion(id)));
  for (const start of versions) {
    for (let since = start; ; ) {
      const answer = await exchange(`${trimmed(url)}/v1/deny-list?since=${since}`, undefined, context, [404]);
      const { delta } = (answer ?? {}) as { delta?: unknown };
      if (typeof delta !== 'string' || !/^([0-9a-f]{2})+$/.test(delta)) break;
      const taken = await till.applyDenyListDelta(Uint8Array.from(Buffer.from(delta, 'hex')));
      if (!taken.ok) {
        if (taken.reason !== 'known' && taken.reason !== 'gap') tell(context, `deny list: ${taken.reason}`);
        break;
      }
      since = taken.version;
    }
  }
}

/** @param absences - statuses that only say that there is nothing, as of a settlement that keeps no deny list or not this one */
async function exchange(
  url: string,
  body: unknown,
  context: CommandContext,
  absences: readonly number[] = [],
): Promise<unknown> {
  const request =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const response = await fetch(url, { ...request, signal: context.interrupted, redirect: 'error' });
    const answer: unknown = await response.json();
    if (response.ok || absences.includes(response.status)) return answer;
    const { error, reason } = (answer ?? {}) as { error?: unknown; reason?: unknown };
    throw new FileError(`${url}: refused with ${response.status}: ${String(reason ?? error ?? 'no reason')}`);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(`${url}: ${describeSystemError((error as Error).cause ?? error)}`);
  }
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
