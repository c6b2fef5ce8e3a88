// Messages that no till may take: noise, noise that looks like a message, and good messages that were changed. Seeded, so that
// whatever is found can be found again.

import { SeededRandom } from 'tillsong';

/** How a message was made. */
export const MESSAGE_KINDS = [
  'random bytes',
  'random behind a right first byte',
  'random of a right form',
  'bits turned over',
  'bytes overwritten',
  'cut or extended',
  'bytes left out or put in',
  'two messages spliced',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

const POOL_BYTES = 1 << 20;
const LONGEST_RANDOM_BYTES = 400;
const LEADS = [0x15, 0x16, 0x21, 0x35, 0x36, 0x41, 0x51, 0x61, 0x71];
const RARE_SHARE = 100;
const BOUNDARIES = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** One hostile message. */
export interface HostileMessage {
  readonly kind: MessageKind;
  readonly bytes: Uint8Array;
}

/** An endless source of them. */
export class HostileMessages {
  private readonly random: SeededRandom;
  private readonly pool: Uint8Array;
  private readonly originals: ReadonlySet<string>;

  /**
   * @param common - whole messages, at least one: what is made of them is never one of them again
   * @param rare - more of them, at least one, that are taken once in a hundred times
   */
  constructor(
    seed: number,
    private readonly common: readonly Uint8Array[],
    private readonly rare: readonly Uint8Array[],
  ) {
    this.random = new SeededRandom(seed);
    this.pool = this.random.bytes(POOL_BYTES);
    this.originals = new Set([...common, ...rare].map(keyOf));
  }

  next(): HostileMessage {
    for (;;) {
      const kind = MESSAGE_KINDS[this.random.below(MESSAGE_KINDS.length)];
      const bytes = this.make(kind);
      if (!this.originals.has(keyOf(bytes))) return { kind, bytes };
    }
  }

  private make(kind: MessageKind): Uint8Array {
    const one = this.sample();
    switch (kind) {
      case 'random bytes':
        return this.noise(this.random.below(LONGEST_RANDOM_BYTES));
      case 'random behind a right first byte':
        return this.noise(1 + this.random.below(LONGEST_RANDOM_BYTES)).fill(
          LEADS[this.random.below(LEADS.length)],
          0,
          1,
        );
      case 'random of a right form':
        return this.noise(one.length).fill(one[0], 0, 1);
      case 'bits turned over':
        return this.changed(one, (bytes, at) => {
          bytes[at] ^= 1 << this.random.below(8);
        });
      case 'bytes overwritten':
        return this.changed(one, (bytes, at) => {
          bytes[at] =
            this.random.below(2) === 0 ? this.random.below(256) : BOUNDARIES[this.random.below(BOUNDARIES.length)];
        });
      case 'cut or extended':
        return this.random.below(2) === 0
          ? one.slice(0, this.random.below(one.length))
          : joined(one, this.noise(1 + this.random.below(this.random.below(2) === 0 ? 4 : 130)));
      case 'bytes left out or put in':
        return this.shifted(one);
      case 'two messages spliced':
        return this.spliced(one, this.sample());
    }
  }

  private sample(): Uint8Array {
    const list = this.random.below(RARE_SHARE) === 0 ? this.rare : this.common;
    return list[this.random.below(list.length)];
  }

  /** One to four changes; mostly one, because what is nearly right gets furthest. */
  private changed(one: Uint8Array, change: (bytes: Uint8Array, at: number) => void): Uint8Array {
    const bytes = one.slice();
    const count = this.random.below(2) === 0 ? 1 : 1 + this.random.below(4);
    for (let i = 0; i < count; i++) change(bytes, this.random.below(bytes.length));
    return bytes;
  }

  private shifted(one: Uint8Array): Uint8Array {
    const at = this.random.below(one.length);
    const count = 1 + this.random.below(4);
    if (this.random.below(2) === 0) return joined(one.subarray(0, at), one.subarray(Math.min(one.length, at + count)));
    return joined(one.subarray(0, at), this.noise(count), one.subarray(at));
  }

  /** Half of the time at one place of both, so that the length is right. */
  private spliced(one: Uint8Array, other: Uint8Array): Uint8Array {
    const at = this.random.below(one.length);
    const from = this.random.below(2) === 0 ? at : this.random.below(other.length);
    return joined(one.subarray(0, at), other.subarray(Math.min(from, other.length)));
  }

  private noise(length: number): Uint8Array {
    const from = this.random.below(POOL_BYTES - length);
    return this.pool.slice(from, from + length);
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
