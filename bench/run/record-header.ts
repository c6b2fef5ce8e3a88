// The first record of a run: who measures, with what.

import { cpus } from 'node:os';
import type { Build } from './build.js';
import type { RunRecord } from './records.js';
import type { Shard } from './shard.js';

/** @param command - arguments of the program; paths in them are left out, since they mean nothing elsewhere */
export function runRecordOf(
  build: Build,
  channelSet: string,
  command: readonly string[],
  startedAt: string,
): RunRecord {
  return {
    type: 'run',
    ...build,
    startedAt,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    channelSet,
    command: command.filter((word) => !/[\\/].*[\\/]/.test(word)),
  };
}

/** @returns a name that no other run has, for its file of records */
export function recordFileName(startedAt: string, { index, count }: Shard): string {
  return `${startedAt.replace(/[^0-9]/g, '').slice(0, 14)}-${index}of${count}-${process.pid}`;
}
