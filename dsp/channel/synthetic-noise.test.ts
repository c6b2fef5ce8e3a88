import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { Fft } from '../fft.js';
import { rms } from './noise.js';
import { coinClicks, compressorHum, hiss, melody, type NoiseMaker } from './synthetic-noise.js';
import { babble, syntheticSpeech } from './synthetic-speech.js';

const RATE_HZ = 48000;
const MAKERS: readonly (readonly [string, NoiseMaker])[] = [
  ['hiss', hiss],
  ['compressorHum', compressorHum],
  ['coinClicks', coinClicks],
  ['melody', melody],
  ['syntheticSpeech', syntheticSpeech],
  ['babble', babble],
];

/** Mean power in a band per Hz, in dB, over Hann-windowed blocks. */
function densityDb(samples: Float32Array, lowHz: number, highHz: number): number {
  const size = 4096;
  const fft = new Fft(size);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const firstBin = Math.ceil((lowHz * size) / RATE_HZ);
  const lastBin = Math.floor((highHz * size) / RATE_HZ);
  let sum = 0;
  for (let start = 0; start + size <= samples.length; start += size) {
    for (let n = 0; n < size; n++) re[n] = samples[start + n] * (1 - Math.cos((2 * Math.PI * n) / size));
    im.fill(0);
    fft.forward(re, im, re, im);
    for (let k = firstBin; k <= lastBin; k++) sum += re[k] * re[k] + im[k] * im[k];
  }
  return 10 * Math.log10(sum / (lastBin - firstBin + 1));
}

describe.each(MAKERS)('%s', (_, make) => {
  test('has a level of -20 dBFS, is finite and depends on the seed alone (seeds 1 and 2)', () => {
    const noise = make(RATE_HZ, new SeededRandom(1));
    expect(noise.length).toBe(RATE_HZ);
    expect(rms(noise)).toBeCloseTo(0.1, 4);
    expect(noise.every((x) => Number.isFinite(x))).toBe(true);
    const same = make(RATE_HZ, new SeededRandom(1));
    const other = make(RATE_HZ, new SeededRandom(2));
    expect(noise.every((x, n) => x === same[n])).toBe(true);
    expect(noise.every((x, n) => x === other[n])).toBe(false);
  });

  test('no samples are no samples, and a count that is none is refused', () => {
    expect(make(0, new SeededRandom(1)).length).toBe(0);
    expect(() => make(-1, new SeededRandom(1))).toThrow(/^count: expected integer/);
  });
});

describe('spectra', () => {
  const random = new SeededRandom(3);

  test('a compressor is 40 dB and more quieter at 16-20 kHz than below 500 Hz, as recorded ones are (seed 3)', () => {
    const noise = compressorHum(4 * RATE_HZ, random);
    expect(densityDb(noise, 40, 500) - densityDb(noise, 16000, 20000)).toBeGreaterThan(40);
  });

  test('speech has its energy below 4 kHz, and hissing consonants above (seed 3)', () => {
    const noise = syntheticSpeech(8 * RATE_HZ, random);
    const fall = densityDb(noise, 200, 1000) - densityDb(noise, 4000, 8000);
    expect(fall).toBeGreaterThan(8);
    expect(fall).toBeLessThan(40);
  });

  test('coins ring in both bands of the modem (seed 3)', () => {
    const noise = coinClicks(8 * RATE_HZ, random);
    expect(densityDb(noise, 2000, 8000) - densityDb(noise, 100, 1000)).toBeGreaterThan(10);
    expect(densityDb(noise, 2000, 8000) - densityDb(noise, 16000, 17500)).toBeLessThan(25);
  });

  test('speech has pauses (seed 4)', () => {
    const noise = syntheticSpeech(8 * RATE_HZ, new SeededRandom(4));
    const blocks = Array.from({ length: 400 }, (_, i) => rms(noise.subarray(i * 960, (i + 1) * 960)));
    expect(blocks.filter((level) => level < 0.005).length).toBeGreaterThan(5);
  });
});
