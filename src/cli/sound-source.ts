// Where `tillsong receive` hears from: a WAV file, standard input, or either as raw samples.

import { createReadStream } from 'node:fs';
import { openWavFile, readRawPcm, readWav, type SampleEncoding } from 'tillsong/node';
import type { CommandContext } from './command-context.js';

/** Samples of one input. */
export interface SoundSource {
  readonly sampleRateHz: number;
  /** Undefined for a stream whose end nobody knows. */
  readonly frameCount: number | undefined;
  readonly samples: AsyncIterable<Float32Array>;
  close(): Promise<void>;
}

/** Samples without a header. */
export interface RawFormat {
  readonly encoding: SampleEncoding;
  readonly sampleRateHz: number;
}

/**
 * @param input - a path, or `-` for standard input
 * @param raw - how to read samples that have no header; undefined for WAV
 * @throws AudioInputError when it cannot be opened or is no WAV file
 */
export async function openSound(
  input: string,
  raw: RawFormat | undefined,
  context: CommandContext,
): Promise<SoundSource> {
  const isStdin = input === '-';
  const name = isStdin ? 'standard input' : input;
  if (!isStdin && !raw) return openWavFile(input);
  const bytes = untilAborted(isStdin ? context.stdin : createReadStream(input), context.interrupted);
  if (!raw) return readWav(bytes, name);
  const samples = readRawPcm(bytes, { encoding: raw.encoding, name });
  const close = async () => void (await bytes.return());
  return { sampleRateHz: raw.sampleRateHz, frameCount: undefined, samples, close };
}

/** Passes on what a source delivers until it ends or the signal comes, even while it waits for a live source. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  let isWaiting = false;
  try {
    for (;;) {
      isWaiting = true;
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === 'aborted') return;
      isWaiting = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // A source that is being waited for answers return() only after its next chunk: that may never come.
    const returned = iterator.return?.();
    if (!isWaiting) await returned;
    else returned?.catch(() => {});
  }
}
