// Curves as an SVG picture, the same look for every bench. ECharts draws, without a DOM; nothing here depends on a screen.

import type { CustomSeriesRenderItemAPI } from 'echarts';
import { CHART_WIDTH as WIDTH, FAINT, INK, renderOption } from './render.js';

/** One curve. */
export interface LineSeries {
  readonly name: string;
  /** x and y, by rising x. On a logarithmic axis points with y <= 0 are left out. */
  readonly points: readonly (readonly [number, number])[];
  /** Lowest and highest y of each point: drawn as a bar through it. */
  readonly intervals?: readonly (readonly [number, number])[];
  /** A theoretical curve: dashed and without marks at its points. */
  readonly dashed?: boolean;
  /** Marks joined by a fine dotted line: points that are no curve. */
  readonly dotted?: boolean;
  /** A word beside each point. */
  readonly labels?: readonly string[];
  /** Where that word stands; to the right when not given. */
  readonly labelPosition?: 'right' | 'top' | 'bottom';
  /** Index of the colour, so that a measured curve and its bound can share one; otherwise each curve has its own. */
  readonly color?: number;
}

export interface LineChart {
  readonly title: string;
  readonly subtitle?: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** `linear` when not given. */
  readonly xScale?: 'log' | 'linear';
  readonly yScale: 'log' | 'linear';
  /** Limits of the axes; without them what the points need, rounded, on a logarithmic axis to whole decades. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  readonly series: readonly LineSeries[];
}

const HEIGHT = 560;
const MARGIN_LEFT = 84;
const MARGIN_RIGHT = 32;
/** An entry of the legend: a mark, a little space, its name. The height of the legend is reckoned with wide characters. */
const LEGEND_MARK_WIDTH = 34;
const LEGEND_MARK_HEIGHT = 10;
const LEGEND_GAP = 18;
const LEGEND_CHARACTER_WIDTH = 7.5;
/** Ticks of the x axis, about. */
const TICK_COUNT = 12;
/** Okabe and Ito's colours, told apart by colour-blind readers too; without their yellow, which is too light for lines. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000'];

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '\u207b',
  ...Object.fromEntries(
    Array.from('\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079', (sign, i) => [i, sign]),
  ),
};

function powerOfTen(value: number): string {
  const exponent = Math.round(Math.log10(value));
  return exponent === 0 ? '1' : `10${Array.from(String(exponent), (sign) => SUPERSCRIPTS[sign]).join('')}`;
}

/** @returns an SVG document, the same text for the same chart */
export function renderLineChart(chart: LineChart): string {
  const legend = legendOf(chart.series);
  const yLimits = yLimitsOf(chart);
  const lowest = chart.yScale === 'log' ? yLimits[0] : undefined;
  return renderOption(chart.title, chart.subtitle ?? '', HEIGHT + legend.height, {
    grid: { left: MARGIN_LEFT, right: MARGIN_RIGHT, top: 84, bottom: 64 + legend.height },
    legend: legend.option,
    xAxis: xAxisOf(chart),
    yAxis: yAxisOf(chart, yLimits),
    series: chart.series.flatMap((series, i) => drawingOf(series, series.color ?? i, lowest)),
  });
}

/** Curves of one name share an entry; its mark has their colour, or ink if they differ. */
function legendOf(series: readonly LineSeries[]): { option: object; height: number } {
  const names = [...new Set(series.map(({ name }) => name))];
  const data = names.map((name) => {
    const sharers = series.filter((candidate) => candidate.name === name);
    const lineStyle = sharers.length > 1 ? { color: INK } : {};
    return { name, lineStyle, ...(sharers[0].dashed ? { itemStyle: { opacity: 0 } } : {}) };
  });
  const width = WIDTH - MARGIN_LEFT - MARGIN_RIGHT;
  let rowCount = 1;
  let used = 0;
  for (const name of names) {
    const cell = LEGEND_MARK_WIDTH + LEGEND_GAP + LEGEND_CHARACTER_WIDTH * name.length;
    if (used + cell > width) rowCount++;
    used = used + cell > width ? cell : used + cell;
  }
  const option = {
    data,
    bottom: LEGEND_GAP,
    left: 'center',
    width,
    itemWidth: LEGEND_MARK_WIDTH,
    itemHeight: LEGEND_MARK_HEIGHT,
    itemGap: LEGEND_GAP,
    padding: 0,
    textStyle: { fontSize: 13, color: INK },
  };
  return { option, height: rowCount * (LEGEND_MARK_HEIGHT + LEGEND_GAP) };
}

/** What both axes share. */
function axisOf(label: string, gap: number): object {
  return {
    name: label,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { fontSize: 14, color: INK },
    axisLine: { show: true, onZero: false, lineStyle: { color: INK } },
    axisTick: { show: true },
    axisLabel: { fontSize: 13, color: INK },
    splitLine: { show: true, lineStyle: { color: FAINT } },
  };
}

function xAxisOf({ xLabel, xRange, xScale, series }: LineChart): object {
  if (xScale === 'log') return logXAxisOf(xLabel, series);
  const axis = { ...axisOf(xLabel, 34), type: 'value' };
  if (xRange !== undefined) return { ...axis, min: xRange[0], max: xRange[1] };
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const [low, high] = xs.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0, 1];
  const interval = niceInterval((high - low || 1) / TICK_COUNT);
  const min = Math.floor(low / interval) * interval;
  const max = Math.max(Math.ceil(high / interval) * interval, min + interval);
  return { ...axis, min: Number(min.toFixed(9)), max: Number(max.toFixed(9)), interval };
}

