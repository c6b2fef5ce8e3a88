import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { SpectrumWhitener } from './spectrum-whitener.js';

const SIZE = 256;

function block(levels: (k: number) => number, seed: number): { re: Float64Array; im: Float64Array } {
  const random = new SeededRandom(seed);
  const draw = (_: unknown, k: number) => Math.sqrt(levels(k) / 2) * random.normal();
  return { re: Float64Array.from({ length: SIZE }, draw), im: Float64Array.from({ length: SIZE }, draw) };
}

function meanPower({ re, im }: { re: Float64Array; im: Float64Array }, first: number, last: number): number {
  let sum = 0;
  for (let k = first; k < last; k++) sum += re[k] ** 2 + im[k] ** 2;
  return sum / (last - first);
}

describe('whitening', () => {
  test('makes noise that falls by 60 dB over the band even (seeds 1 to 20)', () => {
    const whitener = new SpectrumWhitener(SIZE, 0.05);
    const levels = (k: number) => 10 ** (-6 * Math.abs(k / SIZE - 0.5));
    let last = block(levels, 1);
    let low = 0;
    let high = 0;
    for (let seed = 1; seed <= 20; seed++) {
      last = block(levels, seed);
      whitener.whiten(last.re, last.im);
      low += meanPower(last, 10, 60) / 20;
      high += meanPower(last, 100, 150) / 20;
    }
    expect(low).toBeGreaterThan(0.7);
    expect(low).toBeLessThan(1.4);
    expect(high).toBeGreaterThan(0.7);
    expect(high).toBeLessThan(1.4);
  });

  test('changes magnitudes only, never a phase (seed 1)', () => {
    const input = block((k) => k + 1, 1);
    const out = { re: input.re.slice(), im: input.im.slice() };
    new SpectrumWhitener(SIZE, 0.05).whiten(out.re, out.im);
    for (let k = 0; k < SIZE; k++) {
      expect(out.re[k] * input.im[k] - out.im[k] * input.re[k]).toBeCloseTo(0, 9);
      expect(out.re[k] * input.re[k]).toBeGreaterThanOrEqual(0);
    }
  });

  test('does not depend on the level (seed 2)', () => {
    const [loud, faint] = [1e3, 1e-6].map((gain) => {
      const { re, im } = block(() => 1, 2);
      const scaled = { re: re.map((x) => gain * x), im: im.map((x) => gain * x) };
      new SpectrumWhitener(SIZE, 0.05).whiten(scaled.re, scaled.im);
      return scaled;
    });
    loud.re.forEach((x, k) => {
      expect(x).toBeCloseTo(faint.re[k], 9);
    });
  });

  test('leaves silence silent, also after noise (seed 3)', () => {
    const whitener = new SpectrumWhitener(SIZE, 0.05);
    const zeros = { re: new Float64Array(SIZE), im: new Float64Array(SIZE) };
    whitener.whiten(zeros.re, zeros.im);
    expect(meanPower(zeros, 0, SIZE)).toBe(0);
    const noise = block(() => 1, 3);
    whitener.whiten(noise.re, noise.im);
    whitener.whiten(zeros.re, zeros.im);
    expect(meanPower(zeros, 0, SIZE)).toBe(0);
    expect(Number.isFinite(meanPower(noise, 0, SIZE))).toBe(true);
  });

  test('after a reset is as newly made (seeds 4 and 5)', () => {
    const whitener = new SpectrumWhitener(SIZE, 0.05);
    const first = block(() => 1, 4);
    whitener.whiten(first.re, first.im);
    const other = block((k) => 1000 * k, 5);
    whitener.whiten(other.re, other.im);
    whitener.reset();
    const again = block(() => 1, 4);
    whitener.whiten(again.re, again.im);
    expect(again).toEqual(first);
  });
});
