// The beginning of a burst as a spectrogram that shows its chirps.

import { spectrogram } from '../../../dsp/spectrogram.js';
import type { Profile } from '../profiles.js';
import type { CloseUp } from './inspection.js';
import type { SampleRing } from './sample-ring.js';

const WIDTH = 300;
const HEIGHT = 150;
/** Shown before the preamble and from its start on, in preambles. */
const BEFORE = 0.25;
const AFTER = 2.5;
/** Windows at the edges look this far beyond. */
const MARGIN_SECONDS = 0.05;

/** @returns undefined when the ring no longer holds it */
export function closeUpOf(
  ring: SampleRing,
  rateHz: number,
  { preamble, sampleRateHz }: Profile,
  startSeconds: number,
): CloseUp | undefined {
  const preambleSeconds = (2 * preamble.chirpSamples * preamble.pairCount) / sampleRateHz;
  const fromSeconds = startSeconds - BEFORE * preambleSeconds;
  const toSeconds = startSeconds + AFTER * preambleSeconds;
  const first = Math.max(0, Math.round((fromSeconds - MARGIN_SECONDS) * rateHz));
  if (ring.start > first) return undefined;
  const widthHz = preamble.highHz - preamble.lowHz;
  const lowHz = Math.max(0, preamble.lowHz - widthHz / 2);
  const highHz = Math.min(rateHz / 2, preamble.highHz + widthHz / 2);
  // The window that shows a chirp as the thinnest line: about 2 / sqrt(sweep rate) long.
  const sweepHzPerSecond = (widthHz * sampleRateHz) / preamble.chirpSamples;
  const grid = spectrogram(ring.slice(first, (toSeconds + MARGIN_SECONDS) * rateHz), {
    sampleRateHz: rateHz,
    fromSeconds: fromSeconds - first / rateHz,
    toSeconds: toSeconds - first / rateHz,
    lowHz,
    highHz,
    windowSamples: 2 ** Math.round(Math.log2((2 / Math.sqrt(sweepHzPerSecond)) * rateHz)),
    width: WIDTH,
    height: HEIGHT,
  });
  return { ...grid, fromSeconds, toSeconds, lowHz, highHz };
}
