// The results of the speed bench as tables.

import type { Section, Table } from '../link/report-table.js';
import type { SpeedEntry, SpeedResults } from './measure-speed.js';
import type { IdleAllocation } from './memory.js';
import { STAGE_NAMES } from './stages.js';

export const SPEED_HEAD =
  'One core, chunks of 10 ms, 48 kHz. Times real time: seconds of audio over the processor seconds of the fastest run, ' +
  'since other work can only slow a run down; beside it the mean elapsed time of all runs with its 95 % interval.';

/** @returns the tables of a run */
export function speedSections(results: SpeedResults): Section[] {
  const { idle, peer, bursts, storms } = results;
  return [
    { title: 'Listening to white noise', table: speedTable([idle[0], peer, ...idle.slice(1)]) },
    { title: 'Decoding bursts without a pause, at PSNR 15 dB', table: speedTable(bursts) },
    { title: 'Audio made to keep a receiver busy', table: speedTable(storms) },
    latencySection(results),
    stageSection(results),
    memorySection(results),
  ];
}

function speedTable(entries: readonly SpeedEntry[]): Table {
  const head = ['heard by all four profiles unless said otherwise', 'x real time', 'mean', 'messages'];
  const rows = entries.map((entry) => {
    const mean = (entry.timesRealTime * entry.fastestSeconds) / entry.meanSeconds;
    const sent = entry.messagesSent === undefined ? '' : ` of ${entry.messagesSent}`;
    return [
      entry.name,
      timesText(entry.timesRealTime),
      `${timesText(mean)} +-${entry.meanErrorPercent.toFixed(0)} %`,
      `${entry.messagesHeard}${sent}`,
    ];
  });
  return [head, ...rows];
}

function timesText(times: number): string {
  return times < 20 ? times.toFixed(1) : times.toFixed(0);
}

function latencySection({ latencies }: SpeedResults): Section {
  const head = ['92 bytes', 'heard', 'median', 'worst', 'computing, median'];
  const rows = latencies.map(({ profile, bursts, heard, medianMs, worstMs, medianComputingMs }) => [
    profile,
    `${heard} of ${bursts}`,
    `${medianMs.toFixed(1)} ms`,
    `${worstMs.toFixed(1)} ms`,
    `${medianComputingMs.toFixed(1)} ms`,
  ]);
  const note =
    'From the last sample of a burst to the message; up to 10 ms of it wait for the chunk to be full. Of three hearings of ' +
    'each burst the quickest counts.';
  return { title: 'Latency', table: [head, ...rows], note };
}

function stageSection({ stages }: SpeedResults): Section {
  const scenes = Object.keys(stages);
  const total = (scene: string) => Object.values(stages[scene]).reduce((sum, ms) => sum + ms, 0);
  const head = ['stage', ...scenes.map((scene, i) => (i === 0 ? `noise, ${scene}` : `bursts, ${scene}`))];
  const row = (name: string, msOf: (scene: string) => number) => [
    name,
    ...scenes.map((scene) => `${msOf(scene).toFixed(2)} (${((100 * msOf(scene)) / total(scene)).toFixed(0)} %)`),
  ];
  const used = STAGE_NAMES.filter((stage) => scenes.some((scene) => stages[scene][stage] > 0.002 * total(scene)));
  const rows = [...used.map((stage) => row(stage, (scene) => stages[scene][stage])), row('all', total)];
  const note =
    "Milliseconds a second of audio, by V8's sampling profiler, means of several runs: the machine's other work included.";
  return { title: 'Where the time goes', table: [head, ...rows], note };
}

function memorySection({ idleAllocations, soak }: SpeedResults): Section {
  const [first, last] = [soak.points[0], soak.points[soak.points.length - 1]];
  const table = [
    ['what', 'value'],
    ...idleAllocations.map(allocationRow),
    [`heap after ${first.minutes} min of audio`, kibibytes(first.heapBytes)],
    [`heap after ${last.minutes} min of audio`, kibibytes(last.heapBytes)],
    [
      `arrays after ${first.minutes} and ${last.minutes} min`,
      bothArrays(first.arrayBufferBytes, last.arrayBufferBytes),
    ],
    ['messages in that time', `${soak.messagesHeard} of ${soak.messagesSent}`],
  ];
  const note =
    'Chunks of white noise, counted one by one in a process that has heard all of the above. Judging a preamble that was believed ' +
    'in takes memory until it is refused; what else allocates now and then is mostly code being compiled anew. Heap after a full collection. `npm run bench:soak` hears an hour.';
  return { title: 'Memory', table, note };
}

function allocationRow({ sampleRateHz, chunks, ...allocated }: IdleAllocation): string[] {
  const { medianBytes, candidates, allocatingWithCandidate, allocatingWithout } = allocated;
  return [
    `chunks of noise at ${sampleRateHz} Hz that allocate anything`,
    `${allocatingWithCandidate + allocatingWithout} of ${chunks.toLocaleString('en')}: ${allocatingWithCandidate} while ` +
      `a preamble was believed in (${candidates} were), ${allocatingWithout} besides; median ${medianBytes} bytes`,
  ];
}

function bothArrays(first: number, last: number): string {
  return `${kibibytes(first)}, ${kibibytes(last)}`;
}

export function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024).toLocaleString('en')} KiB`;
}
