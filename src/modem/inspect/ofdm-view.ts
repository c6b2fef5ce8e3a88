// An OFDM burst in numbers to draw: channel and noise per subcarrier, and the cells of the constellation.

import type { OfdmCells, OfdmDemodulator } from '../../../dsp/ofdm-demodulator.js';
import type { CellKind } from '../../../dsp/ofdm-grid.js';
import type { Profile } from '../profiles.js';
import type { SpectrumView } from './burst-view.js';

/** One equalised QPSK cell. */
export interface ConstellationPoint {
  readonly re: number;
  readonly im: number;
  /** Whether one of its two bits would be decided wrongly; false where the sent bits are not known. */
  readonly isWrong: boolean;
}

export interface OfdmView {
  readonly kind: 'ofdm';
  /** Per subcarrier: the channel's power and the noise's, means over the burst. */
  readonly spectrum: SpectrumView;
  /** Which cells the points are: those of the payload, or the header's where that was not read. */
  readonly cells: 'payload' | 'header';
  /** In transmitted order. */
  readonly points: readonly ConstellationPoint[];
  /** Hard decisions that were wrong before decoding, and all of them; undefined where the sent bits are not known. */
  readonly wrongBits: { readonly wrong: number; readonly total: number } | undefined;
}

/**
 * @param symbolCount - symbols demodulated
 * @param sentBits - coded bits of the payload, two a cell, or undefined when they are not known
 */
export function viewOfdm(
  demodulator: OfdmDemodulator,
  { centerHz, sampleRateHz, decimation }: Profile,
  symbolCount: number,
  cells: Extract<CellKind, 'payload' | 'header'>,
  sentBits: Uint8Array | undefined,
): OfdmView {
  const { grid } = demodulator;
  const { carrierCount, fftSize } = grid.waveform;
  const signal = new Float64Array(carrierCount);
  const noise = new Float64Array(carrierCount);
  const points: ConstellationPoint[] = [];
  let wrong = 0;
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    const heard = demodulator.cells(symbol);
    for (let c = 0; c < carrierCount; c++) {
      signal[c] += (heard.channelRe[c] ** 2 + heard.channelIm[c] ** 2) / symbolCount;
      noise[c] += heard.noiseVariance[c] / symbolCount;
      if (grid.cellKind(symbol, c) !== cells) continue;
      const { re, im } = equalise(heard, c);
      const wrongHere = sentBits ? wrongDecisions(re, im, sentBits, 2 * points.length) : 0;
      wrong += wrongHere;
      points.push({ re, im, isWrong: wrongHere > 0 });
    }
  }
  const spacingHz = sampleRateHz / decimation / fftSize;
  const frequenciesHz = Array.from({ length: carrierCount }, (_, c) => centerHz + (c - carrierCount / 2) * spacingHz);
  return {
    kind: 'ofdm',
    spectrum: { frequenciesHz, signal, noise },
    cells,
    points,
    wrongBits: sentBits && { wrong, total: sentBits.length },
  };
}

/** y / h: what was sent, if there were no noise. */
function equalise({ re, im, channelRe, channelIm }: OfdmCells, c: number): { re: number; im: number } {
  const power = channelRe[c] ** 2 + channelIm[c] ** 2 || 1e-30;
  return {
    re: (re[c] * channelRe[c] + im[c] * channelIm[c]) / power,
    im: (im[c] * channelRe[c] - re[c] * channelIm[c]) / power,
  };
}

/** Bits 0 and 1 lie on the positive and negative side of their axis. */
function wrongDecisions(re: number, im: number, sentBits: Uint8Array, bit: number): number {
  return (re < 0 === (sentBits[bit] === 1) ? 0 : 1) + (im < 0 === (sentBits[bit + 1] === 1) ? 0 : 1);
}
