// Looks a recording over: hears it with the receiver itself, and keeps what is needed to say why something came out or did not.
// Memory is bounded for recordings of any length.

import { Resampler } from '../../../dsp/resampler.js';
import { assertFloats, assertInteger } from '../../shared/assert.js';
import type { BurstReception } from '../burst-reception.js';
import { bandFits, resolveProfile } from '../parse-profile.js';
import { PROFILE_NAMES, type Profile } from '../profiles.js';
import { groupByBand, Receiver, type ReceiverEvent, type ReceiverOptions } from '../receiver.js';
import type { ReceptionEnd } from '../receiver-observer.js';
import { captureBurst, captureDetail } from './burst-capture.js';
import { BurstShelf, type ShelvedBurst } from './burst-shelf.js';
import { measureSound } from './burst-sound.js';
import { closeUpOf } from './close-up.js';
import { concludeBursts } from './conclude-bursts.js';
import type { InspectedMessage, Inspection, NoiseFloor } from './inspection.js';
import { findInterferers } from './interferers.js';
import { LevelHistory } from './level-history.js';
import { type LinkNeed, linkNeed } from './link-need.js';
import { findInRecording, outlookFor } from './recording-findings.js';
import { lateEchoAfterEnd, lateEchoOfPreamble } from './room-echo.js';
import { SampleRing } from './sample-ring.js';
import { ScoreHistory } from './score-history.js';
import { summarise } from './summary.js';

/** Samples kept: a burst longer than this is judged by its end alone. */
const RING_SECONDS = 20;
/** Heard on after a burst's end before it is judged: its echo, and the silence behind. */
const AFTERWARDS_SECONDS = 0.5;
/** A preamble so many times over the threshold shows the room's echoes. */
const CLEAR_PREAMBLE = 3;
const PIECE_SAMPLES = 4800;
const NATIVE_RATE_HZ = 48000;
const MAX_MESSAGES = 1000;

/** Push the samples of one recording, then flush once. */
export class Inspector {
  // derived
  private readonly wanted: readonly Profile[];
  /** Those of them that the sample rate carries. */
  private readonly profiles: readonly Profile[];
  private readonly receiver: Receiver | undefined;
  private readonly resampler: Resampler | undefined;
  private readonly needs: ReadonlyMap<string, LinkNeed>;
  // state
  private readonly ring: SampleRing;
  private readonly levels: LevelHistory;
  private readonly scores: readonly ScoreHistory[];
  private readonly shelf = new BurstShelf();
  private readonly waiting: ShelvedBurst[] = [];
  private readonly messages: InspectedMessage[] = [];
  private pushedSamples = 0;
  private peak = 0;
  private energy = 0;
  private burstSeconds = 0;

  /**
   * Profiles that the rate cannot carry are left out, and that is among the findings.
   *
   * @throws TillsongError `ERR_PROFILE`, `ERR_RANGE`, `ERR_TYPE` as the constructor of `Receiver`
   */
  constructor(private readonly options: ReceiverOptions) {
    const { sampleRateHz, profiles = PROFILE_NAMES } = options;
    assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
    this.wanted = profiles.map(resolveProfile);
    this.profiles = this.wanted.filter((profile) => bandFits(profile, sampleRateHz));
    if (this.profiles.length > 0)
      this.receiver = new Receiver(
        { sampleRateHz, profiles: this.profiles },
        { ended: (reception, end) => this.take(reception, end) },
      );
    this.needs = new Map(this.profiles.map((profile) => [profile.name, linkNeed(profile)]));
    this.ring = new SampleRing(RING_SECONDS * sampleRateHz);
    this.levels = new LevelHistory(sampleRateHz);
    this.scores = groupByBand(this.profiles).map((profiles) => new ScoreHistory(profiles));
    if (sampleRateHz !== NATIVE_RATE_HZ)
      this.resampler = new Resampler({ inputRateHz: sampleRateHz, outputRateHz: NATIVE_RATE_HZ });
  }

  /**
   * @param samples - any number of mono samples, nominally -1..1
   * @throws TillsongError `ERR_TYPE` when samples is no Float32Array
   */
  push(samples: Float32Array): void {
    assertFloats('samples', samples);
    for (let start = 0; start < samples.length; start += PIECE_SAMPLES)
      this.pushPiece(samples.subarray(start, start + PIECE_SAMPLES));
  }

  /** The recording ends. @returns all that was found; nothing may be pushed after that */
  flush(): Inspection {
    this.levels.flush();
    if (this.resampler) this.pushScores(this.resampler.flush());
    for (const score of this.scores) score.flush();
    if (this.receiver) this.note(this.receiver.flush());
    this.judgeWaiting(Number.POSITIVE_INFINITY);
    return this.conclude();
  }

  private pushPiece(piece: Float32Array): void {
    this.pushedSamples += piece.length;
    this.ring.append(piece);
    this.levels.push(piece);
    for (const x of piece) {
      if (Math.abs(x) > this.peak) this.peak = Math.abs(x);
      this.energy += Number.isFinite(x) ? x * x : 0;
    }
    this.pushScores(this.resampler ? this.resampler.push(piece) : piece);
    if (this.receiver) this.note(this.receiver.push(piece));
    this.judgeWaiting(this.pushedSamples / this.options.sampleRateHz);
  }

