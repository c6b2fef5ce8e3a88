import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { type Band, type ComplexSamples, DownConverter } from './down-converter.js';
import { Fft } from './fft.js';

const AUDIBLE: Band = { sampleRateHz: 48000, centerHz: 5000, widthHz: 6000, decimation: 4 };
const ULTRASONIC: Band = { sampleRateHz: 48000, centerHz: 18800, widthHz: 2400, decimation: 8 };
const BANDS = [AUDIBLE, ULTRASONIC];
/** Baseband samples looked at, and those before them that are still under the filter's start. */
const SIZE = 512;
const SETTLED = 64;

function basebandRateHz(band: Band): number {
  return band.sampleRateHz / band.decimation;
}

/** A frequency near the one asked for with whole periods in SIZE baseband samples. */
function roundedHz(band: Band, hz: number): number {
  const step = basebandRateHz(band) / SIZE;
  return band.centerHz + Math.round((hz - band.centerHz) / step) * step;
}

function tone(band: Band, hz: number, phaseRad = 0): Float32Array {
  const count = (SIZE + 2 * SETTLED) * band.decimation;
  return Float32Array.from({ length: count }, (_, n) =>
    Math.cos((2 * Math.PI * hz * n) / band.sampleRateHz + phaseRad),
  );
}

/** Spectrum of SIZE settled baseband samples; a steady tone of complex amplitude 1 has magnitude 1. */
function spectrum({ re, im }: ComplexSamples): { re: Float64Array; im: Float64Array } {
  const outRe = Float64Array.from(re.subarray(SETTLED, SETTLED + SIZE));
  const outIm = Float64Array.from(im.subarray(SETTLED, SETTLED + SIZE));
  new Fft(SIZE).forward(outRe, outIm, outRe, outIm);
  return { re: outRe.map((x) => x / SIZE), im: outIm.map((x) => x / SIZE) };
}

function pieces(samples: Float32Array, length: number): Float32Array[] {
  const out: Float32Array[] = [];
  for (let start = 0; start < samples.length; start += length) out.push(samples.subarray(start, start + length));
  return out;
}

function joined(parts: readonly ComplexSamples[]): { re: number[]; im: number[] } {
  return { re: parts.flatMap(({ re }) => Array.from(re)), im: parts.flatMap(({ im }) => Array.from(im)) };
}

function noise(count: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
}

describe.each(BANDS)('a band $widthHz Hz wide around $centerHz Hz', (band) => {
  const shares = [-0.5, -0.31, -0.07, 0.02, 0.23, 0.5];

  test.each(shares)('hears a tone at %p of its width at half its amplitude, without delay', (share) => {
    const hz = roundedHz(band, band.centerHz + share * band.widthHz);
    const { re, im } = spectrum(new DownConverter(band).push(tone(band, hz, 0.6)));
    const offsetHz = hz - band.centerHz;
    const bin = (Math.round((offsetHz / basebandRateHz(band)) * SIZE) + SIZE) % SIZE;
    expect(Math.hypot(re[bin], im[bin])).toBeCloseTo(0.5, 2);
    // y[m] = exp(i (2 pi offset m D / fs + 0.6)) / 2: any delay left would turn this.
    const expected = 0.6 + (2 * Math.PI * offsetHz * SETTLED) / basebandRateHz(band);
    const error = Math.atan2(im[bin], re[bin]) - expected;
    expect(Math.cos(error)).toBeGreaterThan(0.99999);
  });

  const outside = [60, 480, 900, 9000, 13900, 15500, 17000, 21900, 23900].filter(
    (hz) => Math.abs(hz - band.centerHz) > 1.05 * basebandRateHz(band) - band.widthHz / 2,
  );

  test.each(outside)('does not hear a tone at %i Hz: it is at least 75 dB down', (outsideHz) => {
    const { re, im } = spectrum(new DownConverter(band).push(tone(band, roundedHz(band, outsideHz))));
    const halfBins = Math.floor((band.widthHz / 2 / basebandRateHz(band)) * SIZE);
    for (let k = -halfBins; k <= halfBins; k++) {
      const bin = (k + SIZE) % SIZE;
      expect(20 * Math.log10(2 * Math.hypot(re[bin], im[bin]) + 1e-12)).toBeLessThan(-75);
    }
  });

  test('puts an impulse at sample n at baseband sample n / decimation', () => {
    const samples = new Float32Array(4000);
    samples[200 * band.decimation] = 1;
    const { re, im } = new DownConverter(band).push(samples);
    const magnitudes = Array.from(re, (x, m) => Math.hypot(x, im[m]));
    expect(magnitudes.indexOf(Math.max(...magnitudes))).toBe(200);
    for (let d = 1; d < 10; d++) expect(magnitudes[200 + d]).toBeCloseTo(magnitudes[200 - d], 6);
  });
});

