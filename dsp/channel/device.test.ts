import { describe, expect, test } from '@jest/globals';
import { applyDevice, deviceFilter, levelAt, PHONE_RESPONSE, SMALL_SPEAKER_RESPONSE } from './device.js';

const RATE_HZ = 48000;

/** Level of a filter at a frequency, by the plain sum. */
function measuredLevelDb(filter: Float32Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  for (let n = 0; n < filter.length; n++) {
    re += filter[n] * Math.cos((2 * Math.PI * frequencyHz * n) / RATE_HZ);
    im -= filter[n] * Math.sin((2 * Math.PI * frequencyHz * n) / RATE_HZ);
  }
  return 10 * Math.log10(re * re + im * im);
}

describe('levelAt', () => {
  test('lies on the line between two points and stays level outside', () => {
    const response = [
      { frequencyHz: 1000, levelDb: 0 },
      { frequencyHz: 2000, levelDb: -20 },
    ];
    expect(levelAt(response, 1250)).toBeCloseTo(-5, 9);
    expect(levelAt(response, 10)).toBe(0);
    expect(levelAt(response, 20000)).toBe(-20);
  });
});

describe('deviceFilter', () => {
  test.each([
    ['telephone', PHONE_RESPONSE],
    ['small loudspeaker', SMALL_SPEAKER_RESPONSE],
  ])('%s: the filter has the level of the table within 1 dB from 300 Hz to 20 kHz', (_, response) => {
    const filter = deviceFilter({ response });
    for (let hz = 300; hz <= 20000; hz += 137) {
      expect(Math.abs(measuredLevelDb(filter, hz) - levelAt(response, hz))).toBeLessThan(1);
    }
  });

  test('a telephone falls by 10 dB a kHz from 18 to 20 kHz', () => {
    const filter = deviceFilter({ response: PHONE_RESPONSE });
    const levels = [18000, 19000, 20000].map((hz) => measuredLevelDb(filter, hz));
    expect(levels[0]).toBeCloseTo(-24, 0);
    expect(levels[0] - levels[1]).toBeCloseTo(10, 0);
    expect(levels[1] - levels[2]).toBeCloseTo(10, 0);
  });

  test('a flat response is an impulse', () => {
    const filter = deviceFilter({ response: [{ frequencyHz: 0, levelDb: 6.0206 }], tapCount: 16 });
    expect(filter[0]).toBeCloseTo(2, 4);
    expect(filter.subarray(1).every((x) => Math.abs(x) < 1e-6)).toBe(true);
  });

  test('it answers at once: nine tenths of the energy lie in the first millisecond', () => {
    const energy = (x: Float32Array) => x.reduce((sum, y) => sum + y * y, 0);
    const filter = deviceFilter({ response: PHONE_RESPONSE });
    expect(energy(filter.subarray(0, 48)) / energy(filter)).toBeGreaterThan(0.9);
  });

  test('no points and points out of order are refused', () => {
    expect(() => deviceFilter({ response: [] })).toThrow(/^response: expected at least one point/);
    expect(() => deviceFilter({ response: [...PHONE_RESPONSE].reverse() })).toThrow(/rising frequency/);
  });
});

describe('applyDevice', () => {
  test('a tone comes out at the level of the table', () => {
    const tone = Float32Array.from({ length: 9600 }, (_, n) => Math.sin((2 * Math.PI * 18000 * n) / RATE_HZ));
    const heard = applyDevice(tone, deviceFilter({ response: PHONE_RESPONSE })).subarray(2000, 8000);
    const power = heard.reduce((sum, x) => sum + x * x, 0) / heard.length;
    expect(10 * Math.log10(2 * power)).toBeCloseTo(-24, 0);
  });
});
