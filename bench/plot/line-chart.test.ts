import { describe, expect, test } from '@jest/globals';
import { type LineChart, renderLineChart } from './line-chart.js';

const CHART: LineChart = {
  title: 'Packet error',
  subtitle: 'in white noise',
  xLabel: 'Eb/N0, dB',
  yLabel: 'packet error rate',
  yScale: 'log',
  series: [
    {
      name: 'measured',
      points: [
        [0, 0.5],
        [1, 0.02],
        [2, 0],
      ],
      intervals: [
        [0.4, 0.6],
        [0.01, 0.03],
        [0, 0.001],
      ],
    },
    {
      name: 'bound',
      points: [
        [0, 0.1],
        [2, 0.0004],
      ],
      dashed: true,
      color: 0,
    },
  ],
};

function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), (match) => match[1]);
}

describe('line chart', () => {
  test('shows title, axes, decades and the name of each curve', () => {
    const texts = textsOf(renderLineChart(CHART));
    for (const text of ['Packet error', 'in white noise', 'Eb/N0, dB', 'packet error rate', 'measured', 'bound'])
      expect(texts).toContain(text);
    for (const decade of ['1', '10\u207b\u00b9', '10\u207b\u00b2', '10\u207b\u00b3', '10\u207b\u2074'])
      expect(texts).toContain(decade);
  });

  test('is well-formed XML of its own: no quote inside a quoted attribute, equal charts give equal text', () => {
    const svg = renderLineChart(CHART);
    expect(svg.startsWith('<svg ')).toBe(true);
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
    const isTag = /^<\/?[\w-]+( [\w:-]+="[^"<]*")*\s*\/?>$/;
    expect((svg.match(/<[^>]*>/g) ?? []).filter((tag) => !isTag.test(tag))).toEqual([]);
    expect(renderLineChart(CHART)).toBe(svg);
  });

  test('has a title for those who cannot see it', () => {
    expect(renderLineChart({ ...CHART, title: 'a < b & c' })).toContain('<title>a &lt; b &amp; c</title>');
  });

  test('leaves out what a logarithmic axis cannot show, keeps it on a linear one', () => {
    expect(renderLineChart(CHART)).not.toMatch(/NaN|Infinity/);
    expect(renderLineChart({ ...CHART, yScale: 'linear' })).not.toMatch(/NaN|Infinity/);
  });

  test('rounds the x axis to even steps', () => {
    const texts = textsOf(
      renderLineChart({
        ...CHART,
        series: [
          {
            name: 'a',
            points: [
              [-0.93, 0.1],
              [1.13, 0.2],
            ],
          },
        ],
      }),
    );
    expect(texts.filter((text) => /^-?[\d.]+$/.test(text) && text !== '1')).toEqual(
      expect.arrayContaining(['-1', '-0.8', '0', '0.2', '1.2']),
    );
  });

  test('gives curves of one name one entry in the legend', () => {
    const series = [0, 1, 2].map((color) => ({ ...CHART.series[1], color }));
    expect(textsOf(renderLineChart({ ...CHART, series })).filter((text) => text === 'bound')).toHaveLength(1);
  });

  test('draws the curve of a bound dashed', () => {
    expect(renderLineChart(CHART)).toMatch(/stroke-dasharray/);
    expect(renderLineChart({ ...CHART, series: CHART.series.slice(0, 1) })).not.toMatch(/stroke-dasharray/);
  });
});
