// The first payload symbols of an FSK burst: the energy of every tone of some groups, and in a box which one of each group had
// been sent.

import type { FskView } from '../../modem/inspect/fsk-view.js';
import { across, bottomAxis, frameEdge, leftAxis, place, upwards } from './axes.js';
import { type Grid, svgImage } from './image.js';
import { type Frame, line, rect } from './svg.js';

/** As many as can be told apart. */
const SHOWN_SYMBOLS = 24;
const SHOWN_TONES = 96;
const RANGE_DB = 45;

/** @returns how many of the lowest groups the panel shows */
export function shownGroupCount({ tonesPerGroup, groupCount }: FskView): number {
  return Math.max(1, Math.min(groupCount, Math.floor(SHOWN_TONES / tonesPerGroup)));
}

export function tonePanel(frame: Frame, view: FskView): string {
  const { energies, tones, spectrum, tonesPerGroup } = view;
  const groupCount = shownGroupCount(view);
  const toneCount = groupCount * tonesPerGroup;
  const grid = levelsOf(energies.slice(0, SHOWN_SYMBOLS), toneCount);
  const loudest = grid.values.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY);
  const { frequenciesHz } = spectrum;
  const spacingHz = frequenciesHz[1] - frequenciesHz[0];
  const edgeKhz = (tone: number) => (frequenciesHz[0] + (tone - 0.5) * spacingHz) / 1000;
  const symbol = across(frame, 0, grid.width);
  const frequency = upwards(frame, edgeKhz(0), edgeKhz(toneCount));
  const boxes = tones.slice(0, grid.width).flatMap((row, s) =>
    Array.from(row.subarray(0, groupCount), (tone) => {
      const top = place(frequency, edgeKhz(tone + 1)) - 1;
      const height = place(frequency, edgeKhz(tone)) - top + 1;
      const width = place(symbol, s + 1) - place(symbol, s) - 1;
      return rect({ x: place(symbol, s) + 0.5, y: top, width, height }, { fill: 'none', stroke: '#fff' });
    }),
  );
  const boundaries = Array.from({ length: groupCount - 1 }, (_, group) => {
    const y = place(frequency, edgeKhz((group + 1) * tonesPerGroup));
    return line(frame.x, y, frame.x + frame.width, y, {
      stroke: '#fff',
      'stroke-opacity': 0.55,
      'stroke-dasharray': '1 4',
    });
  });
  return [
    svgImage(grid, [loudest - RANGE_DB, loudest], frame, 'pixelated'),
    ...boundaries,
    ...boxes,
    frameEdge(frame),
    bottomAxis(frame, symbol, { title: `${view.cells} symbol`, tickCount: 6 }),
    leftAxis(frame, frequency, { title: 'frequency / kHz', tickCount: 6 }),
  ].join('');
}

/** Energies in dB, a column a symbol. */
function levelsOf(energies: readonly Float64Array[], toneCount: number): Grid {
  const values = new Float32Array(toneCount * energies.length);
  energies.forEach((row, s) => {
    for (let tone = 0; tone < toneCount; tone++)
      values[tone * energies.length + s] = 10 * Math.log10(row[tone] + 1e-30);
  });
  return { width: energies.length, height: toneCount, values };
}
