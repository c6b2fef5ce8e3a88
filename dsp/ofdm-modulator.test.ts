import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft } from './fft.js';
import type { OfdmWaveform } from './ofdm-grid.js';
import { OfdmModulator } from './ofdm-modulator.js';

const PLACEMENT = { sampleRateHz: 48000, centerHz: 5000, decimation: 4, skirtHz: 1000 };
const WAVEFORM: OfdmWaveform = {
  kind: 'ofdm',
  fftSize: 256,
  cyclicPrefixSamples: 32,
  rampSamples: 8,
  carrierCount: 128,
  headerSpacing: 2,
  codeRate: 0.45,
};
const SYMBOLS = 12;
const SYMBOL_SAMPLES = (256 + 32) * 4;

interface Burst {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly samples: Float64Array;
}

function burst(seed: number, symbolCount = SYMBOLS): Burst {
  const modulator = new OfdmModulator(WAVEFORM, PLACEMENT);
  const random = new SeededRandom(seed);
  const header = random.bytes(modulator.grid.headerBitCount).map((byte) => byte & 1);
  const payload = random.bytes(modulator.grid.payloadBitCount(symbolCount)).map((byte) => byte & 1);
  return { header, payload, samples: modulator.modulate(header, payload, 0) };
}

/** Cells of one symbol, straight from its samples: mixed down, transformed, scaled to unit nominal energy. */
function cellsOf(samples: Float64Array, symbol: number): { re: number[]; im: number[] } {
  const size = 1024;
  const start = symbol * SYMBOL_SAMPLES + 32 * 4;
  const omega = (2 * Math.PI * 5000) / 48000;
  const re = Float64Array.from({ length: size }, (_, n) => 2 * samples[start + n] * Math.cos(omega * (start + n)));
  const im = Float64Array.from({ length: size }, (_, n) => -2 * samples[start + n] * Math.sin(omega * (start + n)));
  new Fft(size).forward(re, im, re, im);
  const scale = Math.sqrt(128) / size;
  const bins = Array.from({ length: 128 }, (_, c) => (c - 64 + size) % size);
  return { re: bins.map((bin) => scale * re[bin]), im: bins.map((bin) => scale * im[bin]) };
}

describe('an OFDM burst', () => {
  test('is as long as it says, and ends at 0', () => {
    const modulator = new OfdmModulator(WAVEFORM, PLACEMENT);
    const { samples } = burst(1);
    expect(samples.length).toBe(modulator.lengthSamples(SYMBOLS));
    expect(samples.length).toBe(SYMBOLS * SYMBOL_SAMPLES + 8 * 4);
    expect(Math.abs(samples[0])).toBeLessThan(0.02);
    expect(Math.abs(samples[samples.length - 1])).toBeLessThan(0.02);
  });

  test.each([1, 2])('carries the pilots as they are and each bit on its side of the axis (seed %i)', (seed) => {
    const { grid } = new OfdmModulator(WAVEFORM, PLACEMENT);
    const { header, payload, samples } = burst(seed);
    const next = { header: 0, payload: 0 };
    const bits = { header, payload };
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      const { re, im } = cellsOf(samples, symbol);
      for (let c = 0; c < 128; c++) {
        const kind = grid.cellKind(symbol, c);
        if (kind === 'pilot') {
          expect(Math.abs(re[c] - grid.pilotRe(symbol, c))).toBeLessThan(0.05);
          expect(Math.abs(im[c] - grid.pilotIm(symbol, c))).toBeLessThan(0.05);
          continue;
        }
        expect(re[c] * (bits[kind][next[kind]++] ? -1 : 1)).toBeGreaterThan(0.03);
        expect(im[c] * (bits[kind][next[kind]++] ? -1 : 1)).toBeGreaterThan(0.03);
      }
    }
    expect(next).toEqual({ header: header.length, payload: payload.length });
  });

  test.each([3, 4])('has a peak of at most 6 dB over its mean power, as design asks (seed %i)', (seed) => {
    const { samples } = burst(seed);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    const peak = samples.reduce((top, x) => Math.max(top, x * x), 0);
    expect(10 * Math.log10(peak / power)).toBeLessThan(6.5);
    expect(power).toBeGreaterThan(0.4); // half of the envelope's
    expect(power).toBeLessThan(0.75);
  });

  test('keeps to its band and skirts (seed 5)', () => {
    const { samples } = burst(5);
    const size = 8192;
    const re = Float64Array.from(
      { length: size },
      (_, n) => samples[1000 + n] * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size)),
    );
    const im = new Float64Array(size);
    new Fft(size).forward(re, im, re, im);
    const powerIn = (lowHz: number, highHz: number) => {
      let sum = 0;
      for (let k = Math.ceil((lowHz / 48000) * size); k <= (highHz / 48000) * size; k++) sum += re[k] ** 2 + im[k] ** 2;
      return sum;
    };
    const inBand = powerIn(1800, 8200);
    const beyond = powerIn(20, 700) + powerIn(9300, 23900);
    expect(10 * Math.log10(beyond / inBand)).toBeLessThan(-25);
  });

  test('is the same for the same bits, and one symbol long for no payload', () => {
    expect(burst(6).samples).toEqual(burst(6).samples);
    expect(burst(7, 0).samples.length).toBe(SYMBOL_SAMPLES + 32);
  });
});
