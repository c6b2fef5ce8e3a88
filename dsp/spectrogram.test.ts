import { describe, expect, test } from '@jest/globals';
import { bandPower, meanSpectrum, spectrogram } from './spectrogram.js';

const RATE_HZ = 48000;

function sine(frequencyHz: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => Math.sin((2 * Math.PI * frequencyHz * n) / RATE_HZ));
}

describe('spectra', () => {
  test('a full-scale sine has a power of 1 in its band, and next to none outside', () => {
    const spectrum = meanSpectrum(sine(3000, 24000), RATE_HZ);
    expect(bandPower(spectrum, 2000, 4000)).toBeCloseTo(1, 2);
    expect(bandPower(spectrum, 6000, 9000)).toBeLessThan(1e-6);
  });

  test('a spectrogram shows a tone in its row and only while it sounds', () => {
    const samples = new Float32Array(24000);
    samples.set(sine(5000, 12000), 0);
    const { width, height, values } = spectrogram(samples, {
      sampleRateHz: RATE_HZ,
      fromSeconds: 0,
      toSeconds: 0.5,
      lowHz: 0,
      highHz: 10000,
      windowSamples: 512,
      width: 10,
      height: 20,
    });
    expect(values).toHaveLength(width * height);
    const at = (column: number, row: number) => values[row * width + column];
    expect(at(2, 9)).toBeGreaterThan(at(2, 3) + 40);
    expect(at(2, 9)).toBeGreaterThan(at(8, 9) + 100);
  });
});
