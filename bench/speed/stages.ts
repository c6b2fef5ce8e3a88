// Where the time goes: V8's sampling profiler over a run, its samples added up by stage of the receiver.

import { Session } from 'node:inspector/promises';

/** A stage owns what its functions call, but for what another stage owns. First match counts. */
const STAGES: readonly { stage: string; file: RegExp; functions?: RegExp }[] = [
  { stage: 'resampling', file: /dsp\/resampler/ },
  { stage: 'down-conversion', file: /dsp\/down-converter/ },
  { stage: 'baseband memory', file: /dsp\/baseband-buffer/, functions: /^append$/ },
  { stage: 'whitening', file: /dsp\/spectrum-whitener/ },
  { stage: 'chirp correlation', file: /dsp\/chirp-correlator/ },
  { stage: 'preamble search', file: /dsp\/(preamble-search|chirp-powers)/ },
  { stage: 'alignment of candidates', file: /dsp\/burst-alignment/ },
  { stage: 'header code', file: /codec\/frame\/(header|polar)/ },
  { stage: 'header soft bits', file: /dsp\/(ofdm|fsk)-demodulator/, functions: /Header$|Demodulator$/ },
  { stage: 'payload symbols', file: /dsp\/(ofdm|fsk)-demodulator/, functions: /^demodulateSymbol$/ },
  { stage: 'payload soft bits', file: /dsp\/(ofdm|fsk)-demodulator/, functions: /^(payloadLlrs|refine)$/ },
  { stage: 'payload code', file: /codec\/frame\// },
];
const COLLECTION = 'garbage collection';
const OUTSIDE = 'outside of JavaScript';
const REST = 'the rest';

/** In the order of a burst's way through the receiver. */
export const STAGE_NAMES: readonly string[] = [...STAGES.map(({ stage }) => stage), COLLECTION, OUTSIDE, REST];

/** Milliseconds by stage. */
export type StageTimes = Readonly<Record<string, number>>;

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[] | undefined;
}

/** @param run - is run as often as given; the first times, to warm up, do not count */
export async function stageTimes(run: () => void, runs: number, warmUpRuns = 2): Promise<StageTimes> {
  for (let i = 0; i < warmUpRuns; i++) run();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  for (let i = 0; i < runs; i++) run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return addUp(profile.nodes, profile.samples ?? [], profile.timeDeltas ?? [], runs);
}

function addUp(
  nodes: readonly ProfileNode[],
  samples: readonly number[],
  deltasUs: readonly number[],
  runs: number,
): StageTimes {
  const stages = stageByNode(nodes);
  const times: Record<string, number> = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, 0]));
  samples.forEach((node, i) => {
    times[stages.get(node) ?? REST] += deltasUs[i] / 1000 / runs;
  });
  return times;
}

function stageByNode(nodes: readonly ProfileNode[]): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stages = new Map<number, string>();
  const visit = (node: ProfileNode, inherited: string): void => {
    const stage = stageOf(node) ?? inherited;
    stages.set(node.id, stage);
    for (const child of node.children ?? []) visit(byId.get(child) as ProfileNode, stage);
  };
  if (nodes.length > 0) visit(nodes[0], REST);
  return stages;
}

function stageOf({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  if (functionName === '(garbage collector)') return COLLECTION;
  if (functionName === '(program)' || functionName === '(idle)') return OUTSIDE;
  return STAGES.find(({ file, functions }) => file.test(url) && (functions?.test(functionName) ?? true))?.stage;
}
