// The unit of work of the benches: plain data that can go to a worker or into a file, and what comes back.

import type { SoundLibrary } from '../rooms/sound-source.js';
import { type AirtimeCondition, type AirtimeResult, runAirtimeTrial } from './airtime-trial.js';
import { type BudgetCondition, type BudgetResult, runBudgetTrial } from './budget-trial.js';
import { type BurstCondition, type BurstResult, runBurstTrial } from './burst-trial.js';
import { type ListeningCondition, type ListeningResult, runListening } from './listening-trial.js';

export type JobCondition = AirtimeCondition | BudgetCondition | BurstCondition | ListeningCondition;
export type JobResult = AirtimeResult | BudgetResult | BurstResult | ListeningResult;

/** A condition, once. */
export interface Job {
  readonly condition: JobCondition;
  readonly seed: number;
}

/** Runs one job. The same job gives the same result, the times it took apart. */
export function runJob({ condition, seed }: Job, sounds: SoundLibrary): Promise<JobResult> {
  switch (condition.kind) {
    case 'airtime':
      return runAirtimeTrial(condition, seed);
    case 'budget':
      return runBudgetTrial(condition, seed);
    case 'burst':
      return runBurstTrial(condition, seed, sounds);
    case 'listening':
      return runListening(condition, seed, sounds);
  }
}
