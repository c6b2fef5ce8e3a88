import { describe, expect, test } from '@jest/globals';
import { bpskMoments, lowestEbN0Db, lowestPacketError } from './normal-approximation.js';

describe('normal approximation', () => {
  // The limits of BPSK as every textbook has them (Richardson, Urbanke, "Modern Coding Theory", among others).
  test.each([
    [1 / 3, -0.495],
    [1 / 2, 0.187],
    [2 / 3, 1.059],
  ])('the capacity of BPSK is %f where Eb/N0 is %f dB', (rate, ebN0Db) => {
    expect(bpskMoments(rate * 10 ** (ebN0Db / 10)).capacity).toBeCloseTo(rate, 3);
  });

  test('without signal nothing comes over, without noise one bit does, for certain', () => {
    expect(bpskMoments(0).capacity).toBeCloseTo(0, 12);
    expect(bpskMoments(0).dispersion).toBeCloseTo(0, 12);
    expect(bpskMoments(100).capacity).toBeCloseTo(1, 9);
    expect(bpskMoments(100).dispersion).toBeCloseTo(0, 9);
  });

  test('at low power capacity and dispersion go like those of the Gaussian channel: P log2(e) / 2 and P log2(e)^2', () => {
    const power = 2e-4; // P = 2 Es/N0
    const { capacity, dispersion } = bpskMoments(power / 2);
    expect(capacity / power).toBeCloseTo(Math.LOG2E / 2, 3);
    expect(dispersion / power).toBeCloseTo(Math.LOG2E ** 2, 2);
  });

  // An independent computation: NumPy, 4801 points, SciPy's normal distribution and root finder.
  test.each([
    [832, 2496, 0.0613643, 0.2524584],
    [832, 1664, 0.7458926, 0.9372379],
    [832, 1248, 1.6270894, 1.8217184],
    [1664, 4992, -0.0942284, 0.0422833],
    [1664, 3328, 0.5913414, 0.7287722],
    [1664, 2496, 1.4728087, 1.6136062],
  ])('%i bits in %i symbols need %f dB for packet error 1e-2, %f dB for 1e-3', (k, n, at2, at3) => {
    expect(lowestEbN0Db(k, n, 1e-2)).toBeCloseTo(at2, 4);
    expect(lowestEbN0Db(k, n, 1e-3)).toBeCloseTo(at3, 4);
    expect(lowestPacketError(k, n, at2)).toBeCloseTo(1e-2, 5);
  });
});
