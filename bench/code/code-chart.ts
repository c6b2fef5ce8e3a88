// The curves of the code bench as a picture: ours drawn out, the bound of the same length dashed in the same colour.

import type { CodeCurve } from './code-curve.js';
import { type LineSeries, renderLineChart } from '../plot/line-chart.js';
import { lowestPacketError } from './normal-approximation.js';

const LOWEST_PACKET_ERROR = 1e-4;
const BOUND_STEP_DB = 0.02;

function measuredSeries({ infoBitCount, rate, points }: CodeCurve, color: number): LineSeries {
  return {
    name: `K = ${infoBitCount}, rate ${rate}`,
    points: points.map(({ ebN0Db, packetError }) => [ebN0Db, packetError]),
    intervals: points.map(({ lowest, highest }) => [lowest, highest]),
    color,
  };
}

function boundSeries({ infoBitCount, codedBitCount, boundEbN0Db }: CodeCurve, color: number): LineSeries {
  const points: [number, number][] = [];
  for (let ebN0Db = boundEbN0Db - 1; ebN0Db < boundEbN0Db + 1; ebN0Db += BOUND_STEP_DB) {
    const error = lowestPacketError(infoBitCount, codedBitCount, ebN0Db);
    if (error >= LOWEST_PACKET_ERROR && error < 0.95) points.push([ebN0Db, error]);
  }
  return { name: 'best possible code of that length', points, dashed: true, color };
}

/** @returns an SVG document */
export function drawCodeChart(curves: readonly CodeCurve[]): string {
  return renderLineChart({
    title: 'Inner code: LTE turbo code, BPSK in white noise',
    subtitle: 'bars: 95 % confidence; bound: normal approximation of Polyanskiy, Poor and Verdu for the same length',
    xLabel: 'Eb/N0 (dB)',
    yLabel: 'packet error rate',
    yScale: 'log',
    yRange: [LOWEST_PACKET_ERROR, 1],
    series: [...curves.map(measuredSeries), ...curves.map(boundSeries)],
  });
}
