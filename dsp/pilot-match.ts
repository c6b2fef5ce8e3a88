// How an OFDM symbol's pilots compare with what its channel lets expect: whether they are there at all, and how loud they are.

import type { OfdmGrid } from './ofdm-grid.js';
import type { FittedCells, OfdmSymbol } from './ofdm-symbol.js';

/** How a symbol's pilots compare with what the channel lets expect. */
export interface PilotMatch {
  /** Sum of Re(conj(h x) y) / noise over the pilots. */
  readonly along: number;
  /** Sum of |h x|^2 / noise: what `along` is on average. */
  readonly whole: number;
  /** Variance of `along` by what the pilots are off. */
  readonly variance: number;
}

/**
 * Compares a symbol's pilots y with what is expected of them, h x.
 *
 * @param noise - per carrier
 * @param gain - by which the symbol is thought to be louder than its channel says
 */
export function matchPilots(grid: OfdmGrid, symbol: FittedCells, noise: Float64Array, gain: number): PilotMatch {
  const { index, re, im, channelRe, channelIm } = symbol;
  let along = 0;
  let whole = 0;
  let variance = 0;
  for (const c of grid.pilotsOf(index)) {
    const pilotRe = grid.pilotRe(index, c);
    const pilotIm = grid.pilotIm(index, c);
    const expectedRe = channelRe[c] * pilotRe - channelIm[c] * pilotIm;
    const expectedIm = channelRe[c] * pilotIm + channelIm[c] * pilotRe;
    const power = expectedRe ** 2 + expectedIm ** 2;
    const error = (re[c] - gain * expectedRe) ** 2 + (im[c] - gain * expectedIm) ** 2;
    along += (expectedRe * re[c] + expectedIm * im[c]) / noise[c];
    whole += power / noise[c];
    variance += (power * error) / (2 * noise[c] ** 2);
  }
  return { along, whole, variance };
}

/** A symbol louder or fainter than its channel says by less than this is left as it is. */
const LEAST_GAIN_STEP = 2;
/** Standard deviations that such a gain must be beyond 0 by: pilots that are not there have one, too. */
const LEAST_GAIN_CERTAINTY = 5;

/**
 * Brings a symbol to the level of its channel, in place, if its pilots show that it is another: a recorder that sets its own gain steps
 * by 12 dB and more in mid-burst. Noise and signal step together, so nothing is lost but in the symbol within which it happens.
 */
export function levelOut(symbol: OfdmSymbol, grid: OfdmGrid, noise: Float64Array): void {
  const { along, whole } = matchPilots(grid, symbol, noise, 1);
  const gain = along / whole;
  if (!(gain > 0) || (gain < LEAST_GAIN_STEP && gain > 1 / LEAST_GAIN_STEP)) return;
  const { variance } = matchPilots(grid, symbol, noise, gain);
  if (along < LEAST_GAIN_CERTAINTY * Math.sqrt(variance)) return;
  for (const { re, im } of [symbol, symbol.plain]) {
    for (let c = 0; c < re.length; c++) {
      re[c] /= gain;
      im[c] /= gain;
    }
  }
}
