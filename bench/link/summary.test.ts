import { describe, expect, test } from '@jest/globals';
import { type BenchRecord, NO_CHANNELS, pointIdOf, type RunRecord } from '../run/records.js';
import type { BurstCondition, BurstResult } from '../trial/burst-trial.js';
import { WHITE_NOISE_RECIPE } from '../trial/channel-recipe.js';
import type { DeliveryEntry } from './link-entries.js';
import { limitsOf } from './limits.js';
import { sectionsOf } from './link-report.js';
import { linkEntriesOf } from './summary.js';

const RUN: RunRecord = {
  type: 'run',
  build: 'a',
  commit: 'abc',
  isClean: true,
  startedAt: '2026-01-01T00:00:00Z',
  node: 'v20',
  cpu: 'any',
  channelSet: 'simulated',
  command: [],
};

const RESULT: BurstResult = {
  kind: 'burst',
  isDelivered: true,
  burstCount: 1,
  seconds: 0.3,
  fate: 'delivered',
  falseMessageCount: 0,
  lostReasons: [],
  heardSeconds: 2,
  decodeSeconds: 0.1,
  draw: { room: 'hall', clockOffsetPpm: 0, speedMetersPerSecond: 0 },
};
const LOST: Partial<BurstResult> = { isDelivered: false, fate: 'missed' };

function recordsOf(
  part: string,
  psnrDb: number,
  results: readonly Partial<BurstResult>[],
  { build = 'a', firstSeed = 1, burstCount = 1 } = {},
): BenchRecord[] {
  const condition: BurstCondition = {
    kind: 'burst',
    sender: { modem: 'tillsong', profile: 'audible-fast' },
    payloadByteCount: 92,
    psnrDb,
    recipe: WHITE_NOISE_RECIPE,
    ...(burstCount > 1 && { singing: { burstCount, gapSeconds: 0.1 } }),
  };
  const name = part === 'repeats' ? `from the start, ${psnrDb} dB` : `${psnrDb} dB`;
  const point = pointIdOf(condition);
  return [
    { type: 'point', point, labels: { part, subject: 'audible-fast', name }, condition },
    ...results.map((result, i): BenchRecord => {
      const full = { ...RESULT, ...result } as BurstResult;
      return { type: 'result', point, build, seed: firstSeed + i, result: full };
    }),
  ];
}

describe('linkEntriesOf', () => {
  test('joins the shares of a point; a job found twice counts once', () => {
    const records = [
      RUN,
      ...recordsOf('white', -3, [{}, LOST]),
      ...recordsOf('white', -3, [{}, {}], { firstSeed: 3 }),
      ...recordsOf('white', -3, [{}], { firstSeed: 4 }),
    ];
    const [entry] = linkEntriesOf(records) as DeliveryEntry[];
    expect(entry.delivery).toMatchObject({ runCount: 4, successCount: 3 });
    expect(entry.fates).toEqual({ delivered: 3, missed: 1 });
    expect(entry.failedSeeds).toEqual([2]);
    expect(entry.provenance).toEqual({ commit: 'abc', isClean: true, channelSet: 'simulated', seeds: [1, 4] });
  });

  test('of two builds the one that was run last counts for a part and subject', () => {
    const later = { ...RUN, build: 'b', commit: 'def', startedAt: '2026-01-02T00:00:00Z' };
    const records = [
      RUN,
      later,
      ...recordsOf('white', -3, [LOST, LOST]),
      ...recordsOf('white', -4, [LOST, LOST]),
      ...recordsOf('near', 10, [{}]),
      ...recordsOf('white', -3, [{}], { build: 'b' }),
    ];
    const entries = linkEntriesOf(records) as DeliveryEntry[];
    expect(entries.map(({ part, name, provenance }) => [part, name, provenance.commit])).toEqual([
      ['white', '-3 dB', 'def'],
      ['near', '10 dB', 'abc'],
    ]);
  });

  test('a loss budget of the same build, which takes no rooms, does not hide which rooms there were', () => {
    const budget = { ...RUN, channelSet: NO_CHANNELS, startedAt: '2026-01-02T00:00:00Z' };
    for (const runs of [
      [RUN, budget],
      [budget, RUN],
    ])
      expect(linkEntriesOf([...runs, ...recordsOf('near', 10, [{}])])[0].provenance.channelSet).toBe('simulated');
  });

  test('counts what is there within 1, 2 and 4 bursts, and how long it took', () => {
    const results = [{}, { burstCount: 2, seconds: 0.7 }, { burstCount: 4, seconds: 1.5 }, LOST];
    const [entry] = linkEntriesOf([RUN, ...recordsOf('repeats', -6, results, { burstCount: 4 })]) as DeliveryEntry[];
    expect(Object.entries(entry.within ?? {}).map(([n, { successCount }]) => [n, successCount])).toEqual([
      ['1', 1],
      ['2', 2],
      ['4', 3],
    ]);
    expect(entry.seconds?.median).toBe(0.7);
  });

  test('a result whose point or run is missing is told', () => {
    const [, result] = recordsOf('white', -3, [{}]);
    expect(() => linkEntriesOf([RUN, result])).toThrow(/its point or run is in none of the files/);
  });

  test('rooms are told one by one, the worst by name', () => {
    const hall = { draw: { ...RESULT.draw, room: 'hall' } };
    const booth = { draw: { ...RESULT.draw, room: 'booth' } };
    const results = [...Array(6).fill(booth), ...Array(4).fill(hall), { ...hall, ...LOST }];
    const sections = sectionsOf(linkEntriesOf([RUN, ...recordsOf('far', 15, results)]));
    const byRoom = sections.find(({ title }) => title === 'Far rooms at 15 dB: by room');
    expect(byRoom?.table).toEqual([
      ['room', 'audible-fast'],
      ['booth', '6/6'],
      ['hall', '4/5'],
    ]);
    expect(byRoom?.note).toContain('hall 4/5 = 80 %');
  });
});

describe('limitsOf', () => {
  test('reads 99 % from the curve, and quotes the point with 500 runs that reached it', () => {
    const many = (count: number, lost: number) => [...Array(count - lost).fill({}), ...Array(lost).fill(LOST)];
    const records = [
      RUN,
      ...recordsOf('white', -4, many(100, 90)),
      ...recordsOf('white', -3.5, many(100, 50)),
      ...recordsOf('white', -3, many(100, 10)),
      ...recordsOf('white', -2.7, many(500, 5)),
    ];
    const [limit] = limitsOf(linkEntriesOf(records));
    expect(limit).toMatchObject({ variant: 'alone', burstCount: 1, quoted: { psnrDb: -2.7 } });
    expect(limit.psnrDb).toBeGreaterThan(-3);
    expect(limit.psnrDb).toBeLessThan(-2.4);
    expect(limit.lowest).toBeLessThan(limit.psnrDb);
  });
});