/** Whole decades would leave much of the picture empty: this one ends at the next of 1, 2 and 5 to either side. */
function logXAxisOf(label: string, series: readonly LineSeries[]): object {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x).filter((x) => x > 0));
  const [low, high] = xs.length > 0 ? [Math.min(...xs), Math.max(...xs)] : [0.1, 1];
  return {
    ...axisOf(label, 34),
    type: 'log',
    min: 1 / niceInterval(1 / low),
    max: niceInterval(high),
    axisLabel: { fontSize: 13, color: INK },
    minorTick: { show: true, splitNumber: 9 },
    minorSplitLine: { show: true, lineStyle: { color: FAINT, opacity: 0.4 } },
  };
}

/** @returns 1, 2 or 5 times a power of ten, the next not below `least` */
function niceInterval(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least * 0.999) ?? 10);
}

/** Limits of the y axis: those given, or what the points need; on a logarithmic axis whole decades. */
function yLimitsOf({ yScale, yRange, series }: LineChart): readonly [number, number] {
  const ys = series.flatMap(({ points }) => points.map(([, y]) => y).filter((y) => yScale === 'linear' || y > 0));
  const [low, high] = yRange ?? (ys.length > 0 ? [Math.min(...ys), Math.max(...ys)] : [0.1, 1]);
  if (yScale === 'linear') return [low, high];
  return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high))];
}

function yAxisOf({ yLabel, yScale, yRange }: LineChart, [min, max]: readonly [number, number]): object {
  if (yScale === 'linear') {
    const limits = yRange === undefined ? {} : { min, max };
    return { ...axisOf(yLabel, 52), type: 'value', scale: true, ...limits };
  }
  return {
    ...axisOf(yLabel, 52),
    type: 'log',
    min,
    max,
    axisLabel: { fontSize: 13, color: INK, formatter: powerOfTen },
    minorTick: { show: true, splitNumber: 9 },
    minorSplitLine: { show: true, lineStyle: { color: FAINT, opacity: 0.4 } },
  };
}

/**
 * The line of a series, and the bars of its intervals.
 *
 * @param lowest - foot of a logarithmic y axis: an interval that reaches below ends there
 */
function drawingOf(series: LineSeries, colorIndex: number, lowest: number | undefined): object[] {
  const color = COLORS[colorIndex % COLORS.length];
  const line = {
    type: 'line',
    name: series.name,
    data: series.points
      .map((value, i) => ({ value, label: labelOf(series, i, color) }))
      .filter(({ value: [, y] }) => lowest === undefined || y > 0),
    clip: true,
    symbol: series.dashed ? 'none' : 'circle',
    symbolSize: 6,
    itemStyle: { color },
    lineStyle: lineStyleOf(series, color),
  };
  if (series.intervals === undefined) return [line];
  const bars = series.intervals
    .map(([low, high], i) => [series.points[i][0], Math.max(low, lowest ?? low), high])
    .filter(([, low, high]) => high > low);
  return [
    line,
    { type: 'custom', name: series.name, clip: true, itemStyle: { color }, data: bars, renderItem: barOf(color) },
  ];
}

function lineStyleOf({ dashed, dotted }: LineSeries, color: string): object {
  if (dotted) return { color, width: 1, type: 'dotted', opacity: 0.6 };
  return { color, width: 2, type: dashed ? 'dashed' : 'solid', opacity: dashed ? 0.75 : 1 };
}

function labelOf({ labels, labelPosition = 'right' }: LineSeries, i: number, color: string): object {
  const text = labels?.[i];
  return { show: text !== undefined, formatter: text ?? '', position: labelPosition, fontSize: 12, color };
}

/** Draws an interval [x, low, high] as an upright bar. */
function barOf(color: string): (params: unknown, api: CustomSeriesRenderItemAPI) => object {
  return (_, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]);
    const [, high] = api.coord([api.value(0), api.value(2)]);
    return {
      type: 'line',
      shape: { x1: x, y1: low, x2: x, y2: high },
      style: { stroke: color, lineWidth: 1.5, opacity: 0.7 },
    };
  };
}
