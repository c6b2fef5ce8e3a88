// The channel of an OFDM burst: what is expected of a room's echoes, the fits to known cells as the burst comes in and to
// all cells once the decoder has an opinion, and where the FFT window should open for the echoes found.

import type { BurstSync } from './burst-demodulator.js';
import { CellStatistics } from './cell-statistics.js';
import { ChannelEstimator } from './channel-estimator.js';
import type { PreambleCells } from './ofdm-front-end.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import type { KnownCells } from './ofdm-known-cells.js';
import { localMean } from './ofdm-local-mean.js';
import type { CellPoints, OfdmSymbol } from './ofdm-symbol.js';
import { measureSlip } from './slip.js';

/**
 * Echoes are estimated up to this many prefixes after the window's opening: those beyond the prefix disturb the neighbour
 * symbols a little, but most of their energy still speaks for this one.
 */
const ESTIMATED_PREFIXES = 4;
/** And paths up to this many prefixes before the strongest. */
const EARLIER_PREFIXES = 2;
/** Before anything is learnt, paths up to this much before the strongest may be as strong, earlier ones are weak. */
const EARLY_SAMPLES = 3;
const EARLY_SHARE = 0.1;
/** Weight of the expected decay beside what the preamble heard. */
const DECAY_SHARE = 0.1;
/** Echoes are expected to die away e-fold in this time before anything is learnt of them. */
const EXPECTED_DECAY_SECONDS = 0.005;
/** Weight of older symbols kept from one symbol to the next while a burst is being received. */
const FORGETTING = 0.92;
/** Symbols on each side whose cells speak for a symbol's channel once all are known. */
const REFINE_HALF_WINDOW = 3;

/** The preamble's noise is taken to be this many times what is seen of it: echoes are cut off where its window ends. */
const PREAMBLE_DOUBT = 2;

/** Fits the channel and hands it to the symbols. Noise is always given per carrier. */
export class OfdmChannel {
  // derived
  private readonly estimator: ChannelEstimator;
  private readonly statistics: CellStatistics;
  /** What the preamble says of the channel; nothing until its slip is known. */
  private readonly preamble: CellStatistics;
  private readonly decaySamples: number;
  // state
  /** Whether the estimator comes from a fit to all cells of the burst: the next one then changes little. */
  private isFittedToAll = false;

  constructor(
    private readonly waveform: OfdmWaveform,
    basebandRateHz: number,
    private readonly known: KnownCells,
  ) {
    const { fftSize, carrierCount, cyclicPrefixSamples } = waveform;
    this.estimator = new ChannelEstimator({
      fftSize,
      carrierCount,
      tapsBefore: EARLIER_PREFIXES * cyclicPrefixSamples,
      tapsAfter: Math.min(ESTIMATED_PREFIXES * cyclicPrefixSamples, fftSize / 2),
    });
    this.statistics = new CellStatistics(carrierCount);
    this.preamble = new CellStatistics(carrierCount);
    this.decaySamples = EXPECTED_DECAY_SECONDS * basebandRateHz;
  }

  /** The channel as last fitted, live. */
  get response(): CellPoints & { readonly errorVariance: number } {
    return this.estimator;
  }

  /** Mean over the carriers of the fitted channel's |h|^2. */
  get meanPower(): number {
    return this.estimator.meanPower;
  }

  /** How many of the cells' degrees of freedom the last fit used up. */
  get degreesOfFreedom(): number {
    return this.estimator.degreesOfFreedom;
  }

  /** Says which echoes to expect before anything is learnt from the symbols. */
  expectEchoes(echoes: BurstSync['echoes']): void {
    this.estimator.expect((delay) => this.expectedEcho(delay, echoes));
  }

  /** Forgets what the preamble said of the channel. */
  forgetPreamble(): void {
    this.preamble.clear();
  }

