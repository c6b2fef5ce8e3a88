import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobCondition } from '../trial/job.js';
import { currentBuild } from './build.js';
import { durationText, startProgress } from './progress.js';
import { type BenchRecord, distinctRecords, parseRecords, pointIdOf, RecordWriter, readRecords } from './records.js';
import { parseShard, seedsOf } from './shard.js';

const CONDITION: JobCondition = {
  kind: 'airtime',
  sender: { modem: 'tillsong', profile: 'audible-fast' },
  payloadByteCount: 92,
};
const LABELS = { part: 'airtime', subject: 'audible-fast', name: '92 bytes' };
const POINT: BenchRecord = { type: 'point', point: pointIdOf(CONDITION), labels: LABELS, condition: CONDITION };
const RESULT: BenchRecord = {
  type: 'result',
  point: pointIdOf(CONDITION),
  build: 'a',
  seed: 1,
  result: { kind: 'airtime', airtimeSeconds: 0.3, energySeconds: 0.1 },
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillsong-records-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('record files', () => {
  test('give back what was written; a point is written once a file', () => {
    const writer = new RecordWriter(join(folder, 'a'), 'first');
    for (const record of [POINT, RESULT, POINT]) writer.write(record);
    expect(readRecords([join(folder, 'a')])).toEqual([POINT, RESULT]);
    expect(readRecords([writer.path, join(folder, 'a')]).length).toBe(4);
    expect(() => new RecordWriter(join(folder, 'a'), 'first')).toThrow();
  });

  test('a last line that a stopped run left unfinished is left out, whatever was cut off', () => {
    const text = `${JSON.stringify(POINT)}\n${JSON.stringify(RESULT)}`;
    for (let length = JSON.stringify(POINT).length + 1; length < text.length; length += 7)
      expect(parseRecords(text.slice(0, length), 'x')).toEqual([POINT]);
  });

  test('a file that is none is refused by name and line', () => {
    writeFileSync(join(folder, 'no.jsonl'), `${JSON.stringify(POINT)}\n{"entries": []}\n`);
    expect(() => readRecords([join(folder, 'no.jsonl')])).toThrow(/no\.jsonl: line 2 is no record/);
    expect(() => readRecords([join(folder, 'nowhere')])).toThrow(/no such file or folder/);
  });
});

describe('distinctRecords', () => {
  test('keeps each point and job once, the first of them', () => {
    const other = { ...RESULT, seed: 2 } as BenchRecord;
    expect(distinctRecords([POINT, RESULT, POINT, other, RESULT])).toEqual([POINT, RESULT, other]);
  });
});

describe('pointIdOf', () => {
  test('is the same wherever the files lie, and another for another condition', () => {
    const heard = (path: string, durationSeconds: number): JobCondition => ({
      kind: 'listening',
      sound: 'recordings',
      noises: [{ kind: 'file', name: 'cafe', path }],
      durationSeconds,
    });
    expect(pointIdOf(heard('/one/cafe.wav', 60))).toBe(pointIdOf(heard('/two/cafe.wav', 60)));
    expect(pointIdOf(heard('/one/cafe.wav', 60))).not.toBe(pointIdOf(heard('/one/cafe.wav', 30)));
  });
});

describe('shards', () => {
  test('are told as in 3/8', () => {
    expect(parseShard('3/8')).toEqual({ index: 3, count: 8 });
    for (const text of ['0/8', '9/8', '3', '3/', '-1/2', '1.5/2', 'a/b', '']) expect(parseShard(text)).toBeUndefined();
  });

  test('take turns at the seeds', () => {
    expect([1, 2, 3].map((index) => seedsOf({ index, count: 3 }, 100, 5))).toEqual([[100, 103], [101, 104], [102]]);
  });
});

describe('currentBuild', () => {
  test('changes with what is measured, and with nothing else', () => {
    const build = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return currentBuild(folder, folder, ['.']).build;
    };
    const first = build('a.js', 'one');
    expect(build('a.js.map', 'x')).toBe(first);
    expect(build('a.js', 'two')).not.toBe(first);
    expect(build('a.js', 'one')).toBe(first);
    expect(build('b.js', '')).not.toBe(first);
  });
});

describe('progress', () => {
  test('without a terminal a line every half minute says how long it will take', () => {
    const lines: string[] = [];
    let now = 0;
    const progress = startProgress(10, { write: (text) => lines.push(text) }, () => now);
    for (let job = 0; job < 5; job++) {
      now += 20_000;
      progress.step();
    }
    expect(lines).toEqual(['2/10 jobs, about 3 min left\n', '4/10 jobs, about 2 min left\n']);
  });

  test('durations are told roughly', () => {
    expect([40, 700, 7500].map(durationText)).toEqual(['40 s', '12 min', '2 h 05 min']);
  });
});
