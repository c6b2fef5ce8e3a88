import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft, sharedFft } from './fft.js';

interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

function randomComplex(size: number, seed: number): Complex {
  const random = new SeededRandom(seed);
  return {
    re: Float64Array.from({ length: size }, () => random.normal()),
    im: Float64Array.from({ length: size }, () => random.normal()),
  };
}

function forward(x: Complex): Complex {
  const size = x.re.length;
  const out = { re: new Float64Array(size), im: new Float64Array(size) };
  new Fft(size).forward(x.re, x.im, out.re, out.im);
  return out;
}

/** X[k] = sum x[n] exp(-2 pi i k n / N), term by term. */
function slowForward(x: Complex): Complex {
  const size = x.re.length;
  const out = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * ((k * n) % size)) / size;
      out.re[k] += x.re[n] * Math.cos(angle) - x.im[n] * Math.sin(angle);
      out.im[k] += x.re[n] * Math.sin(angle) + x.im[n] * Math.cos(angle);
    }
  }
  return out;
}

function energy(x: Complex): number {
  return x.re.reduce((sum, value, n) => sum + value ** 2 + x.im[n] ** 2, 0);
}

function greatestDifference(a: Complex, b: Complex): number {
  let greatest = 0;
  for (let n = 0; n < a.re.length; n++)
    greatest = Math.max(greatest, Math.abs(a.re[n] - b.re[n]), Math.abs(a.im[n] - b.im[n]));
  return greatest;
}

const SIZES = Array.from({ length: 14 }, (_, exponent) => 2 ** (exponent + 1));

describe('a Fourier transform', () => {
  test('of four numbers is what one works out by hand', () => {
    const { re, im } = forward({ re: Float64Array.of(1, 2, 3, 4), im: new Float64Array(4) });
    expect(Array.from(re)).toEqual([10, -2, -2, -2]);
    expect(Array.from(im)).toEqual([0, 2, 0, -2]);
  });

  test.each(SIZES.filter((size) => size <= 256))('of size %i agrees with the sum term by term (seed 1)', (size) => {
    const x = randomComplex(size, 1);
    expect(greatestDifference(forward(x), slowForward(x))).toBeLessThan(1e-11 * size);
  });

  test.each(SIZES)('of size %i spreads an impulse evenly and gathers a constant in bin 0', (size) => {
    const impulse = { re: new Float64Array(size), im: new Float64Array(size) };
    impulse.im[0] = 1;
    const ones = { re: new Float64Array(size), im: new Float64Array(size).fill(1) };
    expect(greatestDifference(forward(impulse), ones)).toBeLessThan(1e-12);
    impulse.im[0] = size;
    expect(greatestDifference(forward(ones), impulse)).toBeLessThan(1e-9);
  });

  test.each(SIZES)('of size %i keeps the energy (Parseval) and is undone by the inverse (seed 2)', (size) => {
    const x = randomComplex(size, 2);
    const spectrum = forward(x);
    expect(energy(spectrum) / size / energy(x)).toBeCloseTo(1, 10);
    new Fft(size).inverse(spectrum.re, spectrum.im, spectrum.re, spectrum.im); // outputs may be the inputs
    expect(greatestDifference(spectrum, x)).toBeLessThan(1e-11);
  });

  test('is linear (seed 3)', () => {
    const [x, y] = [randomComplex(128, 3), randomComplex(128, 4)];
    const mixed = { re: x.re.map((v, n) => 2 * v - 3 * y.re[n]), im: x.im.map((v, n) => 2 * v - 3 * y.im[n]) };
    const [fx, fy] = [forward(x), forward(y)];
    const expected = { re: fx.re.map((v, n) => 2 * v - 3 * fy.re[n]), im: fx.im.map((v, n) => 2 * v - 3 * fy.im[n]) };
    expect(greatestDifference(forward(mixed), expected)).toBeLessThan(1e-11);
  });

  test('puts exp(2 pi i k n / N) into bin k alone', () => {
    const angle = (n: number) => (2 * Math.PI * 5 * n) / 32;
    const x = {
      re: Float64Array.from({ length: 32 }, (_, n) => Math.cos(angle(n))),
      im: Float64Array.from({ length: 32 }, (_, n) => Math.sin(angle(n))),
    };
    const expected = { re: new Float64Array(32), im: new Float64Array(32) };
    expected.re[5] = 32;
    expect(greatestDifference(forward(x), expected)).toBeLessThan(1e-12);
  });

  test('leaves its input alone and takes single precision as well (seed 5)', () => {
    const x = randomComplex(64, 5);
    const re = Float32Array.from(x.re);
    const im = Float32Array.from(x.im);
    const out = { re: new Float64Array(64), im: new Float64Array(64) };
    new Fft(64).forward(re, im, out.re, out.im);
    expect(re).toEqual(Float32Array.from(x.re));
    expect(im).toEqual(Float32Array.from(x.im));
    expect(greatestDifference(out, forward(x))).toBeLessThan(1e-4);
  });

  test.each([0, 1, 3, 12, 2 ** 21, -8, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the size %p', (size) => {
    expect(() => new Fft(size)).toThrow(
      expect.objectContaining({ code: 'ERR_RANGE', message: expect.stringContaining('size: expected power of two') }),
    );
  });
});

describe('shared plans', () => {
  test('are one a size, and give what a plan of one’s own gives', () => {
    expect(sharedFft(64)).toBe(sharedFft(64));
    expect(sharedFft(64)).not.toBe(sharedFft(128));
    const re = Float64Array.from({ length: 64 }, (_, n) => Math.sin(n * n));
    const im = Float64Array.from({ length: 64 }, (_, n) => Math.cos(3 * n));
    const [own, shared] = [new Fft(64), sharedFft(64)].map((fft) => {
      const out = [new Float64Array(64), new Float64Array(64)] as const;
      fft.forward(re, im, ...out);
      return out;
    });
    expect(shared).toEqual(own);
    expect(() => sharedFft(48)).toThrow(expect.objectContaining({ code: 'ERR_RANGE' }));
  });
});
