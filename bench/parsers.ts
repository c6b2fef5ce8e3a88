// Proof that nothing anybody sings can break a till: `npm run proof:parsers -- --help`. Random and mutated messages into a real till: no
// throw, no accept, bounded time and memory. Ends with exit code 1 when one of these does not hold.

import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { MESSAGE_KINDS } from './parsers/hostile-messages.js';
import { LONGEST_MS, MOST_GROWTH_BYTES, type ProofReport, proveParsers } from './parsers/parser-proof.js';

const STEPS = ['parse', 'certificate', 'payment', 'till', 'other'] as const;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 up');
  return value;
}

const options = new Command('proof:parsers')
  .description('Hears random and mutated messages with a real till: no throw, no accept, bounded time and memory.')
  .option('--runs <count>', 'messages', count, 10_000_000)
  .option('--seed <number>', 'seed of the messages', count, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

function row(cells: readonly (string | number)[]): string {
  const [first, ...others] = cells;
  return `${String(first).padEnd(34)}${others.map((cell) => String(cell).padStart(13)).join('')}\n`;
}

function print({ messages, kinds, violations, seconds, longestMs, heapGrowthBytes }: ProofReport): void {
  const { stdout } = process;
  stdout.write(row(['messages', 'heard', ...STEPS.map((step) => `by ${step}`)]));
  for (const { kind, messages: heard, refused } of kinds)
    stdout.write(row([kind, heard, ...STEPS.map((step) => refused[step] ?? 0)]));
  const totals = STEPS.map((step) => kinds.reduce((sum, { refused }) => sum + (refused[step] ?? 0), 0));
  stdout.write(row(['refused, all', messages, ...totals]));
  stdout.write(`seed ${options.seed}; ${seconds.toFixed(0)} s, ${Math.round(messages / seconds)} messages a second\n`);
  stdout.write(`longest message, heard again: ${longestMs.toFixed(1)} ms (at most ${LONGEST_MS})\n`);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  stdout.write(`heap grew by ${mebibytes(heapGrowthBytes)} MiB (at most ${mebibytes(MOST_GROWTH_BYTES)})\n`);
  for (const violation of violations) stdout.write(`VIOLATION: ${violation}\n`);
  if (violations.length === 0) stdout.write(`no throw, nothing taken, in ${MESSAGE_KINDS.length} kinds of messages\n`);
}

const bar = process.stderr.isTTY
  ? new SingleBar({ format: '[{bar}] {value}/{total} messages, {eta_formatted} left', clearOnComplete: true })
  : undefined;
bar?.start(options.runs, 0);
const report = await proveParsers({ ...options, onProgress: (done) => bar?.update(done) });
bar?.stop();
print(report);
if (report.violations.length > 0) process.exitCode = 1;
