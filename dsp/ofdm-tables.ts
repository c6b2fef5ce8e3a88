// What all OFDM bursts of one profile have in common: made once, where making it for each burst took longer than reading a symbol.

import type { BasebandPlacement } from './burst-demodulator.js';
import { basebandTrain } from './chirp.js';
import { OfdmGrid, type OfdmWaveform } from './ofdm-grid.js';
import type { CellPoints } from './ofdm-symbol.js';
import { type ScrambledFft, sharedScrambledFft } from './scrambled-fft.js';
import { SubbandWeighting } from './subband-weighting.js';

/** Nothing in it changes but scratch: one burst at a time is read with it. */
export class OfdmTables {
  readonly grid: OfdmGrid;
  /** Frequency of the middle carrier in the passband, and of each. */
  readonly carrierRadPerSample: number;
  readonly omegaRadPerSample: Float64Array;
  /** Of a window. */
  readonly fft: ScrambledFft;
  /** Where a window's transform leaves each carrier. */
  readonly places: Int32Array;
  /** exp(2 pi i n / N): how far a delay of whole samples turns a carrier. */
  readonly turns: CellPoints;
  readonly weighting: SubbandWeighting;
  /** The stretch of the preamble asked for last. */
  private sent: { readonly firstSample: number; readonly count: number; readonly cells: CellPoints } | undefined;

  constructor(
    readonly waveform: OfdmWaveform,
    readonly placement: BasebandPlacement,
  ) {
    const { fftSize, carrierCount } = waveform;
    this.grid = new OfdmGrid(waveform);
    this.carrierRadPerSample = (2 * Math.PI * placement.centerHz) / placement.basebandRateHz;
    this.omegaRadPerSample = Float64Array.from(
      { length: carrierCount },
      (_, c) => this.carrierRadPerSample + (2 * Math.PI * (c - carrierCount / 2)) / fftSize,
    );
    this.fft = sharedScrambledFft(fftSize);
    this.places = Int32Array.from(
      { length: carrierCount },
      (_, c) => this.fft.places[(c - carrierCount / 2) & (fftSize - 1)],
    );
    this.turns = {
      re: Float64Array.from({ length: fftSize }, (_, n) => Math.cos((2 * Math.PI * n) / fftSize)),
      im: Float64Array.from({ length: fftSize }, (_, n) => Math.sin((2 * Math.PI * n) / fftSize)),
    };
    this.weighting = new SubbandWeighting(carrierCount);
  }

  /**
   * A stretch of the preamble as sent, per carrier; not to be written to.
   *
   * @param firstSample - baseband samples from the preamble's start
   * @param count - at most fftSize
   */
  sentPreamble(firstSample: number, count: number): CellPoints {
    if (this.sent?.firstSample !== firstSample || this.sent.count !== count)
      this.sent = { firstSample, count, cells: this.transformPreamble(firstSample, count) };
    return this.sent.cells;
  }

  private transformPreamble(firstSample: number, count: number): CellPoints {
    const { fft, places } = this;
    const { pair, centerHz, basebandRateHz } = this.placement;
    const train = basebandTrain(pair, centerHz, basebandRateHz, firstSample, count);
    const re = new Float64Array(fft.size);
    const im = new Float64Array(fft.size);
    re.set(train.re);
    im.set(train.im);
    fft.forward(re, im);
    return { re: Float64Array.from(places, (at) => re[at]), im: Float64Array.from(places, (at) => im[at]) };
  }
}
