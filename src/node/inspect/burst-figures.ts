// The pictures of one burst, each with its caption.

import type { BurstInspection, CloseUp } from '../../modem/inspect/inspection.js';
import type { BurstView } from '../../modem/inspect/burst-view.js';
import {
  across,
  bottomAxis,
  closeUpMarks,
  constellationPanel,
  type Frame,
  frameEdge,
  leftAxis,
  levelRange,
  shownGroupCount,
  svgDocument,
  svgImage,
  tonePanel,
  upwards,
} from '../picture/index.js';
import { escapeXml } from '../picture/svg.js';
import { softBitsPanel } from './soft-bits-panel.js';
import { channelFigure, snrFigure, soundFigure } from './spectrum-panels.js';

const CLOSE_UP: Frame = { x: 62, y: 40, width: 288, height: 174 };
const CELLS: Frame = { x: 90, y: 14, width: 200, height: 200 };
const TONES: Frame = { x: 62, y: 14, width: 288, height: 200 };

/** @param id - unique on the page */
export function burstFigures({ detail }: BurstInspection, id: string): string {
  if (!detail) return '';
  const { closeUp, view, headerBits, payloadBits, sound } = detail;
  const bits = payloadBits ?? headerBits;
  const figures = [
    closeUp && figure('The beginning, close up', closeUpFigure(closeUp, view)),
    sound && figure('Level of the burst, and of the noise around it', soundFigure(sound, id)),
    view && figure(`Channel and noise per ${carrier(view)}`, channelFigure(view.waveform.spectrum, id)),
    view &&
      figure(
        `SNR per ${carrier(view)}`,
        snrFigure(view.waveform.spectrum, neededPerCarrier(view, sound?.neededSnrDb), id),
      ),
    view && figure(cellsTitle(view), cellsFigure(view, id)),
    bits &&
      figure(
        `${bits.count} soft bits of the ${payloadBits ? 'payload' : 'header'}`,
        softBitsPanel(bits, payloadBits ? 'payload' : 'header'),
      ),
  ];
  return `<div class="figures">${figures.filter((part) => part !== undefined).join('\n')}</div>`;
}

function figure(caption: string, svg: string): string {
  return `<figure>${svg}<figcaption>${escapeXml(caption)}</figcaption></figure>`;
}

/** A tone has the power of all of its group's. */
function neededPerCarrier({ waveform }: BurstView, inBandDb: number | undefined): number | undefined {
  if (inBandDb === undefined || waveform.kind === 'ofdm') return inBandDb;
  return inBandDb + 10 * Math.log10(waveform.tonesPerGroup);
}

function carrier({ waveform }: BurstView): string {
  return waveform.kind === 'ofdm' ? 'subcarrier' : 'tone';
}

function cellsTitle({ waveform }: BurstView): string {
  if (waveform.kind === 'ofdm') return `Constellation: ${waveform.points.length} cells of the ${waveform.cells}`;
  const shown = shownGroupCount(waveform);
  const part = shown < waveform.groupCount ? `, ${shown} of ${waveform.groupCount} groups` : '';
  return `Tones heard in the ${waveform.cells}; boxed: ${waveform.wrongTones ? 'sent' : 'loudest'}${part}`;
}

function cellsFigure({ waveform }: BurstView, id: string): string {
  if (waveform.kind === 'ofdm')
    return svgDocument(362, 262, 'Constellation', [constellationPanel(CELLS, waveform, `cells-${id}`)]);
  return svgDocument(362, 262, 'Energy of every tone by symbol', [tonePanel(TONES, waveform)]);
}

function closeUpFigure(closeUp: CloseUp, view: BurstView | undefined): string {
  const time = across(CLOSE_UP, closeUp.fromSeconds, closeUp.toSeconds);
  const frequency = upwards(CLOSE_UP, closeUp.lowHz / 1000, closeUp.highHz / 1000);
  return svgDocument(362, 262, 'Spectrogram of the beginning of the burst', [
    svgImage(closeUp, levelRange(closeUp), CLOSE_UP),
    frameEdge(CLOSE_UP),
    bottomAxis(CLOSE_UP, time, { title: 'time / s', tickCount: 4 }),
    leftAxis(CLOSE_UP, frequency, { title: 'frequency / kHz', tickCount: 5 }),
    view ? closeUpMarks(CLOSE_UP, time, view) : '',
  ]);
}
