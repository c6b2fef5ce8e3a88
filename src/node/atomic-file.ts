// A file that is replaced as a whole, or not at all: after a power cut either the old content or the new one is there.

import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Only the owner may read or write. */
export const PRIVATE_FILE_MODE = 0o600;

/**
 * Temporary file beside it, fsync, rename, fsync of the folder. When the promise resolves the new content survives a power cut.
 *
 * Two writers of one path must be kept apart by a lock (`FileLock`): they share the temporary file's name, so that a crash leaves at
 * most one behind.
 *
 * @param content - text as UTF-8, or bytes
 * @param mode - permissions of the file, default 0o600
 * @throws the error of node:fs; the old content is then still there
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  mode: number = PRIVATE_FILE_MODE,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await rm(temporary, { force: true });
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** A rename is durable when the folder that holds the name is. (Windows cannot open folders, and does not need it.) */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
