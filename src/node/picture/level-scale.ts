// Which levels the colours of a spectrogram stand for, and the scale that says so.

import { frameEdge, place, upwards } from './axes.js';
import { type Grid, type Range, svgImage } from './image.js';
import { type Frame, INK, text } from './svg.js';

/** The colours span at most this much. */
const RANGE_DB = 65;
const LEAST_RANGE_DB = 10;
const SCALE_WIDTH = 12;

/** From the quiet to the loud, without the rare extremes. */
export function levelRange({ values }: Grid): Range {
  const sorted = Float32Array.from(values).sort();
  const high = sorted[Math.floor(0.997 * sorted.length)] ?? 0;
  const low = sorted[Math.floor(0.03 * sorted.length)] ?? 0;
  return [Math.max(high - RANGE_DB, Math.min(low, high - LEAST_RANGE_DB)), high];
}

/** The colours and their levels, on the right of a frame; 60 pixels wide. */
export function colorScale(frame: Frame, range: Range): string {
  const bar: Frame = { x: frame.x + frame.width + 14, y: frame.y, width: SCALE_WIDTH, height: frame.height };
  const steps = 128;
  const ramp = Float32Array.from({ length: steps }, (_, i) => i / (steps - 1));
  const scale = upwards(bar, range[0], range[1]);
  const low = Math.ceil(range[0] / 10);
  const high = Math.floor(range[1] / 10);
  const labels = Array.from({ length: high - low + 1 }, (_, i) => {
    const level = 10 * (low + i);
    const label = String(level).replace('-', '\u2212');
    return text(bar.x + bar.width + 6, place(scale, level) + 4, label, { color: INK.muted, size: 11 });
  });
  const title = text(bar.x + bar.width + 38, frame.y - 9, 'dBFS/Hz', { color: INK.muted, size: 11, anchor: 'end' });
  return [svgImage({ width: 1, height: steps, values: ramp }, [0, 1], bar), frameEdge(bar), ...labels, title].join('');
}
