// From the records of any number of runs and shards to the entries of the report.

import { type PointResults, pointResultsOf } from '../run/point-results.js';
import type { BenchRecord, PointRecord } from '../run/records.js';
import { type AirtimeResult, ebN0OverPsnrDb } from '../trial/airtime-trial.js';
import type { BurstCondition, BurstResult } from '../trial/burst-trial.js';
import type { ListeningResult } from '../trial/listening-trial.js';
import {
  compareEntries,
  type DeliveryEntry,
  type EntryHead,
  type FalseMessageEntry,
  LINK_PARTS,
  type LinkEntry,
} from './link-entries.js';
import { rateOf } from './statistics.js';

/** As many seeds of failed trials are kept. */
const MAX_FAILED_SEEDS = 20;
/** Numbers of bursts that are told. */
const WITHIN = [1, 2, 4, 8, 16];

/** @returns entries by part, subject and name, each of the build that was run last */
export function linkEntriesOf(records: readonly BenchRecord[]): LinkEntry[] {
  const groups = pointResultsOf(records).filter(({ point }) =>
    (LINK_PARTS as readonly string[]).includes(point.labels.part),
  );
  const energies = new Map(
    groups.flatMap(({ point, results }): [string, number][] =>
      point.condition.kind === 'airtime' && results.length > 0
        ? [[energyKey(point), (results[0].result as AirtimeResult).energySeconds]]
        : [],
    ),
  );
  return groups.map((group) => entryOf(group, energies)).sort(compareEntries);
}

function energyKey({ labels, condition }: PointRecord): string {
  return `${labels.subject}/${'payloadByteCount' in condition ? condition.payloadByteCount : 0}`;
}

function entryOf(group: PointResults, energies: ReadonlyMap<string, number>): LinkEntry {
  const { point, run, results } = group;
  const { labels, condition } = point;
  const head = {
    subject: labels.subject,
    name: labels.name,
    provenance: {
      commit: run.commit,
      isClean: run.isClean,
      channelSet: run.channelSet,
      seeds: [results[0].seed, results[results.length - 1].seed] as const,
    },
  };
  switch (condition.kind) {
    case 'airtime': {
      const { airtimeSeconds, energySeconds } = results[0].result as AirtimeResult;
      const { payloadByteCount } = condition;
      return { part: 'airtime', ...head, payloadByteCount, airtimeSeconds, energySeconds };
    }
    case 'burst':
      return { part: labels.part as DeliveryEntry['part'], ...head, ...deliveryOf(group, condition, energies) };
    case 'listening':
      return { part: 'false', ...head, ...listeningOf(results.map(({ result }) => result as ListeningResult)) };
    default:
      throw new Error(`${labels.part}: no part of the link bench`);
  }
}

function deliveryOf(
  { point, results: records }: PointResults,
  condition: BurstCondition,
  energies: ReadonlyMap<string, number>,
): Omit<DeliveryEntry, 'part' | keyof EntryHead> {
  const results = records.map(({ result }) => result as BurstResult);
  const { payloadByteCount, psnrDb, singing } = condition;
  const burstCount = singing?.burstCount ?? 1;
  const within = (count: number) =>
    rateOf(results.filter((result) => result.isDelivered && (result.burstCount ?? 1) <= count).length, results.length);
  const energySeconds = point.labels.part === 'white' ? energies.get(energyKey(point)) : undefined;
  const times = results.flatMap(({ isDelivered, seconds }) => (isDelivered && seconds ? [seconds] : []));
  times.sort((a, b) => a - b);
  const fates = results.flatMap(({ fate }) => (fate ? [fate] : []));
  const isRoom = point.labels.part === 'near' || point.labels.part === 'far';
  return {
    payloadByteCount,
    psnrDb,
    ...(energySeconds !== undefined && { ebN0Db: psnrDb + ebN0OverPsnrDb(energySeconds, payloadByteCount) }),
    delivery: within(1),
    ...(burstCount > 1 && {
      within: Object.fromEntries(WITHIN.filter((n) => n <= burstCount).map((n) => [n, within(n)])),
    }),
    ...(fates.length > 0 && { fates: countsOf(fates) }),
    ...(times.length > 0 && { seconds: { median: quantile(times, 0.5), ninetieth: quantile(times, 0.9) } }),
    falseMessageCount: sumOf(results, ({ falseMessageCount }) => falseMessageCount),
    realTimeFactor: realTimeFactorOf(results),
    ...(isRoom && { breakdown: breakdownOf(results) }),
    failedSeeds: records
      .filter(({ result }) => !(result as BurstResult).isDelivered)
      .slice(0, MAX_FAILED_SEEDS)
      .map(({ seed }) => seed),
    lostReasons: countsOf(results.flatMap(({ lostReasons }) => lostReasons)),
  };
}

function listeningOf(results: readonly ListeningResult[]): Omit<FalseMessageEntry, 'part' | keyof EntryHead> {
  const profiles = Object.keys(results[0].candidateCounts);
  return {
    heardMinutes: sumOf(results, ({ heardSeconds }) => heardSeconds) / 60,
    falseMessageCount: sumOf(results, ({ falseMessageCount }) => falseMessageCount),
    lostCount: sumOf(results, ({ lostReasons }) => lostReasons.length),
    candidateCounts: Object.fromEntries(
      profiles.map((profile) => [profile, sumOf(results, ({ candidateCounts }) => candidateCounts[profile])]),
    ),
    realTimeFactor: realTimeFactorOf(results),
  };
}

/** Delivered within the first burst, within all, and sent, for every room, noise and device. */
function breakdownOf(results: readonly BurstResult[]): Record<string, readonly [number, number, number]> {
  const counts = new Map<string, [number, number, number]>();
  for (const { draw, isDelivered, burstCount } of results) {
    for (const part of ['room', 'noise', 'device'] as const) {
      const key = `${part} ${draw[part] ?? 'none'}`;
      const [first, all, sent] = counts.get(key) ?? [0, 0, 0];
      counts.set(key, [first + Number(isDelivered && burstCount === 1), all + Number(isDelivered), sent + 1]);
    }
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

function realTimeFactorOf(results: readonly { heardSeconds: number; decodeSeconds: number }[]): number {
  const heard = sumOf(results, ({ heardSeconds }) => heardSeconds);
  return Math.round((10 * heard) / sumOf(results, ({ decodeSeconds }) => decodeSeconds)) / 10;
}

/** @param sorted - at least one number, rising */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** How often each text occurs. */
function countsOf(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

function sumOf<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((sum, value) => sum + numberOf(value), 0);
}
