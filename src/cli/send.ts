// `tillsong send`: a payload to a WAV file, once or repeated.

import { readFile } from 'node:fs/promises';
import { describeSystemError } from 'tillsong/node';
import { type CommandContext, EXIT, FileError, UsageError } from './command-context.js';
import { type BurstOptions, writeBursts } from './write-bursts.js';

/** The options of the command; exactly one of hex, text and file is there. */
export interface SendOptions extends BurstOptions {
  readonly hex?: string;
  readonly text?: string;
  readonly file?: string;
}

/**
 * Writes the bursts of a payload into a WAV file.
 *
 * @returns the exit code
 * @throws UsageError for what cannot be sent, FileError for a file that cannot be read or written
 */
export async function send(options: SendOptions, context: CommandContext): Promise<number> {
  await writeBursts(await payloadOf(options), options, context);
  return EXIT.ok;
}

async function payloadOf({ hex, text, file }: SendOptions): Promise<Uint8Array> {
  if (hex !== undefined) {
    if (!/^([0-9a-f]{2})*$/i.test(hex))
      throw new UsageError(`--hex: expected an even number of hexadecimal digits, got ${JSON.stringify(hex)}`);
    return Uint8Array.from(Buffer.from(hex, 'hex'));
  }
  if (text !== undefined) return new TextEncoder().encode(text);
  if (file === undefined) throw new UsageError('nothing to send: give --hex, --text or --file');
  try {
    return Uint8Array.from(await readFile(file));
  } catch (error) {
    throw new FileError(`${file}: cannot be read: ${describeSystemError(error)}`);
  }
}
