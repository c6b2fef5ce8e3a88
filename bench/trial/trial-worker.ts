// A worker thread of the benches: takes jobs, one at a time, and answers each with its result.

import { parentPort } from 'node:worker_threads';
import { AudioInputError } from 'tillsong/node';
import { SoundLibrary } from '../rooms/sound-source.js';
import { type Job, runJob } from './job.js';

const sounds = new SoundLibrary();

parentPort?.on('message', async (job: Job) => {
  try {
    parentPort?.postMessage({ result: await runJob(job, sounds) });
  } catch (error) {
    // An unreadable file is told in a line; anything else is a fault of ours, and where it arose matters.
    const isFault = error instanceof Error && !(error instanceof AudioInputError);
    parentPort?.postMessage({ error: isFault ? error.stack : String((error as Error).message ?? error) });
  }
});
