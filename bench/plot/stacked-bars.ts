// Parts of a whole as stacked bars, an SVG picture with the look of the other charts.

import { renderOption } from './render.js';

/** One bar: its parts in order, from the foot. */
export interface StackedBar {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly value: number }[];
}

export interface StackedBars {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  /** From the top. */
  readonly bars: readonly StackedBar[];
}

const BAR_HEIGHT = 88;
const LEGEND_HEIGHT = 130;
const HEAD_HEIGHT = 90;
const FOOT_HEIGHT = 60;
/** A part narrower than this is too small for its number. */
const LEAST_LABELLED = 0.12;

/** @returns an SVG document, the same text for the same chart */
export function renderStackedBars({ title, subtitle, xLabel, bars }: StackedBars): string {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const height = HEAD_HEIGHT + bars.length * BAR_HEIGHT + FOOT_HEIGHT + LEGEND_HEIGHT;
  return renderOption(title, subtitle, height, {
    grid: { left: 150, right: 40, top: HEAD_HEIGHT, bottom: FOOT_HEIGHT + LEGEND_HEIGHT },
    legend: { bottom: 12, left: 40, right: 40, itemGap: 14 },
    xAxis: { type: 'value', name: xLabel, nameLocation: 'middle', nameGap: 30 },
    yAxis: { type: 'category', inverse: true, data: bars.map(({ name }) => name), axisLabel: { fontSize: 13 } },
    series: names.map((name) => ({
      type: 'bar',
      stack: 'whole',
      name,
      data: bars.map(({ parts }) => parts.find((part) => part.name === name)?.value ?? 0),
      label: {
        show: true,
        fontSize: 11,
        formatter: ({ value }: { value: unknown }) =>
          Math.abs(Number(value)) < LEAST_LABELLED ? '' : Number(value).toFixed(1),
      },
    })),
  });
}