  /**
   * Time in baseband samples by which the preamble lies early, seen through the channel fitted last.
   *
   * @param noise - per carrier
   * @param omegaRadPerSample - the carriers' frequencies in the passband
   * @param searchSteps - eighths of the middle carrier's turn to search to each side
   */
  preambleSlip(
    cells: PreambleCells,
    noise: Float64Array,
    omegaRadPerSample: Float64Array,
    searchSteps: number,
  ): number {
    const { re, im } = this.matchPreamble(cells, noise);
    return measureSlip(re, im, omegaRadPerSample, searchSteps);
  }

  /**
   * Takes the preamble for one more known symbol: its sweeps say as much of the channel as half the cells of an OFDM symbol. By
   * how much it is louder than those is measured against the channel fitted last, and where it does not fit that
   * channel - people move, the room still rings - it counts for less.
   */
  learnPreamble(cells: PreambleCells, noise: Float64Array): void {
    const { re: qRe, im: qIm, energy } = this.matchPreamble(cells, noise);
    const scaleRe = total(qRe) / energy;
    const scaleIm = total(qIm) / energy;
    const { re: hRe, im: hIm, errorVariance } = this.estimator;
    const { re, im, sentRe, sentIm, windowShare } = cells;
    const xRe = new Float64Array(re.length);
    const xIm = new Float64Array(re.length);
    const misfits = new Float64Array(re.length);
    for (let c = 0; c < re.length; c++) {
      xRe[c] = sentRe[c] * scaleRe - sentIm[c] * scaleIm;
      xIm[c] = sentRe[c] * scaleIm + sentIm[c] * scaleRe;
      const errorRe = re[c] - (hRe[c] * xRe[c] - hIm[c] * xIm[c]);
      const errorIm = im[c] - (hRe[c] * xIm[c] + hIm[c] * xRe[c]);
      misfits[c] = errorRe ** 2 + errorIm ** 2 - errorVariance * (xRe[c] ** 2 + xIm[c] ** 2);
    }
    const misfit = localMean(misfits);
    this.preamble.clear();
    for (let c = 0; c < re.length; c++) {
      const variance = PREAMBLE_DOUBT * Math.max(noise[c] * windowShare, misfit[c]);
      this.preamble.addCell(c, re[c], im[c], xRe[c], xIm[c], variance);
    }
  }

  /** conj(h x) y / noise of the preamble's cells, and the sum of |h x|^2 / noise. */
  private matchPreamble(
    { re, im, sentRe, sentIm }: PreambleCells,
    noise: Float64Array,
  ): CellPoints & { energy: number } {
    const { re: hRe, im: hIm } = this.estimator;
    const qRe = new Float64Array(re.length);
    const qIm = new Float64Array(re.length);
    let energy = 0;
    for (let c = 0; c < re.length; c++) {
      const xRe = hRe[c] * sentRe[c] - hIm[c] * sentIm[c];
      const xIm = hRe[c] * sentIm[c] + hIm[c] * sentRe[c];
      qRe[c] = (xRe * re[c] + xIm * im[c]) / noise[c];
      qIm[c] = (xRe * im[c] - xIm * re[c]) / noise[c];
      energy += (xRe * xRe + xIm * xIm) / noise[c];
    }
    return { re: qRe, im: qIm, energy };
  }

  /** Fits the channel anew to what is known of one symbol, and of the preamble. */
  fit(symbol: OfdmSymbol, noise: Float64Array): void {
    this.gather(symbol, noise);
    this.estimator.estimate(this.statistics);
    this.isFittedToAll = false;
    this.giveTo(symbol);
  }

  /** The same, from the echoes that the last fit learnt. */
  fitAgain(symbol: OfdmSymbol, noise: Float64Array): void {
    this.gather(symbol, noise);
    this.estimator.update(this.statistics);
    this.giveTo(symbol);
  }

  private gather(symbol: OfdmSymbol, noise: Float64Array): void {
    this.statistics.clear();
    this.statistics.add(this.preamble);
    this.known.addTo(this.statistics, symbol, noise);
  }

