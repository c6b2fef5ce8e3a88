// Runs jobs on all cores: worker threads that each take the next job as soon as they are done with one.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, JobResult } from '../trial/job.js';

/** Runs jobs in any order and side by side; `onResult` is told each result as it comes. */
export type JobRunner = (jobs: readonly Job[], onResult: (job: Job, result: JobResult) => void) => Promise<void>;

/** Worker threads that each run one job at a time. Close it, or the program will not end. */
export class WorkerPool {
  private readonly workers: Worker[];

  /** @param workerUrl - the built `trial-worker.js` */
  constructor(workerUrl: URL, workerCount = availableParallelism()) {
    this.workers = Array.from({ length: workerCount }, () => new Worker(workerUrl));
  }

  /** Lets the workers go. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** The first job that fails ends all. */
  readonly run: JobRunner = async (jobs, onResult) => {
    let next = 0;
    let hasFailed = false;
    const serve = async (worker: Worker): Promise<void> => {
      while (next < jobs.length && !hasFailed) {
        const job = jobs[next++];
        try {
          onResult(job, await ask(worker, job));
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      }
    };
    await Promise.all(this.workers.map(serve));
  };
}

function ask(worker: Worker, job: Job): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: { result: JobResult } | { error: string }) => {
      worker.off('error', reject);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    });
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
