// An FSK burst in numbers to draw: the energy of every tone in every symbol, which tones had been sent, and from
// both the strength of signal and noise over frequency.

import type { FskDemodulator } from '../../../dsp/fsk-demodulator.js';
import type { FskWaveform } from '../../../dsp/fsk-grid.js';
import type { Profile } from '../profiles.js';
import type { SpectrumView } from './burst-view.js';

export interface FskView {
  readonly kind: 'fsk';
  readonly groupCount: number;
  readonly tonesPerGroup: number;
  /** Per tone: its power where it sounded, and where it did not. */
  readonly spectrum: SpectrumView;
  /** Which symbols these are: those of the payload, or the header's where that was not read. */
  readonly cells: 'payload' | 'header';
  /** [symbol][tone], squared magnitudes. */
  readonly energies: readonly Float64Array[];
  /** [symbol][group]: the tone that was sent, or the loudest one where that is not known. */
  readonly tones: readonly Int32Array[];
  /** Groups whose loudest tone was not the one sent, and all; undefined where the sent bits are not known. */
  readonly wrongTones: { readonly wrong: number; readonly total: number } | undefined;
}

/**
 * @param symbolCount - symbols demodulated
 * @param sentBits - coded bits of the payload, or undefined when they are not known
 */
export function viewFsk(
  demodulator: FskDemodulator,
  profile: Profile,
  symbolCount: number,
  cells: 'payload' | 'header',
  sentBits: Uint8Array | undefined,
): FskView {
  const waveform = profile.waveform as FskWaveform;
  const { headerSymbolCount, groupCount, tonesPerGroup, fftSize } = waveform;
  const first = cells === 'payload' ? headerSymbolCount : 0;
  const energies = Array.from({ length: symbolCount - first }, (_, s) => demodulator.toneEnergies(first + s));
  const loudest = energies.map((row) => loudestTones(row, waveform));
  const tones = sentBits ? energies.map((_, s) => sentTones(sentBits, s, waveform)) : loudest;
  const wrong = tones.reduce((sum, row, s) => sum + row.filter((tone, group) => tone !== loudest[s][group]).length, 0);
  const toneCount = groupCount * tonesPerGroup;
  const spacingHz = profile.sampleRateHz / profile.decimation / fftSize;
  return {
    kind: 'fsk',
    cells,
    groupCount,
    tonesPerGroup,
    spectrum: {
      frequenciesHz: Array.from({ length: toneCount }, (_, t) => profile.centerHz + (t - toneCount / 2) * spacingHz),
      ...levels(energies, tones, toneCount),
    },
    energies,
    tones,
    wrongTones: sentBits && { wrong, total: energies.length * groupCount },
  };
}

function loudestTones(row: Float64Array, { groupCount, tonesPerGroup }: FskWaveform): Int32Array {
  return Int32Array.from({ length: groupCount }, (_, group) => {
    let best = group * tonesPerGroup;
    for (let tone = best; tone < (group + 1) * tonesPerGroup; tone++) if (row[tone] > row[best]) best = tone;
    return best;
  });
}

/** Each group's bits, most significant first, number its tone. */
function sentTones(bits: Uint8Array, symbol: number, { groupCount, tonesPerGroup }: FskWaveform): Int32Array {
  const bitsPerGroup = Math.log2(tonesPerGroup);
  return Int32Array.from({ length: groupCount }, (_, group) => {
    let tone = 0;
    for (let b = 0; b < bitsPerGroup; b++) tone = 2 * tone + bits[(symbol * groupCount + group) * bitsPerGroup + b];
    return group * tonesPerGroup + tone;
  });
}

/** Means over the symbols in which a tone was sent, and in which it was not; NaN for a tone that never was. */
function levels(
  energies: readonly Float64Array[],
  tones: readonly Int32Array[],
  toneCount: number,
): { signal: Float64Array; noise: Float64Array } {
  const signal = new Float64Array(toneCount);
  const noise = new Float64Array(toneCount);
  const sentCount = new Float64Array(toneCount);
  energies.forEach((row, s) => {
    const sent = new Set(tones[s]);
    for (let tone = 0; tone < toneCount; tone++) {
      if (sent.has(tone)) sentCount[tone]++;
      (sent.has(tone) ? signal : noise)[tone] += row[tone];
    }
  });
  for (let tone = 0; tone < toneCount; tone++) {
    signal[tone] /= sentCount[tone];
    noise[tone] /= energies.length - sentCount[tone];
  }
  return { signal, noise };
}
