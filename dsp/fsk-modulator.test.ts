import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft } from './fft.js';
import {
  type FskWaveform,
  fskBitsPerGroup,
  fskBitsPerSymbol,
  fskPayloadSymbolCount,
  fskSymbolSamples,
  fskToneCount,
} from './fsk-grid.js';
import { FskModulator } from './fsk-modulator.js';

const PLACEMENT = { sampleRateHz: 48000, centerHz: 5000, decimation: 4, skirtHz: 1000 };

function waveform(groupCount: number, tonesPerGroup: number): FskWaveform {
  return { kind: 'fsk', fftSize: 256, rampSamples: 8, groupCount, tonesPerGroup, headerSymbolCount: 2, codeRate: 0.45 };
}

/** Energies of all tones in each symbol, straight from the samples: mixed down and transformed. */
function toneEnergies(config: FskWaveform, samples: Float64Array, symbol: number): Float64Array {
  const size = 1024;
  const start = symbol * fskSymbolSamples(config) * 4 + config.rampSamples * 4;
  const omega = (2 * Math.PI * 5000) / 48000;
  const re = Float64Array.from({ length: size }, (_, n) => samples[start + n] * Math.cos(omega * (start + n)));
  const im = Float64Array.from({ length: size }, (_, n) => -samples[start + n] * Math.sin(omega * (start + n)));
  new Fft(size).forward(re, im, re, im);
  const tones = fskToneCount(config);
  return Float64Array.from({ length: tones }, (_, tone) => {
    const bin = (tone - tones / 2 + size) % size;
    return re[bin] ** 2 + im[bin] ** 2;
  });
}

describe('the numbers of an FSK waveform', () => {
  test('follow from each other', () => {
    const config = waveform(6, 16);
    expect(fskToneCount(config)).toBe(96);
    expect(fskBitsPerGroup(config)).toBe(4);
    expect(fskBitsPerSymbol(config)).toBe(24);
    expect(fskSymbolSamples(config)).toBe(264);
  });

  test('leave as few payload symbols as the code rate allows', () => {
    const config = waveform(6, 16);
    for (const infoBitCount of [1, 10, 11, 500, 40000]) {
      const count = fskPayloadSymbolCount(config, infoBitCount);
      expect(infoBitCount / (count * 24)).toBeLessThanOrEqual(0.45);
      expect(infoBitCount / ((count - 1) * 24)).toBeGreaterThan(0.45);
    }
  });
});

describe.each([waveform(1, 64), waveform(6, 16), waveform(8, 4)])(
  'an FSK burst of $groupCount groups of $tonesPerGroup tones',
  (config) => {
    const SYMBOLS = 10;
    const modulator = new FskModulator(config, PLACEMENT);
    const bits = new SeededRandom(1).bytes(SYMBOLS * fskBitsPerSymbol(config)).map((byte) => byte & 1);
    const headerLength = 2 * fskBitsPerSymbol(config);
    const samples = modulator.modulate(bits.slice(0, headerLength), bits.slice(headerLength), 0);

    test('is as long as it says, and starts and ends at 0', () => {
      expect(samples.length).toBe(modulator.lengthSamples(SYMBOLS));
      expect(samples.length).toBe((SYMBOLS * fskSymbolSamples(config) + config.rampSamples) * 4);
      expect(Math.abs(samples[0])).toBeLessThan(0.02);
      expect(Math.abs(samples[samples.length - 1])).toBeLessThan(0.02);
    });

    test('sounds in each group the tone its bits name, MSB first (seed 1)', () => {
      const bitsPerGroup = fskBitsPerGroup(config);
      for (let symbol = 0, at = 0; symbol < SYMBOLS; symbol++) {
        const energies = toneEnergies(config, samples, symbol);
        for (let group = 0; group < config.groupCount; group++) {
          const named = bits.slice(at, at + bitsPerGroup).reduce((value, bit) => 2 * value + bit, 0);
          at += bitsPerGroup;
          const own = Array.from(energies.slice(group * config.tonesPerGroup, (group + 1) * config.tonesPerGroup));
          const [loudest, next] = [...own].sort((a, b) => b - a);
          expect(own.indexOf(loudest)).toBe(named);
          expect(loudest).toBeGreaterThan(4 * next); // 6 dB over what is spent on a low peak
        }
      }
    });

    test('keeps the sounding tones of a symbol within 15 % of each other in amplitude, as SPEC.md allows (seed 1)', () => {
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const energies = toneEnergies(config, samples, symbol);
        const loud = Array.from({ length: config.groupCount }, (_, group) =>
          Math.max(...energies.slice(group * config.tonesPerGroup, (group + 1) * config.tonesPerGroup)),
        );
        expect(Math.max(...loud) / Math.min(...loud)).toBeLessThan(1.02 * (1.15 / 0.85) ** 2);
      }
    });

    test('has a peak of at most 5.5 dB over its mean power; design asks for 6 (seed 1)', () => {
      const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
      const peak = samples.reduce((top, x) => Math.max(top, x * x), 0);
      expect(10 * Math.log10(peak / power)).toBeLessThan(5.5);
    });

    test('reaches the same peak in every symbol (seed 1)', () => {
      const symbolSamples = 4 * fskSymbolSamples(config);
      const ramp = 4 * config.rampSamples;
      for (let symbol = 0; symbol < SYMBOLS; symbol++) {
        const inner = samples.subarray(symbol * symbolSamples + ramp, (symbol + 1) * symbolSamples);
        const peak = inner.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
        expect(peak).toBeGreaterThan(0.9);
        expect(peak).toBeLessThan(1.001);
      }
    });
  },
);
