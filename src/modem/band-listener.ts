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
import { HeaderSeries, type ReadHeader } from './header-series.js';
import type { KnownHeaders } from './known-headers.js';
import { REPEAT_WINDOW_SECONDS } from './message-book.js';
import { PairGuard } from './pair-guard.js';
import type { Profile } from './profiles.js';
import type { ReceiverObserver } from './receiver-observer.js';

/** Headers of a kind tried a second at most, on average and in a row, repeated attempts at one included: bounds the work. */
const HEADERS_PER_SECOND = 8;
const HEADERS_IN_A_ROW = 16;
/** Of these, kept for first attempts: a tune full of chirps must not use up what a phone needs. */
const HEADERS_RESERVED = 8;
/** Of the headers of a kind tried, those that hardly look like one: repeats too faint to read alone come three a second. */
const DOUBTFUL_PER_SECOND = 4;
const DOUBTFUL_IN_A_ROW = 8;
/** Unread headers a second at most that are looked at for a series, which takes as long as reading several headers. */
const SERIES_PER_SECOND = 4;
const SERIES_IN_A_ROW = 6;
/** Bursts received at once in a band; the weakest that has no header yet makes room. */
const MAX_RECEPTIONS = 8;
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
  private readonly creditPerSample: number;
  private readonly doubtfulCreditPerSample: number;
  private readonly seriesCreditPerSample: number;
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
  /** By kind: headers that may be tried now. A strong preamble of one kind must not use up another's. */
  private readonly headerCredit: number[];
  /** The same for those that hardly look like a header. */
  private readonly doubtfulCredit: number[];
  /** Series that may be looked for now. */
  private seriesCredit = SERIES_IN_A_ROW;
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
    this.headerCredit = pairCounts.map(() => HEADERS_IN_A_ROW);
    this.doubtfulCredit = pairCounts.map(() => DOUBTFUL_IN_A_ROW);
    this.creditPerSample = HEADERS_PER_SECOND / basebandRateHz;
    this.doubtfulCreditPerSample = DOUBTFUL_PER_SECOND / basebandRateHz;
    this.seriesCreditPerSample = SERIES_PER_SECOND / basebandRateHz;
    this.converter = new DownConverter(band);
    this.buffer = new BasebandBuffer(MEMORY_SECONDS * basebandRateHz);
    this.detector = new BurstDetector(detector);
    const { chirpSamples, latencySamples } = this.detector;
    this.guard = new PairGuard({
      pairCounts,
      pairSamples: 2 * chirpSamples,
      detectorLatencySamples: latencySamples,
    });
    this.kinds = pairCounts.map((count) =>
      profiles.filter((profile) => profile.preamble.pairCount === count).map(profileReception),
    );
  }

  reset(): void {
    this.converter.reset();
    this.buffer.reset();
    this.detector.reset();
    this.guard.reset();
    this.receptions = [];
    this.headerCredit.fill(HEADERS_IN_A_ROW);
    this.doubtfulCredit.fill(DOUBTFUL_IN_A_ROW);
    this.seriesCredit = SERIES_IN_A_ROW;
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
    this.earn(written);
    const told = this.detector.push(re, im, written);
    const isIdle = told.length === 0 && this.receptions.length === 0 && !this.guard.isHolding;
    if (isIdle && this.known.version === this.knownVersion) return NONE;
    return this.proceed(this.guard.pass(told, this.buffer.endSamples));
  }

  private earn(samples: number): void {
    const { headerCredit, doubtfulCredit } = this;
    for (let kind = 0; kind < headerCredit.length; kind++) {
      headerCredit[kind] = Math.min(HEADERS_IN_A_ROW, headerCredit[kind] + samples * this.creditPerSample);
      doubtfulCredit[kind] = Math.min(DOUBTFUL_IN_A_ROW, doubtfulCredit[kind] + samples * this.doubtfulCreditPerSample);
    }
    this.seriesCredit = Math.min(SERIES_IN_A_ROW, this.seriesCredit + samples * this.seriesCreditPerSample);
  }

  /** @returns receptions with a header that will never be complete now */
  abandon(): BurstReception[] {
    const cutOff = this.receptions.filter((reception) => reception.state === 'payload');
    for (const reception of this.receptions) this.observer?.ended(reception, 'cut-off');
    this.receptions = [];
    return cutOff;
  }

  private proceed(candidates: readonly BurstCandidate[]): BurstReception[] {
    for (const candidate of candidates)
      for (const shared of this.kinds[candidate.kind]) this.admit(new BurstReception(shared, candidate));
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
      spareAttempts: this.headerCredit[kind] - HEADERS_RESERVED,
      mayDoubt: this.doubtfulCredit[kind] >= 1,
    };
  }

  /** A header was read, or not: then it may be one of a series that can be read together. */
  private afterHeader(reception: BurstReception): void {
    const { state, header, candidate, headerAttemptCount } = reception;
    const { kind } = candidate;
    this.headerCredit[kind] -= Math.max(0, headerAttemptCount - 1); // the first is paid for on entry
    if (reception.isDoubtful && headerAttemptCount > 0) this.doubtfulCredit[kind]--;
    if (headerAttemptCount === 0) {
      this.observer?.ended(reception, 'refused');
    } else if (state === 'dropped') {
      this.observer?.ended(reception, header ? 'chance-header' : 'no-header');
      if (!header && candidate.score >= STRONG_SCORE) this.readSeries(reception);
    } else if (this.isEcho(reception)) {
      reception.drop();
      this.observer?.ended(reception, 'echo');
    } else if (header) this.known.remember(header.header, reception.startSeconds);
  }

  /** Looks whether the newest burst completes a series that can be read together. */
  private readSeries({ shared, candidate, firstHeard, startSeconds }: BurstReception): void {
    if (!firstHeard || this.seriesCredit < 1) return;
    this.seriesCredit--;
    const read = this.series.add({ shared, candidate, heard: firstHeard });
    for (const { header } of read) this.known.remember(header, startSeconds);
    this.takeUp(read);
  }

  /** Takes up bursts again whose header has become known: their baseband is still kept. */
  private takeUp(read: readonly ReadHeader[]): void {
    for (const unread of read) {
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
    if (this.headerCredit[kind] >= 1 && this.receptions.length < MAX_RECEPTIONS) {
      this.headerCredit[kind]--;
      this.receptions.push(reception);
      return;
    }
    const waiting = this.receptions.filter(({ state, candidate }) => state === 'header' && candidate.kind === kind);
    const replaceable = waiting.length > 0 || this.headerCredit[kind] < 1 ? waiting : this.receptions;
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
