// What was heard of each message: soft bits of its bursts added up, and whether it has been delivered.
// Keyed by what the header says, not by profile: all profiles send the same codewords, so even bursts of two bands add.

import { encodeFrame, FrameDecoder, planFrame } from '../../codec/frame/frame.js';
import { type Header, messageIdOf } from '../../codec/frame/header.js';
import type { Refinement } from '../../dsp/burst-demodulator.js';
import { informationBits } from '../shared/llr.js';
import { agreementOf, correlate } from './header-agreement.js';
import { RefinementProgress } from './refinement-progress.js';
import { type WorkAllowance, WorkBudget } from './work-budget.js';

/** A message heard again within this time of its last burst is the same one, still being repeated. */
export const REPEAT_WINDOW_SECONDS = 30;
/** Receptions of a message that end closer together than this are of one burst, heard by several microphones. */
export const SAME_BURST_SECONDS = 0.05;
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

/** One burst's soft bits, and the demodulator's offer to look again with the decoder's opinion. */
export interface SoftBurst {
  readonly header: Header;
  readonly redundancyVersion: number;
  readonly endSeconds: number;
  readonly refinement: Refinement;
  /** Coded bits of its payload: how many LLRs it has. */
  readonly codedBitCount: number;
  llrs(): Float32Array;
  /** Estimates again with the decoder's opinion of the coded bits: `llrs` may be better now. */
  refine(appLlrs: Float32Array): void;
  /** Forgets what the decoder said of the bits, not what was learnt of the channel by it. */
  restart(): void;
  /** Takes the sender's motion for something else, or back again. @returns false when there is nothing else to assume */
  assumeOtherMotion?(): boolean;
}

/** A burst that failed alone. */
interface FailedBurst {
  readonly burst: SoftBurst;
  /** What its soft bits claim to carry, in bits. */
  readonly informationBits: number;
}

interface Entry {
  readonly header: Header;
  readonly decoder: FrameDecoder;
  readonly infoBitCount: number;
  /** Those that failed so far, oldest first. */
  bursts: FailedBurst[];
  delivered: Uint8Array | undefined;
  lastHeardSeconds: number;
}

/** Of a message's bursts so many are added up, the latest first, as claim to carry it this many times: 2.2 was the most that took. */
const MOST_SHARE = 3;
/**
 * Work at bursts a second of audio, on average and in a row, all messages together: bursts that are sung over one another and fail
 * must not cost more time than they last. The unit is a fit of the channel of a 92-byte OFDM burst, of which a phone's faint repeats
 * take 20 a burst, for two or three bursts.
 */
const WORK: WorkAllowance = { perSecond: 8, inARow: 48 };
/** Information bits that a decode takes a unit for, and coded bits that a look at a burst does; no look counts less. */
const BITS_A_DECODE = 832;
const CODED_BITS_A_LOOK = 2400;
/** Standard deviations by which soft bits agree with a delivered message that are taken for it: unrelated ones do once in 300,000 times. */
const LEAST_AGREEMENT_WITH_DELIVERED = 4.5;
/**
 * And what they add up to for it, over what they would if all of it were sent: another payload of the same message id that differs in a
 * counter alone has the third of its bits in common that are not parity.
 */
const LEAST_SHARE_OF_DELIVERED = 0.7;
/** Failed bursts kept of one message ... */
const MAX_BURSTS = 16;
/** ... and, in coded bits, of all messages: some 20 to 50 bytes of memory each. The oldest make room. */
const MAX_CODED_BITS = 300_000;

export class MessageBook {
  // state: in order of last use
  private readonly entries = new Map<string, Entry>();
  private readonly work = new WorkBudget(WORK);
  private latestSeconds = 0;

  reset(): void {
    this.entries.clear();
    this.work.reset();
    this.latestSeconds = 0;
  }

  /**
   * Decodes a burst alone, then together with the earlier ones of its message. A payload must have the id its header says,
   * a check that comes free with the CRC-32. A message stays known for as long as it is repeated, plus the window.
   */
  add(burst: SoftBurst): BurstVerdict {
    const entry = this.entryOf(burst.header, burst.endSeconds);
    this.earn(burst.endSeconds);
    if (isDeliveredBefore(entry, burst)) return { kind: 'repeated' };
    const alone = this.decodeAlone(entry, burst);
    if (alone) return this.deliver(entry, alone, 1);
    if (entry.delivered) return { kind: 'repeated' };
    entry.bursts.push({ burst, informationBits: informationBits(burst.llrs()) });
    this.forgetOldest(entry);
    const bursts = latestThatMayDo(entry);
    if (bursts.length > 1) {
      const together = this.decodeTogether(entry, bursts);
      if (together) return this.deliver(entry, together, countBursts(bursts));
    }
    return { kind: 'failed', burstsCombined: countBursts(bursts) };
  }

  /** Whether a message of this header was delivered and may still be being repeated. */
  hasDelivered(header: Header, nowSeconds: number): boolean {
    const entry = this.entries.get(keyOf(header));
    return entry?.delivered !== undefined && nowSeconds - entry.lastHeardSeconds <= REPEAT_WINDOW_SECONDS;
  }

  /** Under another assumption of the sender's motion, too, if there is one; the first is taken again if both fail. */
  private decodeAlone(entry: Entry, burst: SoftBurst): Decoded | undefined {
    const first = this.decodeTogether(entry, [burst]);
    if (first || !burst.assumeOtherMotion?.()) return first;
    const second = this.decodeTogether(entry, [burst]);
    if (!second) burst.assumeOtherMotion();
    return second;
  }

