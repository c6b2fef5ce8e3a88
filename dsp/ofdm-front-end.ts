// Baseband -> carriers: the FFT windows of an OFDM burst, of the surroundings before it, and of the preamble's last chirp
// pair, all with the same gains per carrier.

import type { BasebandBuffer } from './baseband-buffer.js';
import { limitImpulses } from './impulse-limiter.js';
import { mean } from './noise-estimate.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import { localMean } from './ofdm-local-mean.js';
import type { SpeedChange } from './ofdm-speed-search.js';
import type { CellPoints, OfdmSymbol } from './ofdm-symbol.js';
import type { OfdmTables } from './ofdm-tables.js';
import type { OfdmTiming } from './ofdm-timing.js';
import type { ScrambledFft } from './scrambled-fft.js';
import type { SubbandWeighting } from './subband-weighting.js';

/** Windows before the burst that show the surroundings' noise. */
const AMBIENT_WINDOWS = 4;
/** Parts of the band weaker than this share of its mean are not lifted further. */
const LEAST_BAND_LEVEL = 1e-5;

/**
 * A window that was read at one speed shows what another would bring, but for the echoes' delays, as long as no moment of it comes
 * earlier or later by more than this: an eighth of a turn for the outermost carriers of `audible-fast`, at the window's ends.
 */
const MOST_DRIFT_SAMPLES = 0.5;

/** A symbol's window as read once, to be looked at under other speeds. */
interface HeldWindow {
  readonly symbol: number;
  readonly change: SpeedChange;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** What was heard before the burst. */
export interface AmbientPower {
  /** Mean power per carrier, with the carriers' gains; 0 when nothing is known. */
  readonly power: Float64Array;
  /** Windows averaged: 0 at the beginning of the stream. */
  readonly windowCount: number;
}

/** The preamble's last chirp pair, one cell a carrier. */
export interface PreambleCells extends CellPoints {
  readonly sentRe: Float64Array;
  readonly sentIm: Float64Array;
  /** Length of its window over that of a symbol: so much less noise is in it. */
  readonly windowShare: number;
}

/** A symbol's cells, and what they were before loud moments were turned down. */
export interface HeardCells extends CellPoints {
  readonly plain: CellPoints;
}

/** Reads a burst's windows. All carriers have gain 1 until `flatten`. */
export class OfdmFrontEnd {
  // derived
  private readonly waveform: OfdmWaveform;
  private readonly fft: ScrambledFft;
  private readonly places: Int32Array;
  private readonly weighting: SubbandWeighting;
  /** The preamble's last chirp pair as sent, per carrier. */
  private readonly sent: CellPoints;
  /** exp(2 pi i n / N): how far a delay of whole samples turns a carrier. */
  private readonly turns: CellPoints;
  // state
  private readonly gains: Float64Array;
  private held: HeldWindow | undefined;
  // scratch: a window, and the carriers of one
  private readonly workRe: Float64Array;
  private readonly workIm: Float64Array;
  private readonly bandRe: Float64Array;
  private readonly bandIm: Float64Array;

  constructor(
    tables: OfdmTables,
    private readonly timing: OfdmTiming,
  ) {
    const { waveform, weighting, turns } = tables;
    const { fftSize, carrierCount } = waveform;
    this.waveform = waveform;
    this.fft = tables.fft;
    this.places = tables.places;
    this.weighting = weighting;
    this.sent = tables.sentPreamble(timing.pairStart, timing.pairSamples);
    this.turns = turns;
    this.gains = new Float64Array(carrierCount).fill(1);
    this.workRe = new Float64Array(fftSize);
    this.workIm = new Float64Array(fftSize);
    this.bandRe = new Float64Array(carrierCount);
    this.bandIm = new Float64Array(carrierCount);
  }

  /** Takes the carriers as they come. */
  resetGains(): void {
    this.gains.fill(1);
  }

  /** Reads a symbol's window; delay 0 is the strongest path found by the detector. @returns its cells, the caller's own */
  readCells(buffer: BasebandBuffer, symbol: number, change?: SpeedChange): HeardCells {
    const plain = this.readPlain(buffer, symbol, change);
    this.weighting.apply(this.bandRe, this.bandIm);
    const { re, im } = this.turnedBand();
    return { re, im, plain };
  }

