// The unit of work of the link bench: plain data that can go to a worker, and what comes back.

import type { SoundLibrary, SoundSource } from '../rooms/sound-source.js';
import { type Condition, type ListeningResult, runListening, runTrial, type TrialResult } from './trial.js';

/** One transmission to send, or one stretch without any to listen to. */
export type Job =
  | { readonly kind: 'trial'; readonly condition: Condition; readonly seed: number }
  | {
      readonly kind: 'listening';
      readonly noises: readonly SoundSource[];
      readonly durationSeconds: number;
      readonly seed: number;
    };

/** What a job gives. */
export type ResultOf<J extends Job> = J extends { kind: 'trial' } ? TrialResult : ListeningResult;

/** Runs jobs, in any order and side by side, and gives their results in the order of the jobs. */
export type JobRunner = <J extends Job>(jobs: readonly J[], title: string) => Promise<ResultOf<J>[]>;

/** Runs one job. */
export async function runJob<J extends Job>(job: J, sounds: SoundLibrary): Promise<ResultOf<J>> {
  const result =
    job.kind === 'trial'
      ? await runTrial(job.condition, job.seed, sounds)
      : await runListening(job.noises, job.durationSeconds, job.seed, sounds);
  return result as ResultOf<J>;
}
