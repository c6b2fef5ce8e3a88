// From what is wanted to what is measured: asks each sweep for its points, runs the jobs that nobody has run yet, and asks
// again, since where a curve goes next depends on where it has been. Jobs go by seed, then by point: the time left is told
// truly, and a run that is stopped has a little of everything.

import type { Job, JobResult } from '../trial/job.js';
import { type BenchRecord, type PointLabels, pointIdOf, portableCondition } from './records.js';
import { type Shard, seedsOf, WHOLE } from './shard.js';
import type { JobRunner } from './worker-pool.js';

/** One point to be measured. */
export interface PlannedPoint<C extends Job['condition'] = Job['condition']> {
  readonly labels: PointLabels;
  readonly condition: C;
  readonly runCount: number;
}

/**
 * All points of a sweep, as far as they can be told from the results so far: a pure function, asked again until it names
 * nothing new.
 *
 * @param resultsOf - the results of a point, by seed, when all that were asked for are there
 */
export type Sweep = (resultsOf: (point: PlannedPoint) => readonly JobResult[] | undefined) => readonly PlannedPoint[];

export interface CampaignOptions {
  readonly build: string;
  readonly firstSeed: number;
  readonly shard?: Shard;
  /** What is known already, of any build and machine. */
  readonly known: readonly BenchRecord[];
  readonly run: JobRunner;
  readonly write: (record: BenchRecord) => void;
  /** Called before each round of jobs. */
  readonly onRound?: (jobCount: number) => { step(): void; end(): void };
}

/** Results of one build, by point and seed. */
class ResultTable {
  private readonly points = new Map<string, Map<number, JobResult>>();
  private readonly ids = new WeakMap<Job['condition'], string>();

  idOf(condition: Job['condition']): string {
    const known = this.ids.get(condition);
    if (known) return known;
    const id = pointIdOf(condition);
    this.ids.set(condition, id);
    return id;
  }

  add(id: string, seed: number, result: JobResult): void {
    const results = this.points.get(id) ?? new Map<number, JobResult>();
    results.set(seed, result);
    this.points.set(id, results);
  }

  get(id: string, seed: number): JobResult | undefined {
    return this.points.get(id)?.get(seed);
  }
}

/** Measures what the sweeps ask for. */
export async function runCampaign(sweeps: readonly Sweep[], options: CampaignOptions): Promise<void> {
  const { build, firstSeed, shard = WHOLE, known, run, write, onRound } = options;
  const table = new ResultTable();
  for (const record of known)
    if (record.type === 'result' && record.build === build) table.add(record.point, record.seed, record.result);
  const seedsFor = ({ runCount }: PlannedPoint) => seedsOf(shard, firstSeed, runCount);
  const resultsOf = (point: PlannedPoint) => {
    const id = table.idOf(point.condition);
    const results = seedsFor(point).map((seed) => table.get(id, seed));
    return results.includes(undefined) ? undefined : (results as JobResult[]);
  };
  for (;;) {
    const points = sweeps.flatMap((sweep) => sweep(resultsOf));
    const jobs = points
      .flatMap((point, order) => seedsFor(point).map((seed, turn) => ({ point, seed, turn, order })))
      .filter(({ point, seed }) => table.get(table.idOf(point.condition), seed) === undefined)
      .sort((a, b) => a.turn - b.turn || a.order - b.order);
    if (jobs.length === 0) return;
    for (const { labels, condition } of points)
      write({ type: 'point', point: table.idOf(condition), labels, condition: portableCondition(condition) });
    const progress = onRound?.(jobs.length);
    try {
      await run(
        jobs.map(({ point, seed }) => ({ condition: point.condition, seed })),
        ({ condition, seed }, result) => {
          const point = table.idOf(condition);
          table.add(point, seed, result);
          write({ type: 'result', point, build, seed, result });
          progress?.step();
        },
      );
    } finally {
      progress?.end();
    }
  }
}
