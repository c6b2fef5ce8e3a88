// The noise floor over frequency: what is heard 10 %, half and 90 % of the time, the profiles' bands, and steady tones.

import type { Inspection } from '../../modem/inspect/inspection.js';
import {
  across,
  bottomAxis,
  clipped,
  type Frame,
  frameEdge,
  INK,
  leftAxis,
  path,
  place,
  polyline,
  rect,
  svgDocument,
  text,
  upwards,
} from '../picture/index.js';

const WIDTH = 1080;
const HEIGHT = 300;
const FRAME: Frame = { x: 74, y: 40, width: 930, height: 210 };
const SPAN_DB = 90;
/** Points drawn at most. */
const POINTS = 465;

export function floorPanel({ floor, outlooks, interferers }: Inspection): string {
  const { frequenciesHz, quietDb, medianDb, loudDb } = floor;
  const step = Math.max(1, Math.ceil(frequenciesHz.length / POINTS));
  const sampled = (levels: Float64Array) =>
    Array.from({ length: Math.ceil(levels.length / step) }, (_, i) =>
      levels.subarray(i * step, (i + 1) * step).reduce((a, b) => Math.max(a, b)),
    );
  const high = 10 * Math.ceil((Math.max(...sampled(loudDb)) + 3) / 10);
  const low = Math.max(high - SPAN_DB, 10 * Math.floor((Math.min(...sampled(quietDb)) - 3) / 10));
  const frequency = across(FRAME, 0, frequenciesHz[frequenciesHz.length - 1] / 1000);
  const level = upwards(FRAME, low, Math.max(low + 30, high));
  const points = (levels: Float64Array) =>
    sampled(levels).map((db, i) => [place(frequency, frequenciesHz[i * step] / 1000), place(level, db)] as const);
  const area = `${polyline([...points(loudDb), ...points(quietDb).reverse()])}Z`;
  const curves = [
    path(area, { fill: INK.signal, 'fill-opacity': 0.16 }),
    path(polyline(points(medianDb)), { stroke: INK.signal, 'stroke-width': 1.6 }),
  ].join('');
  const bands = new Map(outlooks.map(({ lowHz, highHz }) => [`${lowHz}`, [lowHz, highHz] as const]));
  return svgDocument(WIDTH, HEIGHT, 'Noise floor of the recording over frequency', [
    ...[...bands.values()].map(([lowHz, highHz]) =>
      bandShade(place(frequency, lowHz / 1000), place(frequency, highHz / 1000)),
    ),
    bottomAxis(FRAME, frequency, { title: 'frequency / kHz', tickCount: 12, grid: true }),
    leftAxis(FRAME, level, { title: 'dBFS/Hz', tickCount: 6, grid: true }),
    clipped('floor-curves', FRAME, curves),
    ...interferers.map(({ frequencyHz, levelDbfs }, i) => {
      const x = place(frequency, frequencyHz / 1000);
      const label = `${frequencyHz.toFixed(0)} Hz, ${levelDbfs.toFixed(0)} dBFS`.replace('-', '\u2212');
      const y = FRAME.y - 6 - 13 * (i % 2);
      const anchor = x > FRAME.x + FRAME.width - 80 ? 'end' : x < FRAME.x + 80 ? 'start' : 'middle';
      return text(x, y, `\u25be ${label}`, { anchor, color: INK.noise, size: 11, weight: 600 });
    }),
    frameEdge(FRAME),
  ]);
}

function bandShade(from: number, to: number): string {
  return rect(
    { x: from, y: FRAME.y, width: to - from, height: FRAME.height },
    { fill: INK.good, 'fill-opacity': 0.08 },
  );
}
