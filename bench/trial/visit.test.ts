import { describe, expect, test } from '@jest/globals';
import { visitOf } from './visit.js';

describe('visitOf', () => {
  const distance = visitOf(0.5, 3);
  const speedAt = (seconds: number) => (distance(seconds + 1e-4) - distance(seconds - 1e-4)) / 2e-4;

  test('the hand comes at its speed for a third, rests for a third, leaves for a third', () => {
    expect(speedAt(0.5)).toBeCloseTo(-0.5, 6);
    expect(speedAt(1.5)).toBeCloseTo(0, 6);
    expect(speedAt(2.5)).toBeCloseTo(0.5, 6);
    expect(speedAt(9)).toBeCloseTo(0.5, 6);
  });

  test('it turns within a tenth of a second, evenly', () => {
    expect(speedAt(1)).toBeCloseTo(-0.25, 3);
    expect(speedAt(2)).toBeCloseTo(0.25, 3);
    expect(speedAt(0.94)).toBeCloseTo(-0.5, 6);
    expect(distance(1.5)).toBeGreaterThan(0);
  });
});
