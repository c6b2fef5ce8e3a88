import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { clip, quantise } from './distortion.js';
import { addClicks, addTone } from './interference.js';
import { addDcOffset, applyGain, applyGainSteps, invertPolarity, peakOf, scaleToPeak } from './level.js';

const SAMPLES = Float32Array.of(0.1, -0.4, 0.25, 0);

function expectClose(actual: Float32Array, expected: number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((x, n) => {
    expect(actual[n]).toBeCloseTo(x, 6);
  });
}

describe('level', () => {
  test('20 dB are a factor of ten', () => expectClose(applyGain(SAMPLES, 20), [1, -4, 2.5, 0]));

  test('the peak is the largest magnitude and can be set', () => {
    expect(peakOf(SAMPLES)).toBeCloseTo(0.4, 6);
    expectClose(scaleToPeak(SAMPLES), [0.25, -1, 0.625, 0]);
    expectClose(scaleToPeak(SAMPLES, 0.2), [0.05, -0.2, 0.125, 0]);
    expectClose(scaleToPeak(new Float32Array(2)), [0, 0]);
  });

  test('polarity and offset', () => {
    expectClose(invertPolarity(SAMPLES), [-0.1, 0.4, -0.25, 0]);
    expectClose(addDcOffset(SAMPLES, 0.5), [0.6, 0.1, 0.75, 0.5]);
  });

  test('gain steps stay within their range and change about as often as asked for (seed 1)', () => {
    const ones = new Float32Array(480000).fill(1);
    const stepped = applyGainSteps(ones, { meanIntervalSeconds: 0.1, rangeDb: 20 }, new SeededRandom(1));
    expect(stepped.every((x) => x > 0.0999 && x <= 1)).toBe(true);
    const changes = stepped.reduce((count, x, n) => count + (n > 0 && x !== stepped[n - 1] ? 1 : 0), 0);
    expect(changes).toBeGreaterThan(70);
    expect(changes).toBeLessThan(130);
  });
});

describe('distortion', () => {
  test('6 dB of clipping cut off at half of the peak and bring that back to the peak', () => {
    expectClose(clip(SAMPLES, 6.0206), [0.2, -0.4, 0.4, 0]);
    expectClose(clip(SAMPLES, 0), [0.1, -0.4, 0.25, 0]);
  });

  test('3 bits have steps of a quarter from -1 to 0.75', () => {
    expectClose(quantise(Float32Array.of(-2, -0.6, 0.1, 0.13, 0.9), 3), [-1, -0.5, 0, 0.25, 0.75]);
  });
});

describe('interference', () => {
  test('a tone of a quarter of the rate goes 0, a, 0, -a', () => {
    expectClose(addTone(new Float32Array(4), { frequencyHz: 12000, amplitude: 0.5 }), [0, 0.5, 0, -0.5]);
  });

  test('clicks come about as often and as high as asked for (seed 2)', () => {
    const config = { clicksPerSecond: 5, amplitude: 2 };
    const clicks = addClicks(new Float32Array(480000), config, new SeededRandom(2));
    expect(peakOf(clicks)).toBeLessThanOrEqual(2);
    expect(peakOf(clicks)).toBeGreaterThan(1);
    const onsets = clicks.reduce(
      (count, x, n) => count + (x !== 0 && clicks.subarray(Math.max(0, n - 50), n).every((y) => y === 0) ? 1 : 0),
      0,
    );
    expect(onsets).toBeGreaterThan(30);
    expect(onsets).toBeLessThan(70);
  });
});

describe('hostile input', () => {
  test.each([
    ['gainDb', () => applyGain(SAMPLES, Number.POSITIVE_INFINITY)],
    ['clipDb', () => clip(SAMPLES, -1)],
    ['bitCount', () => quantise(SAMPLES, 0)],
    ['frequencyHz', () => addTone(SAMPLES, { frequencyHz: 30000, amplitude: 1 })],
    ['clicksPerSecond', () => addClicks(SAMPLES, { clicksPerSecond: 0, amplitude: 1 }, new SeededRandom(1))],
    ['samples', () => invertPolarity([1] as unknown as Float32Array)],
  ])('a wrong %s is refused by name', (name, call) => {
    expect(call).toThrow(new RegExp(`^${name}: expected`));
  });
});
