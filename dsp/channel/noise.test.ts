import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { addNoise, addWhiteNoise, cutNoise, noiseRmsAtPsnr, rms } from './noise.js';

const SILENCE = new Float32Array(48000);

describe('noiseRmsAtPsnr', () => {
  test('at 0 dB the noise has the power of a full-scale sine, at 20 dB a hundredth', () => {
    expect(noiseRmsAtPsnr(0)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(noiseRmsAtPsnr(20)).toBeCloseTo(Math.SQRT1_2 / 10, 12);
  });
});

describe('addWhiteNoise', () => {
  test.each([-12, 0, 15])('noise at a PSNR of %i dB has that power within 0.1 dB (seed 1)', (psnrDb) => {
    const noise = addWhiteNoise(SILENCE, psnrDb, new SeededRandom(1));
    expect(Math.abs(20 * Math.log10(rms(noise) / noiseRmsAtPsnr(psnrDb)))).toBeLessThan(0.1);
  });

  test('at 96 kHz twice the power goes into twice the bandwidth (seed 2)', () => {
    const noise = addWhiteNoise(SILENCE, 0, new SeededRandom(2), 96000);
    expect(Math.abs(20 * Math.log10(rms(noise)))).toBeLessThan(0.1);
  });

  test('neighbours are independent and the signal is kept (seed 3)', () => {
    const signal = Float32Array.from({ length: 48000 }, (_, n) => (n % 2 === 0 ? 0.5 : -0.5));
    const noisy = addWhiteNoise(signal, 3, new SeededRandom(3));
    const noise = noisy.map((x, n) => x - signal[n]);
    const product = noise.reduce((sum, x, n) => sum + (n > 0 ? x * noise[n - 1] : 0), 0) / noise.length;
    expect(Math.abs(product / rms(noise) ** 2)).toBeLessThan(0.02);
    expect(Math.abs(noise.reduce((sum, x, n) => sum + x * signal[n], 0) / noise.length)).toBeLessThan(0.01);
  });
});

describe('addNoise', () => {
  const recording = Float32Array.from({ length: 1000 }, (_, n) => Math.sin((2 * Math.PI * n) / 50) * 0.01);

  test('the recording is scaled to the PSNR as a whole, whatever its own level (seed 4)', () => {
    const noisy = addNoise(SILENCE, recording, 6, new SeededRandom(4));
    expect(rms(noisy)).toBeCloseTo(noiseRmsAtPsnr(6), 4);
  });

  test('the seed picks the place, and the recording starts over at its end', () => {
    const ramp = Float32Array.from({ length: 10 }, (_, n) => n);
    const cut = cutNoise(ramp, 25, new SeededRandom(5));
    for (let n = 1; n < 25; n++) expect(cut[n]).toBe((cut[n - 1] + 1) % 10);
    expect(cutNoise(ramp, 25, new SeededRandom(5))).toEqual(cut);
    const starts = Array.from({ length: 20 }, (_, seed) => cutNoise(ramp, 1, new SeededRandom(seed))[0]);
    expect(new Set(starts).size).toBeGreaterThan(5);
  });

  test('a silent or empty recording is refused', () => {
    const random = new SeededRandom(6);
    expect(() => addNoise(SILENCE, new Float32Array(9), 0, random)).toThrow(/^RMS of the recording: expected/);
    expect(() => cutNoise(new Float32Array(0), 1, random)).toThrow(/^recording: expected length/);
  });
});
