// JSON between commands: requests, certificates, configurations, uploads.

import { readFile, writeFile } from 'node:fs/promises';
import { describeSystemError } from 'tillsong/node';
import { type CommandContext, FileError } from './command-context.js';

/** Nothing that is exchanged is longer; more is some other file. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/**
 * @param path - or `-` for standard input
 * @throws FileError when it cannot be read or is not JSON
 */
export async function readJsonFile(path: string, context: CommandContext): Promise<unknown> {
  const name = path === '-' ? 'standard input' : path;
  const text = path === '-' ? await textOf(context.stdin, name) : await readText(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new FileError(`${name}: expected JSON, got something else`);
  }
}

/** @throws FileError when it cannot be written */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`).catch((error: unknown) => {
    throw new FileError(`${path}: cannot be written: ${describeSystemError(error)}`);
  });
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new FileError(`${path}: cannot be read: ${describeSystemError(error)}`);
  });
  if (bytes.length > MAX_JSON_BYTES) throw new FileError(`${path}: expected at most 4 MiB, got ${bytes.length} bytes`);
  return bytes.toString('utf8');
}

async function textOf(input: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let byteCount = 0;
  for await (const chunk of input) {
    byteCount += chunk.length;
    if (byteCount > MAX_JSON_BYTES) throw new FileError(`${name}: expected at most 4 MiB, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
