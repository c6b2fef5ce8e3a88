// One OFDM burst from baseband to soft bits: header first, then symbol after symbol, then once more with what the decoder
// learnt. Channel and noise are estimated per subcarrier; time slip is tracked on the carriers' phases.

import { assertInteger } from '../src/shared/assert.js';
import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement, BurstDemodulator, BurstSync } from './burst-demodulator.js';
import { CellStatistics } from './cell-statistics.js';
import { ChannelEstimator } from './channel-estimator.js';
import { basebandTrain } from './chirp.js';
import { Fft } from './fft.js';
import { limitImpulses } from './impulse-limiter.js';
import { mean, smoothNoise } from './noise-estimate.js';
import { BITS_PER_CELL, type CellKind, OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
import { demapQpsk, softCoordinate } from './qpsk.js';
import { measureSlip } from './slip.js';
import { TimeMap } from './time-map.js';

/** One received symbol: its cells, turned upright, and the channel and noise they were heard through. */
interface Symbol {
  readonly re: Float64Array;
  readonly im: Float64Array;
  channelRe: Float64Array;
  channelIm: Float64Array;
  errorVariance: number;
  /** Noise of this symbol relative to the burst's noise per carrier. */
  noiseGain: number;
}

/** One demodulated symbol, for diagnosis and pictures: index c is subcarrier c, and y = h x + noise with E|x|^2 = 1. */
export interface OfdmCells {
  /** Received cells y. */
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** The channel h as last estimated. */
  readonly channelRe: Float64Array;
  readonly channelIm: Float64Array;
  /** Variance of the noise and of the channel's error together, which the soft bits are scaled by. */
  readonly noiseVariance: Float64Array;
}

/** At first the FFT window opens this share of the cyclic prefix early, so that paths before the strongest fall into it. */
const WINDOW_BACKOFF = 0.25;
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
/** Windows before the burst that show the surroundings' noise. */
const AMBIENT_WINDOWS = 4;
/** Noise is never taken to be lower than this share of the signal: what a room's tail and a clipping sender leave. */
const NOISE_FLOOR = 0.003;
/** Carriers on each side that make a local mean power. */
const LOCAL_HALF_WIDTH = 24;
/** Parts of the band weaker than this share of its mean are not lifted further. */
const LEAST_BAND_LEVEL = 1e-5;
/** Factor by which that comparison may be off: 49 cells, and senders that clip. */
const EXCESS_TOLERANCE = 2;
/** A fit is never taken to use up more than the rest of the known cells' freedom. */
const LEAST_FREEDOM = 0.5;
/** Noise assumed at least for the first fit, over the band's mean power: fewer pilots than taps must not be believed. */
const FIRST_NOISE_LEVEL = 0.1;
/** And at most for any: a fit to nothing but noise would never recover. */
const GREATEST_NOISE_LEVEL = 0.9;
/** Echoes are expected to die away e-fold in this time before anything is learnt of them. */
const EXPECTED_DECAY_SECONDS = 0.005;
/** A clipping sender leaves this share of a cell's power as distortion in it. */
const DISTORTION_SHARE = 0.05;
/** Times the dilation is measured between preamble and first symbol and the symbol read again. */
const DILATION_ROUNDS = 2;
/**
 * How far that search goes, in eighths of the middle carrier's turn: 0.6 m/s where the band is wide enough to tell turns
 * apart, less than a turn where it is not (there the chirps alone are exact to 0.02 m/s).
 */
const WIDE_SEARCH_STEPS = 6;
const NARROW_SEARCH_STEPS = 3;
/** A slip below this needs no second reading: 1 us. */
const LEAST_SLIP_SAMPLES = 0.01;
/**
 * Where the band is narrow, echoes may mislead the chirps by whole turns of the carrier between preamble and symbol (0.2
 * m/s each at 19 kHz); a header that does not decode is tried with these numbers of turns more.
 */
const OTHER_TURNS = [1, -1, 2, -2, 3, -3] as const;
/** Width over centre from which on a band counts as wide. */
const WIDE_BAND = 0.5;
/** How much of a newly measured slip is taken for lasting motion. */
const DILATION_GAIN = 0.4;
/** Weight of older symbols kept from one symbol to the next while a burst is being received. */
const FORGETTING = 0.92;
/** Symbols on each side whose cells speak for a symbol's channel once all are known. */
const REFINE_HALF_WINDOW = 3;

export class OfdmDemodulator implements BurstDemodulator {
  // derived
  readonly grid: OfdmGrid;
  private readonly fft: Fft;
  private readonly estimator: ChannelEstimator;
  private readonly statistics: CellStatistics;
  private readonly symbolSamples: number;
  private readonly carrierRadPerSample: number;
  private readonly omegaRadPerSample: Float64Array;
  private readonly workRe: Float64Array;
  private readonly workIm: Float64Array;
  private readonly residuals: Float64Array;
  private readonly gains: Float64Array;
  private readonly searchSteps: number;
  private readonly decaySamples: number;
  /** The preamble's last chirp pair: where it begins, and its spectrum. */
  private readonly pairStart: number;
  private readonly pairSamples: number;
  private readonly pairRe: Float64Array;
  private readonly pairIm: Float64Array;
  // state
  private backoffSamples: number;
  private map: TimeMap;
  private readonly noise: Float64Array;
  private readonly ambient: Float64Array;
  private readonly symbols: Symbol[] = [];
  private headerBits: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly waveform: OfdmWaveform,
    placement: BasebandPlacement,
    private readonly sync: BurstSync,
  ) {
    const { fftSize, carrierCount, cyclicPrefixSamples } = waveform;
    this.grid = new OfdmGrid(waveform);
    this.fft = new Fft(fftSize);
    this.backoffSamples = Math.round(cyclicPrefixSamples * WINDOW_BACKOFF);
    this.symbolSamples = fftSize + cyclicPrefixSamples;
    this.estimator = new ChannelEstimator({
      fftSize,
      carrierCount,
      tapsBefore: EARLIER_PREFIXES * cyclicPrefixSamples,
      tapsAfter: Math.min(ESTIMATED_PREFIXES * cyclicPrefixSamples, fftSize / 2),
    });
    this.statistics = new CellStatistics(carrierCount);
    this.carrierRadPerSample = (2 * Math.PI * placement.centerHz) / placement.basebandRateHz;
    this.map = this.mapAt(sync.dilation);
    this.omegaRadPerSample = Float64Array.from(
      { length: carrierCount },
      (_, c) => this.carrierRadPerSample + (2 * Math.PI * (c - carrierCount / 2)) / fftSize,
    );
    this.workRe = new Float64Array(fftSize);
    this.workIm = new Float64Array(fftSize);
    this.noise = new Float64Array(carrierCount);
    this.ambient = new Float64Array(carrierCount);
    this.decaySamples = EXPECTED_DECAY_SECONDS * placement.basebandRateHz;
    const { pair, basebandRateHz, centerHz } = placement;
    this.searchSteps = (pair.highHz - pair.lowHz) / centerHz > WIDE_BAND ? WIDE_SEARCH_STEPS : NARROW_SEARCH_STEPS;
    this.pairSamples = Math.min(fftSize, Math.round(2 * pair.chirpSeconds * basebandRateHz));
    this.pairStart = sync.offsetSamples - this.pairSamples;
    this.pairRe = new Float64Array(fftSize);
    this.pairIm = new Float64Array(fftSize);
    const train = basebandTrain(pair, centerHz, basebandRateHz, this.pairStart, this.pairSamples);
    this.pairRe.set(train.re);
    this.pairIm.set(train.im);
    this.fft.forward(this.pairRe, this.pairIm, this.pairRe, this.pairIm);
    this.residuals = new Float64Array(carrierCount);
    this.gains = new Float64Array(carrierCount);
  }

  get dilation(): number {
    return this.map.dilation;
  }

  get snrDb(): number {
    const signal = this.estimator.meanPower;
    const noise = mean(this.noise);
    return noise > 0 && signal > 0 ? 10 * Math.log10(signal / noise) : 0;
  }

  get headerBitCount(): number {
    return this.grid.headerBitCount;
  }

  endOfSymbol(symbol: number): number {
    return this.map.at(this.windowStart(symbol) + this.waveform.fftSize);
  }

  endOfBurst(symbolCount: number): number {
    return this.map.at(this.sync.offsetSamples + symbolCount * this.symbolSamples + this.waveform.rampSamples);
  }

  /**
   * A copy of what one symbol's soft bits are made of.
   *
   * @param symbol - index in the burst, header symbols first; it has been demodulated
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` for a symbol that has not
   */
  cells(symbol: number): OfdmCells {
    assertInteger('symbol', symbol, 0, this.symbols.length - 1);
    const { re, im, channelRe, channelIm, errorVariance, noiseGain } = this.symbols[symbol];
    return {
      re: re.slice(),
      im: im.slice(),
      channelRe: channelRe.slice(),
      channelIm: channelIm.slice(),
      noiseVariance: this.noise.map((variance) => variance * noiseGain + errorVariance),
    };
  }

  demodulateHeader(buffer: BasebandBuffer): Float32Array {
    this.backoffSamples = Math.round(this.waveform.cyclicPrefixSamples * WINDOW_BACKOFF);
    this.gains.fill(1);
    this.readSymbol(buffer, 0);
    this.flatten();
    this.readSymbol(buffer, 0);
    this.measureAmbient(buffer);
    this.estimator.expect((delay) => this.expectedEcho(delay));
    for (let c = 0; c < this.noise.length; c++) this.noise[c] = Math.max(this.noise[c], FIRST_NOISE_LEVEL);
    this.fitHeader();
    this.correctDilation(buffer);
    const shift = this.bestWindowShift();
    if (shift !== 0) {
      this.backoffSamples -= shift;
      this.readSymbol(buffer, 0);
      this.fitHeader();
    }
    this.matchNoiseToPilots();
    this.fitHeader();
    return this.headerLlrs();
  }

  retryHeader(buffer: BasebandBuffer, attempt: number): Float32Array | undefined {
    const turns = this.searchSteps === WIDE_SEARCH_STEPS ? 0 : OTHER_TURNS[attempt - 1];
    if (!turns) return undefined;
    this.map = this.mapAt(this.sync.dilation + turns * this.dilationPerTurn());
    return this.demodulateHeader(buffer);
  }

  acceptHeader(headerBits: Uint8Array): void {
    this.headerBits = headerBits;
    this.fitHeader();
    this.measureHeaderNoise();
    this.fitHeader();
  }

  demodulateSymbol(buffer: BasebandBuffer, symbol: number): void {
    this.readSymbol(buffer, symbol);
    const slip = this.measureSlip(symbol);
    this.turn(symbol, slip);
    this.map.correct(
      this.windowStart(symbol) + this.waveform.fftSize,
      slip,
      (slip * DILATION_GAIN) / this.symbolSamples,
    );
    this.statistics.scale(FORGETTING);
    this.addKnownCells(symbol);
    this.estimator.update(this.statistics);
    this.takeChannel(symbol);
    this.symbols[symbol].noiseGain = this.pilotNoiseGain(symbol);
  }

  payloadLlrs(): Float32Array {
    const llrs = new Float32Array(this.grid.payloadBitCount(this.symbols.length));
    for (let symbol = 0, at = 0; symbol < this.symbols.length; symbol++) at = this.demap(symbol, 'payload', llrs, at);
    return llrs;
  }

  refine(appLlrs: Float32Array): boolean {
    const points = this.meanPoints(appLlrs);
    const count = this.symbols.length;
    const step = REFINE_HALF_WINDOW;
    for (let first = 0; first < count; first += step) {
      const from = count <= 2 * step + 1 ? 0 : Math.max(0, first - step);
      const to = count <= 2 * step + 1 ? count : Math.min(count, first + 2 * step);
      this.statistics.clear();
      for (let symbol = from; symbol < to; symbol++) {
        const { re, im, noiseGain } = this.symbols[symbol];
        this.statistics.addSoft(re, im, points[symbol].re, points[symbol].im, this.noise, noiseGain);
      }
      this.estimator.estimate(this.statistics);
      for (let symbol = first; symbol < Math.min(count, first + step); symbol++) this.takeChannel(symbol);
    }
    this.measureBurstNoise(points);
    return true;
  }

  /**
   * Compares the channel seen by the preamble with that of the first symbol, some 60 ms later: the time by which they
   * differ is what the dilation was wrong by. In a room this is far more exact than the two chirps' peaks, 15 ms apart.
   */
  private correctDilation(buffer: BasebandBuffer): void {
    const middle = this.pairStart + this.pairSamples / 2;
    for (let round = 0; round < DILATION_ROUNDS; round++) {
      const slip = this.preambleSlip(buffer);
      // The preamble lies early by `slip` relative to the symbol, so time in between ran slower than assumed.
      this.map.correct(middle, 0, -slip / this.baselineSamples);
      if (Math.abs(slip) < LEAST_SLIP_SAMPLES) return;
      this.readSymbol(buffer, 0);
      this.fitHeader();
    }
  }

  /** Time by which the preamble's last pair lies early, seen through the channel fitted to the first symbol. */
  private preambleSlip(buffer: BasebandBuffer): number {
    const { fftSize, carrierCount } = this.waveform;
    const { workRe, workIm, pairRe, pairIm, pairSamples } = this;
    workRe.fill(0);
    workIm.fill(0);
    buffer.read(this.map.plan(this.pairStart), workRe.subarray(0, pairSamples), workIm.subarray(0, pairSamples));
    this.fft.forward(workRe, workIm, workRe, workIm);
    const { re: hRe, im: hIm } = this.estimator;
    const qRe = new Float64Array(carrierCount);
    const qIm = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      const bin = (c - carrierCount / 2) & (fftSize - 1);
      const yRe = workRe[bin] * pairRe[bin] + workIm[bin] * pairIm[bin];
      const yIm = workIm[bin] * pairRe[bin] - workRe[bin] * pairIm[bin];
      qRe[c] = (this.gains[c] * (hRe[c] * yRe + hIm[c] * yIm)) / this.noise[c];
      qIm[c] = (this.gains[c] * (hRe[c] * yIm - hIm[c] * yRe)) / this.noise[c];
    }
    return measureSlip(qRe, qIm, this.omegaRadPerSample, this.searchSteps);
  }

  /**
   * Relative power expected of an echo: an exponential decay after the strongest path, little before it, and what the
   * preamble heard, which alone can tell an echo 20 ms later from one a few ms earlier (to the pilots they are one).
   */
  private expectedEcho(delaySamples: number): number {
    const early = delaySamples < -EARLY_SAMPLES ? EARLY_SHARE : 1;
    const decay = early * Math.exp(-Math.abs(delaySamples) / this.decaySamples);
    const { echoes } = this.sync;
    if (!echoes) return decay;
    const heard = echoes.powers[echoes.originSamples + delaySamples] ?? 0;
    return DECAY_SHARE * decay + heard / echoes.powers[echoes.originSamples];
  }

  /**
   * How much later the window should open so that the most energy arrives within the prefix: paths before it and those
   * long after it disturb.
   */
  private bestWindowShift(): number {
    const { cyclicPrefixSamples, rampSamples, fftSize } = this.waveform;
    const length = cyclicPrefixSamples - rampSamples;
    const disturbance = (delay: number) => {
      const outside = Math.max(0, -delay, delay - length);
      return (2 * outside) / fftSize;
    };
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let shift = -EARLIER_PREFIXES * cyclicPrefixSamples; shift <= cyclicPrefixSamples; shift += 2) {
      let sum = Math.abs(shift) * 1e-9;
      for (
        let delay = -EARLIER_PREFIXES * cyclicPrefixSamples;
        delay <= ESTIMATED_PREFIXES * cyclicPrefixSamples;
        delay++
      )
        sum += this.estimator.tapPower(delay) * disturbance(delay + this.backoffSamples - shift);
      if (sum < least) {
        least = sum;
        best = shift;
      }
    }
    return best;
  }

  private headerLlrs(): Float32Array {
    const llrs = new Float32Array(this.grid.headerBitCount);
    this.demap(0, 'header', llrs, 0);
    return llrs;
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

  private windowStart(symbol: number): number {
    const prefix = this.waveform.cyclicPrefixSamples;
    return this.sync.offsetSamples + symbol * this.symbolSamples + prefix - this.backoffSamples;
  }

  /** Reads a symbol's window and stores its cells; delay 0 is the strongest path found by the detector. */
  private readSymbol(buffer: BasebandBuffer, symbol: number): void {
    buffer.read(this.map.plan(this.windowStart(symbol)), this.workRe, this.workIm);
    limitImpulses(this.workRe, this.workIm);
    this.fft.forward(this.workRe, this.workIm, this.workRe, this.workIm);
    const { carrierCount, fftSize } = this.waveform;
    const { gains } = this;
    const re = new Float64Array(carrierCount);
    const im = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      const bin = c - carrierCount / 2;
      const source = bin & (fftSize - 1);
      const phase = (2 * Math.PI * bin * this.backoffSamples) / fftSize;
      const cos = Math.cos(phase);
      const sin = Math.sin(phase);
      re[c] = gains[c] * (this.workRe[source] * cos - this.workIm[source] * sin);
      im[c] = gains[c] * (this.workRe[source] * sin + this.workIm[source] * cos);
    }
    const { re: channelRe, im: channelIm, errorVariance } = this.estimator;
    this.symbols[symbol] = { re, im, channelRe, channelIm, errorVariance, noiseGain: 1 };
  }

  /**
   * Sets the carriers' gains so that their mean power is 1 all over the band: a phone may be 30 dB weaker at one end, and
   * what disturbs there - the room's own tail - is weaker by as much. Smooth, so that it adds no delay of its own.
   */
  private flatten(): void {
    const { re, im } = this.symbols[0];
    const power = localMean(re.length, (c) => re[c] ** 2 + im[c] ** 2);
    const floor = mean(power) * LEAST_BAND_LEVEL;
    for (let c = 0; c < power.length; c++) this.gains[c] = 1 / Math.sqrt(Math.max(power[c], floor, 1e-20));
  }

  /** Noise per carrier from what was heard before the burst; unknown (0) at the beginning of the stream. */
  private measureAmbient(buffer: BasebandBuffer): void {
    const { fftSize, carrierCount } = this.waveform;
    this.residuals.fill(0);
    let windows = 0;
    for (let w = 1; w <= AMBIENT_WINDOWS; w++) {
      const start = Math.floor(this.sync.startSamples) - w * fftSize;
      if (!buffer.holds(start, start + fftSize)) break;
      buffer.copy(start, this.workRe, this.workIm);
      this.fft.forward(this.workRe, this.workIm, this.workRe, this.workIm);
      for (let c = 0; c < carrierCount; c++) {
        const bin = (c - carrierCount / 2) & (fftSize - 1);
        this.residuals[c] += this.gains[c] ** 2 * (this.workRe[bin] ** 2 + this.workIm[bin] ** 2);
      }
      windows++;
    }
    for (let c = 0; c < carrierCount; c++) this.residuals[c] /= Math.max(1, windows);
    if (windows > 0) smoothNoise(this.residuals, windows, this.ambient);
    else this.ambient.fill(0);
    this.noise.set(this.ambient);
    this.floorNoise(0);
  }

  /** Keeps every carrier's noise above a share of the signal (of all that is heard, while no signal is known). */
  private floorNoise(signalPower: number): void {
    const floor = Math.max(signalPower * NOISE_FLOOR, mean(this.noise) * 1e-3, 1e-20);
    for (let c = 0; c < this.noise.length; c++) this.noise[c] = Math.max(this.noise[c], floor);
  }

  /** Keeps every carrier's noise below the power of all that is heard there, which the gains have made 1. */
  private ceilNoise(): void {
    for (let c = 0; c < this.noise.length; c++) this.noise[c] = Math.min(this.noise[c], GREATEST_NOISE_LEVEL);
  }

  /** Fits the channel to what is known of the first symbol: its pilots, and its header cells once they are decoded. */
  private fitHeader(): void {
    this.statistics.clear();
    this.addKnownCells(0);
    this.estimator.estimate(this.statistics);
    this.takeChannel(0);
  }

  /** Adds a symbol's pilots to the statistics, and the first symbol's header cells if they are known. */
  private addKnownCells(symbol: number): void {
    const { re, im } = this.symbols[symbol];
    let bit = 0;
    for (let c = 0; c < re.length; c++) {
      const kind = this.grid.cellKind(symbol, c);
      if (kind === 'pilot') {
        const xRe = this.grid.pilotRe(symbol, c);
        this.statistics.addCell(c, re[c], im[c], xRe, this.grid.pilotIm(symbol, c), this.noise[c]);
      } else if (kind === 'header' && this.headerBits.length > 0) {
        const xRe = this.headerBits[bit++] ? -Math.SQRT1_2 : Math.SQRT1_2;
        const xIm = this.headerBits[bit++] ? -Math.SQRT1_2 : Math.SQRT1_2;
        this.statistics.addCell(c, re[c], im[c], xRe, xIm, this.noise[c]);
      }
    }
  }

  private takeChannel(symbol: number): void {
    this.symbols[symbol].channelRe = this.estimator.re.slice();
    this.symbols[symbol].channelIm = this.estimator.im.slice();
    this.symbols[symbol].errorVariance = this.estimator.errorVariance;
  }

  /**
   * Noise per carrier before anything is decoded, from three witnesses: what was heard before the burst (fine in frequency,
   * but blind to the room's tail), the pilots' residuals (blind where the fit follows them too closely), and the power of
   * all cells in excess of the fitted channel's (coarse, but never fooled).
   */
  private matchNoiseToPilots(): void {
    const { carrierCount } = this.waveform;
    const excess = this.excessPower();
    const { ambient } = this;
    const scale = Math.min(1, (EXCESS_TOLERANCE * mean(excess)) / Math.max(mean(ambient), 1e-30));
    const known = this.carriersOf((kind) => kind === 'pilot');
    const points = (c: number) => ({ re: this.grid.pilotRe(0, c), im: this.grid.pilotIm(0, c) });
    const residual = this.residualNoise(known, points);
    for (let c = 0; c < carrierCount; c++)
      this.noise[c] = Math.max(ambient[c] * scale, residual[c], excess[c] / EXCESS_TOLERANCE);
    this.ceilNoise();
    this.floorNoise(this.estimator.meanPower);
  }

  /** Mean power of the first symbol's cells around each carrier less that of the fitted channel: noise plus misfit. */
  private excessPower(): Float64Array {
    const { re, im, channelRe, channelIm } = this.symbols[0];
    const excess = localMean(re.length, (c) => re[c] ** 2 + im[c] ** 2 - channelRe[c] ** 2 - channelIm[c] ** 2);
    return excess.map((power) => Math.max(0, power));
  }

  private carriersOf(wanted: (kind: CellKind) => boolean): number[] {
    const carriers: number[] = [];
    for (let c = 0; c < this.waveform.carrierCount; c++) if (wanted(this.grid.cellKind(0, c))) carriers.push(c);
    return carriers;
  }

  /** Smoothed residuals of known cells of the first symbol, at every carrier the nearest known one's. */
  private residualNoise(known: readonly number[], pointOf: (c: number) => { re: number; im: number }): Float64Array {
    const freedom = Math.max(LEAST_FREEDOM, 1 - this.estimator.degreesOfFreedom / known.length);
    const residuals = Float64Array.from(known, (c) => {
      const { re, im } = pointOf(c);
      return this.residualPower(0, c, re, im) / freedom;
    });
    const smooth = new Float64Array(known.length);
    smoothNoise(residuals, 1, smooth);
    const noise = new Float64Array(this.waveform.carrierCount);
    for (let c = 0, i = 0; c < noise.length; c++) {
      while (i + 1 < known.length && Math.abs(known[i + 1] - c) <= Math.abs(known[i] - c)) i++;
      noise[c] = smooth[i];
    }
    return noise;
  }

  private residualPower(symbol: number, c: number, xRe: number, xIm: number): number {
    const { re, im, channelRe, channelIm } = this.symbols[symbol];
    const errorRe = re[c] - (channelRe[c] * xRe - channelIm[c] * xIm);
    const errorIm = im[c] - (channelRe[c] * xIm + channelIm[c] * xRe);
    return errorRe * errorRe + errorIm * errorIm;
  }

  /** Noise per carrier from the decoded header: what the fitted channel leaves unexplained of pilots and header cells. */
  private measureHeaderNoise(): void {
    const [points] = this.meanPoints(new Float32Array(0));
    const residual = this.residualNoise(
      this.carriersOf((kind) => kind !== 'payload'),
      (c) => ({ re: points.re[c], im: points.im[c] }),
    );
    const excess = this.excessPower();
    for (let c = 0; c < residual.length; c++) this.noise[c] = Math.max(residual[c], excess[c] / EXCESS_TOLERANCE);
    this.ceilNoise();
    this.floorNoise(this.estimator.meanPower);
  }

  /** Noise per carrier and per symbol from all cells, as far as the decoder knows them. */
  private measureBurstNoise(points: readonly { re: Float64Array; im: Float64Array }[]): void {
    const count = this.symbols.length;
    this.averageResiduals(points, count);
    const { carrierCount } = this.waveform;
    const freedom = Math.max(
      0.5,
      1 - this.estimator.degreesOfFreedom / (carrierCount * Math.min(count, 2 * REFINE_HALF_WINDOW)),
    );
    for (let c = 0; c < carrierCount; c++) this.residuals[c] /= freedom;
    smoothNoise(this.residuals, count, this.noise);
    this.floorNoise(this.estimator.meanPower);
    for (let symbol = 0; symbol < count; symbol++) {
      let sum = 0;
      const { re, im } = points[symbol];
      for (let c = 0; c < carrierCount; c++) sum += this.softResidual(symbol, c, re[c], im[c]) / this.noise[c];
      this.symbols[symbol].noiseGain = Math.max(0.5, sum / freedom / carrierCount);
    }
  }

  /** Fills `residuals` with the mean over the first count symbols of E|y - h x|^2, weighted by the symbols' quietness. */
  private averageResiduals(points: readonly { re: Float64Array; im: Float64Array }[], count: number): void {
    this.residuals.fill(0);
    let total = 0;
    for (let symbol = 0; symbol < count; symbol++) {
      const weight = 1 / this.symbols[symbol].noiseGain;
      total += weight;
      const { re, im } = points[symbol];
      for (let c = 0; c < this.residuals.length; c++)
        this.residuals[c] += weight * weight * this.softResidual(symbol, c, re[c], im[c]);
    }
    for (let c = 0; c < this.residuals.length; c++) this.residuals[c] /= Math.max(total, 1e-9);
  }

  /** E|y - h x|^2 for a cell known up to its mean: |y - h m|^2 + |h|^2 (1 - |m|^2). */
  private softResidual(symbol: number, c: number, meanRe: number, meanIm: number): number {
    const { channelRe, channelIm } = this.symbols[symbol];
    const gain = channelRe[c] ** 2 + channelIm[c] ** 2;
    return this.residualPower(symbol, c, meanRe, meanIm) + gain * Math.max(0, 1 - meanRe ** 2 - meanIm ** 2);
  }

  /** Expected points of all cells: pilots and header exactly, payload by the decoder's LLRs (0 where there are none). */
  private meanPoints(appLlrs: Float32Array): { re: Float64Array; im: Float64Array }[] {
    const { carrierCount } = this.waveform;
    let headerBit = 0;
    let payloadBit = 0;
    return this.symbols.map((_, symbol) => {
      const re = new Float64Array(carrierCount);
      const im = new Float64Array(carrierCount);
      for (let c = 0; c < carrierCount; c++) {
        const kind = this.grid.cellKind(symbol, c);
        if (kind === 'pilot') {
          re[c] = this.grid.pilotRe(symbol, c);
          im[c] = this.grid.pilotIm(symbol, c);
        } else if (kind === 'header') {
          re[c] = this.headerBits[headerBit++] ? -Math.SQRT1_2 : Math.SQRT1_2;
          im[c] = this.headerBits[headerBit++] ? -Math.SQRT1_2 : Math.SQRT1_2;
        } else {
          re[c] = softCoordinate(appLlrs[payloadBit++] ?? 0);
          im[c] = softCoordinate(appLlrs[payloadBit++] ?? 0);
        }
      }
      return { re, im };
    });
  }

  /** Time by which the symbol lies early, in baseband samples, from its pilots and its likely cells. */
  private measureSlip(symbol: number): number {
    const { re, im, channelRe, channelIm } = this.symbols[symbol];
    const { carrierCount } = this.waveform;
    const qRe = new Float64Array(carrierCount);
    const qIm = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      if (this.grid.cellKind(symbol, c) !== 'pilot') continue;
      const xRe = this.grid.pilotRe(symbol, c);
      const xIm = this.grid.pilotIm(symbol, c);
      const hRe = channelRe[c] * xRe - channelIm[c] * xIm;
      const hIm = channelRe[c] * xIm + channelIm[c] * xRe;
      qRe[c] = (hRe * re[c] + hIm * im[c]) / this.noise[c];
      qIm[c] = (hRe * im[c] - hIm * re[c]) / this.noise[c];
    }
    return measureSlip(qRe, qIm, this.omegaRadPerSample);
  }

  /** Turns a symbol's cells back by a slip. */
  private turn(symbol: number, slipSamples: number): void {
    const { re, im } = this.symbols[symbol];
    for (let c = 0; c < re.length; c++) {
      const phase = this.omegaRadPerSample[c] * slipSamples;
      const cos = Math.cos(phase);
      const sin = Math.sin(phase);
      const turned = re[c] * cos + im[c] * sin;
      im[c] = im[c] * cos - re[c] * sin;
      re[c] = turned;
    }
  }

  private pilotNoiseGain(symbol: number): number {
    let sum = 0;
    let count = 0;
    for (let c = 0; c < this.waveform.carrierCount; c++) {
      if (this.grid.cellKind(symbol, c) !== 'pilot') continue;
      sum += this.residualPower(symbol, c, this.grid.pilotRe(symbol, c), this.grid.pilotIm(symbol, c)) / this.noise[c];
      count++;
    }
    return Math.max(0.7, sum / Math.max(1, count));
  }

  /** Writes the LLRs of a symbol's header or payload cells from out[at] on; returns the next position. */
  private demap(symbol: number, wanted: CellKind, out: Float32Array, at: number): number {
    const { re, im, channelRe, channelIm, errorVariance, noiseGain } = this.symbols[symbol];
    let next = at;
    for (let c = 0; c < re.length; c++) {
      if (this.grid.cellKind(symbol, c) !== wanted) continue;
      const distortion = DISTORTION_SHARE * (channelRe[c] ** 2 + channelIm[c] ** 2);
      const variance = this.noise[c] * noiseGain + errorVariance + distortion;
      demapQpsk(re[c], im[c], channelRe[c], channelIm[c], variance, out, next);
      next += BITS_PER_CELL;
    }
    return next;
  }
}

/** Mean of a quantity over the carriers around each. */
function localMean(count: number, value: (carrier: number) => number): Float64Array {
  const prefix = new Float64Array(count + 1);
  for (let c = 0; c < count; c++) prefix[c + 1] = prefix[c] + value(c);
  return Float64Array.from({ length: count }, (_, c) => {
    const from = Math.max(0, c - LOCAL_HALF_WIDTH);
    const to = Math.min(count, c + LOCAL_HALF_WIDTH + 1);
    return (prefix[to] - prefix[from]) / (to - from);
  });
}
