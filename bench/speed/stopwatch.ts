// Times a run again and again with Benchmark.js.

import Benchmark from 'benchmark';

/** How the runs went. */
export interface Timing {
  readonly runs: number;
  /** Processor time of the fastest run, all threads: what else the machine does can only slow a run down. */
  readonly fastestSeconds: number;
  /** Elapsed. */
  readonly meanSeconds: number;
  /** Half width of the mean's 95 % interval. */
  readonly meanErrorPercent: number;
}

/** @param run - takes some milliseconds at least, so that one run is one sample */
export function time(name: string, run: () => void, maxSeconds: number): Timing {
  let fastestSeconds = Number.POSITIVE_INFINITY;
  const timed = () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    fastestSeconds = Math.min(fastestSeconds, (user + system) / 1e6);
  };
  const benchmark = new Benchmark(name, timed, { maxTime: maxSeconds, minTime: 0.001, initCount: 1 });
  benchmark.run();
  const { sample, mean, rme } = benchmark.stats;
  return { runs: sample.length, fastestSeconds, meanSeconds: mean, meanErrorPercent: rme };
}
