// A wallet's state in a file: replaced as a whole, synced before the promise resolves, and locked against a second process, which would
// use the same counters.

import { readFile } from 'node:fs/promises';
import { TillsongError } from '../shared/errors.js';
import { EMPTY_WALLET, packWalletState, parseWalletState } from '../payment/wallet-state.js';
import type { WalletStore } from '../payment/wallet-store.js';
import { writeFileAtomically } from './atomic-file.js';
import { FileLock } from './file-lock.js';

/** A wallet store over one JSON file, of mode 600. */
export class WalletFile implements WalletStore {
  private lock: FileLock | undefined;

  private constructor(
    readonly path: string,
    lock: FileLock,
  ) {
    this.lock = lock;
  }

  /**
   * Makes the file of a wallet that has not paid yet.
   *
   * @throws TillsongError `ERR_STATE` when the file is there: it may hold counters
   */
  static async create(path: string): Promise<WalletFile> {
    const file = new WalletFile(path, FileLock.acquire(`${path}.lock`, path));
    try {
      if ((await readIfThere(path)) !== undefined)
        throw new TillsongError('ERR_STATE', `${path}: expected no such file, got one`);
      await file.save(packWalletState(EMPTY_WALLET));
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Opens the file of a wallet. One that is gone is an error, not a new wallet: its counters would start again.
   *
   * @throws TillsongError `ERR_STATE` when another process has it open, and naming the field when the content is no state; the error of
   *   node:fs when it cannot be read
   */
  static async open(path: string): Promise<WalletFile> {
    const file = new WalletFile(path, FileLock.acquire(`${path}.lock`, path));
    try {
      await file.load();
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** @throws TillsongError naming file and field when the content is no state of a wallet */
  async load(): Promise<string> {
    this.assertOpen();
    const text = await readFile(this.path, 'utf8');
    try {
      parseWalletState(text);
    } catch (error) {
      if (!(error instanceof TillsongError)) throw error;
      throw new TillsongError(error.code, `${this.path}: ${error.message}`);
    }
    return text;
  }

  async save(text: string): Promise<void> {
    this.assertOpen();
    await writeFileAtomically(this.path, `${text}\n`);
  }

  /** Lets another process have the wallet; nothing can be loaded or saved here any more. */
  close(): void {
    this.lock?.release();
    this.lock = undefined;
  }

  private assertOpen(): void {
    if (this.lock === undefined)
      throw new TillsongError('ERR_STATE', `${this.path}: expected an open wallet file, got a closed one`);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
