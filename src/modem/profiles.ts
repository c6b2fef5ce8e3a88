// Profiles are data: band, preamble, waveform. Both ends must hold the same one; any change of a number is a wire change.

import type { FskWaveform } from '../../dsp/fsk-grid.js';
import type { OfdmWaveform } from '../../dsp/ofdm-grid.js';

/** Everything two ends must agree on, in integers. Air samples are at `sampleRateHz`, baseband samples `decimation` times longer. */
export interface Profile {
  /** Version of this record's layout and of what its numbers mean. */
  readonly formatVersion: 1;
  readonly name: string;
  /** Rate at which lengths are defined; devices of other rates are resampled. */
  readonly sampleRateHz: 48000;
  /** 0 Hz of the baseband. */
  readonly centerHz: number;
  /** Air samples in a baseband sample. */
  readonly decimation: number;
  /** How far beyond the band the transmitter may let a little energy go, which lowers the peaks. No matter to a receiver. */
  readonly skirtHz: number;
  readonly preamble: PreambleProfile;
  readonly waveform: OfdmWaveform | FskWaveform;
}

/** Triangular sweeps between two frequencies; see dsp/chirp.ts. */
export interface PreambleProfile {
  readonly lowHz: number;
  readonly highHz: number;
  /** Length of one chirp in air samples; a pair is twice as long. */
  readonly chirpSamples: number;
  /** Pairs of a down and an up chirp. Profiles of one band are told apart by it. */
  readonly pairCount: number;
}

/** Names of the profiles that come with tillsong. */
export const PROFILE_NAMES = Object.freeze([
  'audible-fast',
  'audible-robust',
  'ultrasonic-fast',
  'ultrasonic-robust',
] as const);

export type ProfileName = (typeof PROFILE_NAMES)[number];

const AUDIBLE = { formatVersion: 1, sampleRateHz: 48000, centerHz: 5000, decimation: 4, skirtHz: 1500 } as const;
const AUDIBLE_CHIRP = { lowHz: 2000, highHz: 8000, chirpSamples: 720 } as const;
const ULTRASONIC = { formatVersion: 1, sampleRateHz: 48000, centerHz: 18800, decimation: 8, skirtHz: 300 } as const;
const ULTRASONIC_CHIRP = { lowHz: 17600, highHz: 20000, chirpSamples: 1440 } as const;

/** The profiles that come with tillsong. `audible-fast` is the default of the transmitter, all four are the receiver's. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = deepFreeze({
  'audible-fast': {
    ...AUDIBLE,
    name: 'audible-fast',
    preamble: { ...AUDIBLE_CHIRP, pairCount: 1 },
    waveform: {
      kind: 'ofdm',
      fftSize: 1024,
      cyclicPrefixSamples: 48,
      rampSamples: 8,
      carrierCount: 568,
      headerSpacing: 4,
      codeRate: 0.36,
    },
  },
  'audible-robust': {
    ...AUDIBLE,
    name: 'audible-robust',
    preamble: { ...AUDIBLE_CHIRP, pairCount: 4 },
    waveform: {
      kind: 'fsk',
      fftSize: 512,
      rampSamples: 16,
      groupCount: 8,
      tonesPerGroup: 32,
      headerSymbolCount: 6,
      codeRate: 0.45,
    },
  },
  'ultrasonic-fast': {
    ...ULTRASONIC,
    name: 'ultrasonic-fast',
    preamble: { ...ULTRASONIC_CHIRP, pairCount: 1 },
    waveform: {
      kind: 'ofdm',
      fftSize: 512,
      cyclicPrefixSamples: 32,
      rampSamples: 8,
      carrierCount: 204,
      headerSpacing: 2,
      codeRate: 0.36,
    },
  },
  'ultrasonic-robust': {
    ...ULTRASONIC,
    name: 'ultrasonic-robust',
    preamble: { ...ULTRASONIC_CHIRP, pairCount: 3 },
    waveform: {
      kind: 'fsk',
      fftSize: 256,
      rampSamples: 12,
      groupCount: 6,
      tonesPerGroup: 16,
      headerSymbolCount: 8,
      codeRate: 0.53,
    },
  },
});

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
