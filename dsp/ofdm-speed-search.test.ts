import { describe, expect, test } from '@jest/globals';
import { type SpeedChange, searchGrowth, searchHeaderSpeed, searchPayloadSpeed } from './ofdm-speed-search.js';

const SOUND = 343;

/** A fit that falls off its peak as a symbol's does: by half where the mean speed is 0.07 m/s off, or the growth 0.2 m/s. */
function peakAt(meanMetersPerSecond: number, growthMetersPerSecond: number) {
  const counted = { count: 0 };
  const attempt = (change: SpeedChange) => {
    counted.count++;
    const mean = SOUND * (change.step + change.growth / 2) - meanMetersPerSecond;
    const growth = SOUND * change.growth - growthMetersPerSecond;
    return { change, fit: 50 / (1 + (mean / 0.07) ** 2 + (growth / 0.2) ** 2) };
  };
  return { attempt, counted };
}

function expectSpeed(change: SpeedChange | undefined, mean: number, growth: number): void {
  expect(change).toBeDefined();
  expect(Math.abs(SOUND * ((change?.step ?? 0) + (change?.growth ?? 0) / 2) - mean)).toBeLessThan(0.015);
  expect(Math.abs(SOUND * (change?.growth ?? 0) - growth)).toBeLessThan(0.03);
}

describe('the search for a change of speed', () => {
  test.each([
    [0.2, 0.4],
    [-0.11, -0.25],
    [0.45, 0],
    [-0.3, 0.1],
  ])('finds that of a payload symbol (mean %p, growth %p m/s)', (mean, growth) => {
    const { attempt, counted } = peakAt(mean, growth);
    expectSpeed(searchPayloadSpeed(attempt, 25, 15)?.change, mean, growth);
    expect(counted.count).toBeLessThan(90);
  });

  test.each([
    [0.33, 0.41],
    [-0.1, -0.5],
    [0.04, 0.3],
    [-0.45, 0],
  ])('finds that of a first symbol that could not be read (mean %p, growth %p m/s)', (mean, growth) => {
    const { attempt, counted } = peakAt(mean, growth);
    expectSpeed(searchHeaderSpeed(attempt, 10)?.change, mean, growth);
    expect(counted.count).toBeLessThan(100);
  });

  test.each([
    [0, 0.35],
    [-0.06, -0.1],
  ])('finds that of a first symbol that was read (mean %p, growth %p m/s)', (mean, growth) => {
    const { attempt } = peakAt(mean, growth);
    expectSpeed(searchGrowth(attempt, 15)?.change, mean, growth);
  });

  test('ends with the coarse grid where nothing on it is good enough', () => {
    const header = peakAt(3, 3);
    expect(searchHeaderSpeed(header.attempt, 10)).toBeUndefined();
    expect(header.counted.count).toBeLessThan(60);
    const payload = peakAt(3, 3);
    expect(searchPayloadSpeed(payload.attempt, 25, 15)).toBeUndefined();
    expect(payload.counted.count).toBe(34);
    const still = peakAt(0, 0);
    expect(searchGrowth(still.attempt, 50)).toBeUndefined();
    expect(still.counted.count).toBe(6);
  });
});
