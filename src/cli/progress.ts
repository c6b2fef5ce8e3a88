// How far a long file has been heard, shown on standard error when somebody is looking.

import cliProgress from 'cli-progress';
import { type CommandContext, visible } from './command-context.js';
import type { SoundSource } from './sound-source.js';

const MIN_SECONDS = 10;
/** With a bar of 24 characters the line fits into 80 columns, so that it never wraps. */
const MAX_NAME_LENGTH = 30;

/** A progress bar, or nothing at all where none belongs. */
export interface Progress {
  update(framesHeard: number): void;
  /** Takes the bar off the screen, for other text or for good; the next update draws it again. */
  clear(): void;
}

const NO_PROGRESS: Progress = { update: () => {}, clear: () => {} };

/** @returns a bar when standard error is a terminal and the sound is long and of known length */
export function startProgress(file: string, source: SoundSource, { stderr }: CommandContext): Progress {
  const { frameCount, sampleRateHz } = source;
  if (!stderr.isTTY || frameCount === undefined || frameCount / sampleRateHz < MIN_SECONDS) return NO_PROGRESS;
  const name = visible(file);
  const labels = {
    name: name.length > MAX_NAME_LENGTH ? `...${name.slice(3 - MAX_NAME_LENGTH)}` : name,
    length: `${(frameCount / sampleRateHz).toFixed(0)} s`,
  };
  const bar = new cliProgress.SingleBar({
    stream: stderr,
    format: '{name} [{bar}] {percentage}% of {length}',
    barsize: 24,
    clearOnComplete: true,
    // Nothing to undo if the process is killed.
    linewrap: true,
    hideCursor: null,
    gracefulExit: false,
  });
  return {
    // The bar returns to where it was started when it stops, so it has to be started anew below other text.
    update: (framesHeard) => (bar.isActive ? bar.update(framesHeard) : bar.start(frameCount, framesHeard, labels)),
    clear: () => bar.stop(),
  };
}
