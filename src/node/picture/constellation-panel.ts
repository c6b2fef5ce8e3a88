// Every payload cell of an OFDM burst after equalisation. Perfect cells lie on the crosses; the sender pushes some outwards to
// keep its peaks low, the room and the noise scatter them all.

import type { OfdmView } from '../../modem/inspect/ofdm-view.js';
import { across, bottomAxis, frameEdge, leftAxis, place, upwards } from './axes.js';
import { clipped, type Frame, INK, line, path, rounded } from './svg.js';

const SPAN = 2.1;
const DOT = { 'stroke-width': 2.6, 'stroke-linecap': 'round' } as const;

/**
 * @param frame - a square
 * @param id - unique in the document
 */
export function constellationPanel(frame: Frame, { points }: OfdmView, id = 'constellation'): string {
  const real = across(frame, -SPAN, SPAN);
  const imaginary = upwards(frame, -SPAN, SPAN);
  // A line of no length with round ends is a dot: a tenth of the bytes of a circle element.
  const dots = (isWrong: boolean) =>
    points
      .filter((point) => point.isWrong === isWrong)
      .map(({ re, im }) => `M${rounded(place(real, re))} ${rounded(place(imaginary, im))}h0`)
      .join('');
  const zeroX = place(real, 0);
  const zeroY = place(imaginary, 0);
  const content = [
    line(frame.x, zeroY, frame.x + frame.width, zeroY, { stroke: INK.axis }),
    line(zeroX, frame.y, zeroX, frame.y + frame.height, { stroke: INK.axis }),
    path(dots(false), { ...DOT, stroke: INK.signal, 'stroke-opacity': 0.4 }),
    path(dots(true), { ...DOT, stroke: INK.wrong, 'stroke-opacity': 0.7 }),
    ...crosses(zeroX, zeroY, place(real, Math.SQRT1_2) - zeroX),
  ];
  return [
    bottomAxis(frame, real, { title: 'in phase', tickCount: 5 }),
    leftAxis(frame, imaginary, { title: 'quadrature', tickCount: 5 }),
    clipped(id, frame, content.join('')),
    frameEdge(frame),
  ].join('');
}

/** The four points of QPSK. */
function crosses(zeroX: number, zeroY: number, offset: number): string[] {
  const arm = 6;
  return [-1, 1].flatMap((right) =>
    [-1, 1].map((down) => {
      const x = zeroX + right * offset;
      const y = zeroY + down * offset;
      const d = `M${rounded(x - arm)} ${rounded(y)}h${2 * arm}M${rounded(x)} ${rounded(y - arm)}v${2 * arm}`;
      return path(d, { stroke: INK.text, 'stroke-width': 1.6 });
    }),
  );
}
