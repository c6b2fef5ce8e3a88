// A quick look at what claims to be an OFDM burst's first symbol: do its pilots add up at some delay, as through any room they
// would, or is it something else that follows what sounded like a preamble? A hundredth of the work of reading the header.

import { sharedFft } from './fft.js';
import { HEADER_PILOT_SPACING, type OfdmGrid } from './ofdm-grid.js';
import type { CellPoints } from './ofdm-symbol.js';

/** Neighbouring delays that are looked at together: a path between two samples, and its first echoes. */
const DELAYS = 4;

/**
 * @param cells - a burst's first symbol as read, before any channel is known, of about the same power all over the band
 * @returns by how many standard deviations of what noise does the strongest delays stand out of all, the greatest being kept;
 *   noise alone comes to 8 once in forty times; 0 for silence
 */
export function pilotCoherence(grid: OfdmGrid, { re, im }: CellPoints): number {
  const size = grid.waveform.fftSize / HEADER_PILOT_SPACING;
  const delaysRe = new Float64Array(size);
  const delaysIm = new Float64Array(size);
  for (let c = 0, pilot = 0; c < re.length; c += HEADER_PILOT_SPACING, pilot++) {
    const xRe = grid.pilotRe(0, c);
    const xIm = grid.pilotIm(0, c);
    delaysRe[pilot] = xRe * re[c] + xIm * im[c];
    delaysIm[pilot] = xRe * im[c] - xIm * re[c];
  }
  sharedFft(size).forward(delaysRe, delaysIm, delaysRe, delaysIm);
  const power = delaysRe;
  for (let d = 0; d < size; d++) power[d] = delaysRe[d] * delaysRe[d] + delaysIm[d] * delaysIm[d];
  let total = 0;
  let most = 0;
  for (let d = 0; d < size; d++) {
    total += power[d];
    let sum = 0;
    for (let i = 0; i < DELAYS; i++) sum += power[(d + i) & (size - 1)];
    if (sum > most) most = sum;
  }
  // The sum of n powers of noise, in units of their mean, is n on average with a deviation of sqrt(n).
  return total > 0 ? ((most * size) / total - DELAYS) / Math.sqrt(DELAYS) : 0;
}
