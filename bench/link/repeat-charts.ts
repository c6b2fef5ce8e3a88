// Bursts that add up, as pictures: one of each profile, and the time to a message.

import { type LineSeries, renderLineChart } from '../plot/line-chart.js';
import { bySubject, errorChart, failureSeries } from './link-charts.js';
import { variantOf } from './limits.js';
import type { DeliveryEntry } from './link-entries.js';
import { REPEAT_VARIANTS } from './repeat-sweep.js';
import { rateOf } from './statistics.js';

const PSNR_LABEL = 'PSNR, 0-24 kHz (dB)';
const [PLAIN] = Object.keys(REPEAT_VARIANTS);
/** A time is told where at least this share of messages came out. */
const LEAST_RATE = 0.9;

/** Draws `repeats-PROFILE` and `time`, where there are points. */
export function drawRepeatCharts(
  entries: readonly DeliveryEntry[],
  save: (name: string, svg: string | undefined) => void,
): void {
  for (const [subject, points] of bySubject(entries)) {
    const title = `${subject}: bursts that add up`;
    save(`repeats-${subject}`, errorChart(title, PSNR_LABEL, curvesOf(points)));
  }
  save('time', timeChart(entries.filter((entry) => variantOf(entry) === PLAIN)));
}

/** Within 1, 2, 4 ... bursts from the start; dashed the other ways to repeat, within as many as they sing. */
function curvesOf(points: readonly DeliveryEntry[]): LineSeries[] {
  const curveOf = (name: string, variant: string, count: string, style: { dashed?: boolean }) =>
    failureSeries(
      name,
      points
        .filter((entry) => variantOf(entry) === variant && entry.within?.[count])
        .map(({ psnrDb, within = {} }) => {
          const { runCount, successCount } = within[count];
          return { x: psnrDb, failures: rateOf(runCount - successCount, runCount) };
        }),
      style,
    );
  const counts = [...new Set(points.flatMap(({ within = {} }) => Object.keys(within)))];
  const others = Object.entries(REPEAT_VARIANTS).filter(([variant]) => variant !== PLAIN);
  return [
    ...counts.map((count) => curveOf(`within ${count}`, PLAIN, count, {})),
    ...others.map(([variant, { burstCount }]) =>
      curveOf(`${variant}, within ${burstCount}`, variant, String(burstCount), { dashed: true }),
    ),
  ].filter((series) => series.points.length > 0);
}

/** Half of the messages have come out by then; dashed: nine in ten. */
function timeChart(entries: readonly DeliveryEntry[]): string | undefined {
  const series = bySubject(entries).flatMap(([name, points], color): LineSeries[] => {
    const told = points.filter(({ within = {} }) => {
      const rates = Object.values(within).map(({ rate }) => rate);
      return Math.max(...rates) >= LEAST_RATE;
    });
    const line = (suffix: string, dashed: boolean, timeOf: (entry: DeliveryEntry) => number | undefined) => ({
      name: `${name}, ${suffix}`,
      points: told.flatMap((entry): [number, number][] => {
        const seconds = timeOf(entry);
        return seconds === undefined ? [] : [[entry.psnrDb, seconds]];
      }),
      dashed,
      color,
    });
    return [
      line('half', false, ({ seconds }) => seconds?.median),
      line('nine in ten', true, ({ seconds }) => seconds?.ninetieth),
    ];
  });
  if (series.every(({ points }) => points.length < 2)) return undefined;
  return renderLineChart({
    title: 'Time to a message: airtime follows the room',
    subtitle: 'from the first burst to the end of the one that completes it, in white noise, bursts 0.1 s apart',
    xLabel: PSNR_LABEL,
    yLabel: 'seconds',
    yScale: 'log',
    series,
  });
}
