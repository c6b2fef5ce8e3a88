import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from '../../shared/seeded-random.js';
import { PROFILES } from '../profiles.js';
import { qpskInformation } from './bit-information.js';
import { informationOf, inspectSoftBits } from './soft-bits.js';

const OFDM = PROFILES['audible-fast'].waveform;

/** LLRs of zeros over white noise: 4 snr on average, twice that their variance. */
function llrsAt(snr: number): Float32Array {
  const random = new SeededRandom(2);
  return Float32Array.from({ length: 20000 }, () => 2 * snr + Math.sqrt(4 * snr) * random.normal());
}

describe('the information of soft bits', () => {
  test('is none for erasures and all for certainty', () => {
    expect(informationOf(new Float32Array(10))).toBe(0);
    expect(informationOf(new Float32Array(10).fill(-30))).toBeCloseTo(1, 6);
    expect(informationOf(new Float32Array(0))).toBe(0);
  });

  test.each([0.3, 1, 3])('of QPSK at an SNR of %d is what the formula says (seed 2)', (snr) => {
    expect(Math.abs(informationOf(llrsAt(snr)) - qpskInformation(snr))).toBeLessThan(0.03);
  });

  test('is missing by as many dB as the noise is too loud (seed 2)', () => {
    const { missingDb } = inspectSoftBits(llrsAt(0.5), qpskInformation(1), OFDM);
    expect(Math.abs(missingDb - 10 * Math.log10(2))).toBeLessThan(0.4);
  });

  test('is drawn from a histogram that holds every one', () => {
    const { histogram } = inspectSoftBits(Float32Array.of(-99, -0.4, 0.4, 3, 99), 0.5, OFDM);
    expect(histogram.counts.reduce((a, b) => a + b)).toBe(5);
    expect([histogram.counts[0], histogram.counts[20], histogram.counts[23], histogram.counts[40]]).toEqual([
      1, 2, 1, 1,
    ]);
  });
});
