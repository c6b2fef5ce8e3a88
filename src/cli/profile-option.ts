// `--profile`: the name of a built-in profile, or a file that describes one.

import { readFile } from 'node:fs/promises';
import { PROFILE_NAMES, type Profile, type ProfileName, parseProfile, TillsongError } from 'tillsong';
import { describeSystemError } from 'tillsong/node';
import { FileError, UsageError } from './command-context.js';

/** A built-in profile by its name, or another by its data. */
export type ChosenProfile = ProfileName | Profile;

/**
 * @param value - a built-in name, or the path of a JSON file (it has a dot or a slash in it)
 * @throws UsageError for an unknown name or a bad profile, FileError when the file cannot be read
 */
export async function resolveProfile(value: string): Promise<ChosenProfile> {
  if ((PROFILE_NAMES as readonly string[]).includes(value)) return value as ProfileName;
  if (!/[./\\]/.test(value))
    throw new UsageError(
      `--profile: expected ${PROFILE_NAMES.join(', ')} or a JSON file, got ${JSON.stringify(value)}`,
    );
  const text = await readFile(value, 'utf8').catch((error: unknown) => {
    throw new FileError(`${value}: cannot be read: ${describeSystemError(error)}`);
  });
  try {
    return parseProfile(JSON.parse(text));
  } catch (error) {
    if (error instanceof TillsongError) throw new UsageError(`${value}: ${error.message}`);
    if (error instanceof SyntaxError) throw new UsageError(`${value}: not JSON: ${error.message}`);
    throw error;
  }
}
