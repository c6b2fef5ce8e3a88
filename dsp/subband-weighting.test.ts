import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../src/shared/seeded-random.js';
import { Fft } from './fft.js';
import { SubbandWeighting } from './subband-weighting.js';

const FFT_SIZE = 1024;
const CARRIERS = 512;

/** Random QPSK on all carriers, power 1 each. */
function qpskSpectrum(random: SeededRandom): { re: Float64Array; im: Float64Array } {
  const re = new Float64Array(CARRIERS);
  const im = new Float64Array(CARRIERS);
  for (let c = 0; c < CARRIERS; c++) {
    re[c] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
    im[c] = random.below(2) ? Math.SQRT1_2 : -Math.SQRT1_2;
  }
  return { re, im };
}

/** Mean |a - b|^2 over the carriers. */
function distance(a: { re: Float64Array; im: Float64Array }, b: { re: Float64Array; im: Float64Array }): number {
  let sum = 0;
  for (let c = 0; c < CARRIERS; c++) sum += (a.re[c] - b.re[c]) ** 2 + (a.im[c] - b.im[c]) ** 2;
  return sum / CARRIERS;
}

/** The carriers of complex noise between two moments of the window, of this power a sample. */
function noiseBurst(from: number, to: number, power: number, random: SeededRandom) {
  const re = new Float64Array(FFT_SIZE);
  const im = new Float64Array(FFT_SIZE);
  for (let n = from; n < to; n++) {
    re[n] = Math.sqrt(power / 2) * random.normal();
    im[n] = Math.sqrt(power / 2) * random.normal();
  }
  new Fft(FFT_SIZE).forward(re, im, re, im);
  return { re: re.slice(0, CARRIERS), im: im.slice(0, CARRIERS) };
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
      new SubbandWeighting(CARRIERS).apply(weighed.re, weighed.im);
      expect(distance(weighed, sent)).toBeLessThan(0.05);
    }
  });

  test('takes most of a noise burst out of a symbol', () => {
    const random = new SeededRandom(2);
    const sent = qpskSpectrum(random);
    // A tenth of the window, 20 dB louder than the signal's mean power a sample (CARRIERS / FFT_SIZE^2).
    const heard = sum(sent, noiseBurst(400, 500, (100 * CARRIERS) / FFT_SIZE ** 2, random));
    const before = distance(heard, sent);
    new SubbandWeighting(CARRIERS).apply(heard.re, heard.im);
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
      new SubbandWeighting(CARRIERS).apply(heard.re, heard.im);
      for (let c = 0; c < CARRIERS; c++)
        along += (heard.re[c] * sent.re[c] + heard.im[c] * sent.im[c]) / CARRIERS / trials;
    }
    expect(along).toBeGreaterThan(0.9);
    expect(along).toBeLessThan(1.1);
  });

  test('silence stays silence', () => {
    const re = new Float64Array(CARRIERS);
    const im = new Float64Array(CARRIERS);
    new SubbandWeighting(CARRIERS).apply(re, im);
    expect(re.every((x) => x === 0)).toBe(true);
    expect(im.every((x) => x === 0)).toBe(true);
  });
});
