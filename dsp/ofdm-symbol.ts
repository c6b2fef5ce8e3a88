// One received OFDM symbol on its way through the demodulator, and how far its cells are from what they should be.

import { measureSlip } from './slip.js';

/** A clipping sender leaves this share of a cell's power as distortion in it. */
const DISTORTION_SHARE = 0.05;

/** Points on the complex plane, one a subcarrier; |x|^2 = 1 for a known cell, less for one known up to its mean. */
export interface CellPoints {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A symbol's cells and the channel that they are supposed to have been heard through. */
export interface FittedCells extends CellPoints {
  /** Place in the burst, header symbols first. */
  readonly index: number;
  readonly channelRe: Float64Array;
  readonly channelIm: Float64Array;
  /** Mean variance of that channel's error. */
  readonly errorVariance: number;
}

/** One received symbol: its cells, turned upright, and the channel and noise they were heard through. */
export interface OfdmSymbol extends FittedCells {
  /** Its cells before loud moments were turned down. */
  readonly plain: CellPoints;
  channelRe: Float64Array;
  channelIm: Float64Array;
  errorVariance: number;
  /** Noise of this symbol relative to the burst's, both per carrier. */
  readonly noiseGains: Float64Array;
}

/** The channel that cells are supposed to have been heard through, of the fit that it stands for. */
export interface ChannelResponse extends CellPoints {
  readonly errorVariance: number;
}

/** Cells, and the channel as fitted last. */
export function fittedThrough(
  { re: channelRe, im: channelIm, errorVariance }: ChannelResponse,
  index: number,
  { re, im }: CellPoints,
): FittedCells {
  return { index, re, im, channelRe, channelIm, errorVariance };
}

/** A symbol as it was read; until it is fitted, its channel is the one fitted last. */
export function heardThrough(
  response: ChannelResponse,
  index: number,
  cells: CellPoints & { readonly plain: CellPoints },
): OfdmSymbol {
  return {
    ...fittedThrough(response, index, cells),
    plain: cells.plain,
    noiseGains: new Float64Array(cells.re.length).fill(1),
  };
}

/** Turns a symbol's cells back by a slip in baseband samples, given the carriers' frequencies in the passband. */
export function turnBack(symbol: OfdmSymbol, slipSamples: number, omegaRadPerSample: Float64Array): void {
  turnPoints(symbol, slipSamples, omegaRadPerSample);
  turnPoints(symbol.plain, slipSamples, omegaRadPerSample);
}

function turnPoints(points: CellPoints, slipSamples: number, omegaRadPerSample: Float64Array): void {
  for (let c = 0; c < points.re.length; c++) turnCell(points, c, omegaRadPerSample[c] * slipSamples);
}

/** The same of some carriers' cells. */
export function turnCells(
  points: CellPoints,
  carriers: readonly number[],
  slipSamples: number,
  omegaRadPerSample: Float64Array,
): void {
  for (const c of carriers) turnCell(points, c, omegaRadPerSample[c] * slipSamples);
}

function turnCell({ re, im }: CellPoints, c: number, phaseRad: number): void {
  const cos = Math.cos(phaseRad);
  const sin = Math.sin(phaseRad);
  const turned = re[c] * cos + im[c] * sin;
  im[c] = im[c] * cos - re[c] * sin;
  re[c] = turned;
}

/**
 * Time by which a symbol lies early, in samples, by its known cells.
 *
 * @param points - as far as they are known, 0 where nothing is
 * @param noise - per carrier
 * @param searchSteps - as in `measureSlip`
 */
export function cellSlip(
  symbol: FittedCells,
  points: CellPoints,
  noise: Float64Array,
  omegaRadPerSample: Float64Array,
  searchSteps?: number,
): number {
  const { re, im, channelRe, channelIm } = symbol;
  const qRe = new Float64Array(re.length);
  const qIm = new Float64Array(re.length);
  for (let c = 0; c < re.length; c++) {
    if (points.re[c] === 0 && points.im[c] === 0) continue;
    const hRe = channelRe[c] * points.re[c] - channelIm[c] * points.im[c];
    const hIm = channelRe[c] * points.im[c] + channelIm[c] * points.re[c];
    qRe[c] = (hRe * re[c] + hIm * im[c]) / noise[c];
    qIm[c] = (hRe * im[c] - hIm * re[c]) / noise[c];
  }
  return measureSlip(qRe, qIm, omegaRadPerSample, searchSteps);
}

/** |y - h x|^2 of carrier c for a known x. */
export function residualPower(symbol: FittedCells, c: number, xRe: number, xIm: number): number {
  const { re, im, channelRe, channelIm } = symbol;
  const errorRe = re[c] - (channelRe[c] * xRe - channelIm[c] * xIm);
  const errorIm = im[c] - (channelRe[c] * xIm + channelIm[c] * xRe);
  return errorRe * errorRe + errorIm * errorIm;
}

/** E|y - h x|^2 for a cell known up to its mean: |y - h m|^2 + |h|^2 (1 - |m|^2). */
export function softResidualPower(symbol: FittedCells, c: number, meanRe: number, meanIm: number): number {
  const { channelRe, channelIm } = symbol;
  const gain = channelRe[c] ** 2 + channelIm[c] ** 2;
  return residualPower(symbol, c, meanRe, meanIm) + gain * Math.max(0, 1 - meanRe ** 2 - meanIm ** 2);
}

/** Power of what the sender itself may have added to a cell. */
export function distortionPower({ channelRe, channelIm }: FittedCells, c: number): number {
  return DISTORTION_SHARE * (channelRe[c] ** 2 + channelIm[c] ** 2);
}
