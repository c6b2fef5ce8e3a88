// The sender's speed within an OFDM burst's first symbol, where it is not that of the preamble: by how its pilots add up,
// which takes no channel - at the right speed and change of speed they do at few delays (`pilotCoherence`).

import type { BasebandBuffer } from './baseband-buffer.js';
import type { OfdmFrontEnd } from './ofdm-front-end.js';
import type { OfdmGrid } from './ofdm-grid.js';
import { NO_CHANGE, type SpeedChange, type SpeedTrial, searchGrowth, searchHeaderSpeed } from './ofdm-speed-search.js';
import { pilotCoherence } from './pilot-coherence.js';

/**
 * A change of speed is believed of a header that could not be read if its pilots then add up by this at least, and by so many
 * times better: of 70 failed headers in near rooms none came to 13 by any change, 8 that a turn had spoilt all to 52.
 */
const LEAST_TURN_COHERENCE = 16;
const LEAST_TURN_GAIN = 1.5;
/** On the coarse grid they may add up by less. */
const LEAST_COARSE_COHERENCE = 10;
/**
 * And of a header that could be read if they add up better by so much and to this at least: in 120 bursts of white noise at -6 dB and
 * 120 in near rooms at 10 dB chance brought 5 more once, to 12; a change of 0.1 m/s within the symbol brings 8, to 50.
 */
const LEAST_COHERENCE = 20;
const LEAST_GAIN = 5;
const LEAST_COARSE_GAIN = 2.5;

export class OfdmHeaderSpeed {
  /** @param frontEnd - with the carriers' gains set by the first symbol, and its timing that of what was tried last */
  constructor(
    private readonly grid: OfdmGrid,
    private readonly frontEnd: OfdmFrontEnd,
  ) {}

  /** The change by which the pilots of a first symbol add up that could not be read; undefined if none does. */
  changeOfUnread(buffer: BasebandBuffer): SpeedChange | undefined {
    this.frontEnd.startTrials();
    const { fit } = this.attempt(buffer, NO_CHANGE);
    const best = searchHeaderSpeed((change) => this.attempt(buffer, change), Math.max(fit, LEAST_COARSE_COHERENCE));
    return best && best.fit > Math.max(LEAST_TURN_COHERENCE, LEAST_TURN_GAIN * fit) ? best.change : undefined;
  }

  /** The change by which the pilots of a first symbol add up better that was read well enough; undefined if none does. */
  changeOfRead(buffer: BasebandBuffer): SpeedChange | undefined {
    this.frontEnd.startTrials();
    const { fit } = this.attempt(buffer, NO_CHANGE);
    const best = searchGrowth((change) => this.attempt(buffer, change), fit + LEAST_COARSE_GAIN);
    return best && best.fit > Math.max(LEAST_COHERENCE, fit + LEAST_GAIN) ? best.change : undefined;
  }

  private attempt(buffer: BasebandBuffer, change: SpeedChange): SpeedTrial {
    return { change, fit: pilotCoherence(this.grid, this.frontEnd.tryCells(buffer, 0, change)) };
  }
}
