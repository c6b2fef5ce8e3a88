import { describe, expect, test } from '@jest/globals';
import {
  basebandChirp,
  basebandTrain,
  type ChirpPair,
  chirpPhaseCycles,
  sweepRateHzPerSecond,
  writeChirpTrain,
} from './chirp.js';

const PAIR: ChirpPair = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.016 };

/** d phase / dt by a central difference. */
function frequencyHz(seconds: number): number {
  const step = 1e-7;
  return (chirpPhaseCycles(PAIR, seconds + step) - chirpPhaseCycles(PAIR, seconds - step)) / (2 * step);
}

describe('a chirp pair', () => {
  test('starts at the high edge, turns at the low one and comes back', () => {
    expect(chirpPhaseCycles(PAIR, 0)).toBe(0);
    expect(frequencyHz(1e-6)).toBeCloseTo(8000, -1);
    expect(frequencyHz(0.016)).toBeCloseTo(2000, -1);
    expect(frequencyHz(0.032 - 1e-6)).toBeCloseTo(8000, -1);
  });

  test('sweeps evenly: its frequency is a line down, then a line up', () => {
    expect(sweepRateHzPerSecond(PAIR)).toBeCloseTo(375000, 6);
    for (let t = 0.001; t < 0.016; t += 0.001) {
      expect(frequencyHz(t)).toBeCloseTo(8000 - 375000 * t, 1);
      expect(frequencyHz(0.016 + t)).toBeCloseTo(2000 + 375000 * t, 1);
    }
  });

  test('goes on for as many pairs as wanted without a break of phase or frequency', () => {
    for (const corner of [0.016, 0.032, 0.048, 0.064, 0.096]) {
      const step = 1e-9;
      const jump = chirpPhaseCycles(PAIR, corner + step) - chirpPhaseCycles(PAIR, corner - step);
      expect(Math.abs(jump)).toBeLessThan(2 * step * 8001);
      expect(frequencyHz(corner + 1e-6)).toBeCloseTo(frequencyHz(corner - 1e-6), -1);
    }
  });

  test('is written at amplitude 1, the same samples whatever the length of the array', () => {
    const long = new Float64Array(5000);
    const short = new Float64Array(1000);
    writeChirpTrain(PAIR, 48000, long);
    writeChirpTrain(PAIR, 48000, short);
    expect(short).toEqual(long.slice(0, 1000));
    const cycles = (n: number) => chirpPhaseCycles(PAIR, n / 48000);
    long.forEach((x, n) => {
      expect(x).toBeCloseTo(Math.cos(2 * Math.PI * cycles(n)), 9);
    });
  });

  test.each(['up', 'down'] as const)(
    'mixed to 0 Hz gives the %s chirp over the baseband at amplitude 1',
    (direction) => {
      const { re, im } = basebandChirp(PAIR, direction, 5000, 12000);
      expect(re.length).toBe(192);
      re.forEach((x, n) => {
        expect(Math.hypot(x, im[n])).toBeCloseTo(1, 12);
      });
      const sign = direction === 'up' ? 1 : -1;
      for (let n = 1; n < re.length - 1; n++) {
        const turn = Math.atan2(im[n] * re[n - 1] - re[n] * im[n - 1], re[n] * re[n - 1] + im[n] * im[n - 1]);
        const hz = (turn / (2 * Math.PI)) * 12000;
        expect(hz).toBeCloseTo(sign * (375000 * ((n - 0.5) / 12000) - 3000), 3);
      }
    },
  );

  test('mixed to 0 Hz is the same train, whichever stretch is taken', () => {
    const whole = basebandTrain(PAIR, 5000, 12000, 0, 800);
    const stretch = basebandTrain(PAIR, 5000, 12000, 300, 200);
    expect(stretch).toEqual({ re: whole.re.slice(300, 500), im: whole.im.slice(300, 500) });
    expect(basebandChirp(PAIR, 'up', 5000, 12000).re).toEqual(whole.re.slice(192, 384));
  });
});
