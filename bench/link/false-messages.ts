// Messages heard where there are none: in recorded noise, speech and music.

import { type BenchContext, sumOf } from './bench-context.js';
import type { FalseMessageEntry } from './link-results.js';

/** Minutes of one listening job: long enough for anything to build up in a receiver, short enough to share out. */
const LISTENING_MINUTES = 1;

/** Listens for the given time, in pieces of a minute, each with other recordings one over the other. */
export async function measureFalseMessages(context: BenchContext, minutes: number): Promise<FalseMessageEntry> {
  const noises = context.channels.noises.map(({ source }) => source);
  const jobs = Array.from({ length: Math.ceil(minutes / LISTENING_MINUTES) }, (_, i) => ({
    kind: 'listening' as const,
    noises,
    durationSeconds: LISTENING_MINUTES * 60,
    seed: context.seed + i,
  }));
  const results = await context.run(jobs, 'false messages');
  return {
    part: 'false',
    profile: 'all',
    name: context.channels.name,
    heardMinutes: sumOf(results, ({ heardSeconds }) => heardSeconds) / 60,
    falseMessageCount: sumOf(results, ({ falseMessageCount }) => falseMessageCount),
    lostCount: sumOf(results, ({ lostReasons }) => lostReasons.length),
    realTimeFactor:
      sumOf(results, ({ heardSeconds }) => heardSeconds) / sumOf(results, ({ decodeSeconds }) => decodeSeconds),
  };
}
