// One burst as the demodulator sees it, in numbers to draw.

import type { FskView } from './fsk-view.js';
import type { OfdmView } from './ofdm-view.js';

/** Powers on one scale, at rising frequencies; NaN where nothing is known. */
export interface SpectrumView {
  readonly frequenciesHz: readonly number[];
  readonly signal: Float64Array;
  readonly noise: Float64Array;
}

/** A stretch of a burst, in seconds since the recording began. */
export interface BurstPart {
  readonly kind: 'down chirp' | 'up chirp' | 'header' | 'payload';
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** A burst with its parts and what each symbol brought. */
export interface BurstView {
  /** In order; chirps one by one, header and payload symbol by symbol. (OFDM's header symbol holds some payload, too.) */
  readonly parts: readonly BurstPart[];
  readonly waveform: OfdmView | FskView;
}
