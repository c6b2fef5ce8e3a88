// How far a long file has been heard, shown on standard error when somebody is looking.

import cliProgress from 'cli-progress';
import type { CommandContext } from './command-context.js';
import type { SoundSource } from './sound-source.js';

const MIN_SECONDS = 10;

/** A progress bar, or nothing at all where none belongs. */
export interface Progress {
  update(framesHeard: number): void;
  /** Takes the bar off the screen before other text; the next update draws it again. */
  clear(): void;
  stop(): void;
}

const NO_PROGRESS: Progress = { update: () => {}, clear: () => {}, stop: () => {} };

/** @returns a bar when standard error is a terminal and the sound is long and of known length */
export function startProgress(file: string, source: SoundSource, context: CommandContext): Progress {
  const { frameCount, sampleRateHz } = source;
  const { stderr } = context;
  if (!stderr.isTTY || frameCount === undefined || frameCount / sampleRateHz < MIN_SECONDS) return NO_PROGRESS;
  const bar = new cliProgress.SingleBar({
    stream: stderr,
    format: '{file} [{bar}] {percentage}% of {length}',
    clearOnComplete: true,
    hideCursor: null,
    gracefulExit: false,
    autopadding: true,
  });
  bar.start(frameCount, 0, { file, length: `${(frameCount / sampleRateHz).toFixed(0)} s` });
  return {
    update: (framesHeard) => bar.update(framesHeard),
    clear: () => stderr.write('\r\x1b[2K'),
    stop: () => bar.stop(),
  };
}
