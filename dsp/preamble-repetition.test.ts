import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { BasebandBuffer } from './baseband-buffer.js';
import { chirpPhaseCycles } from './chirp.js';
import { windowShiftSamples } from './fsk-window.js';
import { dilationByRepetition } from './preamble-repetition.js';
import { TimeMap } from './time-map.js';

const RATE_HZ = 12000;
const CENTER_HZ = 5000;
const PAIR = { lowHz: 2000, highHz: 8000, chirpSeconds: 0.015 };
const PLACEMENT = { pair: PAIR, basebandRateHz: RATE_HZ, centerHz: CENTER_HZ };
const PAIR_SAMPLES = 360;
const START = 2000;
const FFT_SIZE = 512;

/** Power and delay in samples of a path. */
type Path = readonly [power: number, delaySamples: number];

/** A preamble heard by several paths, in noise of a power where the preamble's is 1. */
function hear(
  paths: readonly Path[],
  dilation: number,
  pairCount: number,
  noisePower: number,
  seed: number,
): BasebandBuffer {
  const random = new SeededRandom(seed);
  const count = START + PAIR_SAMPLES * pairCount + 3000;
  const deviation = Math.sqrt(noisePower / 2);
  const re = Float32Array.from({ length: count }, () => deviation * random.normal());
  const im = Float32Array.from({ length: count }, () => deviation * random.normal());
  for (const [power, delay] of paths) {
    const phase = random.between(0, 1);
    for (let n = START + delay; n < count; n++) {
      const u = ((n - START - delay) / RATE_HZ) * (1 + dilation);
      if (u >= pairCount * 2 * PAIR.chirpSeconds) break;
      const cycles = phase + chirpPhaseCycles(PAIR, u) - (CENTER_HZ * (n - START)) / RATE_HZ;
      re[n] += Math.sqrt(power) * Math.cos(2 * Math.PI * cycles);
      im[n] += Math.sqrt(power) * Math.sin(2 * Math.PI * cycles);
    }
  }
  const buffer = new BasebandBuffer(count);
  buffer.append(re, im);
  return buffer;
}

/** A hall: 60 paths of like strength over 40 ms. */
function hall(seed: number): Path[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: 60 }, () => [1 / 60, random.below(480)] as const);
}

function syncOf(dilation: number, pairCount: number, startSamples = START) {
  return { startSamples, dilation, offsetSamples: pairCount * PAIR_SAMPLES };
}

describe("a burst's dilation by its preamble's repetition", () => {
  test.each([-0.004, -0.0003, 0, 0.002])(
    'is %p in a hall where the chirps were taken 2000 ppm apart (seeds 1 to 3)',
    (dilation) => {
      for (const seed of [1, 2, 3]) {
        const buffer = hear(hall(seed), dilation, 4, 0.5, seed);
        for (const error of [-0.002, 0, 0.002]) {
          const found = dilationByRepetition(buffer, PLACEMENT, syncOf(dilation + error, 4));
          expect(Math.abs(found - dilation)).toBeLessThan(1.5e-4); // 1.2 Hz at 8 kHz
        }
      }
    },
  );

  test('is not misled by a whistle 20 dB stronger (seed 4)', () => {
    const clean = hear([[1, 0]], 0.001, 4, 0.5, 4);
    const re = new Float32Array(clean.endSamples);
    const im = new Float32Array(clean.endSamples);
    clean.copy(0, re, im);
    for (let n = 0; n < re.length; n++) {
      re[n] += 10 * Math.cos(0.9 * n);
      im[n] += 10 * Math.sin(0.9 * n);
    }
    const buffer = new BasebandBuffer(re.length);
    buffer.append(re, im);
    expect(Math.abs(dilationByRepetition(buffer, PLACEMENT, syncOf(0, 4)) - 0.001)).toBeLessThan(1.5e-4);
  });

  test('is what the detector said where there is one pair, or silence', () => {
    expect(dilationByRepetition(hear([[1, 0]], 0.001, 1, 0.1, 5), PLACEMENT, syncOf(0.0007, 1))).toBe(0.0007);
    expect(dilationByRepetition(hear([], 0, 4, 0, 5), PLACEMENT, syncOf(0.0007, 4))).toBe(0.0007);
  });
});

describe("an FSK burst's windows", () => {
  function shift(buffer: BasebandBuffer, startSamples = START, pairCount = 4): number {
    const map = new TimeMap(startSamples, 0, (2 * Math.PI * CENTER_HZ) / RATE_HZ);
    const search = {
      placement: PLACEMENT,
      preambleSamples: pairCount * PAIR_SAMPLES,
      fftSize: FFT_SIZE,
      groupCount: 8,
    };
    return windowShiftSamples(buffer, map, search);
  }

  test.each([0.01, 1, 4])('stay where they are without an echo, in noise of power %p (seeds 1 to 3)', (noisePower) => {
    for (const seed of [1, 2, 3])
      expect(Math.abs(shift(hear([[1, 0]], 0, 4, noisePower, seed)))).toBeLessThanOrEqual(8);
  });

  test('stay there in noise that lets chance echoes show, 2 dB below the limit of the audible profile (seeds 1 to 24)', () => {
    for (let seed = 1; seed <= 24; seed++)
      expect(Math.abs(shift(hear([[1, 0]], 0, 4, 14, seed)))).toBeLessThanOrEqual(12);
  });

  test('open later where the sound builds up slowly, and before most of it has come (seeds 1 to 3)', () => {
    for (const seed of [1, 2, 3]) {
      const found = shift(hear(hall(seed), 0, 4, 0.1, seed));
      expect(found).toBeGreaterThan(48); // 4 ms after the first path
      expect(found).toBeLessThan(300); // 25 ms
    }
  });

  test('do not open a pair too early for a faint path there, where the room rings on (seeds 1 to 8)', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const random = new SeededRandom(seed);
      const tail = Array.from({ length: 80 }, () => [0.45 / 80, random.below(500)] as const);
      const paths: Path[] = [[0.5, 0], [0.05, -PAIR_SAMPLES], ...tail];
      const found = shift(hear(paths, 0, 4, 0.3, seed));
      expect(Math.abs(found)).toBeLessThan(100);
    }
  });

  test('find the start from a pair too late, and from one too early (seed 6)', () => {
    const buffer = hear([[1, 0]], 0, 4, 0.5, 6);
    for (const pairs of [-1, 1])
      expect(Math.abs(shift(buffer, START + pairs * PAIR_SAMPLES) + pairs * PAIR_SAMPLES)).toBeLessThanOrEqual(8);
  });

  test('are not moved by a preamble of one pair, or by silence', () => {
    expect(shift(hear([[1, 50]], 0, 1, 0.1, 7), START, 1)).toBe(0);
    expect(shift(hear([], 0, 4, 0, 8))).toBe(0);
  });
});
