// Errors of the library as the command line tells them: a wrong option, or a file that is not what it should be.

import { TillsongError } from 'tillsong';
import { AudioInputError, describeSystemError } from 'tillsong/node';
import { FileError, UsageError } from './command-context.js';

/**
 * @param option - what the error is about, as in `--price`
 * @throws UsageError when the action throws a TillsongError
 */
export function asUsage<T>(option: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TillsongError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

/**
 * @param path - the file or folder that is worked on
 * @throws FileError when the action throws a TillsongError, an error of the operating system or of a database
 */
export async function asFile<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileErrorOf(path, error);
  }
}

function fileErrorOf(path: string, error: unknown): unknown {
  if (error instanceof TillsongError || error instanceof AudioInputError) {
    const isNamed = error.message.startsWith(path);
    return new FileError(isNamed ? error.message : `${path}: ${error.message}`);
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !/^(E[A-Z0-9]+|SQLITE_[A-Z_]+)$/.test(code)) return error;
  const named = (error as { path?: unknown }).path;
  return new FileError(`${typeof named === 'string' ? named : path}: ${describeSystemError(error)}`);
}
