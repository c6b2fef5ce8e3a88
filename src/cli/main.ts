#!/usr/bin/env node
// The `tillsong` command: hands the real world to the command line.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Receiver, Transmitter } from 'tillsong';
import { describeSystemError } from 'tillsong/node';
import { EXIT } from './command-context.js';
import { run } from './run.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

// The first Ctrl-C concludes what was heard so far, the second one ends at once.
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has read enough: `tillsong receive - | head -1`.
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`tillsong: standard output: cannot be written: ${describeSystemError(error)}\n`);
  process.exit(EXIT.file);
});

process.exitCode = await run(process.argv.slice(2), {
  version,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupted: interruption.signal,
  modem: {
    createTransmitter: (options) => new Transmitter(options),
    createReceiver: (options) => new Receiver(options),
  },
  nowSeconds: () => Math.floor(Date.now() / 1000),
  randomBytes: (byteCount) => Uint8Array.from(randomBytes(byteCount)),
});

// An input that is still open would keep the process waiting.
process.stdin.destroy();
