// Samples of any chunk size in, messages out: listens to all its profiles at once, for as long as it is fed.

import { Resampler } from '../../dsp/resampler.js';
import { assertFloats, assertInteger } from '../shared/assert.js';
import { TillsongError } from '../shared/errors.js';
import type { Stage } from '../shared/stage.js';
import { BandListener } from './band-listener.js';
import type { BurstReception } from './burst-reception.js';
import { type LinkReport, splitDilation } from './link-report.js';
import { MessageBook } from './message-book.js';
import { assertBandFits, bandFits, resolveProfile } from './parse-profile.js';
import { PROFILE_NAMES, type Profile, type ProfileName } from './profiles.js';
import type { ReceiverObserver } from './receiver-observer.js';

export interface ReceiverOptions {
  /** Rate of the samples pushed, 8000..192000. */
  readonly sampleRateHz: number;
  /** Default: those of the four built-in profiles whose band the rate can carry. */
  readonly profiles?: readonly (ProfileName | Profile)[];
}

/**
 * Why a burst whose header was read gave no message: `payload` - its soft bits did not decode, alone or with its earlier
 * repeats; `cut-off` - the input ended before the burst did.
 */
export type LostReason = 'payload' | 'cut-off';

export type ReceiverEvent =
  | { readonly type: 'message'; readonly payload: Uint8Array; readonly report: LinkReport }
  | { readonly type: 'lost'; readonly reason: LostReason; readonly report: LinkReport };

/** What a push mostly gives: shared, so that listening allocates nothing. */
const NONE: readonly ReceiverEvent[] = Object.freeze([]);

/** Rate at which profiles are defined. */
const NATIVE_RATE_HZ = 48000;
/** Input is handled in pieces of this many samples, so that a long push needs no more memory than a short one. */
const PIECE_SAMPLES = 4800;
/** A burst may end this much after the input and still count as whole: its closing ramp. */
const END_TOLERANCE_SECONDS = 0.005;
/** Silence that carries the last burst through all delays at the end of the input. */
const FLUSH_SECONDS = 1;

/**
 * The receiver of one microphone. Nothing that is heard makes it throw, hang or grow; one message gives one event however
 * often it is repeated.
 */
export class Receiver implements Stage<Float32Array, ReceiverEvent> {
  readonly sampleRateHz: number;
  /** The profiles listened for. */
  readonly profiles: readonly Profile[];
  private readonly resampler: Resampler | undefined;
  private readonly listeners: readonly BandListener[];
  private readonly book = new MessageBook();
  /** The latest piece at 48 kHz, where it is resampled. */
  private resampled = new Float32Array(0);
  /** Where the input ended, while flushing. */
  private inputEndSeconds = Number.POSITIVE_INFINITY;
  private pushedSamples = 0;

  /**
   * @param observer - told how every reception ends, for diagnosis
   * @throws TillsongError `ERR_PROFILE` for a bad profile or a band the rate cannot carry; `ERR_RANGE`, `ERR_TYPE`
   */
  constructor(
    options: ReceiverOptions,
    private readonly observer?: ReceiverObserver,
  ) {
    assertInteger('sampleRateHz', options.sampleRateHz, 8000, 192000);
    this.sampleRateHz = options.sampleRateHz;
    this.profiles = chooseProfiles(options);
    this.listeners = groupByBand(this.profiles).map((profiles) => new BandListener(profiles, observer));
    if (options.sampleRateHz !== NATIVE_RATE_HZ)
      this.resampler = new Resampler({ inputRateHz: options.sampleRateHz, outputRateHz: NATIVE_RATE_HZ });
  }

  /**
   * @param samples - any number of mono samples, nominally -1..1
   * @returns what became certain with them; nothing is allocated for a push that gives no event
   * @throws TillsongError `ERR_TYPE` when samples is no Float32Array
   */
  push(samples: Float32Array): readonly ReceiverEvent[] {
    assertFloats('samples', samples);
    this.pushedSamples += samples.length;
    if (samples.length <= PIECE_SAMPLES) return this.processPiece(samples, undefined) ?? NONE;
    let events: ReceiverEvent[] | undefined;
    for (let start = 0; start < samples.length; start += PIECE_SAMPLES)
      events = this.processPiece(samples.subarray(start, start + PIECE_SAMPLES), events);
    return events ?? NONE;
  }

  /** The input ends: concludes the bursts that are complete, reports the others as cut off, and starts anew. */
  flush(): readonly ReceiverEvent[] {
    let events: ReceiverEvent[] = [];
    if (this.resampler) {
      const rest = this.resampler.flush();
      events = this.process(rest, rest.length, events) ?? events;
    }
    this.inputEndSeconds = this.pushedSamples / this.sampleRateHz + END_TOLERANCE_SECONDS;
    const silence = new Float32Array(PIECE_SAMPLES);
    for (let i = 0; i < (FLUSH_SECONDS * NATIVE_RATE_HZ) / PIECE_SAMPLES; i++)
      events = this.process(silence, PIECE_SAMPLES, events) ?? events;
    for (const listener of this.listeners)
      for (const reception of listener.abandon())
        events.push({ type: 'lost', reason: 'cut-off', report: reportOf(reception, 0, 0) });
    this.reset();
    return events;
  }

  reset(): void {
    this.resampler?.reset();
    for (const listener of this.listeners) listener.reset();
    this.book.reset();
    this.inputEndSeconds = Number.POSITIVE_INFINITY;
    this.pushedSamples = 0;
  }

  /** @returns the events of before and of this piece, if any */
  private processPiece(piece: Float32Array, before: ReceiverEvent[] | undefined): ReceiverEvent[] | undefined {
    if (!this.resampler) return this.process(piece, piece.length, before);
    const most = this.resampler.mostOutputs(piece.length);
    if (most > this.resampled.length) this.resampled = new Float32Array(most);
    return this.process(this.resampled, this.resampler.convert(piece, this.resampled), before);
  }

  /** The same at 48 kHz. @param count - how many of the samples to take */
  private process(
    samples: Float32Array,
    count: number,
    before: ReceiverEvent[] | undefined,
  ): ReceiverEvent[] | undefined {
    let events = before;
    for (let i = 0; i < this.listeners.length; i++) {
      const complete = this.listeners[i].push(samples, count);
      for (let j = 0; j < complete.length; j++) {
        const event = this.conclude(complete[j]);
        if (!event) continue;
        events ??= [];
        events.push(event);
      }
    }
    return events;
  }

  private conclude(reception: BurstReception): ReceiverEvent | undefined {
    const { header, demodulator } = reception;
    if (!header) return undefined;
    const verdict = this.book.add({
      ...header,
      endSeconds: reception.endSeconds,
      llrs: () => demodulator.payloadLlrs(),
      refine: (appLlrs) => demodulator.refine(appLlrs),
      restart: () => demodulator.restart(),
    });
    this.observer?.ended(reception, verdict.kind);
    switch (verdict.kind) {
      case 'delivered': {
        const report = reportOf(reception, verdict.correctedByteCount, verdict.burstsCombined);
        return { type: 'message', payload: verdict.payload, report };
      }
      case 'failed':
        return {
          type: 'lost',
          reason: reception.endSeconds > this.inputEndSeconds ? 'cut-off' : 'payload',
          report: reportOf(reception, 0, verdict.burstsCombined),
        };
      case 'repeated':
        return undefined;
    }
  }
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
