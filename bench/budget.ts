// Where each decibel goes: `npm run bench:budget -- --help`, and bench/README.md.
// Keeps its records in bench/runs/budget; writes bench/results/budget.json, budget.md and budget.svg, and prints the tables.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { PROFILE_NAMES, type ProfileName } from 'tillsong';
import { writeBudgetReport } from './budget/budget-report.js';
import { budgetSweep } from './budget/budget-sweep.js';
import { currentBuild } from './run/build.js';
import { measure } from './run/measure.js';
import {
  countOption,
  DEFAULT_WORKER_COUNT,
  integerOption,
  numbersOption,
  rateOption,
  shardOption,
} from './run/options.js';
import { NO_CHANNELS } from './run/records.js';
import { type Shard, WHOLE } from './run/shard.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface BudgetOptions {
  readonly profile?: readonly ProfileName[];
  readonly runs: number;
  readonly psnr?: readonly number[];
  readonly bytes: number;
  readonly rate: number;
  readonly seed: number;
  readonly shard: Shard;
  readonly workers: number;
  readonly records: string;
  readonly out: string;
}

function parseOptions(): BudgetOptions {
  return new Command('bench:budget')
    .description(
      'Replaces one stage of the receiver after the other by its ideal, in white noise, and tells what each costs.',
    )
    .addOption(new Option('--profile <name...>', 'profiles to measure (default: all)').choices(PROFILE_NAMES))
    .option('--runs <count>', 'bursts a point', countOption, 100)
    .option('--psnr <list>', 'PSNRs in dB, as in -3,0,2.5, instead of the grid', numbersOption)
    .option('--bytes <count>', 'payload', countOption, 92)
    .option('--rate <part>', 'rate of success at which receivers are compared', rateOption, 0.99)
    .option('--seed <number>', 'seed of the first burst', integerOption, 1)
    .option('--shard <i/n>', 'measure only this share, for merging with the others', shardOption, WHOLE)
    .option('--workers <count>', 'bursts at a time', countOption, DEFAULT_WORKER_COUNT)
    .option('--records <folder>', 'what was measured so far, continued', join(ROOT, 'bench', 'runs', 'budget'))
    .option('--out <folder>', 'where the report goes', join(ROOT, 'bench', 'results'))
    .parse()
    .opts<BudgetOptions>();
}

async function main(): Promise<void> {
  const options = parseOptions();
  const plan = {
    payloadByteCount: options.bytes,
    runCount: options.runs,
    ...(options.psnr && { psnrsDb: options.psnr }),
  };
  const records = await measure(
    (options.profile ?? PROFILE_NAMES).map((profile) => budgetSweep(profile, plan)),
    {
      build: currentBuild(ROOT),
      folder: options.records,
      channelSet: NO_CHANNELS,
      firstSeed: options.seed,
      shard: options.shard,
      workerCount: options.workers,
    },
  );
  if (options.shard.count === 1) writeBudgetReport(options.out, records, options.rate);
  else process.stdout.write('this share is measured; join all of them with npm run bench:merge -- FOLDERS\n');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench:budget: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
