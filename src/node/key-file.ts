// Secret keys in files: 32 bytes in hexadecimal digits and a line end, readable by their owner alone. For servers, tests and phones
// without secure hardware; where there is some, the key never becomes a file.

import { open, readFile, stat } from 'node:fs/promises';
import { TillsongError } from '../shared/errors.js';
import { fromHex, toHex } from '../shared/hex.js';
import { PRIVATE_FILE_MODE } from './atomic-file.js';

const KEY_BYTE_COUNT = 32;
/** Any permission of group and others. */
const SHARED_MODE = 0o077;

/**
 * Writes a key into a new file of mode 600.
 *
 * @param secret - 32 bytes: an Ed25519 seed, or a P-256 secret key, big-endian
 * @throws the error of node:fs, `EEXIST` when the file is there: a key is never overwritten
 */
export async function writeKeyFile(path: string, secret: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', PRIVATE_FILE_MODE);
  try {
    await file.writeFile(`${toHex(secret)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * @returns 32 bytes
 * @throws TillsongError `ERR_STATE` when others than the owner have any access to the file, `ERR_TYPE` or `ERR_LENGTH` when it
 *   holds no key; the error of node:fs when it cannot be read
 */
export async function readKeyFile(path: string): Promise<Uint8Array> {
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & SHARED_MODE) !== 0)
    throw new TillsongError('ERR_STATE', `${path}: expected mode 600, got ${(mode & 0o777).toString(8)}`);
  const text = await readFile(path, 'utf8');
  const digits = text.endsWith('\n') ? text.slice(0, -1) : text;
  // The content is not shown in any error.
  if (!/^[0-9a-f]*$/.test(digits))
    throw new TillsongError('ERR_TYPE', `${path}: expected 64 hexadecimal digits, got something else`);
  if (digits.length !== 2 * KEY_BYTE_COUNT)
    throw new TillsongError('ERR_LENGTH', `${path}: expected 64 hexadecimal digits, got ${digits.length}`);
  return fromHex(path, digits);
}
