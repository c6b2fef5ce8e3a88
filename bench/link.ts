// How far, how fast and how surely the four profiles reach: `npm run bench:link -- --help`, and bench/README.md.
// Keeps its records in bench/runs/link; writes bench/results/link.json, link.md and link-*.svg, and prints the tables.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { PROFILE_NAMES, type ProfileName } from 'tillsong';
import { airtimeSweep } from './link/airtime-sweep.js';
import { LINK_PARTS, type LinkPart } from './link/link-entries.js';
import { listeningSweep } from './link/listening-sweep.js';
import { MICROPHONE_VARIANTS, microphoneSweep } from './link/microphone-sweep.js';
import { REPEAT_VARIANTS, repeatSweep } from './link/repeat-sweep.js';
import { roomSweep } from './link/room-sweep.js';
import { stressSweep } from './link/stress-sweep.js';
import { FASTEST_PEERS, GGWAVE_SUBJECTS, PROFILE_SUBJECTS } from './link/subject.js';
import type { SweepContext } from './link/sweep-context.js';
import { whiteSweep } from './link/white-sweep.js';
import { writeLinkReport } from './link/write-report.js';
import { type ChannelSet, readChannelSet, simulatedChannelSet, withFiles } from './rooms/channel-set.js';
import { currentBuild } from './run/build.js';
import type { Sweep } from './run/campaign.js';
import { measure } from './run/measure.js';
import { countOption, DEFAULT_WORKER_COUNT, integerOption, numbersOption, shardOption } from './run/options.js';
import { type Shard, WHOLE } from './run/shard.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface LinkOptions {
  readonly profile?: readonly ProfileName[];
  readonly only?: readonly LinkPart[];
  readonly peers: boolean;
  readonly runs: number;
  readonly allPairs?: boolean;
  readonly quotedRuns: number;
  readonly psnr?: readonly number[];
  readonly bytes: number;
  readonly minutes: number;
  readonly seed: number;
  readonly shard: Shard;
  readonly workers: number;
  readonly level: 'peak' | 'energy';
  readonly channels: string;
  readonly room?: string;
  readonly noise?: string;
  readonly device?: string;
  readonly records: string;
  readonly out: string;
}

function parseOptions(): LinkOptions {
  return new Command('bench:link')
    .description(
      'Measures airtime, delivery in white noise, with repeats and several microphones, in rooms and under stress, and false messages.',
    )
    .addOption(new Option('--profile <name...>', 'profiles to measure (default: all)').choices(PROFILE_NAMES))
    .addOption(new Option('--only <part...>', 'parts to measure (default: all)').choices(LINK_PARTS))
    .option('--no-peers', 'leave out the npm ggwave')
    .option('--runs <count>', 'transmissions a point', countOption, 200)
    .option('--all-pairs', 'in rooms: every room with every noise once, instead of --runs')
    .option('--quoted-runs <count>', 'transmissions at the point of 99 %', countOption, 500)
    .option('--psnr <list>', 'PSNRs in dB, as in -3,0,2.5, instead of those of each part', numbersOption)
    .option('--bytes <count>', 'payload', countOption, 92)
    .option('--minutes <count>', 'how long to listen for false messages', countOption, 60)
    .option('--seed <number>', 'seed of the first transmission', integerOption, 1)
    .option('--shard <i/n>', 'measure only this share, for merging with the others', shardOption, WHOLE)
    .option('--workers <count>', 'transmissions at a time', countOption, DEFAULT_WORKER_COUNT)
    .addOption(
      new Option('--level <reference>', 'what arrives through rooms is scaled to this')
        .choices(['peak', 'energy'])
        .default('peak'),
    )
    .option('--channels <folder>', 'measured rooms, noises and devices', join(ROOT, '..', 'shared', 'channels'))
    .option('--room <file>', 'use this room response alone (WAV)')
    .option('--noise <file>', 'use this noise alone (WAV)')
    .option('--device <file>', 'use this device response alone (WAV)')
    .option('--records <folder>', 'what was measured so far, continued', join(ROOT, 'bench', 'runs', 'link'))
    .option('--out <folder>', 'where the report goes', join(ROOT, 'bench', 'results'))
    .parse()
    .opts<LinkOptions>();
}

function sweepsOf(options: LinkOptions, channels: ChannelSet): Sweep[] {
  const parts = options.only ?? LINK_PARTS;
  const profiles = PROFILE_SUBJECTS.filter(({ name }) => options.profile?.includes(name as ProfileName) ?? true);
  const peers = options.peers && !options.profile ? GGWAVE_SUBJECTS : [];
  const context: SweepContext = {
    channels,
    payloadByteCount: options.bytes,
    runCount: options.runs,
    quotedRunCount: options.quotedRuns,
    ...(options.psnr && { psnrsDb: options.psnr }),
    hasEnergyKept: options.level === 'energy',
    hasAllPairs: options.allPairs ?? false,
    isShare: options.shard.count > 1,
  };
  const far = [...profiles, ...FASTEST_PEERS.filter((peer) => peers.includes(peer))];
  const sweeps: Record<LinkPart, () => Sweep[]> = {
    airtime: () => [], // always measured: Eb/N0 and the map hang on it
    white: () => [...profiles, ...peers].map((subject) => whiteSweep(subject, context)),
    repeats: () =>
      Object.keys(REPEAT_VARIANTS).flatMap((variant) =>
        profiles.map((subject) => repeatSweep(subject, context, variant)),
      ),
    microphones: () =>
      profiles.flatMap((subject) =>
        Object.keys(MICROPHONE_VARIANTS).map((variant) => microphoneSweep(subject, context, variant)),
      ),
    near: () => profiles.map((subject) => roomSweep('near', subject, context)),
    far: () => far.map((subject) => roomSweep('far', subject, context)),
    stress: () => profiles.map((subject) => stressSweep(subject, context)),
    false: () => [listeningSweep(context, options.minutes)],
  };
  const airtimes = [...profiles, ...peers].map((subject) => airtimeSweep(subject, context));
  return [...airtimes, ...parts.flatMap((part) => sweeps[part]())];
}

async function main(): Promise<void> {
  const options = parseOptions();
  const channels = withFiles(readChannelSet(options.channels) ?? simulatedChannelSet(), options);
  const records = await measure(sweepsOf(options, channels), {
    build: currentBuild(ROOT),
    folder: options.records,
    channelSet: channels.name,
    firstSeed: options.seed,
    shard: options.shard,
    workerCount: options.workers,
  });
  if (options.shard.count === 1) writeLinkReport(options.out, records);
  else process.stdout.write('this share is measured; join all of them with npm run bench:merge -- FOLDERS\n');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`bench:link: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
