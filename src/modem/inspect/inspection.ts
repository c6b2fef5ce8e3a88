// What an inspection says: everything measured of a recording, as data. The page of `tillsong inspect` is drawn from it alone.

import type { LevelGrid } from '../../../dsp/spectrogram.js';
import type { BurstView } from './burst-view.js';

/** What is wrong, in one word. */
export type FindingKind =
  | 'too-quiet'
  | 'clipped'
  | 'band-missing'
  | 'motion'
  | 'interferer'
  | 'reverberation'
  | 'collision'
  | 'cut-off'
  | 'gap'
  | 'sample-rate'
  | 'silence';

/** One diagnosis: what was measured, against which threshold, and what would help. */
export interface Finding {
  readonly kind: FindingKind;
  /** The measured figure, in `unit`; beyond `threshold` it counts. */
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** What the figure is. */
  readonly measure: string;
  /** One sentence: what was found. */
  readonly text: string;
  /** One sentence: what would have helped. */
  readonly remedy: string;
}

/** A stretch of one axis: value i lies at `first + i * step`. */
export interface Steps {
  readonly first: number;
  readonly step: number;
}

/** The whole recording, aggregated: each cell is the loudest moment of its column. */
export interface Overview extends LevelGrid {
  readonly secondsPerColumn: number;
  readonly highHz: number;
}

/** Power densities over frequency, dBFS/Hz, by how much of the time they are not exceeded. */
export interface NoiseFloor {
  readonly frequenciesHz: Float64Array;
  /** 10 % of the time. */
  readonly quietDb: Float64Array;
  readonly medianDb: Float64Array;
  /** 90 % of the time. */
  readonly loudDb: Float64Array;
  /** Which of them is taken for the noise: the median, or the quiet level when bursts fill much of the recording. */
  readonly noiseDb: Float64Array;
}

/** A steady tone. */
export interface Interferer {
  readonly frequencyHz: number;
  /** Level of a sine. */
  readonly levelDbfs: number;
  /** Over the noise around it. */
  readonly prominenceDb: number;
}

/** Largest preamble scores over time of one kind of preamble. */
export interface ScoreTrack {
  readonly profile: string;
  readonly pairCount: number;
  readonly threshold: number;
  readonly secondsPerColumn: number;
  /** 0 where no score reached a quarter of the threshold. */
  readonly scores: Float32Array;
  /** The largest of all. */
  readonly best:
    | { readonly seconds: number; readonly score: number; readonly speedMetersPerSecond: number }
    | undefined;
}

/** What a profile would have met in this recording. */
export interface ProfileOutlook {
  readonly profile: string;
  readonly lowHz: number;
  readonly highHz: number;
  /** Mean noise density in the band, dBFS/Hz. */
  readonly noiseDbfsPerHz: number;
  /** PSNR of a burst whose peaks reach full scale. */
  readonly fullScalePsnrDb: number;
  /** PSNR that 92 bytes need in white noise. */
  readonly neededPsnrDb: number;
  /** Peak level a phone's burst must have here: neededPsnrDb - fullScalePsnrDb. */
  readonly neededPeakDbfs: number;
  /** Steady tones within the band. */
  readonly interferers: readonly Interferer[];
}

/** How far a burst came. */
export type BurstOutcome =
  | 'delivered'
  | 'repeated'
  | 'payload'
  | 'header'
  | 'cut-off'
  | 'chance'
  | 'echo'
  | 'shadow'
  | 'not-tried';

/** What the decoder made of the soft bits, of a header or a payload. */
export interface SoftBits {
  /** Coded bits. */
  readonly count: number;
  /**
   * Mean information of a coded bit that the soft bits claim, 0..1. In much noise they claim too much: what they are scaled by
   * has been estimated from the same noise.
   */
  readonly informationBits: number;
  /** What the code needs. */
  readonly neededBits: number;
  /** dB of white noise between the two; positive when it is not enough. */
  readonly missingDb: number;
  /** How many LLRs fall into each bin; those beyond the ends are in the last ones. */
  readonly histogram: { readonly bins: Steps; readonly counts: Uint32Array };
}

