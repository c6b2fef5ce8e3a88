// What a command sees of the world, so that tests can hand it another one, and how it ends.

import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Receiver, Transmitter } from 'tillsong';

/** The modem as the commands use it. */
export interface Modem {
  createTransmitter(options: ConstructorParameters<typeof Transmitter>[0]): Pick<Transmitter, 'repeat'>;
  createReceiver(options: ConstructorParameters<typeof Receiver>[0]): Pick<Receiver, 'push' | 'flush'>;
}

/** The surroundings of one run of the command line. */
export interface CommandContext {
  readonly version: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Aborted by Ctrl-C: take no more input, conclude, say what was heard. */
  readonly interrupted: AbortSignal;
  readonly modem: Modem;
  /** The clock of this computer, Unix seconds, an integer. */
  nowSeconds(): number;
  /** @returns that many bytes from the cryptographic random generator of the operating system */
  randomBytes(byteCount: number): Uint8Array;
}

/** Tells the exit code of a command that ran. */
export type Finish = (exitCode: number) => void;

/** Adds one command, or a group such as `tillsong wallet ...`, to the program. */
export type AddCommands = (program: Command, context: CommandContext, finish: Finish) => void;

/** Exit codes: 1 for a refusal (the answer is no), 2 for files, 64 as sysexits.h has it, 130 as shells have it for Ctrl-C. */
export const EXIT = { ok: 0, refused: 1, file: 2, usage: 64, interrupted: 130 } as const;

/** The command line asks for something that cannot be. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file could not be read or written. The message is one line that names it. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** Writes one line of what is not the command's result: what was done, what went wrong. */
export function tell(context: CommandContext, text: string): void {
  context.stderr.write(`tillsong: ${visible(text)}\n`);
}

// Control characters, invisible formatting (which could reorder a line) and line separators.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** @returns the text with every character that a terminal would obey, not show, as an escape */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
