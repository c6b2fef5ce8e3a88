// How the soft bits are spread: two hills apart from one another when a burst is heard well, one hill about 0 when not.

import type { SoftBits } from '../../modem/inspect/inspection.js';
import {
  across,
  bottomAxis,
  type Frame,
  frameEdge,
  INK,
  leftAxis,
  line,
  place,
  rect,
  svgDocument,
  upwards,
} from '../picture/index.js';

const FRAME: Frame = { x: 62, y: 14, width: 288, height: 200 };

export function softBitsPanel({ histogram, count }: SoftBits, of: string): string {
  const { bins, counts } = histogram;
  const edge = (i: number) => bins.first + (i - 0.5) * bins.step;
  const llr = across(FRAME, edge(0), edge(counts.length));
  const most = Math.max(...counts, 1);
  const share = upwards(FRAME, 0, (100 * most * 1.08) / count);
  const base = FRAME.y + FRAME.height;
  const bars = Array.from(counts, (number, i) => {
    const x = place(llr, edge(i));
    const y = place(share, (100 * number) / count);
    return rect({ x: x + 0.5, y, width: place(llr, edge(i + 1)) - x - 1, height: base - y }, { fill: INK.signal });
  });
  const zero = place(llr, 0);
  return svgDocument(362, 262, `Histogram of the soft bits of the ${of}`, [
    leftAxis(FRAME, share, { title: '% of the coded bits', tickCount: 5, grid: true }),
    bottomAxis(FRAME, llr, { title: 'soft bit L: + means 0, \u2212 means 1', tickCount: 5 }),
    ...bars,
    line(zero, FRAME.y, zero, base, { stroke: INK.axis, 'stroke-dasharray': '3 3' }),
    frameEdge(FRAME),
  ]);
}
