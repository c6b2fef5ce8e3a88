// Takes bytes in the portions a parser wants from a stream that delivers them in portions of its own.
// Between a file or standard input and the readers of WAV and raw PCM.

import { AudioInputError, describeSystemError } from './audio-input-error.js';

const NO_BYTES = new Uint8Array(0);

/** Holds at most one delivered chunk and what was left of the one before. */
export class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private waiting: Uint8Array = NO_BYTES;

  /**
   * @param input - any source of byte chunks: a file stream, standard input, a socket
   * @param name - what to call the input in errors
   */
  constructor(
    input: AsyncIterable<Uint8Array>,
    private readonly name: string,
  ) {
    this.iterator = input[Symbol.asyncIterator]();
  }

  /**
   * @param count - bytes wanted; they are held in memory, so this is for headers
   * @returns count bytes, or fewer when the input ends before
   * @throws AudioInputError `unreadable` when the source fails
   */
  async read(count: number): Promise<Uint8Array> {
    while (this.waiting.length < count && (await this.receive()));
    return this.take(Math.min(count, this.waiting.length));
  }

  /**
   * What has arrived, without waiting for more than one unit, so that live sound is passed on at once.
   *
   * @param unitBytes - size of what must not be split, for example of one frame of samples
   * @param maxBytes - the most that is wanted, a multiple of unitBytes
   * @returns a whole number of units; none at the end of the input
   * @throws AudioInputError `unreadable` when the source fails
   */
  async readUnits(unitBytes: number, maxBytes: number): Promise<Uint8Array> {
    while (this.waiting.length < unitBytes && (await this.receive()));
    const available = Math.min(this.waiting.length, maxBytes);
    return this.take(available - (available % unitBytes));
  }

  /**
   * @returns true when count bytes were passed over, false when the input ended before
   * @throws AudioInputError `unreadable` when the source fails
   */
  async skip(count: number): Promise<boolean> {
    let left = count;
    while (this.waiting.length < left) {
      left -= this.waiting.length;
      this.waiting = NO_BYTES;
      if (!(await this.receive())) return false;
    }
    this.take(left);
    return true;
  }

  /** Lets the source go: a file is closed, a pipe's writer learns that nobody reads on. */
  async close(): Promise<void> {
    this.waiting = NO_BYTES;
    await this.iterator.return?.();
  }

  private take(count: number): Uint8Array {
    const taken = this.waiting.subarray(0, count);
    this.waiting = this.waiting.subarray(count);
    return taken;
  }

  private async receive(): Promise<boolean> {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await this.iterator.next();
    } catch (error) {
      throw new AudioInputError('unreadable', `${this.name}: cannot be read: ${describeSystemError(error)}`);
    }
    if (next.done) return false;
    this.waiting = this.waiting.length === 0 ? next.value : concatenate(this.waiting, next.value);
    return true;
  }
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
