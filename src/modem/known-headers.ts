// Headers read a little while ago: a repeat of the same message is recognised by them even where its own header is too faint.

import type { Header, HeaderCodec } from '../../codec/frame/header.js';
import { REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';
import { marginOfKnown, type SoftHeader } from './header-agreement.js';

/** Messages whose header is kept; the one not heard for longest makes room. */
const MAX_KNOWN = 4;
interface Known {
  readonly header: Header;
  lastHeardSeconds: number;
}

export class KnownHeaders {
  // state: longest unheard first
  private known: Known[] = [];
  private added = 0;

  /** Grows with every message that was not known before: then earlier bursts may be recognised too. */
  get version(): number {
    return this.added;
  }

  reset(): void {
    this.known = [];
  }

  /** A header was read, or recognised, in a burst that started at a time. */
  remember(header: Header, seconds: number): void {
    const others = this.known.filter((other) => !isSame(other.header, header));
    if (others.length === this.known.length) this.added++;
    this.known = others;
    this.known.push({ header, lastHeardSeconds: seconds });
    if (this.known.length > MAX_KNOWN) this.known.shift();
  }

  /** Forgets messages not heard since a time. */
  expire(beforeSeconds: number): void {
    if (this.known.length > 0 && this.known[0].lastHeardSeconds < beforeSeconds)
      this.known = this.known.filter(({ lastHeardSeconds }) => lastHeardSeconds >= beforeSeconds);
  }

  /** @returns the known header that what was heard agrees with beyond doubt, with the redundancy version it was sent with */
  recognise(codec: HeaderCodec, heard: SoftHeader): { header: Header; redundancyVersion: number } | undefined {
    let best: { header: Header; redundancyVersion: number } | undefined;
    let most = 0;
    for (const { header } of this.known) {
      for (let redundancyVersion = 0; redundancyVersion < REDUNDANCY_VERSION_COUNT; redundancyVersion++) {
        const margin = marginOfKnown(heard, codec.encode(header, redundancyVersion));
        if (margin <= most) continue;
        most = margin;
        best = { header, redundancyVersion };
      }
    }
    return best;
  }
}

function isSame(a: Header, b: Header): boolean {
  return a.messageId === b.messageId && a.payloadByteCount === b.payloadByteCount;
}
