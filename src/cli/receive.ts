// `tillsong receive`: hears the messages in files and streams.

import { type ReceiverEvent, TillsongError } from 'tillsong';
import { AudioInputError } from 'tillsong/node';
import { type CommandContext, EXIT, type Modem, tell } from './command-context.js';
import { jsonLine, lostLine, messageLine } from './message-lines.js';
import { type ChosenProfile, resolveProfile } from './profile-option.js';
import { startProgress } from './progress.js';
import { openSound, type RawFormat, type SoundSource } from './sound-source.js';

/** The options of the command. */
export interface ReceiveOptions {
  /** One JSON object a message on standard output, instead of a line for people. */
  readonly json: boolean;
  /** Names or files; empty for all built-in profiles. */
  readonly profiles: readonly string[];
  /** How to read samples without a header; undefined for WAV. */
  readonly raw: RawFormat | undefined;
}

/**
 * Hears every input to its end, whatever is wrong with the others.
 *
 * @param inputs - paths, or `-` for standard input
 * @returns the exit code: 0 when all were read, heard or not, 2 when one could not be, 130 when interrupted
 * @throws UsageError, FileError for a profile that cannot be used
 */
export async function receive(
  inputs: readonly string[],
  options: ReceiveOptions,
  context: CommandContext,
): Promise<number> {
  const profiles = await Promise.all(options.profiles.map(resolveProfile));
  let exitCode: number = EXIT.ok;
  for (const input of inputs) {
    if (context.interrupted.aborted) break;
    try {
      await receiveOne(input, profiles, options, context);
    } catch (error) {
      if (error instanceof TillsongError) tell(context, `${input}: ${error.message}`);
      else if (!(error instanceof AudioInputError)) throw error;
      else if (!context.interrupted.aborted) tell(context, error.message);
      exitCode = EXIT.file;
    }
  }
  return context.interrupted.aborted ? EXIT.interrupted : exitCode;
}

type Listener = ReturnType<Modem['createReceiver']>;

async function receiveOne(
  input: string,
  profiles: readonly ChosenProfile[],
  options: ReceiveOptions,
  context: CommandContext,
): Promise<void> {
  const source = await openSound(input, options.raw, context);
  try {
    const { sampleRateHz } = source;
    // Without profiles the receiver listens for all built-in ones that the rate can carry.
    const listener = context.modem.createReceiver(profiles.length > 0 ? { sampleRateHz, profiles } : { sampleRateHz });
    const messageCount = await hear(input, source, listener, options, context);
    if (messageCount === 0 && !options.json) tell(context, `${input}: no message heard`);
  } finally {
    await source.close();
  }
}

/** @returns the number of messages, each of which has been written out as soon as it was there */
async function hear(
  input: string,
  source: SoundSource,
  listener: Listener,
  options: ReceiveOptions,
  context: CommandContext,
): Promise<number> {
  const progress = startProgress(input, source, context);
  let messageCount = 0;
  const report = (events: readonly ReceiverEvent[]) => {
    if (events.length > 0) progress.clear();
    for (const event of events) {
      if (event.type === 'message') {
        messageCount++;
        context.stdout.write(`${(options.json ? jsonLine : messageLine)(input, event)}\n`);
      } else if (!options.json) {
        tell(context, lostLine(input, event));
      }
    }
  };
  let framesHeard = 0;
  try {
    for await (const samples of source.samples) {
      report(listener.push(samples));
      framesHeard += samples.length;
      progress.update(framesHeard);
      if (context.interrupted.aborted) break;
    }
  } finally {
    // A file that breaks off is heard as far as it goes, before the error is told.
    report(listener.flush());
    progress.clear();
  }
  return messageCount;
}
