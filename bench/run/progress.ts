// How far a run has come: a bar where someone watches, else a line every half minute for the log.

import { SingleBar } from 'cli-progress';

const LINE_INTERVAL_MS = 30_000;

export interface Progress {
  step(): void;
  end(): void;
}

/** @param nowMs - the clock, in milliseconds */
export function startProgress(
  total: number,
  stream: { readonly isTTY?: boolean; write(text: string): unknown } = process.stderr,
  nowMs: () => number = Date.now,
): Progress {
  if (!stream.isTTY) return linesOf(total, stream, nowMs);
  const format = '[{bar}] {value}/{total} jobs | {duration_formatted} | {eta_formatted} left';
  const bar = new SingleBar({ format, etaBuffer: 200, clearOnComplete: true });
  bar.start(total, 0);
  return { step: () => bar.increment(), end: () => bar.stop() };
}

function linesOf(total: number, stream: { write(text: string): unknown }, nowMs: () => number): Progress {
  const start = nowMs();
  let told = start;
  let done = 0;
  return {
    step: () => {
      done++;
      const now = nowMs();
      if (now - told < LINE_INTERVAL_MS) return;
      told = now;
      const leftSeconds = ((now - start) / done / 1000) * (total - done);
      stream.write(`${done}/${total} jobs, about ${durationText(leftSeconds)} left\n`);
    },
    end: () => {},
  };
}

/** @returns as in `2 h 05 min`, `12 min` or `40 s` */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
