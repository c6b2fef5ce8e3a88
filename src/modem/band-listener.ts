// Everything that listens to one band: down-converter, memory, detector, and the bursts being received.

import { BasebandBuffer } from '../../dsp/baseband-buffer.js';
import { type BurstCandidate, BurstDetector } from '../../dsp/burst-detector.js';
import { DownConverter } from '../../dsp/down-converter.js';
import { bandSearch } from './band-search.js';
import {
  BurstReception,
  type HeaderBudget,
  type ProfileReception,
  profileReception,
  STRONG_SCORE,
} from './burst-reception.js';
import { HeaderSeries, type ReadHeader, startSeconds } from './header-series.js';
import type { KnownHeaders } from './known-headers.js';
import { REPEAT_WINDOW_SECONDS } from './message-book.js';
import { PairGuard } from './pair-guard.js';
import type { Profile } from './profiles.js';
import type { ReceiverObserver } from './receiver-observer.js';
import { type WorkAllowance, WorkBudget } from './work-budget.js';

/**
 * Attempts in vain at headers of a kind a second, repeated attempts at one included: as many as two phones could send, but no more
 * than this. Those whose burst is heard are given back: a burst needs its time on the air alone, which bounds it.
 */
const MOST_HEADERS_PER_SECOND = 3;
const PHONES = 2;
/** Such attempts in a row, in seconds' worth of them, and the share kept for first attempts: chirps must not use up what a phone needs. */
const HEADERS_IN_A_ROW_SECONDS = 3;
const RESERVED_SHARE = 1 / 3;
/** What it costs, in attempts, to see that it hardly looks like a header, where that is all that is done. */
const LOOK_COST = 0.1;
/** Of the attempts, those at what hardly looks like a header: a tune full of chirps, or a repeat too faint to read alone. */
const DOUBTFUL: WorkAllowance = { perSecond: 2, inARow: 7 };
/** Looks for a series among unread headers, each of which takes as long as an attempt. */
const SERIES: WorkAllowance = { perSecond: 2, inARow: 5 };
/** Bursts received at once in a band; the weakest that has no header yet makes room. */
const MAX_RECEPTIONS = 6;
/**
 * Of one profile so many go on at once: those of two phones. What has begun first makes room for another, as it is the likeliest to have
 * broken off, which an FSK burst cannot tell: what is sung, or was begun and stopped, must not keep a phone out for long.
 */
const MAX_OF_A_PROFILE = PHONES;
/** The baseband kept: four bursts of the slowest profile, sixteen of the fast ones, whose headers are only read together. */
const MEMORY_SECONDS = 20;
/** Of this, unread headers are kept for so long: their surroundings and preamble must still be there. */
const UNREAD_SECONDS = 18;
/** Receptions of the same header that start closer than this are echoes of one burst. */
const ECHO_SECONDS = 0.05;

/** What a push mostly completes: shared, so that listening allocates nothing. */
const NONE: readonly BurstReception[] = Object.freeze([]);

export class BandListener {
  // derived
  private readonly basebandRateHz: number;
  private readonly converter: DownConverter;
  private readonly buffer: BasebandBuffer;
  private readonly detector: BurstDetector;
  private readonly guard: PairGuard;
  /** By kind of the detector: the profiles whose preamble has that many pairs. */
  private readonly kinds: readonly (readonly ProfileReception[])[];
  // scratch: the latest push as baseband, as long as the longest push so far
  private re = new Float32Array(0);
  private im = new Float32Array(0);
  // state
  private receptions: BurstReception[] = [];
  /** By kind: a strong preamble of one kind must not use up another's. */
  private readonly headerWork: readonly WorkBudget[];
  /** By kind: of that, what is kept for first attempts. */
  private readonly reserved: readonly number[];
  private readonly doubtfulWork: readonly WorkBudget[];
  private readonly seriesWork = new WorkBudget(SERIES);
  /** Up to where time has been earned for all of these. */
  private earnedSamples = 0;
  private readonly series = new HeaderSeries();
  /** What the known headers were when the unread ones were last compared with them. */
  private knownVersion = 0;

