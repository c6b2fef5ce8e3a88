// One OFDM burst from baseband to soft bits: header first, then symbol after symbol, then once more with what the decoder
// learnt. Channel and noise are estimated per subcarrier; time slip is tracked on the carriers' phases.

import { assertInteger } from '../src/shared/assert.js';
import { informationBits } from '../src/shared/llr.js';
import type { BasebandBuffer } from './baseband-buffer.js';
import type { BasebandPlacement, BurstDemodulator, BurstSync, Refinement } from './burst-demodulator.js';
import { mean } from './noise-estimate.js';
import { OfdmChannel } from './ofdm-channel.js';
import { OfdmFrontEnd } from './ofdm-front-end.js';
import { BITS_PER_CELL, type CellKind, type OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
import { OfdmHeader } from './ofdm-header.js';
import { KnownCells } from './ofdm-known-cells.js';
import { OfdmNoise } from './ofdm-noise.js';
import { NO_CHANGE, type SpeedChange, type SpeedTrial, searchPayloadSpeed } from './ofdm-speed-search.js';
import {
  type CellPoints,
  cellSlip,
  distortionPower,
  fittedThrough,
  heardThrough,
  type OfdmSymbol,
  turnBack,
  turnCells,
} from './ofdm-symbol.js';
import { OfdmTables } from './ofdm-tables.js';
import { OfdmTiming } from './ofdm-timing.js';
import { levelOut } from './pilot-match.js';
import { PilotPresence } from './pilot-presence.js';
import { demapQpsk } from './qpsk.js';

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

/**
 * A symbol whose pilots are off by more than this many times the burst's noise may have another speed: a hand that stops or leaves
 * within 0.1 s. Another speed is believed that brings them below it, and to half at most. Of 960 symbols at one speed, in near rooms
 * at 10 dB and in white noise at the limit, 3 were off by so much.
 */
const GREATEST_PILOT_LEVEL = 2;
/**
 * The best of the coarse search must leave less than this share of the pilots' level to be refined: a hand that turns leaves a third at
 * most, what is sung over a burst or broke off mostly more than this.
 */
const MOST_COARSE_SHARE = 0.55;
/** Eighths of the middle carrier's turn that a symbol may lie early or late at another speed: 30 ms of 1 m/s. */
const OTHER_SPEED_SLIP_STEPS = 28;

/**
 * Searches for another speed that may find none in a burst, and after how many symbols there may be one more: a hand that turns is
 * found, but what is sung over a burst, or goes on where it was cut off, would have each symbol searched.
 */
const MOST_VAIN_SEARCHES = 1;
const SYMBOLS_A_VAIN_SEARCH = 16;

/** Soft bits that claim to carry more than this share of theirs need no better noise: codes of the highest rate used take 0.36. */
const CLEAR_SHARE = 0.6;

/** A payload symbol turned back by its slip. */
interface UprightSymbol {
  readonly heard: OfdmSymbol;
  readonly slip: number;
  readonly change: SpeedChange;
  /** Noise of its pilots relative to the burst's. */
  readonly level: number;
}

/**
 * A look is a fit of the channel: costly, and of use only where most bits are right. Of 33 series of looks that led to the
 * message all made progress, by 0.2 of the coded bits mostly and by 0.02 once; of bursts sung over one another half lose by a look.
 * Of 36 others the decoder knew 0.50 of the bits or more at first; below the limit some need less: of 60 bursts of `audible-fast` at
 * -4 dB in white noise 15 come through with 0.3, 12 with 0.45.
 */
const REFINEMENT: Refinement = {
  mostRounds: 4,
  hopelessShare: 0.7,
  promisingShare: 0.7,
  leastProgress: 0.015,
  leastCertainty: 0.3,
  patienceRounds: 1,
  cost: 1,
};

export class OfdmDemodulator implements BurstDemodulator {
  readonly refinement = REFINEMENT;
  /** QPSK sends its bits one by one. */
  readonly headerTones = undefined;
  // derived
  readonly grid: OfdmGrid;
  // state
  private readonly timing: OfdmTiming;
  private readonly frontEnd: OfdmFrontEnd;
  private readonly header: OfdmHeader;
  private readonly known: KnownCells;
  private readonly channel: OfdmChannel;
  private readonly noise: OfdmNoise;
  private readonly symbols: OfdmSymbol[] = [];
  private readonly presence: PilotPresence;
  /** Whether the header is decoded and its speed not yet looked at again. */
  private isHeaderOpen = false;
  /** Whether the noise was judged by all cells, not by the known ones alone. */
  private isNoiseJudged = false;
  /** Of the payload, as long as nothing changes that they are made of: each message asks for them several times. */
  private soft: Float32Array | undefined;
  /** Symbols for which another speed was looked for and none found. */
  private vainSearches = 0;

  /** @param tables - of the waveform where it lies; whoever demodulates many of its bursts makes them once */
  constructor(
    waveform: OfdmWaveform,
    placement: BasebandPlacement,
    sync: BurstSync,
    tables = new OfdmTables(waveform, placement),
  ) {
    this.grid = tables.grid;
    this.timing = new OfdmTiming(tables, sync);
    this.frontEnd = new OfdmFrontEnd(tables, this.timing);
    this.known = new KnownCells(this.grid);
    this.channel = new OfdmChannel(waveform, placement.basebandRateHz, this.known);
    this.noise = new OfdmNoise(this.grid, this.channel);
    this.presence = new PilotPresence(this.grid);
    const { grid, timing, frontEnd, known, channel, noise } = this;
    this.header = new OfdmHeader({ grid, timing, frontEnd, known, channel, noise }, sync);
  }

  get dilation(): number {
    return this.timing.dilation;
  }

  get snrDb(): number {
    const signal = this.channel.meanPower;
    const noise = mean(this.noise.variance);
    return noise > 0 && signal > 0 ? 10 * Math.log10(signal / noise) : 0;
  }

  get headerBitCount(): number {
    return this.grid.headerBitCount;
  }

  endOfSymbol(symbol: number): number {
    return this.timing.endOfSymbol(symbol);
  }

  endOfBurst(symbolCount: number): number {
    return this.timing.endOfBurst(symbolCount);
  }

  /**
   * A copy of what one symbol's soft bits are made of.
   *
   * @param symbol - index in the burst, header symbols first; it has been demodulated
   * @throws TillsongError `ERR_TYPE`, `ERR_RANGE` for a symbol that has not
   */
  cells(symbol: number): OfdmCells {
    assertInteger('symbol', symbol, 0, this.symbols.length - 1);
    const { re, im, channelRe, channelIm } = this.symbols[symbol];
    return {
      re: re.slice(),
      im: im.slice(),
      channelRe: channelRe.slice(),
      channelIm: channelIm.slice(),
      noiseVariance: this.noiseOf(this.symbols[symbol]),
    };
  }

  headerCoherence(buffer: BasebandBuffer): number {
    return this.header.coherence(buffer);
  }

  demodulateHeader(buffer: BasebandBuffer): Float32Array {
    this.symbols[0] = this.header.demodulate(buffer);
    return this.headerLlrs();
  }

  retryHeader(buffer: BasebandBuffer, attempt: number): Float32Array | undefined {
    const first = this.header.retry(buffer, attempt);
    if (!first) return undefined;
    this.symbols[0] = first;
    return this.headerLlrs();
  }

  acceptHeader(headerBits: Uint8Array): void {
    this.symbols[0] = this.header.accept(headerBits);
    this.isHeaderOpen = true;
    this.soft = undefined;
  }

  private leaveHeader(buffer: BasebandBuffer): void {
    this.symbols[0] = this.header.leave(buffer);
    this.isHeaderOpen = false;
  }

  demodulateSymbol(buffer: BasebandBuffer, symbol: number): void {
    if (this.isHeaderOpen) this.leaveHeader(buffer);
    const followed = this.readUpright(buffer, symbol, NO_CHANGE);
    const other =
      followed.level > GREATEST_PILOT_LEVEL ? this.readAtOtherSpeed(buffer, symbol, followed.level) : undefined;
    const { heard, slip, change } = other ?? followed;
    this.symbols[symbol] = heard;
    this.presence.add(heard, this.noise.variance);
    if (other) this.timing.changeSpeed(symbol, change, slip);
    else this.timing.follow(symbol, slip);
    this.channel.follow(heard, this.noise.variance);
    this.noise.matchSymbol(heard, this.known);
    this.isNoiseJudged = false;
    this.soft = undefined;
  }

  /** Reads a symbol whose speed changes, and turns it back by its slip. */
  private readUpright(buffer: BasebandBuffer, symbol: number, change: SpeedChange): UprightSymbol {
    const { omegaRadPerSample } = this.timing;
    const heard = this.readSymbol(buffer, symbol, change);
    const searchSteps = change === NO_CHANGE ? undefined : OTHER_SPEED_SLIP_STEPS;
    const slip = this.known.pilotSlip(heard, this.noise.variance, omegaRadPerSample, searchSteps);
    turnBack(heard, slip, omegaRadPerSample);
    levelOut(heard, this.grid, this.noise.variance);
    const level = this.noise.pilotLevel(heard);
    return { heard, slip, change, level };
  }

  /** The symbol at the speed that explains its pilots best, undefined if none does. */
  private readAtOtherSpeed(buffer: BasebandBuffer, symbol: number, level: number): UprightSymbol | undefined {
    if (this.vainSearches >= MOST_VAIN_SEARCHES + Math.floor(symbol / SYMBOLS_A_VAIN_SEARCH)) return undefined;
    this.frontEnd.startTrials();
    const attempt = (change: SpeedChange) => this.tryChange(buffer, symbol, change);
    const best = searchPayloadSpeed(attempt, -GREATEST_PILOT_LEVEL, -MOST_COARSE_SHARE * level);
    const found = best && this.readUpright(buffer, symbol, best.change);
    if (found && found.level < Math.min(GREATEST_PILOT_LEVEL, level / 2)) return found;
    this.vainSearches++;
    return undefined;
  }

  /** How well a change of speed explains a symbol's pilots, as `readUpright` would say, nearly, at a twentieth of the work. */
  private tryChange(buffer: BasebandBuffer, symbol: number, change: SpeedChange): SpeedTrial {
    const { omegaRadPerSample } = this.timing;
    const heard = fittedThrough(this.channel.response, symbol, this.frontEnd.tryCells(buffer, symbol, change));
    const slip = this.known.pilotSlip(heard, this.noise.variance, omegaRadPerSample, OTHER_SPEED_SLIP_STEPS);
    turnCells(heard, this.grid.pilotsOf(symbol), slip, omegaRadPerSample);
    return { change, fit: -this.noise.pilotLevel(heard) };
  }

  get isGone(): boolean {
    return this.presence.isGone;
  }

  payloadLlrs(): Float32Array {
    this.soft ??= this.judgedSoftBits();
    return this.soft.slice();
  }

  private judgedSoftBits(): Float32Array {
    const llrs = this.softBits();
    if (this.isNoiseJudged) return llrs;
    this.isNoiseJudged = true;
    if (informationBits(llrs) > CLEAR_SHARE * llrs.length) return llrs;
    // Before the decoder helps few cells are known: noise is judged by all of them, as each looks by itself.
    const points = this.known.meanPoints(this.symbols.length, llrs);
    this.noise.matchBurst(this.symbols, points, this.symbols.length);
    return this.softBits();
  }

  private softBits(): Float32Array {
    const llrs = new Float32Array(this.grid.payloadBitCount(this.symbols.length));
    let at = 0;
    for (const symbol of this.symbols) at = this.demap(symbol, 'payload', llrs, at);
    return llrs;
  }

  assumeOtherMotion(): boolean {
    return false;
  }

  /** A cell's two bits are independent of each other, and the channel learnt with the decoder's help is kept. */
  restart(): void {}

  refine(appLlrs: Float32Array): void {
    this.soft = undefined;
    const points = this.known.meanPoints(this.symbols.length, appLlrs);
    this.symbols.forEach((symbol, i) => {
      this.readAgain(symbol, points[i]);
    });
    const symbolsPerFit = this.channel.refit(this.symbols, points, this.noise.variance);
    this.noise.matchBurst(this.symbols, points, symbolsPerFit);
  }

  /** Times a symbol anew by all its cells, and rids it of noise bursts once more. */
  private readAgain(symbol: OfdmSymbol, points: CellPoints): void {
    const { omegaRadPerSample } = this.timing;
    turnBack(symbol, cellSlip(symbol, points, this.noiseOf(symbol), omegaRadPerSample, 0), omegaRadPerSample);
    this.frontEnd.weighAgain(symbol, points);
  }

  /** Variance of a symbol's noise and of its channel's error together, per carrier. */
  private noiseOf({ noiseGains, errorVariance }: OfdmSymbol): Float64Array {
    const { variance } = this.noise;
    const noise = new Float64Array(variance.length);
    for (let c = 0; c < noise.length; c++) noise[c] = variance[c] * noiseGains[c] + errorVariance;
    return noise;
  }

  /** Reads a symbol's cells; until it is fitted, its channel is the one fitted last. */
  private readSymbol(buffer: BasebandBuffer, index: number, change?: SpeedChange): OfdmSymbol {
    return heardThrough(this.channel.response, index, this.frontEnd.readCells(buffer, index, change));
  }

  private headerLlrs(): Float32Array {
    const llrs = new Float32Array(this.headerBitCount);
    this.demap(this.symbols[0], 'header', llrs, 0);
    return llrs;
  }

  /** Writes the LLRs of a symbol's header or payload cells from out[at] on; returns the next position. */
  private demap(symbol: OfdmSymbol, wanted: CellKind, out: Float32Array, at: number): number {
    const { index, re, im, channelRe, channelIm, noiseGains, errorVariance } = symbol;
    const { variance } = this.noise;
    const carriers = this.grid.carriersOf(wanted, index);
    for (let i = 0; i < carriers.length; i++) {
      const c = carriers[i];
      const noise = variance[c] * noiseGains[c] + errorVariance + distortionPower(symbol, c);
      demapQpsk(re[c], im[c], channelRe[c], channelIm[c], noise, out, at + BITS_PER_CELL * i);
    }
    return at + BITS_PER_CELL * carriers.length;
  }
}