  /** The same, loud moments left as they are. */
  private readPlain(buffer: BasebandBuffer, symbol: number, change?: SpeedChange): CellPoints {
    this.readWindow(buffer, symbol, change);
    this.transformWindow();
    return this.turnedBand();
  }

  private readWindow(buffer: BasebandBuffer, symbol: number, change?: SpeedChange): void {
    buffer.read(this.timing.windowPlan(symbol, change), this.workRe, this.workIm);
    limitImpulses(this.workRe, this.workIm);
  }

  /** Sets out to look at a symbol under several speeds: what was read before is forgotten. */
  startTrials(): void {
    this.held = undefined;
  }

  /**
   * A symbol's cells, loud moments left as they are, as nearly as a search needs them: its window is read anew only where the
   * speed is far from that at which it was read last, and turned by the difference elsewhere, which takes a fifth of the time.
   */
  tryCells(buffer: BasebandBuffer, symbol: number, change: SpeedChange): CellPoints {
    const { workRe, workIm, held } = this;
    if (held?.symbol === symbol && this.driftSamples(held.change, change) <= MOST_DRIFT_SAMPLES) {
      this.turnHeld(held, change);
    } else {
      this.readWindow(buffer, symbol, change);
      this.held = { symbol, change, re: workRe.slice(), im: workIm.slice() };
    }
    this.transformWindow();
    return this.turnedBand();
  }

  /** By how much a moment of a window comes early or late at one speed against another, its middle left out of account. */
  private driftSamples(a: SpeedChange, b: SpeedChange): number {
    const growth = b.growth - a.growth;
    return this.waveform.fftSize * (Math.abs(b.step - a.step + growth / 2) / 2 + Math.abs(growth) / 8);
  }

  /**
   * Turns the window's moments by what the carrier does in the time by which they come early: d(n) = step (n + lead) + growth n^2 / 2N
   * for sample n, which lies n + lead after the symbol's start.
   */
  private turnHeld({ change, re, im }: HeldWindow, { step, growth }: SpeedChange): void {
    const { workRe, workIm, timing } = this;
    const { fftSize } = this.waveform;
    const stepRad = timing.carrierRadPerSample * (step - change.step);
    const curveRad = (timing.carrierRadPerSample * (growth - change.growth)) / (2 * fftSize);
    const startRad = stepRad * timing.leadSamples;
    let cos = Math.cos(startRad);
    let sin = Math.sin(startRad);
    let stepCos = Math.cos(stepRad + curveRad);
    let stepSin = Math.sin(stepRad + curveRad);
    const curveCos = Math.cos(2 * curveRad);
    const curveSin = Math.sin(2 * curveRad);
    for (let n = 0; n < fftSize; n++) {
      workRe[n] = re[n] * cos + im[n] * sin;
      workIm[n] = im[n] * cos - re[n] * sin;
      const nextCos = cos * stepCos - sin * stepSin;
      sin = cos * stepSin + sin * stepCos;
      cos = nextCos;
      const nextStepCos = stepCos * curveCos - stepSin * curveSin;
      stepSin = stepCos * curveSin + stepSin * curveCos;
      stepCos = nextStepCos;
    }
  }

  /** Window -> carriers as they come. */
  private transformWindow(): void {
    const { workRe, workIm, bandRe, bandIm, places } = this;
    this.fft.forward(workRe, workIm);
    for (let c = 0; c < places.length; c++) {
      bandRe[c] = workRe[places[c]];
      bandIm[c] = workIm[places[c]];
    }
  }

  /** The carriers with their gains, delay 0 being the strongest path found by the detector. */
  private turnedBand(): CellPoints {
    const { carrierCount, fftSize } = this.waveform;
    const { gains, bandRe, bandIm, turns } = this;
    const { re: turnRe, im: turnIm } = turns;
    const { backoffSamples } = this.timing;
    const mask = fftSize - 1;
    const re = new Float64Array(carrierCount);
    const im = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      const turn = ((c - carrierCount / 2) * backoffSamples) & mask;
      re[c] = gains[c] * (bandRe[c] * turnRe[turn] - bandIm[c] * turnIm[turn]);
      im[c] = gains[c] * (bandRe[c] * turnIm[turn] + bandIm[c] * turnRe[turn]);
    }
    return { re, im };
  }

