// When to read an OFDM burst: the time map from sent to received samples, the FFT windows on it, and what corrects them -
// the preamble's slip against the first symbol, other numbers of carrier turns, and each symbol's own slip.

import type { ReadPlan } from './baseband-buffer.js';
import type { BurstSync } from './burst-demodulator.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import { NO_CHANGE, type SpeedChange } from './ofdm-speed-search.js';
import type { OfdmTables } from './ofdm-tables.js';
import { TimeMap } from './time-map.js';

/** At first the FFT window opens this share of the cyclic prefix early, so that paths before the strongest fall into it. */
const WINDOW_BACKOFF = 0.25;
/**
 * How far the dilation is searched for, in eighths of the middle carrier's turn: 0.6 m/s where the band is wide enough to
 * tell turns apart, less than a turn where it is not (there the chirps alone are exact to 0.02 m/s).
 */
const WIDE_SEARCH_STEPS = 6;
const NARROW_SEARCH_STEPS = 3;
/** Width over centre from which on a band counts as wide. */
const WIDE_BAND = 0.5;
/**
 * Where the band is narrow, echoes may mislead the chirps by whole turns of the carrier between preamble and symbol (0.2
 * m/s each at 19 kHz); a header that does not decode is tried with these numbers of turns more.
 */
const OTHER_TURNS = [1, -1, 2, -2, 3, -3] as const;
/** How much of a newly measured slip is taken for lasting motion. */
const DILATION_GAIN = 0.4;

/** The burst's clock. Sent times count baseband samples from the burst's first sample. */
export class OfdmTiming {
  // derived
  /** Frequency of the middle carrier in the passband, and of each. */
  readonly carrierRadPerSample: number;
  readonly omegaRadPerSample: Float64Array;
  /** The preamble's last chirp pair: when it begins, and how much of it is looked at. */
  readonly pairStart: number;
  readonly pairSamples: number;
  /** Eighths of the middle carrier's turn by which preamble and first symbol may differ. */
  readonly searchSteps: number;
  private readonly symbolSamples: number;
  private readonly waveform: OfdmWaveform;
  // state
  private backoff: number;
  private map: TimeMap;
  /** By which the dilation grows within the first symbol's window, as assumed. */
  private headerGrowth = 0;

  constructor(
    { waveform, placement, carrierRadPerSample, omegaRadPerSample }: OfdmTables,
    private readonly sync: BurstSync,
  ) {
    const { fftSize, cyclicPrefixSamples } = waveform;
    const { pair, basebandRateHz, centerHz } = placement;
    this.waveform = waveform;
    this.symbolSamples = fftSize + cyclicPrefixSamples;
    this.carrierRadPerSample = carrierRadPerSample;
    this.omegaRadPerSample = omegaRadPerSample;
    this.searchSteps = (pair.highHz - pair.lowHz) / centerHz > WIDE_BAND ? WIDE_SEARCH_STEPS : NARROW_SEARCH_STEPS;
    this.pairSamples = Math.min(fftSize, Math.round(2 * pair.chirpSeconds * basebandRateHz));
    this.pairStart = sync.offsetSamples - this.pairSamples;
    this.backoff = this.firstBackoff;
    this.map = this.mapAt(sync.dilation);
  }

  /** Whether the carriers are close enough together for turns to be mistaken. */
  get hasNarrowBand(): boolean {
    return this.searchSteps === NARROW_SEARCH_STEPS;
  }

  get dilation(): number {
    return this.map.dilation;
  }

  /** How long before the strongest path's symbol the FFT window opens. */
  get backoffSamples(): number {
    return this.backoff;
  }

  /** From a symbol's start to where its window opens. */
  get leadSamples(): number {
    return this.waveform.cyclicPrefixSamples - this.backoff;
  }

  /** Received position up to which a symbol's window reaches. */
  endOfSymbol(symbol: number): number {
    return this.map.at(this.windowEnd(symbol));
  }

  /** Received position at which a burst of this many symbols ends. */
  endOfBurst(symbolCount: number): number {
    return this.map.at(this.sync.offsetSamples + symbolCount * this.symbolSamples + this.waveform.rampSamples);
  }