  /**
   * @param profiles - all of one band: same centre, decimation and chirps
   * @param known - headers read in this band, by whichever microphone: a repeat is recognised by them
   * @param observer - told how receptions end that give no event
   */
  constructor(
    profiles: readonly Profile[],
    private readonly known: KnownHeaders,
    private readonly observer?: ReceiverObserver,
  ) {
    const { band, detector } = bandSearch(profiles);
    const { basebandRateHz, pairCounts } = detector;
    this.basebandRateHz = basebandRateHz;
    this.kinds = pairCounts.map((count) =>
      profiles.filter((profile) => profile.preamble.pairCount === count).map(profileReception),
    );
    const allowances = this.kinds.map(headerAllowance);
    this.headerWork = allowances.map((allowance) => new WorkBudget(allowance));
    this.reserved = allowances.map(({ inARow }) => RESERVED_SHARE * inARow);
    this.doubtfulWork = pairCounts.map(() => new WorkBudget(DOUBTFUL));
    this.converter = new DownConverter(band);
    this.buffer = new BasebandBuffer(MEMORY_SECONDS * basebandRateHz);
    this.detector = new BurstDetector(detector);
    const { chirpSamples, latencySamples } = this.detector;
    this.guard = new PairGuard({
      pairCounts,
      pairSamples: 2 * chirpSamples,
      detectorLatencySamples: latencySamples,
    });
  }

  reset(): void {
    this.converter.reset();
    this.buffer.reset();
    this.detector.reset();
    this.guard.reset();
    this.receptions = [];
    for (const work of this.headerWork) work.reset();
    for (const work of this.doubtfulWork) work.reset();
    this.seriesWork.reset();
    this.earnedSamples = 0;
    this.series.reset();
  }

  /**
   * @param count - how many of the samples to take
   * @returns receptions that became complete, in order of their starts
   */
  push(samples: Float32Array, count: number): readonly BurstReception[] {
    const most = this.converter.mostOutputs(count);
    if (most > this.re.length) {
      this.re = new Float32Array(most);
      this.im = new Float32Array(most);
    }
    const { re, im } = this;
    const written = this.converter.convert(samples, count, re, im);
    this.buffer.append(re, im, written);
    const told = this.detector.push(re, im, written);
    const isIdle = told.length === 0 && this.receptions.length === 0 && !this.guard.isHolding;
    if (isIdle && this.known.version === this.knownVersion) return NONE;
    return this.proceed(this.guard.pass(told, this.buffer.endSamples));
  }

  /** For the time since the last time: only where there is something to spend it on, for a fraction passed on may take memory. */
  private earn(): void {
    const { headerWork, doubtfulWork } = this;
    const { endSamples } = this.buffer;
    const seconds = (endSamples - this.earnedSamples) / this.basebandRateHz;
    this.earnedSamples = endSamples;
    for (let kind = 0; kind < headerWork.length; kind++) {
      headerWork[kind].earn(seconds);
      doubtfulWork[kind].earn(seconds);
    }
    this.seriesWork.earn(seconds);
  }

  /** @returns receptions with a header that will never be complete now */
  abandon(): BurstReception[] {
    const cutOff = this.receptions.filter((reception) => reception.state === 'payload');
    for (const reception of this.receptions) this.observer?.ended(reception, 'cut-off');
    this.receptions = [];
    return cutOff;
  }

  private proceed(candidates: readonly BurstCandidate[]): BurstReception[] {
    this.earn();
    for (const candidate of candidates)
      for (const shared of this.kinds[candidate.kind])
        this.admit(new BurstReception(shared, candidate, this.headerWork[candidate.kind]));
    const nowSeconds = this.buffer.endSamples / this.basebandRateHz;
    this.series.expire(nowSeconds - UNREAD_SECONDS);
    this.known.expire(nowSeconds - REPEAT_WINDOW_SECONDS);
    for (const reception of this.receptions.slice()) {
      const before = reception.state;
      const { kind } = reception.candidate;
      const state = reception.advance(this.buffer, this.budgetOf(kind), this.known);
      if (before === 'header' && state !== 'header') this.afterHeader(reception);
    }
    if (this.known.version !== this.knownVersion) {
      this.knownVersion = this.known.version;
      this.takeUp(this.series.takeKnown(this.known));
    }
    const complete = this.receptions.filter(({ state }) => state === 'complete');
    this.receptions = this.receptions.filter(({ state }) => state === 'header' || state === 'payload');
    return complete.sort((a, b) => a.candidate.startSamples - b.candidate.startSamples);
  }

  private budgetOf(kind: number): HeaderBudget {
    return {
      spareAttempts: this.headerWork[kind].available - this.reserved[kind],
      mayDoubt: this.doubtfulWork[kind].allows(1),
    };
  }

