// The measurements of the speed bench, one after the other, in one process.

import { openGgwave } from '../peers/ggwave-modem.js';
import { type Latency, latencies } from './latency.js';
import { audioSeconds, CHUNK_SAMPLES, listen } from './listen.js';
import { type IdleAllocation, idleAllocation, type Soak, soak } from './memory.js';
import { burstScenes, idleScenes, noise, SAMPLE_RATE_HZ, type Scene, stormScenes } from './scene.js';
import { type StageTimes, stageTimes } from './stages.js';
import { type Timing, time } from './stopwatch.js';

/** How fast one scene went. */
export interface SpeedEntry extends Timing {
  readonly name: string;
  /** Seconds of audio over the fastest run's. */
  readonly timesRealTime: number;
  readonly messagesHeard: number;
  readonly messagesSent?: number;
}

export interface SpeedResults {
  readonly idle: readonly SpeedEntry[];
  readonly peer: SpeedEntry;
  readonly bursts: readonly SpeedEntry[];
  readonly storms: readonly SpeedEntry[];
  readonly latencies: readonly Latency[];
  /** By scene; milliseconds a second of audio. */
  readonly stages: Readonly<Record<string, StageTimes>>;
  readonly idleAllocations: readonly IdleAllocation[];
  readonly soak: Soak;
}

export interface SpeedOptions {
  /** Most time for each scene. */
  readonly seconds: number;
  /** Minutes of audio for the heap. */
  readonly minutes: number;
}

const PROFILED_RUNS = 4;

/** @param say - told what is measured now */
export async function measureSpeed(
  { seconds, minutes }: SpeedOptions,
  say: (what: string) => void,
): Promise<SpeedResults> {
  const timed = (scene: Scene): SpeedEntry => {
    say(scene.name);
    const messagesHeard = listen(scene);
    const timing = time(scene.name, () => listen(scene), seconds);
    const { name, sentMessages } = scene;
    const timesRealTime = audioSeconds(scene) / timing.fastestSeconds;
    const sent = sentMessages === undefined ? {} : { messagesSent: sentMessages };
    return { name, ...timing, timesRealTime, messagesHeard, ...sent };
  };
  // The peer between ours: what else the machine does changes with time.
  const [all, ...alone] = idleScenes();
  const idle = [timed(all)];
  const peer = await timePeer(seconds, say);
  idle.push(...alone.map(timed));
  const bursts = burstScenes().map(timed);
  const storms = stormScenes().map(timed);
  say('latency');
  const latency = latencies();
  say('stages');
  const stages = await stagesOf([all, ...burstScenes()]);
  say('memory');
  const idleAllocations = [48000, 44100].map(idleAllocation);
  return { idle, peer, bursts, storms, latencies: latency, stages, idleAllocations, soak: soak(minutes) };
}

/** The npm ggwave over the noise that our receiver hears, in its own frames. */
async function timePeer(seconds: number, say: (what: string) => void): Promise<SpeedEntry> {
  const name = 'npm ggwave 0.4.0';
  say(name);
  const listener = (await openGgwave()).listener();
  const samples = noise(5);
  let messagesHeard = 0;
  const run = () => {
    for (let at = 0; at < samples.length; at += CHUNK_SAMPLES)
      messagesHeard += listener.push([samples.subarray(at, at + CHUNK_SAMPLES)]).length;
  };
  const timing = time(name, run, seconds);
  listener.close();
  const timesRealTime = samples.length / SAMPLE_RATE_HZ / timing.fastestSeconds;
  return { name, ...timing, timesRealTime, messagesHeard };
}

async function stagesOf(scenes: readonly Scene[]): Promise<Record<string, StageTimes>> {
  const bySceneName: Record<string, StageTimes> = {};
  for (const scene of scenes) {
    const perSecond = 1 / audioSeconds(scene);
    const times = await stageTimes(() => listen(scene), PROFILED_RUNS);
    bySceneName[scene.name] = Object.fromEntries(Object.entries(times).map(([stage, ms]) => [stage, ms * perSecond]));
  }
  return bySceneName;
}
