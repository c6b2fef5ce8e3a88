// What a run leaves behind: one JSON object a line, written as each job ends, so that a stopped run loses nothing but the
// jobs it was at. Lines are facts: files of several runs, shards or machines are joined by putting them side by side.
//
//   {"type":"run", ...}      who measured: build, commit, machine, command
//   {"type":"point", ...}    what was measured: labels and the full condition, named by a digest of the condition
//   {"type":"result", ...}   one job: point, build, seed, result

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, JobResult } from '../trial/job.js';
import type { Build } from './build.js';

/** Where a point stands in the report. */
export interface PointLabels {
  /** Chapter of the report. */
  readonly part: string;
  /** A profile, a peer's protocol, or `all`. */
  readonly subject: string;
  /** Tells the point from others of its part and subject. */
  readonly name: string;
}

/** Channel set of a run that takes none. */
export const NO_CHANNELS = 'none';

export interface RunRecord extends Build {
  readonly type: 'run';
  readonly startedAt: string;
  readonly node: string;
  readonly cpu: string;
  readonly channelSet: string;
  readonly command: readonly string[];
}

export interface PointRecord {
  readonly type: 'point';
  readonly point: string;
  readonly labels: PointLabels;
  readonly condition: Job['condition'];
}

export interface ResultRecord {
  readonly type: 'result';
  readonly point: string;
  readonly build: string;
  readonly seed: number;
  readonly result: JobResult;
}

export type BenchRecord = RunRecord | PointRecord | ResultRecord;

/** Files of a folder that hold records. */
const RECORD_FILE = /\.jsonl$/;

/** The condition as plain data that means the same on every machine: files are known by name, not by where they lie. */
export function portableCondition(condition: Job['condition']): Job['condition'] {
  return JSON.parse(JSON.stringify(condition, (key, value) => (key === 'path' ? undefined : value)));
}

/** @returns a name for a condition: the same for the same condition, wherever it is measured */
export function pointIdOf(condition: Job['condition']): string {
  return createHash('sha256')
    .update(JSON.stringify(portableCondition(condition)))
    .digest('hex')
    .slice(0, 12);
}

/**
 * @param text - of a record file
 * @returns its records; a last line without end was being written when its run was stopped, and is left out
 * @throws Error naming the line that is no record
 */
export function parseRecords(text: string, fileName: string): BenchRecord[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.flatMap((line, i): BenchRecord[] => {
    if (line === '') return [];
    try {
      const record = JSON.parse(line) as BenchRecord;
      if (record.type === 'run' || record.type === 'point' || record.type === 'result') return [record];
    } catch {
      // told below
    }
    throw new Error(`${fileName}: line ${i + 1} is no record of a bench`);
  });
}

/**
 * @param paths - record files, or folders that hold some
 * @throws Error for a path that is not there
 */
export function readRecords(paths: readonly string[]): BenchRecord[] {
  return paths.flatMap(filesOf).flatMap((path) => parseRecords(readFileSync(path, 'utf8'), path));
}

function filesOf(path: string): string[] {
  if (RECORD_FILE.test(path)) return [path];
  if (!existsSync(path)) throw new Error(`${path}: no such file or folder`);
  const names = readdirSync(path).filter((name) => RECORD_FILE.test(name));
  return names.sort().map((name) => join(path, name));
}

/** @returns each run, each point and each job once, in the order of their first appearance */
export function distinctRecords(records: readonly BenchRecord[]): BenchRecord[] {
  const keyOf = (record: BenchRecord) => {
    if (record.type === 'result') return `${record.point}/${record.build}/${record.seed}`;
    return record.type === 'point' ? record.point : JSON.stringify(record);
  };
  const seen = new Set<string>();
  return records.filter((record) => {
    const key = keyOf(record);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Appends records to a file of its own, each in one write: nothing that another run writes is ever touched. */
export class RecordWriter {
  private readonly writtenPoints = new Set<string>();
  readonly path: string;

  /**
   * @param folder - made if need be
   * @param name - of the file, without its ending; no file of that name may be there
   */
  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${name}.jsonl`);
    writeFileSync(this.path, '', { flag: 'wx' });
  }

  write(record: BenchRecord): void {
    if (record.type === 'point') {
      if (this.writtenPoints.has(record.point)) return;
      this.writtenPoints.add(record.point);
    }
    appendFileSync(this.path, `${JSON.stringify(record)}\n`);
  }
}
