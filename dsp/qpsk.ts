// QPSK cells: one bit on each axis, 0 -> +sqrt(1/2), 1 -> -sqrt(1/2).

import { saturateLlr } from '../src/shared/llr.js';

/**
 * LLRs of the two bits of a cell y = h x + n: L = 4 sqrt(1/2) Re or Im of conj(h) y, over the noise's variance.
 *
 * @param noiseVariance - of the complex noise, linear, > 0
 * @param out - the bits' LLRs are written to out[at], out[at + 1]; positive means 0
 * @see Proakis, Digital Communications, soft-decision decoding in AWGN
 */
export function demapQpsk(
  yRe: number,
  yIm: number,
  hRe: number,
  hIm: number,
  noiseVariance: number,
  out: Float32Array,
  at: number,
): void {
  const scale = noiseVariance > 0 ? (4 * Math.SQRT1_2) / noiseVariance : 0;
  out[at] = saturateLlr(scale * (hRe * yRe + hIm * yIm));
  out[at + 1] = saturateLlr(scale * (hRe * yIm - hIm * yRe));
}

/** Expected coordinate of a bit with this LLR: sqrt(1/2) tanh(L / 2). */
export function softCoordinate(llr: number): number {
  return Math.SQRT1_2 * Math.tanh(llr / 2);
}
