import { describe, expect, test } from '@jest/globals';
import { lowestErrorRate } from './energy-bound.js';

/** Eb/N0 in dB at which the bound reaches an error rate. */
function ebN0At(bitCount: number, errorRate: number): number {
  let low = -2;
  let high = 6;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (lowestErrorRate(bitCount, middle) > errorRate) low = middle;
    else high = middle;
  }
  return low;
}

describe('lowestErrorRate', () => {
  test('without limit of length it is Shannon: -1.59 dB', () => {
    expect(ebN0At(1e9, 1e-3)).toBeCloseTo(-1.59, 2);
  });

  test('1000 bits at 1e-3 need 814.5 N0: 1175.1 - 1.4427 sqrt(1629) 3.0902 + 4.8 = 1000', () => {
    expect(ebN0At(1000, 1e-3)).toBeCloseTo(10 * Math.log10(814.5 / 1000), 2);
  });

  test('half of the packets are lost where the energy is that of the bits', () => {
    expect(lowestErrorRate(1e6, -1.5918)).toBeGreaterThan(0.4);
    expect(lowestErrorRate(736, 20)).toBeLessThan(1e-12);
    expect(lowestErrorRate(736, -10)).toBeCloseTo(1, 9);
  });
});