describe('a down-converter', () => {
  test.each([1, 7, 128, 4801])('gives the same for pieces of %i samples as for all at once (seed 1)', (length) => {
    const samples = noise(6000, 1);
    const whole = joined([new DownConverter(AUDIBLE).push(samples)]);
    const converter = new DownConverter(AUDIBLE);
    const parts = joined(pieces(samples, length).map((piece) => converter.push(piece)));
    expect(parts.re.length).toBe(whole.re.length);
    parts.re.forEach((x, m) => {
      expect(Math.abs(x - whole.re[m]) + Math.abs(parts.im[m] - whole.im[m])).toBeLessThan(1e-6);
    });
  });

  test('writes into arrays of the caller what it would have returned (seed 4)', () => {
    const samples = noise(3000, 4);
    const [returning, writing] = [new DownConverter(ULTRASONIC), new DownConverter(ULTRASONIC)];
    for (const length of [1, 7, 8, 9, 480, 1201, 0, 300]) {
      const expected = returning.push(samples.subarray(0, length));
      const most = writing.mostOutputs(length);
      const out = { re: new Float32Array(most), im: new Float32Array(most) };
      const count = writing.convert(samples, length, out.re, out.im);
      expect({ re: out.re.slice(0, count), im: out.im.slice(0, count) }).toEqual(expected);
    }
  });

  test('counts what is not finite as 0, so that it passes without a trace (seed 2)', () => {
    const bad = noise(4000, 2);
    const good = bad.slice();
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].forEach((value, i) => {
      bad[1000 + 7 * i] = value;
      good[1000 + 7 * i] = 0;
    });
    expect(new DownConverter(ULTRASONIC).push(bad)).toEqual(new DownConverter(ULTRASONIC).push(good));
  });

  test('after a reset is as newly made (seed 3)', () => {
    const converter = new DownConverter(ULTRASONIC);
    const first = converter.push(noise(3001, 3));
    converter.reset();
    expect(converter.push(noise(3001, 3))).toEqual(first);
  });

  test('makes nothing of nothing, and silence of silence', () => {
    const converter = new DownConverter(AUDIBLE);
    expect(converter.push(new Float32Array(0)).re.length).toBe(0);
    expect(converter.push(new Float32Array(4800)).re.every((x) => x === 0)).toBe(true);
  });

  test('keeps its phase over 20 s', () => {
    const hz = roundedHz(AUDIBLE, 5500);
    const step = 96000;
    const converter = new DownConverter(AUDIBLE);
    let before = 0;
    for (let i = 0; i < 10; i++) {
      const piece = Float32Array.from({ length: step }, (_, n) =>
        Math.cos((2 * Math.PI * hz * (i * step + n)) / 48000),
      );
      const { re, im } = converter.push(piece);
      const m = re.length - 1;
      const expected = (2 * Math.PI * (hz - 5000) * (before + m)) / 12000;
      expect(Math.cos(Math.atan2(im[m], re[m]) - expected)).toBeGreaterThan(0.9999);
      before += re.length;
    }
  });
});
