import { describe, expect, test } from '@jest/globals';
import { bandSearch } from './band-search.js';
import { PROFILES } from './profiles.js';

describe('bandSearch', () => {
  test('looks for both preambles of a band, the longer one with more of a score', () => {
    const { band, detector } = bandSearch([PROFILES['audible-robust'], PROFILES['audible-fast']]);
    expect(detector.pairCounts).toEqual([1, 4]);
    expect(detector.thresholds[1]).toBeGreaterThan(detector.thresholds[0]);
    expect(band).toMatchObject({ sampleRateHz: 48000, centerHz: 5000, widthHz: 6000 });
    expect(detector.basebandRateHz).toBe(48000 / band.decimation);
  });

  test('expects 1.5 m/s and 300 ppm between two clocks', () => {
    expect(bandSearch([PROFILES['ultrasonic-fast']]).detector.maxDilation).toBeGreaterThan(1.5 / 343 + 300e-6);
  });
});
