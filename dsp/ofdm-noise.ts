// Noise of an OFDM burst per carrier, and per symbol relative to that: from before the burst, from what the fitted channel
// leaves unexplained of known cells, and in the end from all cells.

import { mean, smoothNoise } from './noise-estimate.js';
import type { OfdmChannel } from './ofdm-channel.js';
import type { AmbientPower } from './ofdm-front-end.js';
import type { CellKind, OfdmGrid } from './ofdm-grid.js';
import type { KnownCells } from './ofdm-known-cells.js';
import { localMean } from './ofdm-local-mean.js';
import {
  type CellPoints,
  distortionPower,
  type FittedCells,
  type OfdmSymbol,
  residualPower,
  softResidualPower,
} from './ofdm-symbol.js';

/** Noise is never taken to be lower than this share of the signal: what a room's tail and a clipping sender leave. */
const NOISE_FLOOR = 0.003;
/** Factor by which the cells' excess power may be off: 49 cells, and senders that clip. */
const EXCESS_TOLERANCE = 2;
/** A fit is never taken to use up more than the rest of the known cells' freedom. */
const LEAST_FREEDOM = 0.5;
/** Noise assumed at least for the first fit, over the band's mean power: fewer pilots than taps must not be believed. */
const FIRST_NOISE_LEVEL = 0.1;
/** And at most for any: a fit to nothing but noise would never recover. */
const GREATEST_NOISE_LEVEL = 0.9;
/** How much of a symbol's noise at a carrier is judged by the cells around; the rest by all of the symbol. */
const LOCAL_SHARE = 0.5;
/** Few cells make a symbol's noise uncertain: it is never taken to be lower than this share of the burst's. */
const LEAST_PILOT_GAIN = 0.7;
const LEAST_SYMBOL_GAIN = 0.5;

/** What is believed of the noise at each step of a burst. Cells have mean power 1 all over the band. */
export class OfdmNoise {
  // state
  /** Variance per carrier of a symbol whose `noiseGains` are 1. */
  readonly variance: Float64Array;
  private readonly ambient: Float64Array;
  private readonly residuals: Float64Array;

  constructor(
    private readonly grid: OfdmGrid,
    private readonly channel: OfdmChannel,
  ) {
    const { carrierCount } = grid.waveform;
    this.variance = new Float64Array(carrierCount);
    this.ambient = new Float64Array(carrierCount);
    this.residuals = new Float64Array(carrierCount);
  }

  /** Noise for the first fit, from what was heard before the burst; unknown (0) at the beginning of the stream. */
  startFrom({ power, windowCount }: AmbientPower): void {
    if (windowCount > 0) smoothNoise(power, windowCount, this.ambient);
    else this.ambient.fill(0);
    this.variance.set(this.ambient);
    this.floorNoise(0);
    for (let c = 0; c < this.variance.length; c++) this.variance[c] = Math.max(this.variance[c], FIRST_NOISE_LEVEL);
  }

  /**
   * Noise per carrier before anything is decoded, from three witnesses: what was heard before the burst (fine in frequency,
   * but blind to the room's tail), the pilots' residuals (blind where the fit follows them too closely), and the power of
   * all cells in excess of the fitted channel's (coarse, but never fooled).
   *
   * @param first - the burst's first symbol
   */
  matchPilots(first: OfdmSymbol, known: KnownCells): void {
    const excess = excessPower(first);
    const { ambient, grid } = this;
    const scale = Math.min(1, (EXCESS_TOLERANCE * mean(excess)) / Math.max(mean(ambient), 1e-30));
    const residual = this.residualNoise(first, grid.pilotsOf(first.index), known.pilotPoints(first.index));
    for (let c = 0; c < ambient.length; c++)
      this.variance[c] = Math.max(ambient[c] * scale, residual[c], excess[c] / EXCESS_TOLERANCE);
    this.ceilNoise();
    this.floorNoise(this.channel.meanPower);
  }

  /**
   * Noise per carrier from the decoded header: what the fitted channel leaves unexplained of pilots and header cells.
   *
   * @param first - the burst's first symbol
   * @param points - its cells, of which the payload's are not looked at
   */
  matchHeader(first: OfdmSymbol, points: CellPoints): void {
    const known = this.carriersOf(first, (kind) => kind !== 'payload');
    const residual = this.residualNoise(first, known, points);
    const excess = excessPower(first);
    for (let c = 0; c < residual.length; c++) this.variance[c] = Math.max(residual[c], excess[c] / EXCESS_TOLERANCE);
    this.ceilNoise();
    this.floorNoise(this.channel.meanPower);
  }

  /** Sets a symbol's noise gains: how loud it is by its pilots, and where in the band by all cells as each looks by itself. */
  matchSymbol(symbol: OfdmSymbol, known: KnownCells): void {
    const level = Math.max(LEAST_PILOT_GAIN, this.pilotLevel(symbol));
    symbol.noiseGains.fill(level);
    // Without noise it is the sender's distortion that the cells show.
    const expected = new Float64Array(this.variance.length);
    for (let c = 0; c < expected.length; c++) expected[c] = this.variance[c] + distortionPower(symbol, c);
    const ratios = ratiosTo(expected, symbol, known.likelyPoints(symbol, this.variance));
    this.setGains(symbol, ratios, level, LEAST_PILOT_GAIN);
  }

