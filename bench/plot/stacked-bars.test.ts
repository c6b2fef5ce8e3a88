import { describe, expect, test } from '@jest/globals';
import { renderStackedBars } from './stacked-bars.js';

const CHART = {
  title: 'Losses',
  subtitle: 'all of them',
  xLabel: 'dB',
  bars: [
    {
      name: 'one',
      parts: [
        { name: 'code', value: 1.25 },
        { name: 'pilots', value: 0.05 },
      ],
    },
    { name: 'two', parts: [{ name: 'code', value: 2.5 }] },
  ],
};

describe('renderStackedBars', () => {
  test('names every bar and part, and numbers those wide enough', () => {
    const svg = renderStackedBars(CHART);
    for (const text of ['Losses', 'one', 'two', 'code', 'pilots', '1.3', '2.5']) expect(svg).toContain(`>${text}<`);
    expect(svg).not.toContain('>0.1<');
  });

  test('equal charts give equal text', () => {
    expect(renderStackedBars(CHART)).toBe(renderStackedBars(CHART));
  });
});
