// How near the inner code comes to the best possible: `npm run bench:code -- --help`.
// Packet error against Eb/N0 beside the finite-length bound, and the time of a decode. Writes bench/results/code.json and code.svg.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import { drawCodeChart } from './code/code-chart.js';
import { type CodeCurve, measureCurve, QUOTED_PACKET_ERROR } from './code/code-curve.js';
import { type DecodeTime, measureDecodeTime } from './code/decode-time.js';
import { currentCommit } from './current-commit.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const INFO_BIT_COUNTS = [832, 1664];
const RATES = [
  { name: '1/3', value: 1 / 3 },
  { name: '1/2', value: 1 / 2 },
  { name: '2/3', value: 2 / 3 },
];
const TIMED_BLOCK_SIZES = [40, 832, 1792, 6144];
const GOAL_DB = 1.3;

interface CodeOptions {
  readonly frames: number;
  readonly errors: number;
  readonly seed: number;
  readonly out: string;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1 up');
  return value;
}

function parseOptions(): CodeOptions {
  return new Command('bench:code')
    .description('Measures packet error and decode time of the turbo code; compares with the finite-length bound.')
    .option('--frames <count>', 'packets a point at most', count, 20000)
    .option('--errors <count>', 'wrong packets at which a point is done', count, 100)
    .option('--seed <number>', 'seed of the first point', count, 1)
    .option('--out <folder>', 'where the results go', join(ROOT, 'bench', 'results'))
    .parse()
    .opts<CodeOptions>();
}

/** Shows how far a point has come, where someone watches. */
function startProgress(title: string, total: number): { step: () => void; end: () => void } {
  if (!process.stderr.isTTY) return { step: () => {}, end: () => {} };
  const bar = new SingleBar({ format: '{title} [{bar}] {value}/{total} packets', clearOnComplete: true });
  bar.start(total, 0, { title });
  return { step: () => bar.increment(), end: () => bar.stop() };
}

function rowOf({ infoBitCount, rate, ebN0Db, boundEbN0Db, gapDb, points }: CodeCurve): string {
  const near = points.find(({ packetError }) => packetError <= 2 * QUOTED_PACKET_ERROR) ?? points[points.length - 1];
  const decibels = (value: number | undefined) => (value === undefined ? 'none' : value.toFixed(2)).padStart(6);
  const verdict = gapDb !== undefined && gapDb <= GOAL_DB ? '' : `  more than ${GOAL_DB} dB`;
  const columns = [String(infoBitCount).padStart(6), rate.padStart(5), ...[ebN0Db, boundEbN0Db, gapDb].map(decibels)];
  return `${columns.join('   ')}   ${near.medianDecodeMs.toFixed(2)} ms${verdict}`;
}

function timeRowOf({ blockSize, easyMs, nearMs, hopelessMs }: DecodeTime): string {
  return [blockSize, easyMs.toFixed(2), nearMs.toFixed(2), hopelessMs.toFixed(2)]
    .map((cell) => String(cell).padStart(8))
    .join(' ');
}

function measureCurves({ frames, errors, seed }: CodeOptions): CodeCurve[] {
  process.stdout.write(`packet error ${QUOTED_PACKET_ERROR}: Eb/N0 in dB, median decode\n`);
  process.stdout.write('     K    rate     ours    bound      gap   decode\n');
  const stop = { maxPackets: frames, maxErrors: errors };
  const uses = INFO_BIT_COUNTS.flatMap((infoBitCount) => RATES.map((rate) => ({ infoBitCount, rate })));
  return uses.map(({ infoBitCount, rate }, i) => {
    const use = { infoBitCount, codedBitCount: Math.round(infoBitCount / rate.value) };
    const curve = measureCurve(use, rate.name, stop, seed + 1000 * i, startProgress);
    process.stdout.write(`${rowOf(curve)}\n`);
    return curve;
  });
}

function measureDecodeTimes(seed: number): DecodeTime[] {
  process.stdout.write('\nmedian decode at rate 1/3, ms\n       K     easy     near hopeless\n');
  return TIMED_BLOCK_SIZES.map((blockSize) => {
    const time = measureDecodeTime(blockSize, seed);
    process.stdout.write(`${timeRowOf(time)}\n`);
    return time;
  });
}

function main(): void {
  const options = parseOptions();
  const { frames, errors, seed, out } = options;
  const curves = measureCurves(options);
  const decodeTimes = measureDecodeTimes(seed);
  const channel = 'BPSK in white noise';
  const provenance = { channel, seed, frames, errors, commit: currentCommit(ROOT), node: process.version };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'code.json'), `${JSON.stringify({ provenance, curves, decodeTimes }, undefined, 1)}\n`);
  writeFileSync(join(out, 'code.svg'), drawCodeChart(curves));
}

try {
  main();
} catch (error) {
  process.stderr.write(`bench:code: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
