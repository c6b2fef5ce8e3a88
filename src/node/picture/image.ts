// Grids of numbers as coloured images inside an SVG.

import { levelColor } from './color-map.js';
import { encodeIndexedPng } from './indexed-png.js';
import { attributes, type Frame } from './svg.js';

/** Rows of numbers, the first row at the bottom of the picture. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** [row * width + column] */
  readonly values: Float32Array;
}

/** Lowest and highest value of a colour scale. */
export type Range = readonly [low: number, high: number];

/** More shades than anybody sees in noise would only make the file larger. */
const SHADE_COUNT = 96;
const PALETTE = Object.freeze(Array.from({ length: SHADE_COUNT }, (_, i) => levelColor(i / (SHADE_COUNT - 1))));

/** @returns an SVG image that fills the frame, a cell a pixel, its PNG inside */
export function svgImage(
  { width, height, values }: Grid,
  [low, high]: Range,
  frame: Frame,
  rendering: 'auto' | 'pixelated' = 'auto',
): string {
  const indices = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const target = (height - 1 - row) * width;
    for (let column = 0; column < width; column++) {
      const shade = Math.round(((values[row * width + column] - low) / (high - low)) * (SHADE_COUNT - 1));
      indices[target + column] = shade < 0 ? 0 : shade >= SHADE_COUNT ? SHADE_COUNT - 1 : shade;
    }
  }
  const data = encodeIndexedPng(width, height, indices, PALETTE).toString('base64');
  const style = rendering === 'auto' ? undefined : `image-rendering:${rendering}`;
  return `<image ${attributes({ ...frame, preserveAspectRatio: 'none', style })} href="data:image/png;base64,${data}"/>`;
}
