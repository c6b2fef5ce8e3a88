// A run from its command line to its records: knows what was measured before, shares out the rest, writes as it goes.

import type { Build } from './build.js';
import { runCampaign, type Sweep } from './campaign.js';
import { startProgress } from './progress.js';
import { recordFileName, runRecordOf } from './record-header.js';
import { type BenchRecord, readRecords, RecordWriter } from './records.js';
import type { Shard } from './shard.js';
import { existsSync } from 'node:fs';
import { WorkerPool } from './worker-pool.js';

export interface MeasureOptions {
  readonly build: Build;
  /** Where the records are. */
  readonly folder: string;
  readonly channelSet: string;
  readonly firstSeed: number;
  readonly shard: Shard;
  readonly workerCount: number;
}

/**
 * Measures what is not measured yet.
 *
 * @returns all records of the folder, those of earlier runs and other shards included
 */
export async function measure(sweeps: readonly Sweep[], options: MeasureOptions): Promise<BenchRecord[]> {
  const { build, folder, channelSet, firstSeed, shard, workerCount } = options;
  const records = existsSync(folder) ? readRecords([folder]) : [];
  const startedAt = new Date().toISOString();
  let writer: RecordWriter | undefined;
  const write = (record: BenchRecord) => {
    if (!writer) {
      writer = new RecordWriter(folder, recordFileName(startedAt, shard));
      write(runRecordOf(build, channelSet, process.argv.slice(2), startedAt));
    }
    writer.write(record);
    records.push(record);
  };
  const pool = new WorkerPool(new URL('../trial/trial-worker.js', import.meta.url), workerCount);
  try {
    await runCampaign(sweeps, {
      build: build.build,
      firstSeed,
      shard,
      known: [...records],
      run: pool.run,
      write,
      onRound: startProgress,
    });
  } finally {
    await pool.close();
  }
  return records;
}