/** Measured of the sound of a burst, apart from any decoding. */
export interface BurstSound {
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  /** Signal over noise in the band, noise from before or after the burst; steady tones left out. */
  readonly snrDb: number;
  /** What 92 bytes need in white noise. */
  readonly neededSnrDb: number;
  /** Levels over the band, dBFS/Hz. */
  readonly frequenciesHz: Float64Array;
  readonly signalDb: Float64Array;
  readonly noiseDb: Float64Array;
  /** Share of samples at the very top, and how many times more those are than the next lower ones. */
  readonly clippedShare: number;
  readonly clippedRatio: number;
  /** From the burst's start to where it falls silent too early; undefined when it does not. */
  readonly brokenOffAfterSeconds: number | undefined;
  /** Longest stretch of equal samples. */
  readonly longestGapSeconds: number;
  /** Energy of echoes later than the waveform can use over all before, by the preamble. */
  readonly lateEchoDb: number;
}

/** The beginning of a burst, close up. */
export interface CloseUp extends LevelGrid {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly lowHz: number;
  readonly highHz: number;
}

/** One burst, or what looked like one. */
export interface BurstInspection {
  readonly profile: string;
  readonly startSeconds: number;
  /** Of a burst whose length is not known: of its header. */
  readonly endSeconds: number;
  readonly outcome: BurstOutcome;
  readonly score: number;
  readonly threshold: number;
  readonly clockOffsetPpm: number;
  readonly speedMetersPerSecond: number;
  /** Change of speed from its preamble to its end. */
  readonly speedChangeMetersPerSecond: number;
  /** Signal over noise as the demodulator saw it, late echo counted as noise. */
  readonly snrDb: number;
  /** Undefined when the header was not read. */
  readonly header:
    | { readonly payloadByteCount: number; readonly messageId: number; readonly redundancyVersion: number }
    | undefined;
  readonly headerAttempts: number;
  readonly findings: readonly Finding[];
  /** Measured at length; undefined for all but the most telling bursts of a long recording. */
  readonly detail: BurstDetail | undefined;
}

export interface BurstDetail {
  readonly headerBits: SoftBits | undefined;
  readonly payloadBits: SoftBits | undefined;
  /** What came of decoding this burst alone; undefined without all of its payload. */
  readonly decoding:
    | { readonly ok: true; readonly iterations: number; readonly correctedByteCount: number }
    | { readonly ok: false; readonly iterations: number; readonly reason: 'code' | 'reed-solomon' | 'crc' }
    | undefined;
  /** Bursts whose soft bits gave the message together; undefined without one. */
  readonly burstsCombined: number | undefined;
  /** Undefined for a burst that began too long ago when it ended. */
  readonly sound: BurstSound | undefined;
  readonly closeUp: CloseUp | undefined;
  readonly view: BurstView | undefined;
}

export interface InspectedMessage {
  readonly payload: Uint8Array;
  readonly profile: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly burstsCombined: number;
}

/** Everything. */
export interface Inspection {
  readonly sampleRateHz: number;
  readonly durationSeconds: number;
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  /** Profiles listened for. */
  readonly profiles: readonly string[];
  /** One sentence. */
  readonly summary: string;
  readonly messages: readonly InspectedMessage[];
  /** Of the recording as a whole. */
  readonly findings: readonly Finding[];
  readonly overview: Overview;
  readonly floor: NoiseFloor;
  readonly interferers: readonly Interferer[];
  readonly outlooks: readonly ProfileOutlook[];
  readonly scores: readonly ScoreTrack[];
  /** In order of their starts. */
  readonly bursts: readonly BurstInspection[];
  /** Candidates beyond those kept in `bursts`. */
  readonly omittedBurstCount: number;
}
