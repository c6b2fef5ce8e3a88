// The first symbol of an OFDM burst, which carries the header: where its window opens, how fast the sender moves and how much noise there
// is are all learnt from it, before the header is decoded and after.

import type { BasebandBuffer } from './baseband-buffer.js';
import type { BurstSync } from './burst-demodulator.js';
import type { OfdmChannel } from './ofdm-channel.js';
import type { HeardCells, OfdmFrontEnd } from './ofdm-front-end.js';
import type { OfdmGrid } from './ofdm-grid.js';
import { OfdmHeaderSpeed } from './ofdm-header-speed.js';
import type { KnownCells } from './ofdm-known-cells.js';
import type { OfdmNoise } from './ofdm-noise.js';
import { NO_CHANGE, type SpeedChange } from './ofdm-speed-search.js';
import { heardThrough, type OfdmSymbol } from './ofdm-symbol.js';
import type { OfdmTiming } from './ofdm-timing.js';
import { pilotCoherence } from './pilot-coherence.js';

/** Times the dilation is measured between preamble and first symbol and the symbol read again. */
const DILATION_ROUNDS = 2;
/** A slip below this needs no second reading: 1 us. */
const LEAST_SLIP_SAMPLES = 0.01;

/** What is made once for a burst, and shared by its header and what follows. */
export interface OfdmStages {
  readonly grid: OfdmGrid;
  readonly timing: OfdmTiming;
  readonly frontEnd: OfdmFrontEnd;
  readonly known: KnownCells;
  readonly channel: OfdmChannel;
  readonly noise: OfdmNoise;
}

/** Called in the order `coherence`, `demodulate`, `retry` while it cannot be decoded, `accept`, `leave`. */
export class OfdmHeader {
  // derived
  private readonly speed: OfdmHeaderSpeed;
  // state
  /** As read last: there from `demodulate` on. */
  private symbol!: OfdmSymbol;
  /** As `coherence` read it, until it is demodulated. */
  private firstCells: HeardCells | undefined;
  /** The change of speed that it is retried with first, if there is one; not known before it is retried. */
  private change: SpeedChange | undefined;
  /** Whether it is being read so. */
  private isTurning = false;

  constructor(
    private readonly stages: OfdmStages,
    private readonly sync: BurstSync,
  ) {
    this.speed = new OfdmHeaderSpeed(stages.grid, stages.frontEnd);
  }

  /** How far the symbol looks like one, by its pilots alone: see `pilotCoherence`. */
  coherence(buffer: BasebandBuffer): number {
    this.firstCells = this.readFirst(buffer);
    return pilotCoherence(this.stages.grid, this.firstCells);
  }

  /** @returns the symbol, its channel and noise fitted to its pilots */
  demodulate(buffer: BasebandBuffer): OfdmSymbol {
    const { frontEnd, channel, noise, known, timing } = this.stages;
    this.keep(this.firstCells ?? this.readFirst(buffer));
    this.firstCells = undefined;
    noise.startFrom(frontEnd.readAmbient(buffer, this.sync.startSamples));
    channel.expectEchoes(this.sync.echoes);
    channel.forgetPreamble();
    this.fit();
    if (!this.isTurning) this.correctDilation(buffer);
    noise.matchPilots(this.symbol, known);
    this.refit();
    if (!this.isTurning) channel.learnPreamble(frontEnd.readPreamble(buffer), noise.variance);
    this.fit();
    const shift = channel.bestWindowShift(timing.backoffSamples);
    if (shift !== 0) {
      timing.openLater(shift);
      this.read(buffer);
      this.refit();
    }
    noise.matchPilots(this.symbol, known);
    this.refit();
    return this.symbol;
  }

