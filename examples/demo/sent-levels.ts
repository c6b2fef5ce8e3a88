// Signal and noise at the microphone as they were made: what a receiver can only estimate, a simulation knows.

import type { Profile, SpectrumView } from 'tillsong';
import { AIR_RATE_HZ, type MicrophoneSound } from './air.js';
import { bandPower, type MeanSpectrum, meanSpectrum } from 'tillsong/dsp';

export interface SentLevels {
  /** Over the profile's band, while the bursts last; echo counts as signal. */
  readonly levels: SpectrumView;
  /** Signal over noise in that band. */
  readonly inBandSnrDb: number;
}

export function sentLevels({ signal, noise, bursts }: MicrophoneSound, { preamble }: Profile): SentLevels {
  const { lowHz, highHz } = preamble;
  const [ofSignal, ofNoise] = [signal, noise].map((samples) => meanSpectrum(during(bursts, samples), AIR_RATE_HZ));
  const first = Math.round(lowHz / ofSignal.binHz);
  const last = Math.round(highHz / ofSignal.binHz);
  const band = ({ densities }: MeanSpectrum) => densities.slice(first, last + 1);
  return {
    levels: {
      frequenciesHz: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * ofSignal.binHz),
      signal: band(ofSignal),
      noise: band(ofNoise),
    },
    inBandSnrDb: 10 * Math.log10(bandPower(ofSignal, lowHz, highHz) / bandPower(ofNoise, lowHz, highHz)),
  };
}

/** The stretches with a burst, one after the other. */
function during(bursts: MicrophoneSound['bursts'], samples: Float32Array): Float32Array {
  const pieces = bursts.map(({ startSeconds, endSeconds }) =>
    samples.subarray(Math.round(startSeconds * AIR_RATE_HZ), Math.round(endSeconds * AIR_RATE_HZ)),
  );
  const joined = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.length;
  }
  return joined;
}
