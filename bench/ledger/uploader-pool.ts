// Uploaders as child processes, all at once: started, killed in the middle, started again from the beginning of their files, and waited for.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LedgerLocation } from 'tillsong/node';
import type { UploaderReport } from './uploader.js';

export interface PoolOptions {
  readonly location: LedgerLocation;
  readonly files: readonly string[];
  readonly tillCount: number;
  /** told after every upload: entries settled so far by all, duplicates included, and how many uploads that was */
  readonly onProgress: (entryCount: number, uploadCount: number) => void;
}

export interface PoolResult {
  /** from when all were ready to when all were done */
  readonly seconds: number;
  /** of all uploaders together */
  readonly cpuSeconds: number;
  readonly interruptionCount: number;
  readonly retryCount: number;
  readonly killCount: number;
  /** highest resident memory of one uploader in the first half of its entries, and in the second */
  readonly rssBytes: readonly [firstHalf: number, secondHalf: number];
}

const UPLOADER = fileURLToPath(new URL('./uploader.js', import.meta.url));

interface Uploader {
  readonly file: string;
  child: ChildProcess;
  reports: UploaderReport[];
  isDone: boolean;
}

/** Runs one uploader a file until all are done. */
export class UploaderPool {
  readonly #options: PoolOptions;
  readonly #uploaders: Uploader[] = [];
  readonly #kept: UploaderReport[] = [];
  #killCount = 0;
  #isOver = false;
  #startMs = 0;
  #uploadCount = 0;
  #fail: (error: Error) => void = () => {};

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @throws when an uploader ends otherwise than done or killed by `killOne` */
  async run(): Promise<PoolResult> {
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      for (const file of this.#options.files) this.#launch(file, resolve);
    }).finally(() => {
      this.#isOver = true;
      for (const { child } of this.#uploaders) child.kill('SIGKILL');
    });
    const seconds = (performance.now() - this.#startMs) / 1000;
    const last = [...this.#kept, ...this.#uploaders.flatMap(({ reports }) => reports.slice(-1))];
    const sum = (of: (report: UploaderReport) => number) => last.reduce((total, report) => total + of(report), 0);
    return {
      seconds,
      cpuSeconds: sum((report) => report.cpuSeconds),
      interruptionCount: sum((report) => report.interruptionCount),
      retryCount: sum((report) => report.retryCount),
      killCount: this.#killCount,
      rssBytes: this.#memory(),
    };
  }

  /** Kills one that still runs, as a power cut would, and starts it again from the beginning. @param choice - any number */
  killOne(choice: number): void {
    const running = this.#uploaders.filter(({ isDone, reports }) => !isDone && reports.length > 2);
    if (running.length === 0) return;
    this.#killCount++;
    running[choice % running.length].child.kill('SIGKILL');
  }

  #launch(file: string, onAllDone: () => void): void {
    const uploader: Uploader = { file, child: this.#fork(file), reports: [], isDone: false };
    this.#uploaders.push(uploader);
    this.#watch(uploader, onAllDone);
  }

  #fork(file: string): ChildProcess {
    const { location, tillCount } = this.#options;
    return fork(UPLOADER, [JSON.stringify({ location, file, tillCount })]);
  }

  #watch(uploader: Uploader, onAllDone: () => void): void {
    uploader.child.on('message', (report: UploaderReport) => {
      uploader.reports.push(report);
      uploader.isDone = report.state === 'done';
      if (report.state === 'ready') this.#begin(uploader);
      if (report.state !== 'working') return;
      this.#uploadCount++;
      const all = [...this.#kept, ...this.#uploaders.flatMap(({ reports }) => reports.slice(-1))];
      const entryCount = all.reduce((total, { entryCount }) => total + entryCount, 0);
      this.#options.onProgress(entryCount, this.#uploadCount);
    });
    uploader.child.on('exit', (code, signal) => {
      if (this.#isOver) return;
      if (signal === 'SIGKILL' && !uploader.isDone) {
        this.#kept.push(...uploader.reports.slice(-1));
        uploader.reports = [];
        uploader.child = this.#fork(uploader.file);
        this.#watch(uploader, onAllDone);
      } else if (!uploader.isDone) this.#fail(new Error(`an uploader ended with ${code ?? signal}`));
      else if (this.#uploaders.every(({ isDone }) => isDone)) onAllDone();
    });
  }

  /** All begin together; one that was started again begins at once. */
  #begin(uploader: Uploader): void {
    if (this.#startMs > 0) {
      uploader.child.send('begin');
      return;
    }
    if (this.#uploaders.some(({ reports }) => reports.length === 0)) return;
    this.#startMs = performance.now();
    for (const { child } of this.#uploaders) child.send('begin');
  }

  #memory(): readonly [number, number] {
    const halves = this.#uploaders.map(({ reports }) => {
      const half = reports.length >> 1;
      const highest = (some: readonly UploaderReport[]) => Math.max(0, ...some.map(({ rssBytes }) => rssBytes));
      return [highest(reports.slice(0, half)), highest(reports.slice(half))] as const;
    });
    return [Math.max(...halves.map(([first]) => first)), Math.max(...halves.map(([, second]) => second))];
  }
}
