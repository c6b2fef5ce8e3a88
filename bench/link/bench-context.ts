// What every measurement of the link bench needs to know.

import type { ChannelSet } from '../rooms/channel-set.js';
import type { JobRunner } from './job.js';

/** What every measurement needs to know. */
export interface BenchContext {
  readonly run: JobRunner;
  readonly channels: ChannelSet;
  readonly payloadByteCount: number;
  /** Trials a point. */
  readonly runCount: number;
  /** What arrives through rooms is scaled to the energy sent instead of to peak 1; see channel-recipe.ts. */
  readonly hasEnergyKept?: boolean;
  /** The first trial's seed; the others count up from it. */
  readonly seed: number;
}

/** Makes one after the other. */
export async function inTurn<In, Out>(inputs: readonly In[], make: (input: In) => Promise<Out>): Promise<Out[]> {
  const outputs: Out[] = [];
  for (const input of inputs) outputs.push(await make(input));
  return outputs;
}

/** @returns the sum of a number of each value */
export function sumOf<T>(values: readonly T[], numberOf: (value: T) => number): number {
  return values.reduce((sum, value) => sum + numberOf(value), 0);
}