  /** Noise of a symbol's pilots relative to the burst's. */
  pilotLevel(symbol: FittedCells): number {
    const { grid } = this;
    const { index } = symbol;
    const pilots = grid.pilotsOf(index);
    let sum = 0;
    for (const c of pilots)
      sum += residualPower(symbol, c, grid.pilotRe(index, c), grid.pilotIm(index, c)) / this.variance[c];
    return sum / Math.max(1, pilots.length);
  }

  /**
   * Noise per carrier and per symbol from all cells, as far as the decoder knows them.
   *
   * @param points - expected points of all symbols' cells
   * @param symbolsPerFit - how many symbols each fit of the channel saw
   */
  matchBurst(symbols: readonly OfdmSymbol[], points: readonly CellPoints[], symbolsPerFit: number): void {
    const count = symbols.length;
    this.averageResiduals(symbols, points);
    const carrierCount = this.variance.length;
    const freedom = Math.max(LEAST_FREEDOM, 1 - this.channel.degreesOfFreedom / (carrierCount * symbolsPerFit));
    for (let c = 0; c < carrierCount; c++) this.residuals[c] /= freedom;
    smoothNoise(this.residuals, count, this.variance);
    this.floorNoise(this.channel.meanPower);
    symbols.forEach((symbol, i) => {
      const ratios = ratiosTo(this.variance, symbol, points[i]);
      this.setGains(symbol, ratios, mean(ratios) / freedom, LEAST_SYMBOL_GAIN);
    });
  }

  /**
   * Sets a symbol's noise gains to a level on average, along the band as its cells are off their points: what comes and goes
   * within a burst - a word, a coin, a train's brake - is seldom so in all of the band.
   *
   * @param ratios - of its cells' misfit to what is expected; scaled in place
   */
  private setGains(symbol: OfdmSymbol, ratios: Float64Array, level: number, least: number): void {
    const scale = level / Math.max(mean(ratios), 1e-20);
    for (let c = 0; c < ratios.length; c++) ratios[c] *= scale;
    const local = localMean(ratios);
    for (let c = 0; c < local.length; c++)
      symbol.noiseGains[c] = Math.max(least, level + LOCAL_SHARE * (local[c] - level));
  }

  /** Keeps every carrier's noise above a share of the signal (of all that is heard, while no signal is known). */
  private floorNoise(signalPower: number): void {
    const floor = Math.max(signalPower * NOISE_FLOOR, mean(this.variance) * 1e-3, 1e-20);
    for (let c = 0; c < this.variance.length; c++) this.variance[c] = Math.max(this.variance[c], floor);
  }

  /** Keeps every carrier's noise below the power of all that is heard there, which the gains have made 1. */
  private ceilNoise(): void {
    for (let c = 0; c < this.variance.length; c++) this.variance[c] = Math.min(this.variance[c], GREATEST_NOISE_LEVEL);
  }

  private carriersOf(symbol: OfdmSymbol, wanted: (kind: CellKind) => boolean): number[] {
    const carriers: number[] = [];
    for (let c = 0; c < symbol.re.length; c++) if (wanted(this.grid.cellKind(symbol.index, c))) carriers.push(c);
    return carriers;
  }

  /** Smoothed residuals of a symbol's known cells, at every carrier the nearest known one's. */
  private residualNoise(symbol: OfdmSymbol, known: readonly number[], points: CellPoints): Float64Array {
    const freedom = Math.max(LEAST_FREEDOM, 1 - this.channel.degreesOfFreedom / known.length);
    const residuals = new Float64Array(known.length);
    for (let i = 0; i < known.length; i++)
      residuals[i] = residualPower(symbol, known[i], points.re[known[i]], points.im[known[i]]) / freedom;
    const smooth = new Float64Array(known.length);
    smoothNoise(residuals, 1, smooth);
    const noise = new Float64Array(symbol.re.length);
    for (let c = 0, i = 0; c < noise.length; c++) {
      while (i + 1 < known.length && Math.abs(known[i + 1] - c) <= Math.abs(known[i] - c)) i++;
      noise[c] = smooth[i];
    }
    return noise;
  }

  /** Fills `residuals` with the mean over the symbols of E|y - h x|^2, weighted by the symbols' quietness. */
  private averageResiduals(symbols: readonly OfdmSymbol[], points: readonly CellPoints[]): void {
    for (let c = 0; c < this.residuals.length; c++) {
      let sum = 0;
      let total = 0;
      for (let symbol = 0; symbol < symbols.length; symbol++) {
        const weight = 1 / symbols[symbol].noiseGains[c];
        total += weight;
        sum += weight * weight * softResidualPower(symbols[symbol], c, points[symbol].re[c], points[symbol].im[c]);
      }
      this.residuals[c] = sum / Math.max(total, 1e-9);
    }
  }
}

/** Mean power of a symbol's cells around each carrier less that of the fitted channel: noise plus misfit. */
function excessPower({ re, im, channelRe, channelIm }: OfdmSymbol): Float64Array {
  const own = new Float64Array(re.length);
  for (let c = 0; c < own.length; c++) own[c] = re[c] ** 2 + im[c] ** 2 - channelRe[c] ** 2 - channelIm[c] ** 2;
  const excess = localMean(own);
  for (let c = 0; c < excess.length; c++) excess[c] = Math.max(0, excess[c]);
  return excess;
}

/** How far a symbol's cells are off their points, in power over what is expected. */
function ratiosTo(expected: Float64Array, symbol: OfdmSymbol, { re, im }: CellPoints): Float64Array {
  const ratios = new Float64Array(expected.length);
  for (let c = 0; c < ratios.length; c++) ratios[c] = softResidualPower(symbol, c, re[c], im[c]) / expected[c];
  return ratios;
}
