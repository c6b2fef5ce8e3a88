// From the records of any number of runs and shards to the entries of the report.

import type { BenchRecord, PointRecord, ResultRecord, RunRecord } from '../run/records.js';
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

/** Records of one point and build. */
interface PointResults {
  readonly point: PointRecord;
  readonly run: RunRecord;
  readonly results: readonly ResultRecord[];
}

/**
 * @param records - of any number of files, in any order; the same job found twice counts once
 * @returns entries by part, subject and name. Where a subject was measured in a part with several builds, the latest counts.
 */
export function linkEntriesOf(records: readonly BenchRecord[]): LinkEntry[] {
  const groups = newestOnly(groupByPoint(records)).filter(({ point }) =>
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

function groupByPoint(records: readonly BenchRecord[]): PointResults[] {
  const runs = new Map<string, RunRecord>();
  const points = new Map<string, PointRecord>();
  const groups = new Map<string, Map<number, ResultRecord>>();
  for (const record of records) {
    if (record.type === 'run') {
      const known = runs.get(record.build);
      if (!known || known.startedAt < record.startedAt) runs.set(record.build, record);
    } else if (record.type === 'point') points.set(record.point, record);
    else {
      const key = `${record.point}/${record.build}`;
      const group = groups.get(key) ?? new Map<number, ResultRecord>();
      group.set(record.seed, record);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map((bySeed) => {
    const results = [...bySeed.values()].sort((a, b) => a.seed - b.seed);
    const point = points.get(results[0].point);
    const run = runs.get(results[0].build);
    if (!point || !run) throw new Error(`result of ${results[0].point}: its point or run is in none of the files`);
    return { point, run, results };
  });
}

/** Keeps, of each part and subject, what the build measured that was run last. */
function newestOnly(groups: readonly PointResults[]): PointResults[] {
  const keyOf = ({ point }: PointResults) =>
    `${point.labels.part}/${point.labels.subject}/${'payloadByteCount' in point.condition ? point.condition.payloadByteCount : ''}`;
  const newest = new Map<string, RunRecord>();
  for (const group of groups) {
    const known = newest.get(keyOf(group));
    if (!known || known.startedAt < group.run.startedAt) newest.set(keyOf(group), group.run);
  }
  return groups.filter((group) => newest.get(keyOf(group))?.build === group.run.build);
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
