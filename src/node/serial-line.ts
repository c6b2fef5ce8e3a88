// A serial port (or a pseudo-terminal) as lines of text, and the loop that answers a vending machine's controller over it.

import { spawnSync } from 'node:child_process';
import { closeSync, constants, createWriteStream, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { formatMdbLine, MAX_MDB_LINE_CHARACTERS, parseMdbLine } from '../payment/mdb/mdb-line.js';
import type { MdbVend } from '../payment/mdb/mdb-vend.js';

/** Both directions of a line. */
export interface SerialPort {
  readonly input: Readable;
  readonly output: Writable;
  close(): void;
}

/**
 * Opens a terminal device: no echo, no line editing, every byte as it is.
 *
 * @param path - as in /dev/ttyUSB0
 * @param baudRate - set with `stty` of the system; undefined leaves it as it is
 * @throws the system's error when it cannot be opened or is no terminal
 */
export function openSerialPort(path: string, baudRate?: number): SerialPort {
  const readable = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  try {
    if (baudRate !== undefined) setBaudRate(path, baudRate);
    const input = new ReadStream(readable);
    input.setRawMode(true);
    // Written by a thread of its own: a line that nobody reads must not stop the till.
    const output = createWriteStream(path, { fd: openSync(path, constants.O_WRONLY | constants.O_NOCTTY) });
    // Whoever reads learns of a line that breaks while it is written to; after the end nobody does.
    output.on('error', (error) => input.destroy(error));
    return {
      input,
      output,
      close: () => {
        input.destroy();
        output.end();
      },
    };
  } catch (error) {
    closeSync(readable);
    throw error;
  }
}

/**
 * Splits a stream into lines, ended by LF, CR or both.
 *
 * @param maxCharacters - a longer line is noise: it is left out
 */
export async function* readLines(input: Readable, maxCharacters: number): AsyncGenerator<string, void, void> {
  let line = '';
  let isTooLong = false;
  for await (const chunk of input) {
    for (const character of (chunk as Buffer).toString('latin1')) {
      if (character === '\n' || character === '\r') {
        if (line.length > 0 && !isTooLong) yield line;
        line = '';
        isTooLong = false;
      } else if (line.length < maxCharacters) line += character;
      else isTooLong = true;
    }
  }
}

/** How `serveMdb` runs. */
export interface MdbServeOptions {
  /** aborted to stop */
  readonly signal: AbortSignal;
  /** milliseconds since any moment, never back */
  readonly monotonicMs: () => number;
}

/** Time passes for the vend adapter also while the controller is silent. */
const TICK_MS = 50;

/**
 * Answers the controller's blocks, one line each, as docs/mdb-serial.md says, until the line ends or the signal comes.
 *
 * @throws the system's error when the line breaks
 */
export async function serveMdb(
  vend: MdbVend,
  { input, output }: Pick<SerialPort, 'input' | 'output'>,
  { signal, monotonicMs }: MdbServeOptions,
): Promise<void> {
  const ticking = setInterval(() => vend.tick(monotonicMs()), TICK_MS);
  const stop = () => input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readLines(input, MAX_MDB_LINE_CHARACTERS)) {
      const block = parseMdbLine(line);
      const response = block && vend.receive(block, monotonicMs());
      if (response !== undefined && !signal.aborted) output.write(`${formatMdbLine(response)}\n`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(ticking);
    signal.removeEventListener('abort', stop);
  }
}

function setBaudRate(path: string, baudRate: number): void {
  const { status, stderr, error } = spawnSync('stty', ['-F', path, String(baudRate)], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`stty: ${stderr.trim()}`);
}
