import { describe, expect, test } from '@jest/globals';
import { FskSpeedTrellis, LATEST_SYMBOLS } from './fsk-speed-trellis.js';

const SPEED_COUNT = 33;
const START = 16;

/** Runs symbols of these speeds, each read at the speed `readAt`, through a trellis. Every symbol is sure of its speed by `nats`. */
function wayOf(speeds: readonly number[], nats: number, readAt = START): { way: number[]; gain: number } {
  const trellis = new FskSpeedTrellis(SPEED_COUNT);
  trellis.start(START);
  for (const speed of speeds) trellis.advance((s) => (s === speed ? nats : 0), readAt);
  const way = new Int16Array(LATEST_SYMBOLS);
  const gain = trellis.likeliestWay(way);
  return { way: [...way.subarray(0, trellis.keptCount)], gain };
}

describe('the way of a speed from symbol to symbol', () => {
  test('is straight, and no likelier than what was read, where nothing moves', () => {
    const { way, gain } = wayOf(new Array(20).fill(START), 5);
    expect(way).toEqual(new Array(20).fill(START));
    expect(gain).toBeCloseTo(0, 9);
  });

  test('does not follow one symbol that says otherwise', () => {
    const speeds = new Array(20).fill(START);
    speeds[9] = START + 3;
    expect(wayOf(speeds, 6).way).toEqual(new Array(20).fill(START));
  });

  test('follows a hand that stops within two symbols and leaves', () => {
    const speeds = [...new Array(8).fill(START), 14, 12, ...new Array(8).fill(11), 9, 7, ...new Array(8).fill(6)];
    const { way, gain } = wayOf(speeds, 5);
    expect(way).toEqual(speeds);
    // 20 symbols were read wrongly; two changes and the costs of six steps are to be paid.
    expect(gain).toBeGreaterThan(5 * 20 - 2 * 6 - 6 * 3);
    expect(gain).toBeLessThan(5 * 20);
  });

  test('leaps to no speed that no hand reaches in a symbol', () => {
    const speeds = [...new Array(6).fill(START), ...new Array(10).fill(START + 7)];
    const { way } = wayOf(speeds, 8);
    for (let i = 1; i < way.length; i++) expect(Math.abs(way[i] - way[i - 1])).toBeLessThanOrEqual(3);
    expect(way[way.length - 1]).toBe(START + 7);
  });

  test('looks back at the latest symbols only, and at none that it was told to forget', () => {
    expect(wayOf(new Array(100).fill(START), 5).way.length).toBe(LATEST_SYMBOLS);
    const trellis = new FskSpeedTrellis(SPEED_COUNT);
    trellis.start(START);
    for (let i = 0; i < 5; i++) trellis.advance((s) => (s === START - 2 ? 9 : 0), START);
    trellis.forget();
    expect(trellis.keptCount).toBe(0);
    expect(trellis.speed).toBe(START - 2);
  });
});
