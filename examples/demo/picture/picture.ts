// The picture of one run: what was heard, how the burst is built, through which channel it came, and what it said.
//
//   +--------------------------------------------------------------+
//   | title, what was sent through what                    verdict |
//   | +------------------------------+   +-----------------------+ |
//   | | spectrogram, burst marked    |   | its beginning, close  | |
//   | +------------------------------+   +-----------------------+ |
//   | +------------------+ +---------+   numbers                   |
//   | | channel and noise| | cells   |                             |
//   | +------------------+ +---------+                             |
//   +--------------------------------------------------------------+

import type { BurstView, SpectrumView } from 'tillsong';
import {
  channelPanel,
  constellationPanel,
  type Frame,
  INK,
  rect,
  shownGroupCount,
  svgDocument,
  text,
  tonePanel,
} from 'tillsong/node';
import { closeUpPanel, overviewPanel, type Recording } from './spectrogram-panel.js';

const WIDTH = 1400;
const HEIGHT = 900;
const OVERVIEW: Frame = { x: 86, y: 178, width: 754, height: 292 };
const CLOSE_UP: Frame = { x: 1000, y: 178, width: 360, height: 292 };
const CHANNEL: Frame = { x: 86, y: 594, width: 404, height: 230 };
const CELLS: Frame = { x: 596, y: 574, width: 256, height: 250 };
const NUMBERS: Frame = { x: 948, y: 592, width: 412, height: 260 };

/** A name and what was measured. */
export type Fact = readonly [name: string, value: string];

export interface PictureContent extends Recording {
  readonly title: string;
  readonly subtitle: string;
  readonly verdict: { readonly label: string; readonly isGood: boolean };
  readonly facts: readonly Fact[];
  /** Signal and noise as they were made, and what would help: shown when there is no burst to show. */
  readonly levels: SpectrumView;
  readonly advice: readonly string[];
  readonly footer: string;
}

/** @returns an SVG document without references to anything outside itself */
export function drawPicture(content: PictureContent): string {
  const { title, subtitle, verdict, facts, footer, view } = content;
  return svgDocument(WIDTH, HEIGHT, `${title}: ${verdict.label}`, [
    rect({ x: 0, y: 0, width: WIDTH, height: HEIGHT }, { fill: INK.page }),
    text(36, 50, title, { size: 26, weight: 700 }),
    text(36, 78, subtitle, { size: 14, color: INK.muted }),
    badge(verdict),
    card({ x: 24, y: 100, width: 900, height: 424 }),
    panelTitle(36, 124, 'What the microphone heard'),
    overviewPanel(OVERVIEW, content),
    card({ x: 936, y: 100, width: 440, height: 424 }),
    panelTitle(948, 124, view ? 'The beginning of the burst' : 'Where the burst began'),
    closeUpPanel(CLOSE_UP, content),
    ...(view ? burstPanels(view) : panelsWithoutBurst(content)),
    card({ x: 936, y: 536, width: 440, height: 340 }),
    panelTitle(948, 562, 'Numbers'),
    numbers(NUMBERS, facts),
    text(36, 892, footer, { size: 11, color: INK.muted }),
  ]);
}

function burstPanels({ waveform }: BurstView): string[] {
  const isOfdm = waveform.kind === 'ofdm';
  return [
    card({ x: 24, y: 536, width: 486, height: 340 }),
    panelTitle(36, 562, isOfdm ? 'Channel, per subcarrier' : 'Channel, per tone'),
    channelPanel(CHANNEL, waveform.spectrum),
    card({ x: 522, y: 536, width: 402, height: 340 }),
    panelTitle(534, 562, cellsTitle(waveform)),
    isOfdm ? constellationPanel(CELLS, waveform) : tonePanel(CELLS, waveform),
  ];
}

function cellsTitle(waveform: BurstView['waveform']): string {
  if (waveform.kind === 'ofdm') return `Constellation: ${waveform.points.length} QPSK cells`;
  const shown = shownGroupCount(waveform);
  return `Tones heard, sent ones boxed${shown < waveform.groupCount ? ` (${shown} of ${waveform.groupCount} groups)` : ''}`;
}

/** No header was read, so there are no cells: what had been sent, against which noise, and what would help. */
function panelsWithoutBurst({ levels, advice }: PictureContent): string[] {
  return [
    card({ x: 24, y: 536, width: 486, height: 340 }),
    panelTitle(36, 562, 'Signal and noise as they were made'),
    channelPanel(CHANNEL, levels, 'noise'),
    card({ x: 522, y: 536, width: 402, height: 340 }),
    panelTitle(534, 562, advice.length > 0 ? 'What would help' : 'The burst could not be taken apart again'),
    ...advice.flatMap((line, i) => {
      const [option, reason] = line.split(': ');
      const y = 600 + 56 * i;
      return [text(534, y, option, { size: 13, weight: 600 }), text(534, y + 20, reason, { color: INK.muted })];
    }),
  ];
}

function card(frame: Frame): string {
  return rect(frame, { fill: INK.panel, stroke: INK.grid, rx: 6 });
}

function panelTitle(x: number, y: number, content: string): string {
  return text(x, y, content, { size: 14, weight: 600 });
}

function badge({ label, isGood }: PictureContent['verdict']): string {
  const width = 34 + 10 * label.length;
  const frame = { x: WIDTH - 24 - width, y: 30, width, height: 38 };
  const middle = frame.x + width / 2;
  return (
    rect(frame, { fill: isGood ? INK.good : INK.wrong, rx: 19 }) +
    text(middle, 55, label, { size: 16, weight: 700, color: '#fff', anchor: 'middle' })
  );
}

function numbers(frame: Frame, facts: readonly Fact[]): string {
  const step = Math.min(26, frame.height / Math.max(1, facts.length - 1));
  return facts
    .map(([name, value], i) => {
      const y = frame.y + 4 + i * step;
      return text(frame.x, y, name, { color: INK.muted, size: 13 }) + text(frame.x + 132, y, value, { size: 13 });
    })
    .join('');
}