  /** Moves the fit on to the next symbol, slowly forgetting the earlier ones. */
  follow(symbol: OfdmSymbol, noise: Float64Array): void {
    this.statistics.scale(FORGETTING);
    this.known.addTo(this.statistics, symbol, noise);
    this.estimator.update(this.statistics);
    this.giveTo(symbol);
  }

  /**
   * Fits the channel of every symbol anew to all cells of it and its neighbours.
   *
   * @param points - expected points of all symbols' cells
   * @returns symbols that a fit saw at most
   */
  refit(symbols: readonly OfdmSymbol[], points: readonly CellPoints[], noise: Float64Array): number {
    const count = symbols.length;
    const isOneFit = count <= 2 * REFINE_HALF_WINDOW + 1;
    const step = isOneFit ? count : REFINE_HALF_WINDOW;
    for (let first = 0; first < count; first += step) {
      const from = isOneFit ? 0 : Math.max(0, first - step);
      const to = isOneFit ? count : Math.min(count, first + 2 * step);
      this.statistics.clear();
      if (from === 0) this.statistics.add(this.preamble);
      for (let symbol = from; symbol < to; symbol++) {
        const { re, im, noiseGains } = symbols[symbol];
        this.statistics.addSoft(re, im, points[symbol].re, points[symbol].im, noise, noiseGains);
      }
      if (isOneFit && this.isFittedToAll) this.estimator.update(this.statistics);
      else this.estimator.estimate(this.statistics);
      for (let symbol = first; symbol < Math.min(count, first + step); symbol++) this.giveTo(symbols[symbol]);
    }
    this.isFittedToAll = isOneFit;
    return Math.min(count, 2 * REFINE_HALF_WINDOW);
  }

  /**
   * How much later the window should open so that the most energy arrives within the prefix: paths before it and those
   * long after it disturb.
   */
  bestWindowShift(backoffSamples: number): number {
    const { cyclicPrefixSamples, rampSamples, fftSize } = this.waveform;
    const length = cyclicPrefixSamples - rampSamples;
    const firstDelay = -EARLIER_PREFIXES * cyclicPrefixSamples;
    const lastDelay = ESTIMATED_PREFIXES * cyclicPrefixSamples;
    const powers = new Float64Array(lastDelay - firstDelay + 1);
    for (let i = 0; i < powers.length; i++) powers[i] = this.estimator.tapPower(firstDelay + i);
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let shift = -EARLIER_PREFIXES * cyclicPrefixSamples; shift <= cyclicPrefixSamples; shift += 2) {
      let sum = Math.abs(shift) * 1e-9;
      for (let i = 0; i < powers.length; i++) {
        const delay = firstDelay + i + backoffSamples - shift;
        const outside = delay < 0 ? -delay : delay > length ? delay - length : 0;
        sum += (powers[i] * 2 * outside) / fftSize;
      }
      if (sum < least) {
        least = sum;
        best = shift;
      }
    }
    return best;
  }

  private giveTo(symbol: OfdmSymbol): void {
    symbol.channelRe = this.estimator.re.slice();
    symbol.channelIm = this.estimator.im.slice();
    symbol.errorVariance = this.estimator.errorVariance;
  }

  /**
   * Relative power expected of an echo: an exponential decay after the strongest path, little before it, and what the
   * preamble heard, which alone can tell an echo 20 ms later from one a few ms earlier (to the pilots they are one).
   */
  private expectedEcho(delaySamples: number, echoes: BurstSync['echoes']): number {
    const early = delaySamples < -EARLY_SAMPLES ? EARLY_SHARE : 1;
    const decay = early * Math.exp(-Math.abs(delaySamples) / this.decaySamples);
    if (!echoes) return decay;
    const heard = echoes.powers[echoes.originSamples + delaySamples] ?? 0;
    return DECAY_SHARE * decay + heard / echoes.powers[echoes.originSamples];
  }
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