  private pushScores(samples: Float32Array): void {
    for (const score of this.scores) score.push(samples);
  }

  private take(reception: BurstReception, end: ReceptionEnd): void {
    const captured = captureBurst(reception, end);
    const burst = this.shelf.put(captured, () => captureDetail(reception));
    if (captured.header) this.burstSeconds += captured.endSeconds - captured.startSeconds;
    if (burst.detail) this.waiting.push(burst);
  }

  private note(events: readonly ReceiverEvent[]): void {
    for (const event of events) {
      if (event.type !== 'message') continue;
      const { profile, startSeconds, endSeconds, burstsCombined } = event.report;
      if (this.messages.length < MAX_MESSAGES)
        this.messages.push({ payload: event.payload, profile, startSeconds, endSeconds, burstsCombined });
      const burst = this.shelf.bursts.find(({ captured }) => captured.startSeconds === startSeconds);
      if (burst) burst.burstsCombined = burstsCombined;
    }
  }

  /** Looks at the sound of bursts that ended long enough ago. */
  private judgeWaiting(nowSeconds: number): void {
    for (let i = this.waiting.length - 1; i >= 0; i--) {
      const burst = this.waiting[i];
      if (burst.captured.endSeconds + AFTERWARDS_SECONDS > nowSeconds) continue;
      this.waiting.splice(i, 1);
      if (burst.detail) this.listenBack(burst);
    }
  }

  private listenBack(burst: ShelvedBurst): void {
    const { captured } = burst;
    const { source, startSeconds, header } = captured;
    const { sampleRateHz } = this.options;
    const samplesBetween = (fromSeconds: number, toSeconds: number) =>
      this.ring.slice(fromSeconds * sampleRateHz, toSeconds * sampleRateHz);
    const endSeconds = Math.min(captured.endSeconds, this.pushedSamples / sampleRateHz);
    if ((endSeconds - startSeconds) * sampleRateHz < 1024) return;
    const lateEchoDb = header
      ? lateEchoAfterEnd(samplesBetween, sampleRateHz, source, startSeconds, captured.endSeconds)
      : captured.score > CLEAR_PREAMBLE * captured.threshold
        ? lateEchoOfPreamble(captured.echoes, source)
        : Number.NaN;
    const floor = this.levels.floor(this.burstShare());
    const binHz = floor.frequenciesHz[1];
    burst.sound = measureSound({
      samplesBetween,
      sampleRateHz,
      profile: source,
      startSeconds,
      endSeconds,
      interferers: findInterferers(floor),
      noiseDensityAt: (hz) => 10 ** (floor.noiseDb[Math.min(floor.noiseDb.length - 1, Math.round(hz / binHz))] / 10),
      neededSnrDb: (this.needs.get(source.name) as LinkNeed).snrDb,
      lateEchoDb,
    });
    burst.closeUp = closeUpOf(this.ring, sampleRateHz, source, startSeconds);
  }

  private burstShare(): number {
    return this.burstSeconds / Math.max(1e-3, this.pushedSamples / this.options.sampleRateHz);
  }

  private conclude(): Inspection {
    const { sampleRateHz } = this.options;
    const { profiles, wanted } = this;
    const durationSeconds = this.pushedSamples / sampleRateHz;
    const peakDbfs = 20 * Math.log10(Math.max(this.peak, 1e-9));
    const rmsDbfs = 10 * Math.log10(Math.max(this.energy / Math.max(1, this.pushedSamples) / 0.5, 1e-18));
    const floor = this.levels.floor(this.burstShare());
    const interferers = findInterferers(floor);
    const bursts = concludeBursts(this.shelf.bursts, {
      durationSeconds,
      interferers,
      moving: this.scores.map(({ moving }) => moving),
    });
    const facts = {
      sampleRateHz,
      durationSeconds,
      peakDbfs,
      rmsDbfs,
      profiles: profiles.map(({ name }) => name),
      messages: this.messages,
      findings: [
        ...findInRecording({ sampleRateHz, peakDbfs, profiles, wanted, floor, interferers }),
        ...bursts.recordingFindings,
      ],
      overview: this.levels.overview(),
      floor,
      interferers,
      outlooks: this.outlooks(floor, interferers),
      scores: this.scores.flatMap((score) => score.scores()),
      bursts: bursts.inspected,
      omittedBurstCount: this.shelf.omitted,
    };
    return { ...facts, summary: summarise(facts) };
  }

  private outlooks(floor: NoiseFloor, interferers: Inspection['interferers']): Inspection['outlooks'] {
    return this.profiles.map((profile) =>
      outlookFor(profile, floor, interferers, this.needs.get(profile.name) as LinkNeed),
    );
  }
}

/**
 * A whole recording at once.
 *
 * @param samples - mono, nominally -1..1
 * @throws TillsongError as `Inspector` does
 */
export function inspectSamples(samples: Float32Array, options: ReceiverOptions): Inspection {
  const inspector = new Inspector(options);
  inspector.push(samples);
  return inspector.flush();
}
