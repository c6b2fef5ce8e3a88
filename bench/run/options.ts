// Options that several benches take.

import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { parseShard, type Shard } from './shard.js';

export function integerOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
}

export function countOption(text: string): number {
  if (integerOption(text) === 0) throw new InvalidArgumentError('expected a whole number above 0');
  return integerOption(text);
}

export function numbersOption(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isFinite(value)))
    throw new InvalidArgumentError('expected numbers, as in -3,0,2.5');
  return values;
}

export function rateOption(text: string): number {
  const value = Number(text);
  if (!(value > 0.5 && value < 1)) throw new InvalidArgumentError('expected a rate between 0.5 and 1, as in 0.99');
  return value;
}

export function shardOption(text: string): Shard {
  const shard = parseShard(text);
  if (!shard) throw new InvalidArgumentError('expected a share, as in 3/8');
  return shard;
}

export const DEFAULT_WORKER_COUNT = availableParallelism();
