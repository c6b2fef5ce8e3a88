import { describe, expect, test } from '@jest/globals';
import { TillsongError } from '../src/shared/errors.js';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { ScrambledFft, scrambledSizeFor } from './scrambled-fft.js';

const SIZES = [4, 8, 12, 16, 24, 32, 36, 48, 128, 144, 384, 576];

function randomValues(size: number, random: SeededRandom): Float64Array {
  return Float64Array.from({ length: size }, () => random.normal());
}

/** sum a[m] b[n - m], indices on a circle, term by term; real numbers. */
function slowConvolution(a: Float64Array, b: Float64Array): Float64Array {
  const { length } = a;
  return a.map((_, n) => a.reduce((sum, x, m) => sum + x * b[(n - m + length) % length], 0));
}

describe.each(SIZES)('a transform of size %i that keeps its own order', (size) => {
  test('turns circular convolution into products (seed 1)', () => {
    const random = new SeededRandom(1);
    const fft = new ScrambledFft(size);
    const a = randomValues(size, random);
    const b = randomValues(size, random);
    const expected = slowConvolution(a, b);
    const [aIm, bIm] = [new Float64Array(size), new Float64Array(size)];
    fft.forward(a, aIm);
    fft.forward(b, bIm);
    const re = a.map((x, k) => x * b[k] - aIm[k] * bIm[k]);
    const im = a.map((x, k) => x * bIm[k] + aIm[k] * b[k]);
    fft.backward(re, im);
    for (let n = 0; n < size; n++) {
      expect(re[n] / size).toBeCloseTo(expected[n], 9);
      expect(im[n] / size).toBeCloseTo(0, 9);
    }
  });

  test('is the sum that defines it, in the order that it tells: every frequency comes out once', () => {
    const fft = new ScrambledFft(size);
    const seen = new Set<number>();
    for (let k = 0; k < size; k++) {
      const re = Float64Array.from({ length: size }, (_, n) => Math.cos((2 * Math.PI * k * n) / size));
      const im = Float64Array.from({ length: size }, (_, n) => Math.sin((2 * Math.PI * k * n) / size));
      fft.forward(re, im);
      const at = re.findIndex((x) => x > size / 2);
      seen.add(at);
      expect(fft.places[k]).toBe(at);
      expect(re[at]).toBeCloseTo(size, 8);
      expect(re.reduce((sum, x, i) => sum + x * x + im[i] * im[i], 0)).toBeCloseTo(size * size, 4);
    }
    expect(seen.size).toBe(size);
  });

  test('goes back to where it came from, size times as large (seed 2)', () => {
    const random = new SeededRandom(2);
    const [re, im] = [randomValues(size, random), randomValues(size, random)];
    const [backRe, backIm] = [re.slice(), im.slice()];
    const fft = new ScrambledFft(size);
    fft.forward(backRe, backIm);
    fft.backward(backRe, backIm);
    for (let n = 0; n < size; n++) {
      expect(backRe[n] / size).toBeCloseTo(re[n], 10);
      expect(backIm[n] / size).toBeCloseTo(im[n], 10);
    }
  });
});

test('sizes are taken no larger than need be', () => {
  expect([1, 5, 9, 33, 384, 385, 575, 577, 1024].map(scrambledSizeFor)).toEqual([
    4, 8, 12, 36, 384, 512, 576, 768, 1024,
  ]);
});

test.each([0, 2, 6, 20, 1000])('%i, which it cannot split up, is refused', (size) => {
  expect(() => new ScrambledFft(size)).toThrow(TillsongError);
});
