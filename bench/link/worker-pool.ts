// Runs jobs on all cores, with a progress bar where someone watches.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import type { Job, JobRunner, ResultOf } from './job.js';

/** Worker threads that each run one job at a time. Close it, or the program will not end. */
export class WorkerPool {
  private readonly workers: Worker[];

  /** @param workerUrl - the built `link-worker.js` */
  constructor(workerUrl: URL, workerCount = availableParallelism()) {
    this.workers = Array.from({ length: workerCount }, () => new Worker(workerUrl));
  }

  /** Lets the workers go. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Runs jobs; the first that fails ends all. */
  readonly run: JobRunner = async <J extends Job>(jobs: readonly J[], title: string) => {
    const bar = process.stderr.isTTY
      ? new SingleBar({ format: '{title} [{bar}] {value}/{total} | {eta} s left', clearOnComplete: true })
      : undefined;
    bar?.start(jobs.length, 0, { title });
    const results: ResultOf<J>[] = new Array(jobs.length);
    let next = 0;
    try {
      await Promise.all(
        this.workers.map(async (worker) => {
          while (next < jobs.length) {
            const index = next++;
            results[index] = await ask(worker, jobs[index]);
            bar?.increment();
          }
        }),
      );
    } finally {
      bar?.stop();
    }
    return results;
  };
}

function ask<J extends Job>(worker: Worker, job: J): Promise<ResultOf<J>> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: { result: ResultOf<J> } | { error: string }) => {
      worker.off('error', reject);
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer.result);
    };
    worker.once('message', onMessage);
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
