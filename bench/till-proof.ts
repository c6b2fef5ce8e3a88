// Proof, not promise: a till that is killed, starved of room and given broken files. Prints a table; exits with 1 when anything that was
// accepted is lost, anything is vended twice, or anything is unknown without a vend in flight.
//
//   npm run proof:till -- --runs 500 --seed 1

import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import cliProgress from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { SeededRandom } from 'tillsong';
import { breakFiles } from './till-proof/broken-files.js';
import { fullDisk } from './till-proof/full-disk.js';
import { killRuns } from './till-proof/kill-runs.js';
import { Machine } from './till-proof/machine.js';
import { Phones } from './till-proof/proof-parties.js';
import { singAll } from './till-proof/sound.js';
import { live } from './till-proof/till-process.js';

const { runs, seed } = new Command('proof:till')
  .option('--runs <n>', 'how often the till is killed', count, 500)
  .option('--seed <n>', 'of the random moments', count, 1)
  .parse()
  .opts<{ runs: number; seed: number }>();

const folder = mkdtempSync(join(tmpdir(), 'tillsong-proof-'));
const violations: string[] = [];
const random = new SeededRandom(seed);
try {
  const killed = await watched('kill -9', runs, (tell) => killRuns(folder, runs, random, tell));
  violations.push(...killed.violations);
  print('kill -9', {
    'lives of the till': killed.lives,
    'killed, of those': killed.kills,
    'killed around a vend': killed.killsAtVend,
    'payments sung': killed.payments,
    accepted: killed.accepted,
    vended: killed.vended,
    'failed and voided': killed.failed,
    'unknown, a vend was in flight': killed.unknown,
    'of those, the product was out': killed.unknownButVended,
    'asked again, told again': killed.repeats,
    violations: killed.violations.length,
  });

  for (const minFreeBytes of [undefined, 0]) {
    const name = minFreeBytes === undefined ? 'full disk, with the reserve of 1 MiB' : 'full disk, to the last byte';
    const full = await fullDisk(folder, minFreeBytes);
    if (typeof full === 'string') {
      print(name, { 'not done': full });
      continue;
    }
    violations.push(...full.violations);
    print(name, {
      accepted: full.accepted,
      vended: full.vended,
      unknown: full.unknown,
      ...full.refusals,
      'sold again when there was room': full.soldAgain ? 'yes' : 'no',
      violations: full.violations.length,
    });
  }

  // A long journal, most of it in the database, and a short one that is all in the log.
  for (const [name, payments] of [
    ['long', 20],
    ['short', 4],
  ] as const) {
    const trials = Math.max(12, Math.ceil(runs / 8));
    const source = await killedJournal(name, payments);
    const broken = await watched(`broken files, ${name} journal`, trials, (tell) =>
      breakFiles(source, folder, trials, random, tell),
    );
    violations.push(...broken.violations);
    print(`torn and flipped files of a ${name} journal`, {
      trials: broken.trials,
      'nothing lost': broken.whole,
      ...broken.reported,
      violations: broken.violations.length,
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const violation of violations) console.log(`VIOLATION: ${violation}`);
console.log(violations.length === 0 ? 'No violation.' : `${violations.length} violations.`);
process.exitCode = violations.length === 0 ? 0 : 1;

/** A journal as kill -9 leaves it: part of it in the database, part in the log. */
async function killedJournal(name: string, payments: number): Promise<string> {
  const path = join(folder, `${name}.sqlite`);
  const machine = new Machine(join(folder, `${name}.log`));
  const phones = new Phones();
  for (let life = 0; life < 2; life++) {
    const payloads: Uint8Array[] = [];
    for (let i = 0; i < payments; i++) payloads.push((await phones.pay()).payload);
    let vends = 0;
    await live({
      journal: path,
      machine,
      sound: singAll(payloads),
      killAfterMs: undefined,
      onVend: () => ({ moment: ++vends < payments ? 'answer' : 'after', jams: false }),
    });
  }
  machine.close();
  const copy = join(folder, `${name}-copy.sqlite`);
  for (const end of ['', '-wal', '-head'])
    if (existsSync(`${path}${end}`)) copyFileSync(`${path}${end}`, `${copy}${end}`);
  return copy;
}

async function watched<T>(name: string, total: number, work: (tell: (done: number) => void) => Promise<T>): Promise<T> {
  const format = `${name} [{bar}] {value} of {total}, {eta_formatted} left`;
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr, barsize: 24, clearOnComplete: true });
  if (process.stderr.isTTY) bar.start(total, 0);
  try {
    return await work((done) => bar.update(done));
  } finally {
    bar.stop();
  }
}

function print(title: string, rows: Readonly<Record<string, number | string>>): void {
  console.log(`\n${title}`);
  for (const [name, value] of Object.entries(rows)) console.log(`  ${name.padEnd(34)} ${value}`);
}

function count(value: string): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= 10_000) return number;
  throw new InvalidArgumentError('Expected an integer from 1 to 10000.');
}
