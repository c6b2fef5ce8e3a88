// Records put in order: the results of each point, of the build that was run last.

import { type BenchRecord, NO_CHANNELS, type PointRecord, type ResultRecord, type RunRecord } from './records.js';

/** What one build measured at one point. */
export interface PointResults {
  readonly point: PointRecord;
  /** The latest run of that build. */
  readonly run: RunRecord;
  /** By rising seed. */
  readonly results: readonly ResultRecord[];
}

/**
 * @param records - of any number of files, in any order; the same job found twice counts once
 * @returns where a subject was measured in a part with several builds, what the latest measured
 * @throws Error for a result whose point or run is not among the records
 */
export function pointResultsOf(records: readonly BenchRecord[]): PointResults[] {
  return newestOnly(groupByPoint(records));
}

function groupByPoint(records: readonly BenchRecord[]): PointResults[] {
  const runs = new Map<string, RunRecord>();
  const points = new Map<string, PointRecord>();
  const groups = new Map<string, Map<number, ResultRecord>>();
  for (const record of records) {
    if (record.type === 'run') {
      const known = runs.get(record.build);
      runs.set(record.build, known ? laterOf(known, record) : record);
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

/** Of two runs of one build; one that took no channels, as the loss budget's, does not hide which ones the other took. */
function laterOf(a: RunRecord, b: RunRecord): RunRecord {
  const [earlier, later] = a.startedAt < b.startedAt ? [a, b] : [b, a];
  return later.channelSet === NO_CHANNELS ? { ...later, channelSet: earlier.channelSet } : later;
}

/** Keeps, of each part, subject and payload, what the build measured that was run last. */
function newestOnly(groups: readonly PointResults[]): PointResults[] {
  const keyOf = ({ point: { labels, condition } }: PointResults) =>
    `${labels.part}/${labels.subject}/${'payloadByteCount' in condition ? condition.payloadByteCount : ''}`;
  const newest = new Map<string, RunRecord>();
  for (const group of groups) {
    const known = newest.get(keyOf(group));
    if (!known || known.startedAt < group.run.startedAt) newest.set(keyOf(group), group.run);
  }
  return groups.filter((group) => newest.get(keyOf(group))?.build === group.run.build);
}
