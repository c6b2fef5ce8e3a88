// A sweep shared out over machines: each takes every Nth seed of every point, and knows nothing of the others.

/** One of `count` shares. */
export interface Shard {
  /** 1..count. */
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = Object.freeze({ index: 1, count: 1 });

/**
 * @param text - as in `3/8`
 * @returns undefined when it is no share
 */
export function parseShard(text: string): Shard | undefined {
  const match = /^([0-9]{1,6})\/([0-9]{1,6})$/.exec(text);
  if (!match) return undefined;
  const [index, count] = [Number(match[1]), Number(match[2])];
  return index >= 1 && index <= count ? { index, count } : undefined;
}

/** @returns the seeds of a share: of firstSeed, firstSeed + 1 ... every Nth */
export function seedsOf(shard: Shard, firstSeed: number, runCount: number): number[] {
  const seeds: number[] = [];
  for (let i = shard.index - 1; i < runCount; i += shard.count) seeds.push(firstSeed + i);
  return seeds;
}