  /** How to read a symbol's window. @param change - of the speed since its start */
  windowPlan(symbol: number, { step, growth }: SpeedChange = NO_CHANGE): ReadPlan {
    const start = this.windowStart(symbol);
    const growthPerSample = (growth + (symbol === 0 ? this.headerGrowth : 0)) / this.waveform.fftSize;
    if (step === 0) return this.map.plan(start, growthPerSample);
    const map = this.map.copy();
    map.correct(this.symbolStart(symbol), 0, step);
    return map.plan(start, growthPerSample);
  }

  /** How to read the preamble's last pair. */
  pairPlan(): ReadPlan {
    return this.map.plan(this.pairStart);
  }

  /** Opens the windows where they open before anything is known of the echoes. */
  resetWindow(): void {
    this.backoff = this.firstBackoff;
  }

  /** Opens the windows this much later from now on. */
  openLater(shiftSamples: number): void {
    this.backoff -= shiftSamples;
  }

  /**
   * Starts again with another number of carrier turns between preamble and first symbol.
   *
   * @param attempt - 1, 2, ...
   * @returns false when there is no other number to try
   */
  assumeOtherTurns(attempt: number): boolean {
    const turns = this.hasNarrowBand ? OTHER_TURNS[attempt - 1] : 0;
    if (!turns) return false;
    this.headerGrowth = 0;
    this.map = this.mapAt(this.sync.dilation + turns * this.dilationPerTurn());
    return true;
  }

  /** Starts again with the speed of the preamble, or one that changes from the first symbol's start on. */
  assumeChange({ step, growth }: SpeedChange): void {
    this.map = this.mapAt(this.sync.dilation);
    if (step !== 0) this.map.correct(this.symbolStart(0), 0, step);
    this.headerGrowth = growth;
  }

  /** The first symbol's speed changes as well. */
  changeHeader({ step, growth }: SpeedChange): void {
    this.map.correct(this.symbolStart(0), 0, step);
    this.headerGrowth += growth;
  }

  /** The first symbol is behind: what its speed has grown by lasts. */
  leaveHeader(): void {
    if (this.headerGrowth !== 0) this.map.grow(this.windowStart(0), this.windowEnd(0), this.headerGrowth);
    this.headerGrowth = 0;
  }

  /** The preamble lies early by a slip relative to the first symbol, so time in between ran slower than assumed. */
  correctByPreamble(slipSamples: number): void {
    const middle = this.pairStart + this.pairSamples / 2;
    this.map.correct(middle, 0, -slipSamples / this.baselineSamples);
  }

  /** A symbol lies early by a slip: so will the next, and part of it is lasting motion. */
  follow(symbol: number, slipSamples: number): void {
    this.map.correct(this.windowEnd(symbol), slipSamples, (slipSamples * DILATION_GAIN) / this.symbolSamples);
  }

  /** From a symbol's start on the speed is another, and the symbol then lies early by a slip. */
  changeSpeed(symbol: number, { step, growth }: SpeedChange, slipSamples: number): void {
    this.map.correct(this.symbolStart(symbol), 0, step);
    this.map.grow(this.windowStart(symbol), this.windowEnd(symbol), growth);
    this.map.correct(this.windowEnd(symbol), slipSamples, 0);
  }

  private get firstBackoff(): number {
    return Math.round(this.waveform.cyclicPrefixSamples * WINDOW_BACKOFF);
  }

  private mapAt(dilation: number): TimeMap {
    return new TimeMap(this.sync.startSamples, dilation, this.carrierRadPerSample);
  }

  /** Sent samples between the middles of the preamble's last pair and of the first symbol's window. */
  private get baselineSamples(): number {
    return this.windowStart(0) + this.waveform.fftSize / 2 - this.pairStart - this.pairSamples / 2;
  }

  /** Dilation that turns the middle carrier once more between preamble and first symbol. */
  private dilationPerTurn(): number {
    return (2 * Math.PI) / this.carrierRadPerSample / this.baselineSamples;
  }

  private symbolStart(symbol: number): number {
    return this.sync.offsetSamples + symbol * this.symbolSamples;
  }

  private windowStart(symbol: number): number {
    return this.symbolStart(symbol) + this.leadSamples;
  }

  private windowEnd(symbol: number): number {
    return this.windowStart(symbol) + this.waveform.fftSize;
  }
}
