// How the receiver searches a band for preambles: the down-converter and the detector that its profiles share.

import type { BurstDetectorConfig } from '../../dsp/burst-detector.js';
import type { Band } from '../../dsp/down-converter.js';
import { chirpPair } from './burst-layout.js';
import type { Profile } from './profiles.js';

/** Motion of 1.5 m/s against sound's 343 m/s, and two clocks 150 ppm apart each way. */
const MAX_DILATION = 0.005;
/** Scores of one chirp pair in noise exceed this a few times a minute and band; the header's CRC refuses those. */
const SINGLE_PAIR_THRESHOLD = 20;
/** With more pairs each may be weaker. */
const THRESHOLD_PER_FURTHER_PAIR = 5;

/** What `DownConverter` and `BurstDetector` are made with. */
export interface BandSearch {
  readonly band: Band;
  readonly detector: BurstDetectorConfig;
}

/**
 * The search that a receiver makes in one band, for diagnosis, pictures and benches: what it finds is what the receiver finds.
 *
 * @param profiles - at least one, all of one band: same centre, decimation and chirps
 */
export function bandSearch(profiles: readonly Profile[]): BandSearch {
  const { sampleRateHz, centerHz, decimation, preamble } = profiles[0];
  const pairCounts = [...new Set(profiles.map((profile) => profile.preamble.pairCount))].sort((a, b) => a - b);
  return {
    band: {
      sampleRateHz,
      centerHz,
      widthHz: 2 * Math.max(preamble.highHz - centerHz, centerHz - preamble.lowHz),
      decimation,
    },
    detector: {
      pair: chirpPair(profiles[0]),
      centerHz,
      basebandRateHz: sampleRateHz / decimation,
      pairCounts,
      maxDilation: MAX_DILATION,
      thresholds: pairCounts.map((count) => SINGLE_PAIR_THRESHOLD + THRESHOLD_PER_FURTHER_PAIR * (count - 1)),
    },
  };
}
