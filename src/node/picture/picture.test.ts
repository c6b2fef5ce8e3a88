import { describe, expect, test } from '@jest/globals';
import { PNG } from 'pngjs';
import { across, place, ticks, upwards } from './axes.js';
import { levelColor } from './color-map.js';
import { svgImage } from './image.js';
import { attributes, escapeXml, polyline } from './svg.js';

describe('axes', () => {
  test.each([
    [0, 1.27, 5, [0, 0.5, 1]],
    [2, 8, 6, [2, 3, 4, 5, 6, 7, 8]],
    [-31, 9, 5, [-30, -20, -10, 0]],
    [17.6, 20, 7, [18, 18.5, 19, 19.5, 20]],
  ])('ticks from %d to %d, about %d, are round numbers', (low, high, count, expected) => {
    const found = ticks(low, high, count);
    expect(found).toHaveLength(expected.length);
    for (const [i, tick] of found.entries()) expect(tick).toBeCloseTo(expected[i], 9);
  });

  test('run left to right and bottom to top', () => {
    const frame = { x: 10, y: 20, width: 100, height: 50 };
    expect([place(across(frame, 0, 2), 0), place(across(frame, 0, 2), 1)]).toEqual([10, 60]);
    expect([place(upwards(frame, 0, 2), 0), place(upwards(frame, 0, 2), 2)]).toEqual([70, 20]);
  });
});

describe('colours', () => {
  test('of higher levels are lighter, in even steps', () => {
    const lightness = Array.from({ length: 11 }, (_, i) => {
      const linear = levelColor(i / 10).map((x) => (x / 255) ** 2.2);
      return Math.cbrt(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
    });
    const steps = lightness.slice(1).map((value, i) => value - lightness[i]);
    for (const step of steps) expect(step).toBeGreaterThan(0.04);
    for (const step of steps) expect(step).toBeLessThan(0.14);
  });

  test('of an image are those of its grid, the first row at the bottom', () => {
    const frame = { x: 0, y: 0, width: 1, height: 2 };
    const image = svgImage({ width: 1, height: 2, values: Float32Array.of(0, 1) }, [0, 1], frame);
    const { data } = PNG.sync.read(Buffer.from(/base64,([^"]+)/.exec(image)?.[1] ?? '', 'base64'));
    expect([...data]).toEqual([...levelColor(1), 255, ...levelColor(0), 255]);
  });
});

describe('SVG', () => {
  test('escapes what would be markup, and replaces what XML has no place for', () => {
    expect(escapeXml('a<b> & "c"\u0000\ud800')).toBe('a&lt;b&gt; &amp; &quot;c&quot;\ufffd\ufffd');
  });

  test('leaves out undefined attributes and needless digits', () => {
    expect(attributes({ x: 1 / 3, y: 2, fill: undefined, id: 'a"b' })).toBe('x="0.33" y="2" id="a&quot;b"');
  });

  test('breaks a line where a point is missing', () => {
    expect(
      polyline([
        [0, 1],
        [2, 3],
        [4, Number.NaN],
        [6, 7],
      ]),
    ).toBe('M0 1L2 3M6 7');
  });
});
