// Proof that no crash makes an honest phone look like a cheat: `npm run proof:wallet -- --help`. A phone that pays without end is killed
// (SIGKILL) at random moments; its key must never have signed two payments with one counter, and its wallet must always open again.

import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { SeededRandom } from 'tillsong';
import { WalletFile } from 'tillsong/node';
import { checkPhone, PLAYED_LOG, SIGNED_LOG, type StoredCounter, WALLET_NAME } from './wallet/phone-notes.js';

const PHONE_PROCESS = fileURLToPath(new URL('./wallet/phone-process.js', import.meta.url));
/** A phone lives until it has noted this many acts, drawn anew each time, and then for up to 15 ms: a payment takes 5 to 20. */
const MOST_ACTS = 12;
const LONGEST_REST_MS = 15;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 up');
  return value;
}

const { runs, seed } = new Command('proof:wallet')
  .description('Kills a paying phone at random moments: never two payments with one counter.')
  .option('--runs <count>', 'kills', count, 200)
  .option('--seed <number>', 'seed of the moments and the payments', count, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

function linesOf(path: string): string[] {
  return readFileSync(path, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    .filter((line) => line !== '');
}

interface Life {
  readonly acts: number;
  readonly restMs: number;
}

/** Lets the phone act a few times and kills it. @returns whether it was still alive then */
async function killOnce(folder: string, phoneSeed: number, { acts, restMs }: Life): Promise<boolean> {
  const phone = fork(PHONE_PROCESS, [folder, String(phoneSeed)]);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => phone.once('exit', (_, signal) => resolve(signal)));
  const acted = new Promise<void>((resolve) => {
    let left = acts;
    phone.on('message', () => {
      left--;
      if (left <= 0) resolve();
    });
  });
  await Promise.race([acted, ended]);
  await new Promise((resolve) => setTimeout(resolve, restMs));
  phone.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

const folder = mkdtempSync(join(tmpdir(), 'tillsong-proof-wallet-'));
const random = new SeededRandom(seed);
const started = performance.now();
const bar = process.stderr.isTTY
  ? new SingleBar({ format: '[{bar}] {value}/{total} kills, {eta_formatted} left' })
  : undefined;
bar?.start(runs, 0);
(await WalletFile.create(join(folder, WALLET_NAME))).close();

const violations: string[] = [];
let record = checkPhone([], [], { counter: 0 });
for (let run = 1; run <= runs && violations.length === 0; run++) {
  const life = { acts: 1 + random.below(MOST_ACTS), restMs: random.uniform() * LONGEST_REST_MS };
  const wasWorking = await killOnce(folder, seed * 1_000_000 + run, life);
  if (!wasWorking) violations.push(`kill ${run}: the phone ended by itself`);
  // It opens: the lock went with the process, and the state is one.
  const file = await WalletFile.open(join(folder, WALLET_NAME));
  const state: StoredCounter = JSON.parse(await file.load());
  file.close();
  record = checkPhone(linesOf(join(folder, SIGNED_LOG)), linesOf(join(folder, PLAYED_LOG)), state);
  violations.push(...record.violations.map((violation) => `kill ${run}: ${violation}`));
  bar?.update(run);
}
bar?.stop();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${runs} kills, seed ${seed}, ${seconds.toFixed(0)} s\n`);
process.stdout.write(`${record.signedCount} payments signed, ${record.playedCount} times played\n`);
for (const violation of violations) process.stdout.write(`VIOLATION: ${violation}\n`);
if (violations.length > 0) process.stdout.write(`what it left: ${folder}\n`);
else {
  rmSync(folder, { recursive: true });
  process.stdout.write('never two payments with one counter, and the wallet opened every time\n');
}
process.exitCode = violations.length > 0 ? 1 : 0;
