// The burst detector's scores over time, for one band: a detector like the receiver's, which also tells of what stays below the
// receiver's threshold and of preambles that move faster than the receiver follows.

import { type BurstCandidate, BurstDetector } from '../../../dsp/burst-detector.js';
import { DownConverter } from '../../../dsp/down-converter.js';
import { bandSearch } from '../band-search.js';
import { SPEED_OF_SOUND_METERS_PER_SECOND } from '../link-report.js';
import type { Profile } from '../profiles.js';
import type { ScoreTrack } from './inspection.js';
import { PeakColumns } from './peak-columns.js';

/** Peaks are told from this share of the threshold on: below it noise peaks all the time. */
const TOLD_SHARE = 0.5;
/** Looked for up to 5 m/s. */
const MAX_DILATION = 0.015;
const COLUMNS = 1200;
const COLUMN_SECONDS = 0.01;
/** Fast preambles remembered at most. */
const MAX_FAST = 200;

/** A preamble seen at a speed that the receiver may not follow. */
export interface SeenPreamble {
  readonly profile: string;
  readonly seconds: number;
  readonly score: number;
  /** Score over threshold. */
  readonly strength: number;
  readonly speedMetersPerSecond: number;
}

interface Track {
  readonly profile: Profile;
  readonly threshold: number;
  readonly columns: PeakColumns;
  best: SeenPreamble | undefined;
}

export class ScoreHistory {
  /** Preambles above the threshold that move, by time. */
  readonly moving: SeenPreamble[] = [];
  // derived
  private readonly basebandRateHz: number;
  private readonly converter: DownConverter;
  private readonly detector: BurstDetector;
  private readonly tracks: readonly Track[];
  // state
  private columnCount = 0;
  private heardSamples = 0;

  /** @param profiles - all of one band; one track for each number of chirp pairs */
  constructor(profiles: readonly Profile[]) {
    const { band, detector } = bandSearch(profiles);
    const { basebandRateHz, pairCounts, thresholds } = detector;
    this.basebandRateHz = basebandRateHz;
    this.tracks = pairCounts.map((pairCount, kind) => ({
      profile: profiles.find(({ preamble }) => preamble.pairCount === pairCount) as Profile,
      threshold: thresholds[kind],
      columns: new PeakColumns(COLUMNS, 1, 0),
      best: undefined,
    }));
    this.converter = new DownConverter(band);
    this.detector = new BurstDetector({
      ...detector,
      maxDilation: MAX_DILATION,
      thresholds: thresholds.map((threshold) => TOLD_SHARE * threshold),
    });
  }

  /** @param samples - at the profiles' rate */
  push(samples: Float32Array): void {
    const { re, im } = this.converter.push(samples);
    this.heardSamples += re.length;
    const wanted = Math.ceil(this.heardSamples / this.basebandRateHz / COLUMN_SECONDS);
    for (; this.columnCount < wanted; this.columnCount++) for (const { columns } of this.tracks) columns.push([0]);
    for (const candidate of this.detector.push(re, im)) this.take(candidate);
  }

  flush(): void {
    for (const candidate of this.detector.flush()) this.take(candidate);
  }

  scores(): ScoreTrack[] {
    return this.tracks.map(({ profile, threshold, columns, best }) => ({
      profile: profile.name,
      pairCount: profile.preamble.pairCount,
      threshold,
      secondsPerColumn: columns.inputsPerColumn * COLUMN_SECONDS,
      scores: columns.rows(),
      best,
    }));
  }

  private take({ kind, startSamples, score, dilation }: BurstCandidate): void {
    const track = this.tracks[kind];
    const seconds = startSamples / this.basebandRateHz;
    const seen = {
      profile: track.profile.name,
      seconds,
      score,
      strength: score / track.threshold,
      speedMetersPerSecond: dilation * SPEED_OF_SOUND_METERS_PER_SECOND,
    };
    track.columns.raise(Math.floor(seconds / COLUMN_SECONDS), 0, score);
    if (!track.best || score > track.best.score) track.best = seen;
    if (score < track.threshold || this.moving.length >= MAX_FAST) return;
    this.moving.push(seen);
  }
}
