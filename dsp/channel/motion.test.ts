import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { applyClockOffset, applyMotion, swayingHand } from './motion.js';
import { warpTime } from './time-warp.js';

const RATE_HZ = 48000;

function sineAt(positionSamples: number, frequencyHz: number): number {
  return Math.sin((2 * Math.PI * frequencyHz * positionSamples) / RATE_HZ);
}

function sine(count: number, frequencyHz: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => sineAt(n, frequencyHz));
}

/** Largest error of `out` against the sine read at the given positions, away from both ends, in dB. */
function worstErrorDb(out: Float32Array, frequencyHz: number, positionAt: (n: number) => number): number {
  let worst = 1e-12;
  for (let n = 100; n < out.length - 100; n++) {
    worst = Math.max(worst, Math.abs(out[n] - sineAt(positionAt(n), frequencyHz)));
  }
  return 20 * Math.log10(worst);
}

describe('warpTime', () => {
  test('whole positions give back the samples (seed 1)', () => {
    const random = new SeededRandom(1);
    const x = Float32Array.from({ length: 500 }, () => random.normal());
    expect(warpTime(x, 500, (n) => n)).toEqual(x);
    expect(warpTime(x, 10, (n) => n + 490)).toEqual(x.slice(490));
  });

  test('before and after the samples there is silence', () => {
    const x = Float32Array.of(1, 1, 1);
    expect(warpTime(x, 2, (n) => n - 5000)).toEqual(new Float32Array(2));
    expect(warpTime(x, 2, (n) => n + 5000)).toEqual(new Float32Array(2));
    expect(warpTime(new Float32Array(0), 3, (n) => n).every((y) => y === 0)).toBe(true);
  });

  test.each([100, 5000, 12000, 18000, 20000])(
    'a tone of %i Hz is read at any position within -80 dB',
    (frequencyHz) => {
      const positionAt = (n: number) => 0.9973 * n + 3.21;
      expect(worstErrorDb(warpTime(sine(6000, frequencyHz), 5900, positionAt), frequencyHz, positionAt)).toBeLessThan(
        -80,
      );
    },
  );
});

describe('applyMotion', () => {
  test.each([-1.5, -0.3, 0.5, 1.5])('at %f m/s a tone of 18 kHz is shifted by speed / c', (speed) => {
    const heard = applyMotion(sine(20000, 18000), speed);
    expect(heard.length).toBe(Math.ceil(20000 / (1 + speed / 343)));
    expect(worstErrorDb(heard, 18000, (n) => n * (1 + speed / 343))).toBeLessThan(-80);
  });

  test('a trajectory of constant speed is the constant speed', () => {
    const x = sine(8000, 7000);
    const towards = applyMotion(x, (seconds) => 2 - 0.8 * seconds);
    const constant = applyMotion(x, 0.8);
    expect(Math.abs(towards.length - constant.length)).toBeLessThan(2);
    for (let n = 100; n < 7900; n++) expect(towards[n]).toBeCloseTo(constant[n], 5);
  });

  test('a swaying hand is back where it was after a period and as fast as asked for in between', () => {
    const hand = swayingHand(0.6, 0.5);
    expect(hand(0.5)).toBeCloseTo(hand(0), 9);
    expect((hand(0) - hand(1e-6)) / 1e-6).toBeCloseTo(0.6, 4);
    const heard = applyMotion(sine(24000, 1000), hand);
    expect(worstErrorDb(heard, 1000, (n) => n - ((hand(n / RATE_HZ) - hand(0)) * RATE_HZ) / 343)).toBeLessThan(-80);
  });

  test('standing still changes nothing', () => {
    const x = sine(1000, 7000);
    expect(applyMotion(x, 0)).toEqual(x);
  });
});

describe('applyClockOffset', () => {
  test.each([-200, 60, 200])('%i ppm shorten and raise a tone by that much', (ppm) => {
    const heard = applyClockOffset(sine(48000, 19000), ppm);
    expect(heard.length).toBe(Math.ceil(48000 / (1 + ppm * 1e-6)));
    expect(worstErrorDb(heard, 19000, (n) => n * (1 + ppm * 1e-6))).toBeLessThan(-80);
  });

  test('an offset that is no number is refused by name', () => {
    expect(() => applyClockOffset(new Float32Array(1), Number.NaN)).toThrow(/^ppm: expected number/);
  });
});
