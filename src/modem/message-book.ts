// What was heard of each message: soft bits of its bursts added up, and whether it has been delivered.
// Keyed by what the header says, not by profile: all profiles send the same codewords, so even bursts of two bands add.

import { FrameDecoder } from '../../codec/frame/frame.js';
import { type Header, messageIdOf } from '../../codec/frame/header.js';

/** A message heard again within this time of its last burst is the same one, still being repeated. */
export const REPEAT_WINDOW_SECONDS = 30;
/** Messages kept at once: several phones and a few false headers; the oldest makes room. */
const MAX_ENTRIES = 16;

/** What one burst led to. */
export type BurstVerdict =
  | {
      readonly kind: 'delivered';
      readonly payload: Uint8Array;
      readonly correctedByteCount: number;
      readonly burstsCombined: number;
    }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'failed'; readonly burstsCombined: number };

interface Entry {
  readonly decoder: FrameDecoder;
  burstsCombined: number;
  delivered: Uint8Array | undefined;
  lastHeardSeconds: number;
}

/** One burst's soft bits, and the demodulator's offer to look again with the decoder's opinion. */
export interface SoftBurst {
  readonly header: Header;
  readonly redundancyVersion: number;
  readonly endSeconds: number;
  llrs(): Float32Array;
  /** @returns whether `llrs` may be better now */
  refine(appLlrs: Float32Array): boolean;
}

/** Times the channel is estimated again with the decoder's help before a burst counts as failed. */
const REFINE_ROUNDS = 4;

export class MessageBook {
  private readonly entries = new Map<string, Entry>();

  reset(): void {
    this.entries.clear();
  }

  /**
   * Decodes a burst alone, then together with the earlier ones of its message. A payload must have the id its header says,
   * a check that comes free with the CRC-32. A message stays known for as long as it is repeated, plus the window.
   */
  add(burst: SoftBurst): BurstVerdict {
    const entry = this.entryOf(burst.header, burst.endSeconds);
    const alone = new FrameDecoder(burst.header.payloadByteCount);
    let llrs = burst.llrs();
    for (let round = 0; ; round++) {
      alone.clear();
      alone.combine(llrs, burst.redundancyVersion);
      const result = alone.decode();
      if (result.ok && messageIdOf(result.payload) === burst.header.messageId)
        return this.deliver(entry, result.payload, result.correctedByteCount, 1);
      if (round === REFINE_ROUNDS) break;
      if (!burst.refine(alone.aPosterioriLlrs(burst.redundancyVersion, llrs.length))) break;
      llrs = burst.llrs();
    }
    return this.combine(entry, llrs, burst);
  }

  private combine(entry: Entry, llrs: Float32Array, { header, redundancyVersion }: SoftBurst): BurstVerdict {
    if (entry.delivered) return { kind: 'repeated' };
    entry.decoder.combine(llrs, redundancyVersion);
    entry.burstsCombined++;
    if (entry.burstsCombined > 1) {
      const result = entry.decoder.decode();
      if (result.ok && messageIdOf(result.payload) === header.messageId)
        return this.deliver(entry, result.payload, result.correctedByteCount, entry.burstsCombined);
    }
    return { kind: 'failed', burstsCombined: entry.burstsCombined };
  }

  private deliver(entry: Entry, payload: Uint8Array, correctedByteCount: number, burstsCombined: number): BurstVerdict {
    if (entry.delivered && sameBytes(entry.delivered, payload)) return { kind: 'repeated' };
    entry.delivered = payload;
    entry.decoder.clear();
    return { kind: 'delivered', payload: payload.slice(), correctedByteCount, burstsCombined };
  }

  private entryOf(header: Header, nowSeconds: number): Entry {
    for (const [key, entry] of this.entries)
      if (nowSeconds - entry.lastHeardSeconds > REPEAT_WINDOW_SECONDS) this.entries.delete(key);
    const key = `${header.payloadByteCount}/${header.messageId}`;
    const entry = this.entries.get(key) ?? {
      decoder: new FrameDecoder(header.payloadByteCount),
      burstsCombined: 0,
      delivered: undefined,
      lastHeardSeconds: nowSeconds,
    };
    entry.lastHeardSeconds = nowSeconds;
    this.entries.delete(key); // so that the map's order is the order of last use
    this.entries.set(key, entry);
    if (this.entries.size > MAX_ENTRIES) this.entries.delete(this.entries.keys().next().value as string);
    return entry;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
