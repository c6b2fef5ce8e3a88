// What a bit's information is worth in dB of white noise, and the other way round: of QPSK by a formula, of tones by trial.

import type { FskWaveform } from '../../../dsp/fsk-grid.js';
import { toneBitLlrs, toneLogLikelihoodRatio } from '../../../dsp/fsk-metric.js';
import type { OfdmWaveform } from '../../../dsp/ofdm-grid.js';
import { SeededRandom } from '../../shared/seeded-random.js';

/** SNRs of a sounding tone for which the information of its bits is tabulated, dB. */
const TABLE = { lowDb: -15, highDb: 30, stepDb: 1 } as const;
/** Symbols drawn at each; with far fewer the need of a profile would be chance as well. */
const DRAWS = 1000;
/** Information beyond these is taken as them. */
const LEAST_INFORMATION = 1e-3;
const GREATEST_INFORMATION = 0.999;

/** By tones in a group: thousands of draws, worked out once. */
const TABLES = new Map<number, Float64Array>();

/**
 * In-band SNR at which a coded bit of a waveform carries this much information in white noise.
 *
 * @param informationBits - 0..1; less than 0.1 % or more than 99.9 % is taken as that
 * @returns dB
 */
export function snrDbForInformation(waveform: OfdmWaveform | FskWaveform, informationBits: number): number {
  return waveform.kind === 'ofdm' ? qpskSnrDb(informationBits) : fskSnrDb(waveform, informationBits);
}

/**
 * Information of a bit of QPSK in white noise.
 *
 * @param snr - of the cell, linear
 * @see Brannstrom, Rasmussen, Grant, "Convergence analysis and optimal scheduling for multiple concatenated codes", IEEE
 *   Trans. Inform. Theory 51 (2005): J(s) = (1 - 2^(-0.3073 s^1.7870))^1.1064, s^2 the variance of the LLRs, here 4 snr
 */
export function qpskInformation(snr: number): number {
  return (1 - 2 ** (-0.3073 * (4 * snr) ** 0.8935)) ** 1.1064;
}

/** The inverse of `qpskInformation`, in dB; information of less than 0.1 % or more than 99.9 % is taken as that. */
export function qpskSnrDb(informationBits: number): number {
  const share = confined(informationBits);
  return 10 * Math.log10((-Math.log2(1 - share ** (1 / 1.1064)) / 0.3073) ** (1 / 0.8935) / 4);
}

function fskSnrDb({ tonesPerGroup }: FskWaveform, informationBits: number): number {
  const table = TABLES.get(tonesPerGroup) ?? informationTable(tonesPerGroup);
  TABLES.set(tonesPerGroup, table);
  const share = confined(informationBits);
  let above = 1;
  while (above < table.length - 1 && table[above] < share) above++;
  const within = (share - table[above - 1]) / (table[above] - table[above - 1] || 1);
  const toneSnrDb = TABLE.lowDb + (above - 1 + Math.max(0, Math.min(1, within))) * TABLE.stepDb;
  return toneSnrDb - 10 * Math.log10(tonesPerGroup); // a tone has all of its group's power
}

function informationTable(tonesPerGroup: number): Float64Array {
  const { lowDb, highDb, stepDb } = TABLE;
  return Float64Array.from({ length: (highDb - lowDb) / stepDb + 1 }, (_, i) =>
    fskInformation(tonesPerGroup, 10 ** ((lowDb + i * stepDb) / 10)),
  );
}

/** @param snr - of the sounding tone's bin, linear */
function fskInformation(tonesPerGroup: number, snr: number): number {
  const random = new SeededRandom(1);
  const metrics = new Float64Array(tonesPerGroup);
  const llrs = new Float64Array(Math.log2(tonesPerGroup));
  const noPriors = new Float32Array(llrs.length);
  const work = new Float64Array(tonesPerGroup);
  let sum = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    for (let tone = 0; tone < tonesPerGroup; tone++) {
      const re = random.normal() * Math.SQRT1_2 + (tone === 0 ? Math.sqrt(snr) : 0);
      const im = random.normal() * Math.SQRT1_2;
      metrics[tone] = toneLogLikelihoodRatio(re * re + im * im, 1, snr, 0);
    }
    toneBitLlrs(metrics, llrs, noPriors, 0, work);
    for (const llr of llrs) sum += 1 - Math.log2(1 + Math.exp(-llr)); // tone 0 sounds: all its bits are 0
  }
  return sum / DRAWS / llrs.length;
}

function confined(informationBits: number): number {
  return Math.max(LEAST_INFORMATION, Math.min(GREATEST_INFORMATION, informationBits));
}
