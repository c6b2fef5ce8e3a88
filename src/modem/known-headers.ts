// Headers read a little while ago: a repeat of the same message is recognised by them even where its own header is too faint.

import type { Header, HeaderCodec } from '../../codec/frame/header.js';
import { REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';
import type { DecodedHeader } from './burst-reception.js';
import { BurstPace } from './burst-pace.js';
import { marginsOfKnown, type SoftHeader } from './header-agreement.js';

/** Messages whose header is kept; the one not heard for longest makes room. */
const MAX_KNOWN = 4;

interface Known {
  readonly header: Header;
  readonly pace: BurstPace;
  lastHeardSeconds: number;
  /** Its coded bits by redundancy version, for each length that was asked for: a header is looked for again and again. */
  readonly coded: Map<number, readonly Uint8Array[]>;
}

export class KnownHeaders {
  // state: longest unheard first
  private known: Known[] = [];
  private added = 0;

  /** Grows with every message, and every burst of it, that was not known before: then earlier bursts may be recognised too. */
  get version(): number {
    return this.added;
  }

  reset(): void {
    this.known = [];
  }

  /** A header was read, or recognised, in a burst that started at a time. */
  remember({ header, redundancyVersion }: DecodedHeader, seconds: number): void {
    const same = this.known.find((other) => isSame(other.header, header));
    const known = same ?? { header, pace: new BurstPace(), coded: new Map(), lastHeardSeconds: seconds };
    if (known.pace.add(seconds, redundancyVersion)) this.added++;
    known.lastHeardSeconds = Math.max(known.lastHeardSeconds, seconds);
    this.known = this.known.filter((other) => other !== same);
    this.known.push(known);
    if (this.known.length > MAX_KNOWN) this.known.shift();
  }

  /** Forgets messages not heard since a time. */
  expire(beforeSeconds: number): void {
    if (this.known.length > 0 && this.known[0].lastHeardSeconds < beforeSeconds)
      this.known = this.known.filter(({ lastHeardSeconds }) => lastHeardSeconds >= beforeSeconds);
  }

  /**
   * @param startSeconds - of the burst: one that comes when its message's next is due need not agree as far
   * @returns the known header that what was heard agrees with beyond doubt, with the redundancy version it was sent with
   */
  recognise(codec: HeaderCodec, heard: SoftHeader, startSeconds: number): DecodedHeader | undefined {
    let best: DecodedHeader | undefined;
    let most = 0;
    const marginOf = marginsOfKnown(heard);
    for (const known of this.known) {
      const { header, pace } = known;
      const coded = codedBits(known, codec);
      for (let redundancyVersion = 0; redundancyVersion < REDUNDANCY_VERSION_COUNT; redundancyVersion++) {
        const margin = marginOf(coded[redundancyVersion], pace.expects(startSeconds, redundancyVersion));
        if (margin <= most) continue;
        most = margin;
        best = { header, redundancyVersion };
      }
    }
    return best;
  }
}

function codedBits({ header, coded }: Known, codec: HeaderCodec): readonly Uint8Array[] {
  const kept = coded.get(codec.codedBitCount);
  if (kept) return kept;
  const made = Array.from({ length: REDUNDANCY_VERSION_COUNT }, (_, version) => codec.encode(header, version));
  coded.set(codec.codedBitCount, made);
  return made;
}

function isSame(a: Header, b: Header): boolean {
  return a.messageId === b.messageId && a.payloadByteCount === b.payloadByteCount;
}
