import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer, type ReadPlan } from './baseband-buffer.js';

/** exp(i w n) for n from first on. */
function tone(omega: number, first: number, count: number): { re: Float32Array; im: Float32Array } {
  return {
    re: Float32Array.from({ length: count }, (_, n) => Math.cos(omega * (first + n))),
    im: Float32Array.from({ length: count }, (_, n) => Math.sin(omega * (first + n))),
  };
}

function filled(omega: number, count: number, capacity = 1024, piece = count): BasebandBuffer {
  const buffer = new BasebandBuffer(capacity);
  for (let first = 0; first < count; first += piece) {
    const { re, im } = tone(omega, first, Math.min(piece, count - first));
    buffer.append(re, im);
  }
  return buffer;
}

function read(buffer: BasebandBuffer, plan: Partial<ReadPlan>, count: number): { re: Float64Array; im: Float64Array } {
  const out = { re: new Float64Array(count), im: new Float64Array(count) };
  buffer.read({ startSamples: 0, stepSamples: 1, phaseRad: 0, phaseStepRad: 0, ...plan }, out.re, out.im);
  return out;
}

/** Greatest distance from exp(i (w t + phase)) in dB. */
function errorDb(got: { re: Float64Array; im: Float64Array }, phaseOf: (i: number) => number): number {
  let greatest = 0;
  got.re.forEach((x, i) => {
    greatest = Math.max(greatest, Math.hypot(x - Math.cos(phaseOf(i)), got.im[i] - Math.sin(phaseOf(i))));
  });
  return 20 * Math.log10(greatest + 1e-12);
}

describe('reading between samples', () => {
  test('at whole times gives what was written', () => {
    const { re, im } = read(filled(0.3, 200), { startSamples: 50 }, 20);
    const written = tone(0.3, 50, 20);
    expect(Array.from(re, Math.fround)).toEqual(Array.from(written.re));
    expect(Array.from(im, Math.fround)).toEqual(Array.from(written.im));
  });

  // A band within half of the rate: up to a quarter of a turn a sample to each side.
  test.each([-0.25, -0.1, 0, 0.05, 0.2, 0.25])(
    'of a tone at %p of the rate errs by less than -60 dB (seed 1)',
    (share) => {
      const omega = 2 * Math.PI * share;
      const buffer = filled(omega, 1000);
      const random = new SeededRandom(1);
      for (let i = 0; i < 30; i++) {
        const startSamples = random.between(30, 400);
        const stepSamples = random.between(0.99, 1.01);
        const got = read(buffer, { startSamples, stepSamples }, 400);
        expect(errorDb(got, (n) => omega * (startSamples + n * stepSamples))).toBeLessThan(-60);
      }
    },
  );

  test('turns each value by the planned phase', () => {
    const plan = { startSamples: 40.5, stepSamples: 0.997, phaseRad: 2, phaseStepRad: -0.01 };
    const got = read(filled(0.4, 400), plan, 200);
    expect(errorDb(got, (i) => 0.4 * (40.5 + 0.997 * i) - 2 + 0.01 * i)).toBeLessThan(-60);
  });

  test('bends times and phases with the square of the index', () => {
    const plan = {
      startSamples: 40.5,
      stepSamples: 0.997,
      curveSamples: 1e-5,
      phaseRad: 2,
      phaseStepRad: -0.01,
      curveRad: 3e-4,
    };
    const got = read(filled(0.4, 400), plan, 200);
    expect(errorDb(got, (i) => 0.4 * (40.5 + 0.997 * i + 1e-5 * i * i) - 2 + 0.01 * i - 3e-4 * i * i)).toBeLessThan(
      -60,
    );
  });

  test.each([1, 13, 128, 700])(
    'is the same however the samples came: pieces of %i, ten times round the ring',
    (piece) => {
      const buffer = filled(0.7, 10300, 1000, piece); // the ring has 1024
      expect(buffer.endSamples).toBe(10300);
      const got = read(buffer, { startSamples: 9500.25 }, 700);
      expect(errorDb(got, (i) => 0.7 * (9500.25 + i))).toBeLessThan(-60);
    },
  );
});

describe('a ring of baseband', () => {
  test('says what it holds and how far it reaches, with the room its filter needs', () => {
    const buffer = filled(0.1, 3000, 1024);
    expect([buffer.startSamples, buffer.endSamples]).toEqual([3000 - 1024, 3000]);
    expect(buffer.holds(2100, 2900)).toBe(true);
    expect(buffer.holds(1977, 2900)).toBe(false);
    expect(buffer.holds(2100, 2999)).toBe(false);
    expect(buffer.reaches(2900)).toBe(true);
    expect(buffer.reaches(2999)).toBe(false);
    expect(buffer.reaches(3500)).toBe(false);
  });

  test('whatever it says it holds, it reads right', () => {
    const buffer = filled(0.9, 3000, 1024);
    for (let first = 1960; first < 2010; first++) {
      if (!buffer.holds(first, first + 100)) continue;
      expect(errorDb(read(buffer, { startSamples: first + 0.5 }, 100), (i) => 0.9 * (first + 0.5 + i))).toBeLessThan(
        -60,
      );
    }
    for (let last = 2960; last < 3000; last++) {
      if (!buffer.reaches(last)) continue;
      const startSamples = last - 99.5;
      expect(errorDb(read(buffer, { startSamples }, 100), (i) => 0.9 * (startSamples + i))).toBeLessThan(-60);
    }
  });

  test('copies whole samples, and zeros where it has none', () => {
    const buffer = filled(0.2, 2000, 1024);
    const re = new Float64Array(100);
    const im = new Float64Array(100);
    buffer.copy(1950, re, im);
    expect(re[49]).toBeCloseTo(Math.cos(0.2 * 1999), 6);
    expect(Array.from(re.subarray(50))).toEqual(new Array(50).fill(0));
    buffer.copy(2000 - 1024 - 10, re, im);
    expect(Array.from(re.subarray(0, 10))).toEqual(new Array(10).fill(0));
    expect(re[10]).toBeCloseTo(Math.cos(0.2 * (2000 - 1024)), 6);
  });

  test('after a reset is as newly made', () => {
    const buffer = filled(0.2, 2000, 1024);
    buffer.reset();
    expect([buffer.startSamples, buffer.endSamples]).toEqual([0, 0]);
    const { re, im } = tone(0.5, 0, 300);
    buffer.append(re, im);
    expect(errorDb(read(buffer, { startSamples: 100.5 }, 100), (i) => 0.5 * (100.5 + i))).toBeLessThan(-60);
  });

  test.each([0, 31, 2 ** 25, 100.5])('refuses a capacity of %p', (capacity) => {
    expect(() => new BasebandBuffer(capacity)).toThrow(/^capacitySamples: expected integer/);
  });
});
