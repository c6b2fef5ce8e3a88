// How far, how fast and how surely the four profiles reach: `npm run bench:link -- --help`.
// Writes bench/results/link.json, link.md and link-*.svg, and prints the tables.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PROFILE_NAMES, type ProfileName } from 'tillsong';
import { currentCommit } from './current-commit.js';
import { type BenchContext, inTurn } from './link/bench-context.js';
import { measureAirtimes } from './link/burst-energy.js';
import { measureFalseMessages } from './link/false-messages.js';
import { drawLinkCharts } from './link/link-charts.js';
import { markdownOf, textOf } from './link/link-report.js';
import {
  LINK_PARTS,
  type LinkEntry,
  type LinkPart,
  mergeLinkResults,
  readLinkResults,
  writeLinkResults,
} from './link/link-results.js';
import { measureRooms } from './link/room-tests.js';
import { measureStresses } from './link/stress-tests.js';
import { measureWhiteNoise } from './link/white-noise-curve.js';
import { WorkerPool } from './link/worker-pool.js';
import { readChannelSet, simulatedChannelSet, withFiles } from './rooms/channel-set.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEFAULT_PSNR_DB = 15;

interface LinkOptions {
  readonly profile?: readonly ProfileName[];
  readonly only?: readonly LinkPart[];
  readonly runs: number;
  readonly psnr?: readonly number[];
  readonly bytes: number;
  readonly minutes: number;
  readonly seed: number;
  readonly level: 'peak' | 'energy';
  readonly channels: string;
  readonly room?: string;
  readonly noise?: string;
  readonly device?: string;
  readonly out: string;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
}

function count(text: string): number {
  if (integer(text) === 0) throw new InvalidArgumentError('expected a whole number above 0');
  return integer(text);
}

function numbers(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError('expected numbers, as in -3,0,2.5');
  return values;
}

function parseOptions(): LinkOptions {
  return new Command('bench:link')
    .description('Measures airtime, delivery in white noise, near and far rooms and under stress, and false messages.')
    .addOption(new Option('--profile <name...>', 'profiles to measure (default: all)').choices(PROFILE_NAMES))
    .addOption(new Option('--only <part...>', 'parts to measure (default: all)').choices(LINK_PARTS))
    .option('--runs <count>', 'transmissions a point', count, 200)
    .option('--psnr <list>', 'PSNRs in dB, as in -3,0,2.5 (default: a curve in white noise, else 15)', numbers)
    .option('--bytes <count>', 'payload', count, 92)
    .option('--minutes <count>', 'how long to listen for false messages', count, 60)
    .option('--seed <number>', 'seed of the first transmission', integer, 1)
    .addOption(
      new Option('--level <reference>', 'what arrives through rooms is scaled to this')
        .choices(['peak', 'energy'])
        .default('peak'),
    )
    .option('--channels <folder>', 'measured rooms, noises and devices', join(ROOT, '..', 'shared', 'channels'))
    .option('--room <file>', 'use this room response alone (WAV)')
    .option('--noise <file>', 'use this noise alone (WAV)')
    .option('--device <file>', 'use this device response alone (WAV)')
    .option('--out <folder>', 'where the results go', join(ROOT, 'bench', 'results'))
    .parse()
    .opts<LinkOptions>();
}

async function measure(options: LinkOptions, context: BenchContext): Promise<LinkEntry[]> {
  const parts = options.only ?? LINK_PARTS;
  const psnrsDb = options.psnr ?? [DEFAULT_PSNR_DB];
  const ofProfile = async (profile: ProfileName): Promise<LinkEntry[]> => [
    ...(parts.includes('airtime') ? measureAirtimes(profile, options.bytes) : []),
    ...(parts.includes('white') ? await measureWhiteNoise(profile, context, options.psnr) : []),
    ...(parts.includes('near') ? await measureRooms('near', profile, context, psnrsDb) : []),
    ...(parts.includes('far') ? await measureRooms('far', profile, context, psnrsDb) : []),
    ...(parts.includes('stress') ? await measureStresses(profile, context, psnrsDb[0]) : []),
  ];
  const perProfile = await inTurn(options.profile ?? PROFILE_NAMES, ofProfile);
  const listening = parts.includes('false') ? [await measureFalseMessages(context, options.minutes)] : [];
  return [...perProfile.flat(), ...listening];
}

async function main(): Promise<void> {
  const options = parseOptions();
  const channels = withFiles(readChannelSet(options.channels) ?? simulatedChannelSet(), options);
  const pool = new WorkerPool(new URL('./link/link-worker.js', import.meta.url));
  const context = {
    run: pool.run,
    channels,
    payloadByteCount: options.bytes,
    runCount: options.runs,
    hasEnergyKept: options.level === 'energy',
    seed: options.seed,
  };
  try {
    const provenance = { seed: options.seed, commit: currentCommit(ROOT), channelSet: channels.name };
    const measured = (await measure(options, context)).map((entry) => ({ ...entry, provenance }));
    process.stdout.write(textOf(measured));
    mkdirSync(options.out, { recursive: true });
    const file = join(options.out, 'link.json');
    const entries = mergeLinkResults(readLinkResults(file), measured);
    writeLinkResults(file, entries);
    writeFileSync(join(options.out, 'link.md'), markdownOf(entries));
    drawLinkCharts(options.out, entries);
  } finally {
    await pool.close();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench:link: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
