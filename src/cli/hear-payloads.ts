// The payloads of a sound file or of standard input, for commands that wait for one.

import type { CommandContext } from './command-context.js';
import { type ChosenProfile, resolveProfile } from './profile-option.js';
import { openSound } from './sound-source.js';
import { asFile } from './told-errors.js';

/**
 * Hears messages until the sound ends.
 *
 * @param input - path of a WAV file, or `-` for standard input
 * @param profiles - names or files; empty for all built-in profiles
 * @throws UsageError, FileError for a profile or a sound that cannot be used
 */
export async function* hearPayloads(
  input: string,
  profiles: readonly string[],
  context: CommandContext,
): AsyncGenerator<Uint8Array, void, void> {
  const chosen: ChosenProfile[] = await Promise.all(profiles.map(resolveProfile));
  const source = await asFile(input, () => openSound(input, undefined, context));
  try {
    const { sampleRateHz } = source;
    const options = chosen.length > 0 ? { sampleRateHz, profiles: chosen } : { sampleRateHz };
    const receiver = await asFile(input, () => context.modem.createReceiver(options));
    const samples = source.samples[Symbol.asyncIterator]();
    for (;;) {
      const next = await asFile(input, () => samples.next());
      const events = next.done || context.interrupted.aborted ? receiver.flush() : receiver.push(next.value);
      for (const event of events) if (event.type === 'message') yield event.payload;
      if (next.done || context.interrupted.aborted) return;
    }
  } finally {
    await source.close();
  }
}