  /** Keeps the bursts within their bounds, whichever message they belong to. */
  private forgetOldest(newest: Entry): void {
    if (newest.bursts.length > MAX_BURSTS) newest.bursts.shift();
    let codedBits = 0;
    for (const entry of [...this.entries.values()].reverse()) {
      let kept = 0;
      for (const { burst } of entry.bursts.slice().reverse()) {
        codedBits += burst.codedBitCount;
        if (codedBits > MAX_CODED_BITS && !(entry === newest && kept === 0)) break;
        kept++;
      }
      entry.bursts = entry.bursts.slice(entry.bursts.length - kept);
    }
  }

  private earn(nowSeconds: number): void {
    const passed = Math.max(0, nowSeconds - this.latestSeconds);
    this.latestSeconds += passed;
    this.work.earn(passed);
  }

  /** Adds up the soft bits of bursts and decodes them, looking at the bursts again as long as that may help. */
  private decodeTogether(entry: Entry, bursts: readonly SoftBurst[]): Decoded | undefined {
    const { decoder, infoBitCount, header } = entry;
    const { refinement } = bursts[bursts.length - 1];
    const { hopelessShare } = refinement;
    const decodeCost = infoBitCount / BITS_A_DECODE;
    const lookCost = bursts.reduce((sum, { codedBitCount }) => sum + costOfLook(refinement, codedBitCount), decodeCost);
    // What comes behind a delivered message is hardly another one of the same id.
    const mostRounds = entry.delivered ? 0 : refinement.mostRounds;
    if (bursts.length > 1 && !this.work.allows(decodeCost)) return undefined;
    this.work.spend(decodeCost);
    for (const burst of bursts) burst.restart();
    const progress = new RefinementProgress(refinement, bursts.length);
    for (let round = 0; round <= mostRounds; round++) {
      const softBits = bursts.map((burst) => burst.llrs());
      const information = softBits.reduce((sum, llrs) => sum + informationBits(llrs), 0);
      if (information < hopelessShare * infoBitCount) return undefined;
      decoder.clear();
      bursts.forEach((burst, i) => {
        decoder.combine(softBits[i], burst.redundancyVersion);
      });
      const result = decoder.decode();
      if (result.ok && messageIdOf(result.payload) === header.messageId) return result;
      if (round === mostRounds || !this.work.allows(lookCost)) return undefined;
      if (!progress.isPromising(round, information / infoBitCount)) return undefined;
      const opinions = bursts.map((b) => decoder.aPosterioriLlrs(b.redundancyVersion, b.codedBitCount));
      if (!progress.goesOn(round, certaintyOf(opinions))) return undefined;
      this.work.spend(lookCost);
      bursts.forEach((burst, i) => {
        burst.refine(opinions[i]);
      });
    }
    return undefined;
  }

  private deliver(entry: Entry, { payload, correctedByteCount }: Decoded, burstsCombined: number): BurstVerdict {
    if (entry.delivered && sameBytes(entry.delivered, payload)) return { kind: 'repeated' };
    entry.delivered = payload;
    entry.bursts = [];
    return { kind: 'delivered', payload: payload.slice(), correctedByteCount, burstsCombined };
  }

  private entryOf(header: Header, nowSeconds: number): Entry {
    for (const [key, entry] of this.entries)
      if (nowSeconds - entry.lastHeardSeconds > REPEAT_WINDOW_SECONDS) this.entries.delete(key);
    const key = keyOf(header);
    const entry = this.entries.get(key) ?? {
      header,
      decoder: new FrameDecoder(header.payloadByteCount),
      infoBitCount: planFrame(header.payloadByteCount).infoBitCount,
      bursts: [],
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

/** Of one message all bursts have the same, of whichever profile and redundancy version. */
function keyOf({ payloadByteCount, messageId }: Header): string {
  return `${payloadByteCount}/${messageId}`;
}

/** Whether a burst carries what was delivered, which takes no decoder to tell. */
function isDeliveredBefore({ delivered }: Entry, burst: SoftBurst): boolean {
  if (!delivered) return false;
  const bits = encodeFrame(delivered, burst.redundancyVersion, burst.codedBitCount);
  const llrs = burst.llrs();
  const { sum } = correlate(llrs, bits);
  const expected = llrs.reduce((total, llr) => total + Math.abs(llr) * Math.tanh(Math.abs(llr) / 2), 0);
  return agreementOf(llrs, bits) >= LEAST_AGREEMENT_WITH_DELIVERED && sum >= LEAST_SHARE_OF_DELIVERED * expected;
}

function costOfLook({ cost }: Refinement, codedBitCount: number): number {
  return cost * Math.max(1, codedBitCount / CODED_BITS_A_LOOK);
}

/** How much of the coded bits a decoder claims to know, 0..1. */
function certaintyOf(opinions: readonly Float32Array[]): number {
  let known = 0;
  let all = 0;
  for (const llrs of opinions) {
    known += informationBits(llrs);
    all += llrs.length;
  }
  return known / Math.max(1, all);
}

/**
 * The latest bursts, as many as claim to carry several times the message: if these do not give it, then some of them are not what
 * they claim to be, and older ones would only make more work.
 */
function latestThatMayDo({ bursts, infoBitCount }: Entry): SoftBurst[] {
  let first = bursts.length;
  let claimed = 0;
  while (first > 0 && claimed < MOST_SHARE * infoBitCount) claimed += bursts[--first].informationBits;
  return bursts.slice(first).map(({ burst }) => burst);
}

/** Receptions by several microphones that end together are one burst. */
function countBursts(bursts: readonly SoftBurst[]): number {
  return bursts.filter(
    ({ endSeconds }, i) =>
      !bursts.slice(0, i).some((earlier) => Math.abs(earlier.endSeconds - endSeconds) < SAME_BURST_SECONDS),
  ).length;
}

interface Decoded {
  readonly payload: Uint8Array;
  readonly correctedByteCount: number;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
