// Samples of any chunk size in, messages out: listens to all its profiles at once, for as long as it is fed.

import { assertFloats, assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import type { Stage } from '../shared/stage.js';
import type { BurstReception } from './burst-reception.js';
import { KnownHeaders } from './known-headers.js';
import { type LinkReport, splitDilation } from './link-report.js';
import { MessageBook, SAME_BURST_SECONDS } from './message-book.js';
import { MicrophoneListener } from './microphone-listener.js';
import { assertBandFits, bandFits, resolveProfile } from './parse-profile.js';
import { PROFILE_NAMES, type Profile, type ProfileName } from './profiles.js';
import type { ReceiverObserver } from './receiver-observer.js';

export interface ReceiverOptions {
  /** Rate of the samples pushed, 8000..192000. */
  readonly sampleRateHz: number;
  /** Default: those of the four built-in profiles whose band the rate can carry. */
  readonly profiles?: readonly (ProfileName | Profile)[];
  /** Microphones, 1..4, whose samples are pushed together and whose soft bits are added up. Default 1. */
  readonly channelCount?: number;
}

/**
 * Why a burst whose header was read gave no message: `payload` - its soft bits did not decode, alone or with its earlier
 * repeats; `cut-off` - the burst broke off, or the input ended before it did; `displaced` - two later ones of its profile began before it ended.
 */
export type LostReason = 'payload' | 'cut-off' | 'displaced';

export type ReceiverEvent =
  | { readonly type: 'message'; readonly payload: Uint8Array; readonly report: LinkReport }
  | { readonly type: 'lost'; readonly reason: LostReason; readonly report: LinkReport };

type LostEvent = ReceiverEvent & { readonly type: 'lost' };

/** What a push mostly gives: shared, so that listening allocates nothing. */
const NONE: readonly ReceiverEvent[] = Object.freeze([]);

/** Input is handled in pieces of this many samples, so that a long push needs no more memory than a short one. */
const PIECE_SAMPLES = 4800;
/** A burst may end this much after the input and still count as whole: its closing ramp. */
const END_TOLERANCE_SECONDS = 0.005;
/** Silence that carries the last burst through all delays at the end of the input. */
const FLUSH_SECONDS = 1;
/** A loss is reported this much later where another microphone may still have heard the burst better. */
const OTHER_MICROPHONE_SECONDS = 0.1;
const MAX_CHANNELS = 4;

/** A loss that another microphone may still make good. */
interface Doubtful {
  readonly event: LostEvent;
  readonly messageId: number;
  readonly dueSeconds: number;
}

/**
 * The receiver of one to four microphones. Nothing that is heard makes it throw, hang or grow; one message gives one event
 * however often it is repeated and whichever microphones hear it. Soft bits of several microphones are added (maximum-ratio
 * combining: each is scaled by its own channel and noise), so that one that is dead or howls takes nothing from the others.
 */
export class Receiver implements Stage<Float32Array | readonly Float32Array[], ReceiverEvent> {
  readonly sampleRateHz: number;
  /** The profiles listened for. */
  readonly profiles: readonly Profile[];
  readonly channelCount: number;
  private readonly microphones: readonly MicrophoneListener[];
  /** By band. */
  private readonly known: readonly KnownHeaders[];
  private readonly book = new MessageBook();
  // state
  private doubtful: Doubtful[] = [];
  /** Where the input ended, while flushing. */
  private inputEndSeconds = Number.POSITIVE_INFINITY;
  private pushedSamples = 0;
  // scratch
  private readonly complete: BurstReception[] = [];
  private readonly single: [Float32Array] = [new Float32Array(0)];

  /**
   * @param observer - told how every reception ends, for diagnosis
   * @throws TillsongError `ERR_PROFILE` for a bad profile or a band the rate cannot carry; `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(
    options: ReceiverOptions,
    private readonly observer?: ReceiverObserver,
  ) {
    const { sampleRateHz, channelCount = 1 } = options;
    assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
    assertInteger('channelCount', channelCount, 1, MAX_CHANNELS);
    this.sampleRateHz = sampleRateHz;
    this.channelCount = channelCount;
    this.profiles = chooseProfiles(options);
    const bands = groupByBand(this.profiles);
    this.known = bands.map(() => new KnownHeaders());
    this.microphones = Array.from(
      { length: channelCount },
      () => new MicrophoneListener(sampleRateHz, bands, this.known, observer),
    );
  }

  /**
   * @param samples - any number of samples, nominally -1..1: one array of one microphone, or one array a microphone, all of
   *   the same length
   * @returns what became certain with them; nothing is allocated while nothing is taken for a burst
   * @throws TillsongError `ERR_TYPE` for anything but Float32Arrays, `ERR_LENGTH` for another number of arrays than
   *   channelCount or for unequal lengths
   */
  push(samples: Float32Array | readonly Float32Array[]): readonly ReceiverEvent[] {
    const channels = this.channelsOf(samples);
    const { length } = channels[0];
    this.pushedSamples += length;
    if (length <= PIECE_SAMPLES) return this.processPiece(channels, 0, length, undefined) ?? NONE;
    let events: ReceiverEvent[] | undefined;
    for (let start = 0; start < length; start += PIECE_SAMPLES)
      events = this.processPiece(channels, start, Math.min(length, start + PIECE_SAMPLES), events);
    return events ?? NONE;
  }

  /** The input ends: concludes the bursts that are complete, reports the others as cut off, and starts anew. */
  flush(): readonly ReceiverEvent[] {
    this.inputEndSeconds = this.pushedSamples / this.sampleRateHz + END_TOLERANCE_SECONDS;
    for (const microphone of this.microphones) microphone.pushSilence(FLUSH_SECONDS, this.complete);
    const events = this.concludeAll(undefined) ?? [];
    for (const microphone of this.microphones)
      for (const reception of microphone.abandon())
        this.doubt({ type: 'lost', reason: 'cut-off', report: reportOf(reception, 0, 0) }, reception);
    this.reportLosses(Number.POSITIVE_INFINITY, events);
    this.reset();
    return events;
  }

  reset(): void {
    for (const microphone of this.microphones) microphone.reset();
    for (const known of this.known) known.reset();
    this.book.reset();
    this.doubtful = [];
    this.inputEndSeconds = Number.POSITIVE_INFINITY;
    this.pushedSamples = 0;
  }

  private channelsOf(samples: Float32Array | readonly Float32Array[]): readonly Float32Array[] {
    if (!Array.isArray(samples)) {
      assertFloats('samples', samples);
      this.single[0] = samples;
      if (this.channelCount === 1) return this.single;
    } else {
      for (const channel of samples) assertFloats('samples', channel);
      if (samples.length === this.channelCount && areOfOneLength(samples)) return samples;
    }
    const got = Array.isArray(samples) ? samples.map(({ length }) => length).join(', ') : 'one array';
    throw new TillsongError(
      'ERR_LENGTH',
      `samples: expected ${this.channelCount} arrays of the same length, one a microphone, got ${got || 'none'}`,
    );
  }

  /** @returns the events of before and of this piece, if any */
  private processPiece(
    channels: readonly Float32Array[],
    start: number,
    end: number,
    before: ReceiverEvent[] | undefined,
  ): ReceiverEvent[] | undefined {
    for (let i = 0; i < channels.length; i++) {
      const whole = start === 0 && end === channels[i].length;
      this.microphones[i].push(whole ? channels[i] : channels[i].subarray(start, end), this.complete);
    }
    let events = this.complete.length > 0 ? this.concludeAll(before) : before;
    if (this.doubtful.length > 0) {
      events ??= [];
      this.reportLosses((this.pushedSamples - channels[0].length + end) / this.sampleRateHz, events);
    }
    return events && events.length > 0 ? events : undefined;
  }

  /** Concludes the complete receptions, earliest first. */
  private concludeAll(before: ReceiverEvent[] | undefined): ReceiverEvent[] | undefined {
    let events = before;
    for (const reception of this.complete.sort((a, b) => a.endSeconds - b.endSeconds)) {
      const event = this.conclude(reception);
      if (!event) continue;
      events ??= [];
      events.push(event);
    }
    this.complete.length = 0;
    return events;
  }

  private conclude(reception: BurstReception): ReceiverEvent | undefined {
    const { header, demodulator } = reception;
    if (!header) return undefined;
    if (reception.ending === 'displaced') {
      this.observer?.ended(reception, 'displaced');
      if (this.book.hasDelivered(header.header, reception.endSeconds)) return undefined;
      return this.lose({ type: 'lost', reason: 'displaced', report: reportOf(reception, 0, 0) }, reception);
    }
    const verdict = this.book.add({
      ...header,
      endSeconds: reception.endSeconds,
      refinement: demodulator.refinement,
      codedBitCount: reception.payloadBitCount,
      llrs: () => reception.payloadLlrs(),
      refine: (appLlrs) => demodulator.refine(appLlrs),
      restart: () => demodulator.restart(),
      assumeOtherMotion: () => demodulator.assumeOtherMotion(),
    });
    this.observer?.ended(reception, verdict.kind);
    if (verdict.kind === 'failed') {
      const isCutOff = reception.ending === 'broken-off' || reception.endSeconds > this.inputEndSeconds;
      const reason = isCutOff ? 'cut-off' : 'payload';
      return this.lose({ type: 'lost', reason, report: reportOf(reception, 0, verdict.burstsCombined) }, reception);
    }
    reception.redeem();
    this.doubtful = this.doubtful.filter((doubtful) => !isOfBurst(doubtful, reception));
    if (verdict.kind === 'repeated') return undefined;
    const report = reportOf(reception, verdict.correctedByteCount, verdict.burstsCombined);
    return { type: 'message', payload: verdict.payload, report };
  }

  /** @returns the loss, if no other microphone may still have heard the burst better */
  private lose(event: LostEvent, reception: BurstReception): ReceiverEvent | undefined {
    if (this.channelCount === 1) return event;
    this.doubt(event, reception);
    return undefined;
  }

  /** Keeps a loss back, once a burst: another microphone may still have heard it better. */
  private doubt(event: LostEvent, reception: BurstReception): void {
    if (this.doubtful.some((doubtful) => isOfBurst(doubtful, reception))) return;
    const messageId = reception.header?.header.messageId ?? -1;
    this.doubtful.push({ event, messageId, dueSeconds: event.report.endSeconds + OTHER_MICROPHONE_SECONDS });
  }

  private reportLosses(nowSeconds: number, events: ReceiverEvent[]): void {
    for (const { event, dueSeconds } of this.doubtful) if (dueSeconds <= nowSeconds) events.push(event);
    this.doubtful = this.doubtful.filter(({ dueSeconds }) => dueSeconds > nowSeconds);
  }
}

/** No closure in its caller: entering one that makes any takes memory. */
function areOfOneLength(channels: readonly Float32Array[]): boolean {
  return channels.every(({ length }) => length === channels[0].length);
}

function isOfBurst({ event, messageId }: Doubtful, reception: BurstReception): boolean {
  return (
    messageId === reception.header?.header.messageId &&
    Math.abs(event.report.endSeconds - reception.endSeconds) < SAME_BURST_SECONDS
  );
}

function reportOf(reception: BurstReception, correctedByteCount: number, burstsCombined: number): LinkReport {
  return {
    profile: reception.shared.profile.name,
    snrDb: reception.demodulator.snrDb,
    ...splitDilation(reception.demodulator.dilation),
    correctedByteCount,
    burstsCombined,
    startSeconds: reception.startSeconds,
    endSeconds: reception.endSeconds,
  };
}

function chooseProfiles({ profiles, sampleRateHz }: ReceiverOptions): Profile[] {
  if (profiles === undefined) {
    const fitting = PROFILE_NAMES.map(resolveProfile).filter((profile) => bandFits(profile, sampleRateHz));
    if (fitting.length === 0) assertBandFits(resolveProfile('audible-fast'), sampleRateHz);
    return fitting;
  }
  if (!Array.isArray(profiles) || profiles.length === 0)
    throw new TillsongError('ERR_PROFILE', 'profiles: expected a list of at least one profile, got none');
  const resolved = profiles.map(resolveProfile);
  for (const profile of resolved) assertBandFits(profile, sampleRateHz);
  return resolved;
}

/** Profiles that share centre, rate and chirps share a detector. */
export function groupByBand(profiles: readonly Profile[]): Profile[][] {
  const groups = new Map<string, Profile[]>();
  for (const profile of profiles) {
    const { centerHz, decimation, preamble } = profile;
    const key = [centerHz, decimation, preamble.lowHz, preamble.highHz, preamble.chirpSamples].join('/');
    const group = groups.get(key) ?? [];
    group.push(profile);
    groups.set(key, group);
  }
  return [...groups.values()];
}
