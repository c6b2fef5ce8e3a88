import { describe, expect, test } from '@jest/globals';
import { toneBitLlrs, toneLogLikelihoodRatio } from '../../../dsp/fsk-metric.js';
import { SeededRandom } from '../../shared/seeded-random.js';
import { PROFILES } from '../profiles.js';
import { qpskInformation, qpskSnrDb, snrDbForInformation } from './bit-information.js';
import { informationOf, inspectSoftBits } from './soft-bits.js';

const OFDM = PROFILES['audible-fast'].waveform;
const FSK = PROFILES['audible-robust'].waveform;
const TONES = 32;

/** LLRs of 5 bits each of 2,000 tones drawn by lot, in white noise of an SNR in the band. */
function toneBitsAt(snrDb: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  const snr = TONES * 10 ** (snrDb / 10);
  const all: number[] = [];
  const llrs = new Float64Array(5);
  for (let symbol = 0; symbol < 2000; symbol++) {
    const sent = random.below(TONES);
    const metrics = Float64Array.from({ length: TONES }, (_, tone) => {
      const re = random.normal() * Math.SQRT1_2 + (tone === sent ? Math.sqrt(snr) : 0);
      const im = random.normal() * Math.SQRT1_2;
      return toneLogLikelihoodRatio(re * re + im * im, 1, snr, 0);
    });
    toneBitLlrs(metrics, llrs, new Float32Array(5), 0, new Float64Array(TONES));
    all.push(...llrs);
  }
  return Float32Array.from(all);
}

describe('what the information of a bit is worth', () => {
  test('is the SNR of its QPSK cell, there and back', () => {
    for (const db of [-8, 0, 6]) {
      expect(qpskSnrDb(qpskInformation(10 ** (db / 10)))).toBeCloseTo(db, 6);
      expect(snrDbForInformation(OFDM, qpskInformation(10 ** (db / 10)))).toBeCloseTo(db, 6);
    }
  });

  test.each([-13, -10, -7])('is the SNR in the band of the tones it was sent by: %d dB (seed 3)', (snrDb) => {
    expect(Math.abs(snrDbForInformation(FSK, informationOf(toneBitsAt(snrDb, 3))) - snrDb)).toBeLessThan(0.3);
  });

  test('of tones is lost faster than that of QPSK: 3 dB too quiet is told as 3 dB, not as 5 (seed 4)', () => {
    const needed = informationOf(toneBitsAt(-9, 4));
    const { missingDb } = inspectSoftBits(toneBitsAt(-12, 4), needed, FSK);
    expect(Math.abs(missingDb - 3)).toBeLessThan(0.4);
    expect(inspectSoftBits(toneBitsAt(-12, 4), needed, OFDM).missingDb).toBeGreaterThan(4.5);
  });

  test('of none and of all is finite', () => {
    for (const waveform of [OFDM, FSK])
      for (const information of [0, 1]) expect(Number.isFinite(snrDbForInformation(waveform, information))).toBe(true);
  });
});
