import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft } from './fft.js';
import { PeakLimiter, type PeakLimiterConfig } from './peak-limiter.js';

const CARRIERS = 64;
const CONFIG: PeakLimiterConfig = {
  size: 512,
  halfWidthBins: 40,
  ceilingDb: 3,
  maxRounds: 60,
};

function bin(c: number, size: number): number {
  return (c - CARRIERS / 2 + size) % size;
}

/** A symbol of random QPSK cells. */
function filled(config: PeakLimiterConfig, seed: number): PeakLimiter {
  const limiter = new PeakLimiter(config);
  const random = new SeededRandom(seed);
  for (let c = 0; c < CARRIERS; c++) {
    limiter.re[bin(c, config.size)] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
    limiter.im[bin(c, config.size)] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
  }
  return limiter;
}

/** Peak of the envelope in dB over the nominal RMS. */
function peakDb(limiter: PeakLimiter): number {
  limiter.toTime();
  let peak = 0;
  limiter.timeRe.forEach((x, n) => {
    peak = Math.max(peak, x * x + limiter.timeIm[n] ** 2);
  });
  return 10 * Math.log10(peak / (CARRIERS / limiter.re.length ** 2));
}

/** Reference: projections alone, each from where the one before ended. */
function clipAndRestore(limiter: PeakLimiter, config: PeakLimiterConfig, restore: () => void): void {
  const { size, halfWidthBins } = config;
  const fft = new Fft(size);
  const ceiling = Math.sqrt((CARRIERS / size ** 2) * 10 ** (config.ceilingDb / 10));
  for (let round = 0; round < config.maxRounds; round++) {
    limiter.toTime();
    const gains = limiter.timeRe.map((x, n) => Math.min(1, ceiling / Math.hypot(x, limiter.timeIm[n])));
    fft.forward(
      limiter.timeRe.map((x, n) => x * gains[n]),
      limiter.timeIm.map((x, n) => x * gains[n]),
      limiter.re,
      limiter.im,
    );
    limiter.re.fill(0, halfWidthBins, size - halfWidthBins);
    limiter.im.fill(0, halfWidthBins, size - halfWidthBins);
    restore();
  }
}

describe('a peak limiter', () => {
  test.each([1, 2, 3, 4, 5])('brings the peak to its ceiling when all cells may move a little (seed %i)', (seed) => {
    const limiter = filled(CONFIG, seed);
    const before = peakDb(limiter);
    limiter.limit(CARRIERS, () => {});
    expect(before).toBeGreaterThan(5);
    expect(peakDb(limiter)).toBeLessThanOrEqual(CONFIG.ceilingDb + 1e-9);
  });

  test('leaves alone what is low already', () => {
    const limiter = new PeakLimiter(CONFIG);
    limiter.re[3] = Math.sqrt(CARRIERS); // one tone: the envelope is its RMS
    const before = limiter.re.slice();
    let rounds = 0;
    limiter.limit(CARRIERS, () => rounds++);
    expect(rounds).toBe(0);
    expect(limiter.re).toEqual(before);
  });

  test('lowers the peak also when every fourth cell is put right again in each round, and those stay exact (seed 6)', () => {
    const limiter = filled(CONFIG, 6);
    const nominal = limiter.re.slice();
    const before = peakDb(limiter);
    limiter.limit(CARRIERS, () => {
      for (let c = 0; c < CARRIERS; c += 4) limiter.re[bin(c, CONFIG.size)] = nominal[bin(c, CONFIG.size)];
    });
    for (let c = 0; c < CARRIERS; c += 4) expect(limiter.re[bin(c, CONFIG.size)]).toBe(nominal[bin(c, CONFIG.size)]);
    expect(peakDb(limiter)).toBeLessThan(before - 2);
  });

  test.each([11, 12, 13])('ends lower than as many clips and restorations without momentum (seed %i)', (seed) => {
    const config = { ...CONFIG, ceilingDb: 2, maxRounds: 25 };
    const limiter = filled(config, seed);
    const plain = filled(config, seed);
    const restoring = (one: PeakLimiter) => {
      const nominal = [one.re.slice(), one.im.slice()];
      return () => {
        for (let c = 0; c < CARRIERS; c += 2) {
          one.re[bin(c, config.size)] = nominal[0][bin(c, config.size)];
          one.im[bin(c, config.size)] = nominal[1][bin(c, config.size)];
        }
      };
    };
    limiter.limit(CARRIERS, restoring(limiter));
    clipAndRestore(plain, config, restoring(plain));
    expect(peakDb(limiter)).toBeLessThan(peakDb(plain) - 0.2);
  });

  test('puts no energy beyond its skirts (seed 7)', () => {
    const limiter = filled(CONFIG, 7);
    limiter.limit(CARRIERS, () => {});
    for (let k = CONFIG.halfWidthBins; k < CONFIG.size - CONFIG.halfWidthBins; k++)
      expect([limiter.re[k], limiter.im[k]]).toEqual([0, 0]);
    let inSkirts = 0;
    for (let k = CARRIERS / 2; k < CONFIG.halfWidthBins; k++) inSkirts += limiter.re[k] ** 2 + limiter.im[k] ** 2;
    expect(inSkirts).toBeGreaterThan(0);
    expect(inSkirts).toBeLessThan(0.2 * CARRIERS);
  });

  test('works no longer than its rounds (seed 8)', () => {
    const limiter = filled({ ...CONFIG, ceilingDb: -20, maxRounds: 7 }, 8);
    let rounds = 0;
    limiter.limit(CARRIERS, () => rounds++);
    expect(rounds).toBe(7);
  });
});
