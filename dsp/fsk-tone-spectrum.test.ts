import { describe, expect, test } from '@jest/globals';
import type { FskWaveform } from './fsk-grid.js';
import { FskToneSpectrum } from './fsk-tone-spectrum.js';

const WAVEFORM: FskWaveform = {
  kind: 'fsk',
  fftSize: 64,
  rampSamples: 4,
  groupCount: 2,
  tonesPerGroup: 8,
  headerSymbolCount: 4,
  codeRate: 0.5,
};
const TONE_COUNT = 16;
/** Passband frequency of each tone: tone 8 is the carrier. */
const OMEGA = Float64Array.from({ length: TONE_COUNT }, (_, tone) => 3 + (2 * Math.PI * (tone - 8)) / 64);

/** A window in which one tone sounds, a fraction of the spacing off. */
function windowOf(tone: number, offTones: number): { re: Float64Array; im: Float64Array } {
  const rad = (2 * Math.PI * (tone - 8 + offTones)) / 64;
  return {
    re: Float64Array.from({ length: 64 }, (_, n) => Math.cos(rad * n)),
    im: Float64Array.from({ length: 64 }, (_, n) => Math.sin(rad * n)),
  };
}

describe('the spectrum of an FSK symbol between its tones', () => {
  const spectra = new FskToneSpectrum(WAVEFORM, OMEGA);
  const spectrum = new Float32Array(spectra.length);

  test.each([0, 5, 8, 15])('holds all of a tone that lies where it should (tone %i)', (tone) => {
    const { re, im } = windowOf(tone, 0);
    spectra.transform(re, im, spectrum);
    const energies = spectra.energies(spectrum, 0);
    expect(energies[tone]).toBeCloseTo(64 * 64, 0);
    expect(energies.reduce((sum, energy) => sum + energy, 0)).toBeCloseTo(64 * 64, 0);
  });

  test.each([-2, -0.75, -0.5, 0.25, 1, 3.25])(
    'finds a tone that is %p spacings off at the speed that moved it',
    (off) => {
      const { re, im } = windowOf(6, off);
      spectra.transform(re, im, spectrum);
      const dilation = (off * 2 * Math.PI) / 64 / OMEGA[6];
      expect(spectra.energies(spectrum, dilation)[6]).toBeCloseTo(64 * 64, 0);
      expect(spectra.energies(spectrum, 0)[6]).toBeLessThan(0.82 * 64 * 64);
    },
  );

  test('reads within its margin at whatever speed', () => {
    for (const dilation of [-1, 1])
      for (const tone of [0, 15]) {
        const point = spectra.pointOf(tone, dilation);
        expect(point).toBeGreaterThan(0);
        expect(point).toBeLessThan(spectra.length - 1);
      }
  });
});