  /** A header was read, or not: then it may be one of a series that can be read together. */
  private afterHeader(reception: BurstReception): void {
    const { state, header, candidate, headerAttemptCount } = reception;
    const { kind } = candidate;
    this.headerWork[kind].spend(Math.max(0, headerAttemptCount - 1)); // the first is paid for on entry
    if (reception.isDoubtful && headerAttemptCount > 0) this.doubtfulWork[kind].spend(1);
    if (headerAttemptCount === 0) {
      this.headerWork[kind].refund(1 - LOOK_COST);
      this.observer?.ended(reception, 'refused');
    } else if (state === 'dropped') {
      this.observer?.ended(reception, header ? 'chance-header' : 'no-header');
      if (!header && candidate.score >= STRONG_SCORE) this.readSeries(reception);
    } else if (this.isEcho(reception)) {
      reception.drop();
      this.observer?.ended(reception, 'echo');
    } else if (header) {
      this.known.remember(header, reception.startSeconds);
      this.makeRoom(reception);
    }
  }

  /** Gives up the profile's oldest reception where too many go on beyond the header that was read last. */
  private makeRoom({ shared, headerEndSeconds }: BurstReception): void {
    const goingOn = this.receptions.filter(
      (other) =>
        other.shared === shared &&
        other.header &&
        other.state !== 'dropped' &&
        other.announcedEndSeconds > headerEndSeconds,
    );
    if (goingOn.length <= MAX_OF_A_PROFILE) return;
    const oldest = goingOn.reduce((a, b) => (a.startSeconds <= b.startSeconds ? a : b));
    oldest.giveWay();
  }

  /** Looks whether the newest burst completes a series that can be read together. */
  private readSeries({ shared, candidate, headersHeard }: BurstReception): void {
    const [heard, ...heardOtherwise] = headersHeard;
    if (!heard || !this.seriesWork.allows(1)) return;
    this.seriesWork.spend(1);
    this.takeUp(this.series.add({ shared, candidate, heard, heardOtherwise }));
  }

  /** Takes up bursts again whose header has become known: their baseband is still kept. */
  private takeUp(read: readonly ReadHeader[]): void {
    for (const unread of read) {
      this.known.remember(unread, startSeconds(unread));
      const reception = new BurstReception(unread.shared, unread.candidate);
      reception.adopt(this.buffer, unread);
      if (reception.state === 'dropped' || this.isEcho(reception)) continue;
      reception.advance(this.buffer, this.budgetOf(reception.candidate.kind), this.known);
      this.receptions.push(reception);
    }
  }

  /** Takes a new reception, if need be in place of the weakest that has no header yet. */
  private admit(reception: BurstReception): void {
    const { kind } = reception.candidate;
    const mayTry = this.headerWork[kind].allows(1);
    if (mayTry && this.receptions.length < MAX_RECEPTIONS) {
      this.headerWork[kind].spend(1);
      this.receptions.push(reception);
      return;
    }
    const waiting = this.receptions.filter(({ state, candidate }) => state === 'header' && candidate.kind === kind);
    const replaceable = waiting.length > 0 || !mayTry ? waiting : this.receptions;
    const weakest = replaceable.reduce<BurstReception | undefined>(
      (a, b) => (a && a.candidate.score <= b.candidate.score ? a : b),
      undefined,
    );
    if (!weakest || weakest.candidate.score >= reception.candidate.score) {
      this.observer?.ended(reception, 'refused');
      return;
    }
    this.observer?.ended(weakest, 'displaced');
    this.receptions = this.receptions.map((other) => (other === weakest ? reception : other));
  }

  /** Whether another reception already follows the same burst by another path. */
  private isEcho(reception: BurstReception): boolean {
    const mine = reception.header;
    return this.receptions.some((other) => {
      if (other === reception || !other.header || !mine || other.shared !== reception.shared) return false;
      const sameHeader =
        other.header.header.messageId === mine.header.messageId &&
        other.header.header.payloadByteCount === mine.header.payloadByteCount &&
        other.header.redundancyVersion === mine.redundancyVersion;
      return sameHeader && Math.abs(other.startSeconds - reception.startSeconds) < ECHO_SECONDS;
    });
  }
}

/** @param kind - the profiles of a kind of preamble */
function headerAllowance(kind: readonly ProfileReception[]): WorkAllowance {
  const shortest = Math.min(...kind.map(({ shortestBurstSeconds }) => shortestBurstSeconds));
  const perSecond = Math.min(MOST_HEADERS_PER_SECOND, PHONES / shortest);
  return { perSecond, inARow: HEADERS_IN_A_ROW_SECONDS * perSecond };
}
