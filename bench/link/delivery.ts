// Delivery at one point: many trials of one condition, counted.

import type { ProfileName } from 'tillsong';
import { type BenchContext, sumOf } from './bench-context.js';
import { ebN0OverPsnrDb } from './burst-energy.js';
import type { ChannelRecipe } from './channel-recipe.js';
import type { DeliveryEntry } from './link-results.js';
import { rateOf } from './statistics.js';
import type { TrialResult } from './trial.js';

/** As many seeds of failed trials are kept, for replay. */
const MAX_FAILED_SEEDS = 20;

/** What is measured at one point. */
export interface DeliveryPoint {
  readonly part: DeliveryEntry['part'];
  readonly profile: ProfileName;
  readonly name: string;
  readonly psnrDb: number;
  readonly recipe: ChannelRecipe;
}

/** Runs the trials of a point, with the context's seeds: the same seeds at every point, so that points compare. */
export async function measureDelivery(point: DeliveryPoint, context: BenchContext): Promise<DeliveryEntry> {
  const { part, profile, name, psnrDb, recipe } = point;
  const { payloadByteCount, runCount, seed } = context;
  const condition = { profile, payloadByteCount, psnrDb, recipe };
  const jobs = Array.from({ length: runCount }, (_, i) => ({ kind: 'trial' as const, condition, seed: seed + i }));
  const results = await context.run(jobs, `${profile} ${part} ${name}`);
  const failed = results.filter(({ isDelivered }) => !isDelivered);
  return {
    part,
    profile,
    name,
    payloadByteCount,
    psnrDb,
    ...(part === 'white' && { ebN0Db: psnrDb + ebN0OverPsnrDb(profile, payloadByteCount) }),
    delivery: rateOf(results.length - failed.length, results.length),
    falseMessageCount: sumOf(results, ({ falseMessageCount }) => falseMessageCount),
    realTimeFactor:
      sumOf(results, ({ heardSeconds }) => heardSeconds) / sumOf(results, ({ decodeSeconds }) => decodeSeconds),
    ...((part === 'near' || part === 'far') && { breakdown: breakdownOf(results) }),
    failedSeeds: failed.slice(0, MAX_FAILED_SEEDS).map((result) => result.seed),
    lostReasons: countsOf(results.flatMap(({ lostReasons }) => lostReasons)),
  };
}

/** How often each text occurs. */
function countsOf(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

/** Delivered / sent, for every room, noise and device. */
function breakdownOf(results: readonly TrialResult[]): Record<string, string> {
  const counts = new Map<string, [number, number]>();
  for (const { draw, isDelivered } of results) {
    for (const part of ['room', 'noise', 'device'] as const) {
      const key = `${part} ${draw[part]?.name ?? 'none'}`;
      const [delivered, sent] = counts.get(key) ?? [0, 0];
      counts.set(key, [delivered + Number(isDelivered), sent + 1]);
    }
  }
  return Object.fromEntries([...counts].sort().map(([key, [delivered, sent]]) => [key, `${delivered}/${sent}`]));
}