  /**
   * Turns down a symbol's loud moments again, now that its cells are known in part: what the signal is known to do no longer
   * hides the quiet moments, is not touched by the weights, and does not leak from carrier to carrier by them. A cell's own
   * expectation falls out of its result, as weights are 1 on average.
   *
   * @param symbol - its channel is fitted; its cells are written anew
   * @param points - expected points of its cells
   */
  weighAgain(symbol: OfdmSymbol, points: CellPoints): void {
    const { re, im, plain, channelRe, channelIm } = symbol;
    const { bandRe, bandIm } = this;
    for (let c = 0; c < re.length; c++) {
      re[c] = channelRe[c] * points.re[c] - channelIm[c] * points.im[c];
      im[c] = channelRe[c] * points.im[c] + channelIm[c] * points.re[c];
      bandRe[c] = plain.re[c] - re[c];
      bandIm[c] = plain.im[c] - im[c];
    }
    this.weighting.apply(bandRe, bandIm);
    for (let c = 0; c < re.length; c++) {
      re[c] += bandRe[c];
      im[c] += bandIm[c];
    }
  }

  /**
   * Sets the carriers' gains so that their mean power is 1 all over the band: a phone may be 30 dB weaker at one end, and
   * what disturbs there - the room's own tail - is weaker by as much. Smooth, so that it adds no delay of its own.
   *
   * @param cells - a symbol read with gains of 1
   */
  flatten({ re, im }: CellPoints): void {
    const own = new Float64Array(re.length);
    for (let c = 0; c < own.length; c++) own[c] = re[c] ** 2 + im[c] ** 2;
    const power = localMean(own);
    const floor = mean(power) * LEAST_BAND_LEVEL;
    for (let c = 0; c < power.length; c++) this.gains[c] = 1 / Math.sqrt(Math.max(power[c], floor, 1e-20));
  }

  /** Gives cells that were read with gains of 1 the gains they have now, in place: as if they were read again. */
  applyGains(cells: HeardCells): void {
    for (const { re, im } of [cells, cells.plain]) {
      for (let c = 0; c < re.length; c++) {
        re[c] *= this.gains[c];
        im[c] *= this.gains[c];
      }
    }
  }

  /** Power per carrier in the windows before the burst, as far as the buffer still holds them. */
  readAmbient(buffer: BasebandBuffer, burstStartSamples: number): AmbientPower {
    const { fftSize, carrierCount } = this.waveform;
    const power = new Float64Array(carrierCount);
    let windowCount = 0;
    const { bandRe, bandIm } = this;
    for (let w = 1; w <= AMBIENT_WINDOWS; w++) {
      const start = Math.floor(burstStartSamples) - w * fftSize;
      if (!buffer.holds(start, start + fftSize)) break;
      buffer.copy(start, this.workRe, this.workIm);
      this.transformWindow();
      for (let c = 0; c < carrierCount; c++) power[c] += this.gains[c] ** 2 * (bandRe[c] ** 2 + bandIm[c] ** 2);
      windowCount++;
    }
    for (let c = 0; c < carrierCount; c++) power[c] /= Math.max(1, windowCount);
    return { power, windowCount };
  }

  /** Reads the preamble's last pair. @returns its cells with the carriers' gains, and those as sent, the caller's own */
  readPreamble(buffer: BasebandBuffer): PreambleCells {
    const { fftSize, carrierCount } = this.waveform;
    const { workRe, workIm, bandRe, bandIm, gains } = this;
    const { pairSamples } = this.timing;
    workRe.fill(0);
    workIm.fill(0);
    buffer.read(this.timing.pairPlan(), workRe.subarray(0, pairSamples), workIm.subarray(0, pairSamples));
    this.transformWindow();
    const re = new Float64Array(carrierCount);
    const im = new Float64Array(carrierCount);
    for (let c = 0; c < carrierCount; c++) {
      re[c] = gains[c] * bandRe[c];
      im[c] = gains[c] * bandIm[c];
    }
    return { re, im, sentRe: this.sent.re, sentIm: this.sent.im, windowShare: pairSamples / fftSize };
  }
}