  /**
   * Demodulates it at another speed.
   *
   * @param attempt - 1, 2, ...
   * @returns undefined when there is no other to assume
   */
  retry(buffer: BasebandBuffer, attempt: number): OfdmSymbol | undefined {
    const { timing } = this.stages;
    if (!timing.hasNarrowBand) return undefined;
    this.change ??= this.findChange(buffer);
    if (this.change === NO_CHANGE) return this.retryOtherTurns(buffer, attempt);
    if (attempt > 1) return this.retryOtherTurns(buffer, attempt - 1);
    timing.assumeChange(this.change);
    this.isTurning = true;
    return this.demodulate(buffer);
  }

  private findChange(buffer: BasebandBuffer): SpeedChange {
    this.stages.timing.assumeChange(NO_CHANGE);
    this.readFirst(buffer); // sets the carriers' gains
    return this.speed.changeOfUnread(buffer) ?? NO_CHANGE;
  }

  private retryOtherTurns(buffer: BasebandBuffer, attempt: number): OfdmSymbol | undefined {
    this.isTurning = false;
    return this.stages.timing.assumeOtherTurns(attempt) ? this.demodulate(buffer) : undefined;
  }

  /** It was decoded. @returns the symbol, channel and noise fitted to the header's cells as well */
  accept(headerBits: Uint8Array): OfdmSymbol {
    this.stages.known.acceptHeader(headerBits);
    this.refit();
    this.match();
    return this.symbol;
  }

  private match(): void {
    const { known, noise } = this.stages;
    const [points] = known.meanPoints(1, new Float32Array(0));
    noise.matchHeader(this.symbol, points);
    this.refit();
  }

  /** Leaves it behind; before that it is read again if its speed changed within it. @returns the symbol */
  leave(buffer: BasebandBuffer): OfdmSymbol {
    const { timing, channel } = this.stages;
    const change = this.speed.changeOfRead(buffer);
    if (change) {
      timing.changeHeader(change);
      channel.forgetPreamble();
      this.read(buffer);
      this.fit();
      this.match();
    }
    timing.leaveHeader();
    return this.symbol;
  }

  /** Reads it where it begins before anything is known of the echoes, and sets the carriers' gains by it. */
  private readFirst(buffer: BasebandBuffer): HeardCells {
    const { timing, frontEnd } = this.stages;
    timing.resetWindow();
    frontEnd.resetGains();
    const cells = frontEnd.readCells(buffer, 0);
    frontEnd.flatten(cells);
    frontEnd.applyGains(cells);
    return cells;
  }

  private read(buffer: BasebandBuffer): void {
    this.keep(this.stages.frontEnd.readCells(buffer, 0));
  }

  private keep(cells: HeardCells): void {
    this.symbol = heardThrough(this.stages.channel.response, 0, cells);
  }

  /** Fits the channel to what is known of the symbol: its pilots, and its header cells once they are decoded. */
  private fit(): void {
    const { channel, noise } = this.stages;
    channel.fit(this.symbol, noise.variance);
  }

  /** The same from what the last fit learnt of the echoes, where little has changed: at a quarter of the work. */
  private refit(): void {
    const { channel, noise } = this.stages;
    channel.fitAgain(this.symbol, noise.variance);
  }

  /**
   * Compares the channel seen by the preamble with that of the symbol, some 60 ms later: the time by which they
   * differ is what the dilation was wrong by. In a room this is far more exact than the two chirps' peaks, 15 ms apart.
   */
  private correctDilation(buffer: BasebandBuffer): void {
    const { timing, frontEnd, channel, noise } = this.stages;
    for (let round = 0; round < DILATION_ROUNDS; round++) {
      const cells = frontEnd.readPreamble(buffer);
      const { omegaRadPerSample, searchSteps } = timing;
      const slip = channel.preambleSlip(cells, noise.variance, omegaRadPerSample, searchSteps);
      timing.correctByPreamble(slip);
      if (Math.abs(slip) < LEAST_SLIP_SAMPLES) return;
      this.read(buffer);
      this.refit();
    }
  }
}
