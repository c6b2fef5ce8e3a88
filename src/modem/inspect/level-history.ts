// Levels over time and frequency of a recording of any length, in bounded memory: an aggregated spectrogram, and by frequency
// how often each level was heard, from which the noise floor is read.

import { DensitySpectrum } from '../../../dsp/spectrogram.js';
import type { NoiseFloor, Overview } from './inspection.js';
import { PeakColumns } from './peak-columns.js';

/** About 21 ms, a power of two of samples: 70 Hz wide. */
const WINDOW_SECONDS = 0.021;
const COLUMNS = 1200;
const ROWS = 256;
/** Spectra averaged before their level is counted: about 0.1 s, so that a level means something. */
const SPECTRA_PER_LEVEL = 8;
/** Levels are counted in steps of 1 dB from here on. */
const LOWEST_DB = -180;
const LEVEL_COUNT = 200;
/** With bursts in more than this share of the time the median says more of them than of the noise. */
const MOST_BURST_SHARE = 0.25;

export class LevelHistory {
  // derived
  private readonly spectrum: DensitySpectrum;
  private readonly windowSamples: number;
  private readonly binCount: number;
  // state
  private readonly columns = new PeakColumns(COLUMNS, ROWS, LOWEST_DB);
  private readonly counts: Uint32Array;
  private readonly sum: Float64Array;
  private readonly column = new Float64Array(ROWS);
  private pending: Float32Array;
  private pendingCount = 0;
  private readonly hopSamples: number;
  private summed = 0;
  /** Levels counted of each bin. */
  private counted = 0;

  constructor(private readonly sampleRateHz: number) {
    this.windowSamples = 2 ** Math.round(Math.log2(WINDOW_SECONDS * sampleRateHz));
    this.hopSamples = this.windowSamples / 2;
    this.spectrum = new DensitySpectrum(this.windowSamples, sampleRateHz);
    this.binCount = Math.floor(sampleRateHz / 2 / this.spectrum.binHz) + 1;
    this.counts = new Uint32Array(this.binCount * LEVEL_COUNT);
    this.sum = new Float64Array(this.binCount);
    this.pending = new Float32Array(4 * this.windowSamples);
  }

  push(samples: Float32Array): void {
    for (let used = 0; used < samples.length; ) {
      const room = this.pending.length - this.pendingCount;
      const piece = samples.subarray(used, used + room);
      for (let i = 0; i < piece.length; i++)
        this.pending[this.pendingCount + i] = Math.abs(piece[i]) < 1e6 ? piece[i] : 0;
      this.pendingCount += piece.length;
      used += piece.length;
      this.takeWindows();
    }
  }

  /** What is left of the recording, shorter than a window, is heard as if silence followed. */
  flush(): void {
    if (this.columns.count === 0 && this.pendingCount > 0) this.push(new Float32Array(this.windowSamples));
    if (this.summed > 0) this.countLevels();
  }

  overview(): Overview {
    return {
      width: this.columns.count,
      height: ROWS,
      values: this.columns.rows(),
      secondsPerColumn: (this.columns.inputsPerColumn * this.hopSamples) / this.sampleRateHz,
      highHz: this.sampleRateHz / 2,
    };
  }

  /** @param burstShare - share of the time with bursts in it */
  floor(burstShare: number): NoiseFloor {
    const quietDb = this.percentile(0.1);
    const medianDb = this.percentile(0.5);
    return {
      frequenciesHz: Float64Array.from({ length: this.binCount }, (_, k) => k * this.spectrum.binHz),
      quietDb,
      medianDb,
      loudDb: this.percentile(0.9),
      noiseDb: burstShare > MOST_BURST_SHARE ? quietDb : medianDb,
    };
  }

  private takeWindows(): void {
    const { pending, windowSamples, hopSamples } = this;
    let start = 0;
    for (; start + windowSamples <= this.pendingCount; start += hopSamples)
      this.take(this.spectrum.at(pending, start + windowSamples / 2));
    pending.copyWithin(0, start, this.pendingCount);
    this.pendingCount -= start;
  }

  private take(densities: Float64Array): void {
    const { column, sum, binCount } = this;
    const binsPerRow = (binCount - 1) / ROWS;
    for (let row = 0; row < ROWS; row++) {
      let power = 0;
      const first = Math.floor(row * binsPerRow);
      const last = Math.max(first + 1, Math.floor((row + 1) * binsPerRow));
      for (let k = first; k < last; k++) power += densities[k];
      column[row] = toDb(power / (last - first));
    }
    this.columns.push(column);
    for (let k = 0; k < binCount; k++) sum[k] += densities[k];
    this.summed++;
    if (this.summed === SPECTRA_PER_LEVEL) this.countLevels();
  }

  private countLevels(): void {
    for (let k = 0; k < this.binCount; k++) {
      const level = Math.round(toDb(this.sum[k] / this.summed) - LOWEST_DB);
      this.counts[k * LEVEL_COUNT + Math.max(0, Math.min(LEVEL_COUNT - 1, level))]++;
    }
    this.counted++;
    this.sum.fill(0);
    this.summed = 0;
  }

  private percentile(share: number): Float64Array {
    return Float64Array.from({ length: this.binCount }, (_, k) => {
      const counts = this.counts.subarray(k * LEVEL_COUNT, (k + 1) * LEVEL_COUNT);
      let below = 0;
      for (let level = 0; level < LEVEL_COUNT; level++) {
        below += counts[level];
        if (below >= share * this.counted && below > 0) return LOWEST_DB + level;
      }
      return LOWEST_DB;
    });
  }
}

/** @returns dB, not below the lowest level counted */
function toDb(power: number): number {
  return power > 0 ? Math.max(LOWEST_DB, 10 * Math.log10(power)) : LOWEST_DB;
}
