// Short-time spectra, as a grid of levels with one column a pixel.
// Reference: Heinzel, Rüdiger, Schilling, "Spectrum and spectral density estimation by the DFT", 2002 (densities and scaling).

import { Fft } from './fft.js';

/** Transforms are this much longer than their window, so that rows lie closer than the window resolves. */
const PADDING = 2;
const SILENCE_DB = -200;

/** Levels in rows of rising frequency and columns of rising time. */
export interface LevelGrid {
  readonly width: number;
  readonly height: number;
  /** [row * width + column] */
  readonly values: Float32Array;
}

export interface SpectrogramConfig {
  readonly sampleRateHz: number;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly lowHz: number;
  /** At most half the sample rate. */
  readonly highHz: number;
  /** Length of the window, a power of two: long for fine frequencies, short for fine times. */
  readonly windowSamples: number;
  /** Columns and rows. */
  readonly width: number;
  readonly height: number;
}

/**
 * @param samples - mono; silence is heard before and after
 * @returns power densities in dB of a full-scale sine's power, per Hz (dBFS/Hz)
 */
export function spectrogram(samples: Float32Array, config: SpectrogramConfig): LevelGrid {
  const { sampleRateHz, fromSeconds, toSeconds, lowHz, highHz, width, height } = config;
  const spectrum = new DensitySpectrum(config.windowSamples, sampleRateHz);
  const bins = Float64Array.from(
    { length: height },
    (_, row) => (lowHz + ((row + 0.5) / height) * (highHz - lowHz)) / spectrum.binHz,
  );
  const values = new Float32Array(width * height);
  for (let column = 0; column < width; column++) {
    const seconds = fromSeconds + ((column + 0.5) / width) * (toSeconds - fromSeconds);
    const densities = spectrum.at(samples, seconds * sampleRateHz);
    for (let row = 0; row < height; row++) {
      const below = bins[row] | 0;
      const density = densities[below] + (bins[row] - below) * (densities[below + 1] - densities[below]);
      values[row * width + column] = density > 0 ? 10 * Math.log10(density) : SILENCE_DB;
    }
  }
  return { width, height, values };
}

/** Power densities over frequency, averaged over time. */
export interface MeanSpectrum {
  readonly binHz: number;
  /** From 0 Hz up; a full-scale sine has a power of 1. Per Hz. */
  readonly densities: Float64Array;
}

/** Averages half-overlapping windows (Welch's method). */
export function meanSpectrum(samples: Float32Array, sampleRateHz: number, windowSamples = 1024): MeanSpectrum {
  const spectrum = new DensitySpectrum(windowSamples, sampleRateHz);
  const sum = spectrum.at(samples, windowSamples / 2).slice();
  let count = 1;
  for (let center = windowSamples; center + windowSamples / 2 <= samples.length; center += windowSamples / 2, count++) {
    const densities = spectrum.at(samples, center);
    for (let k = 0; k < sum.length; k++) sum[k] += densities[k];
  }
  return { binHz: spectrum.binHz, densities: sum.map((density) => density / count) };
}

/** Power within a band; a full-scale sine has 1. */
export function bandPower({ binHz, densities }: MeanSpectrum, lowHz: number, highHz: number): number {
  return (
    densities.subarray(Math.round(lowHz / binHz), Math.round(highHz / binHz) + 1).reduce((a, b) => a + b, 0) * binHz
  );
}

/** One-sided power densities under a Hann window. */
export class DensitySpectrum {
  readonly binHz: number;
  private readonly fft: Fft;
  private readonly taper: Float64Array;
  private readonly scale: number;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  constructor(windowSamples: number, sampleRateHz: number) {
    this.fft = new Fft(windowSamples * PADDING);
    this.binHz = sampleRateHz / this.fft.size;
    this.taper = Float64Array.from(
      { length: windowSamples },
      (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (n + 0.5)) / windowSamples),
    );
    const energy = this.taper.reduce((sum, w) => sum + w * w, 0);
    // 2 for the negative frequencies, 0.5 for the power of a full-scale sine.
    this.scale = 2 / (sampleRateHz * energy) / 0.5;
    this.re = new Float64Array(this.fft.size);
    this.im = new Float64Array(this.fft.size);
  }

  /** @returns densities from 0 Hz to half the sample rate, of the window around a sample; overwritten by the next call */
  at(samples: Float32Array, center: number): Float64Array {
    const { fft, taper, re, im } = this;
    const start = Math.round(center - taper.length / 2);
    re.fill(0);
    im.fill(0);
    for (let n = 0; n < taper.length; n++) re[n] = taper[n] * (samples[start + n] ?? 0);
    fft.forward(re, im, re, im);
    const densities = re.subarray(0, fft.size / 2 + 1);
    for (let k = 0; k < densities.length; k++) densities[k] = this.scale * (re[k] * re[k] + im[k] * im[k]);
    return densities;
  }
}
