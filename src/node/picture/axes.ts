// Axes: from values to pixels, with ticks at round numbers.

import { type Frame, INK, line, rect, text } from './svg.js';

/** One axis: which values lie where. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Pixel of `low` and of `high`. */
  readonly from: number;
  readonly to: number;
}

/** @returns the pixel of a value */
export function place({ low, high, from, to }: Scale, value: number): number {
  return from + ((value - low) / (high - low)) * (to - from);
}

/** Left to right over a frame. */
export function across(frame: Frame, low: number, high: number): Scale {
  return { low, high, from: frame.x, to: frame.x + frame.width };
}

/** Bottom to top over a frame. */
export function upwards(frame: Frame, low: number, high: number): Scale {
  return { low, high, from: frame.y + frame.height, to: frame.y };
}

/**
 * Round numbers within a span.
 *
 * @param count - about how many are wanted, at least 1
 * @returns multiples of 1, 2 or 5 times a power of ten, ascending
 */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough * 0.999) as number;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** @returns tick labels, all with as many digits as the finest step needs */
function labels(values: readonly number[]): string[] {
  const step = values.length > 1 ? values[1] - values[0] : 1;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return values.map((value) => value.toFixed(digits).replace('-', '\u2212'));
}

export interface AxisStyle {
  readonly title: string;
  /** About how many ticks. */
  readonly tickCount: number;
  /** Draw lines across the frame. */
  readonly grid?: boolean;
}

/** The axis below a frame. */
export function bottomAxis(frame: Frame, scale: Scale, { title, tickCount, grid = false }: AxisStyle): string {
  const base = frame.y + frame.height;
  const values = ticks(scale.low, scale.high, tickCount);
  const marks = labels(values).flatMap((label, i) => {
    const x = place(scale, values[i]);
    const gridLine = grid ? [line(x, frame.y, x, base, { stroke: INK.grid })] : [];
    return [...gridLine, line(x, base, x, base + 5), text(x, base + 19, label, { anchor: 'middle', color: INK.muted })];
  });
  const middle = frame.x + frame.width / 2;
  return [...marks, text(middle, base + 37, title, { anchor: 'middle', color: INK.muted })].join('');
}

/** The axis on the left of a frame. */
export function leftAxis(frame: Frame, scale: Scale, { title, tickCount, grid = false }: AxisStyle): string {
  const values = ticks(scale.low, scale.high, tickCount);
  const marks = labels(values).flatMap((label, i) => {
    const y = place(scale, values[i]);
    const gridLine = grid ? [line(frame.x, y, frame.x + frame.width, y, { stroke: INK.grid })] : [];
    const name = text(frame.x - 9, y + 4, label, { anchor: 'end', color: INK.muted });
    return [...gridLine, line(frame.x - 5, y, frame.x, y), name];
  });
  const middle = frame.y + frame.height / 2;
  const turned = text(frame.x - 46, middle, title, { anchor: 'middle', color: INK.muted, turn: -90 });
  return [...marks, turned].join('');
}

/** The edge round a frame, to be drawn last. */
export function frameEdge(frame: Frame): string {
  return rect(frame, { fill: 'none', stroke: INK.axis });
}
