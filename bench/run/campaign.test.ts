import { describe, expect, test } from '@jest/globals';
import type { Job, JobResult } from '../trial/job.js';
import { type CampaignOptions, type PlannedPoint, runCampaign, type Sweep } from './campaign.js';
import type { BenchRecord, ResultRecord } from './records.js';
import { WHOLE } from './shard.js';

function pointOf(name: string, payloadByteCount: number, runCount = 4): PlannedPoint {
  return {
    labels: { part: 'airtime', subject: 'audible-fast', name },
    condition: { kind: 'airtime', sender: { modem: 'tillsong', profile: 'audible-fast' }, payloadByteCount },
    runCount,
  };
}

/** A job's result tells which job it was. */
function resultOf({ condition, seed }: Job): JobResult {
  const size = 'payloadByteCount' in condition ? condition.payloadByteCount : 0;
  return { kind: 'airtime', airtimeSeconds: size, energySeconds: seed };
}

/** Runs a campaign on a machine that stops after so many jobs. */
async function campaign(sweeps: Sweep[], known: BenchRecord[], options: Partial<CampaignOptions> = {}, jobLimit = 1e9) {
  const written: BenchRecord[] = [];
  const done: string[] = [];
  const run: CampaignOptions['run'] = async (jobs, onResult) => {
    for (const job of jobs) {
      if (done.length === jobLimit) throw new Error('stopped');
      const size = 'payloadByteCount' in job.condition ? job.condition.payloadByteCount : 0;
      done.push(`${size}/${job.seed}`);
      onResult(job, resultOf(job));
    }
  };
  const base = { build: 'a', firstSeed: 10, known, run, write: (record: BenchRecord) => written.push(record) };
  try {
    await runCampaign(sweeps, { ...base, ...options });
  } catch (error) {
    if ((error as Error).message !== 'stopped') throw error;
  }
  return { written, done };
}

const TWO: Sweep = () => [pointOf('small', 1), pointOf('large', 2)];

function resultKeys(records: readonly BenchRecord[]): string[] {
  return records
    .filter((record): record is ResultRecord => record.type === 'result')
    .map(({ point, seed, result }) => `${point}/${seed}/${JSON.stringify(result)}`)
    .sort();
}

describe('runCampaign', () => {
  test('runs each seed of each point once, the first seeds of all points first', async () => {
    const { done } = await campaign([TWO], []);
    expect(done).toEqual(['1/10', '2/10', '1/11', '2/11', '1/12', '2/12', '1/13', '2/13']);
  });

  test('a stopped run continues where it stopped, and ends with the same results', async () => {
    const whole = await campaign([TWO], []);
    const stopped = await campaign([TWO], [], {}, 3);
    const continued = await campaign([TWO], stopped.written);
    expect(stopped.done.length).toBe(3);
    expect(continued.done.length).toBe(5);
    expect(resultKeys([...stopped.written, ...continued.written])).toEqual(resultKeys(whole.written));
    expect((await campaign([TWO], [...stopped.written, ...continued.written])).done).toEqual([]);
  });

  test('more runs are asked for: only those are made', async () => {
    const first = await campaign([() => [pointOf('small', 1, 2)]], []);
    const more = await campaign([() => [pointOf('small', 1, 3)]], first.written);
    expect(more.done).toEqual(['1/12']);
  });

  test('results of another build count for nothing', async () => {
    const before = await campaign([TWO], [], { build: 'a' });
    expect((await campaign([TWO], before.written, { build: 'b' })).done.length).toBe(8);
  });

  test('the shares of a sweep are its jobs, each once', async () => {
    const whole = await campaign([TWO], []);
    const shares = await Promise.all([1, 2, 3].map((index) => campaign([TWO], [], { shard: { index, count: 3 } })));
    expect(shares.map(({ done }) => done.length)).toEqual([4, 2, 2]);
    expect(resultKeys(shares.flatMap(({ written }) => written))).toEqual(resultKeys(whole.written));
  });

  test('a sweep is asked again when its results are there, until it wants nothing new', async () => {
    const growing: Sweep = (resultsOf) => {
      const first = pointOf('small', 1, 1);
      const second = pointOf('large', 2, 1);
      return resultsOf(first) ? [first, second] : [first];
    };
    const { done, written } = await campaign([growing], [], { shard: WHOLE });
    expect(done).toEqual(['1/10', '2/10']);
    expect(written.map(({ type }) => type)).toEqual(['point', 'result', 'point', 'point', 'result']);
  });
});
