import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft } from './fft.js';
import { SubbandWeighting } from './subband-weighting.js';

const FFT_SIZE = 1024;
const CARRIERS = 512;
const binOf = (carrier: number) => (carrier - CARRIERS / 2) & (FFT_SIZE - 1);

/** Spectrum of random QPSK on all carriers, power 1 each. */
function qpskSpectrum(random: SeededRandom): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(FFT_SIZE);
  const im = new Float64Array(FFT_SIZE);
  for (let c = 0; c < CARRIERS; c++) {
    re[binOf(c)] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
    im[binOf(c)] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
  }
  return { re, im };
}

/** Mean |a - b|^2 over the carriers. */
function distance(a: { re: Float64Array; im: Float64Array }, b: { re: Float64Array; im: Float64Array }): number {
  let sum = 0;
  for (let c = 0; c < CARRIERS; c++)
    sum += (a.re[binOf(c)] - b.re[binOf(c)]) ** 2 + (a.im[binOf(c)] - b.im[binOf(c)]) ** 2;
  return sum / CARRIERS;
}

/** Spectrum of complex noise between two moments of the window, of this power a sample. */
function noiseBurst(from: number, to: number, power: number, random: SeededRandom) {
  const re = new Float64Array(FFT_SIZE);
  const im = new Float64Array(FFT_SIZE);
  for (let n = from; n < to; n++) {
    re[n] = Math.sqrt(power / 2) * random.normal();
    im[n] = Math.sqrt(power / 2) * random.normal();
  }
  new Fft(FFT_SIZE).forward(re, im, re, im);
  return { re, im };
}

function sum(a: { re: Float64Array; im: Float64Array }, b: { re: Float64Array; im: Float64Array }) {
  return { re: a.re.map((x, i) => x + b.re[i]), im: a.im.map((x, i) => x + b.im[i]) };
}

describe('subband weighting', () => {
  test('leaves a clean symbol as it is but for a twentieth of its power', () => {
    const random = new SeededRandom(1);
    for (let trial = 0; trial < 20; trial++) {
      const sent = qpskSpectrum(random);
      const weighed = { re: sent.re.slice(), im: sent.im.slice() };
      new SubbandWeighting(FFT_SIZE, CARRIERS).apply(weighed.re, weighed.im);
      expect(distance(weighed, sent)).toBeLessThan(0.05);
    }
  });

  test('takes most of a noise burst out of a symbol', () => {
    const random = new SeededRandom(2);
    const sent = qpskSpectrum(random);
    // A tenth of the window, 20 dB louder than the signal's mean power a sample (CARRIERS / FFT_SIZE^2).
    const heard = sum(sent, noiseBurst(400, 500, (100 * CARRIERS) / FFT_SIZE ** 2, random));
    const before = distance(heard, sent);
    new SubbandWeighting(FFT_SIZE, CARRIERS).apply(heard.re, heard.im);
    expect(before).toBeGreaterThan(3); // 4.9 on average
    expect(distance(heard, sent)).toBeLessThan(0.4);
  });

  test('keeps the signal at its level when half of the window is loud', () => {
    const random = new SeededRandom(3);
    let along = 0;
    const trials = 20;
    for (let trial = 0; trial < trials; trial++) {
      const sent = qpskSpectrum(random);
      const heard = sum(sent, noiseBurst(0, 512, (10 * CARRIERS) / FFT_SIZE ** 2, random));
      new SubbandWeighting(FFT_SIZE, CARRIERS).apply(heard.re, heard.im);
      for (let c = 0; c < CARRIERS; c++)
        along += (heard.re[binOf(c)] * sent.re[binOf(c)] + heard.im[binOf(c)] * sent.im[binOf(c)]) / CARRIERS / trials;
    }
    expect(along).toBeGreaterThan(0.9);
    expect(along).toBeLessThan(1.1);
  });

  test('silence stays silence', () => {
    const re = new Float64Array(FFT_SIZE);
    const im = new Float64Array(FFT_SIZE);
    new SubbandWeighting(FFT_SIZE, CARRIERS).apply(re, im);
    expect(re.every((x) => x === 0)).toBe(true);
    expect(im.every((x) => x === 0)).toBe(true);
  });
});
