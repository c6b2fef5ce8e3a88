// The results of the link bench as pictures.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineSeries, renderLineChart } from '../plot/line-chart.js';
import { lowestErrorRate } from './energy-bound.js';
import { variantOf } from './limits.js';
import type { DeliveryEntry, LinkEntry } from './link-entries.js';
import { drawMap } from './map-chart.js';
import { MICROPHONE_VARIANTS } from './microphone-sweep.js';
import { drawRepeatCharts } from './repeat-charts.js';
import { type Rate, rateOf } from './statistics.js';

const PSNR_LABEL = 'PSNR, 0-24 kHz (dB)';
const LOWEST_ERROR_RATE = 1e-3;
/** Delivery at fewer PSNRs is a table's business. */
const LEAST_CURVE_POINTS = 3;
/** Curves of the bound are drawn over this stretch of Eb/N0, in dB. */
const BOUND_RANGE_DB: readonly [number, number] = [-2, 1];

/** Draws `link-*.svg` into a folder: each picture for which there are points. */
export function drawLinkCharts(folder: string, entries: readonly LinkEntry[], payloadByteCount = 92): void {
  const save = (name: string, svg: string | undefined) => svg && writeFileSync(join(folder, `link-${name}.svg`), svg);
  const deliveries = (part: DeliveryEntry['part']) =>
    entries.filter(
      (entry): entry is DeliveryEntry => entry.part === part && entry.payloadByteCount === payloadByteCount,
    );
  const white = deliveries('white');
  const ours = white.filter(({ fates }) => fates !== undefined);
  const title = `White noise, ${payloadByteCount} bytes`;
  const shown = white.filter(({ subject, fates }) => fates !== undefined || subject.endsWith(' fastest'));
  save(
    'white',
    errorChart(
      title,
      PSNR_LABEL,
      curvesOf(shown, ({ psnrDb }) => psnrDb),
    ),
  );
  save(
    'ebn0',
    errorChart(title, 'Eb/N0, all energy of the burst over the payload (dB)', [
      ...curvesOf(ours, ({ ebN0Db }) => ebN0Db ?? Number.NaN),
      ...(ours.length > 0 ? [boundSeries(payloadByteCount)] : []),
    ]),
  );
  save('detector', errorChart(`${title}: what the detector misses`, PSNR_LABEL, detectorCurves(ours)));
  for (const part of ['near', 'far'] as const) save(part, deliveryChart(part, deliveries(part)));
  drawRepeatCharts(deliveries('repeats'), save);
  for (const [subject, points] of bySubject(deliveries('microphones')))
    save(`microphones-${subject}`, errorChart(`${subject}: several microphones`, PSNR_LABEL, microphoneCurves(points)));
  save('map', drawMap(entries, payloadByteCount));
}

/** @returns the entries of each subject, by rising PSNR */
export function bySubject(entries: readonly DeliveryEntry[]): [string, DeliveryEntry[]][] {
  const subjects = [...new Set(entries.map(({ subject }) => subject))];
  return subjects.map((subject) => [
    subject,
    entries.filter((entry) => entry.subject === subject).sort((a, b) => a.psnrDb - b.psnrDb),
  ]);
}

/** A curve of failures. A point without any stands on the lower edge of the picture, the first of them with its interval. */
export function failureSeries(
  name: string,
  points: readonly { readonly x: number; readonly failures: Rate }[],
  style: Pick<LineSeries, 'dashed' | 'color'> = {},
): LineSeries {
  return {
    name,
    points: points.map(({ x, failures }) => [x, Math.max(failures.rate, LOWEST_ERROR_RATE)]),
    intervals: points.map(({ failures }, i) =>
      i > 0 && failures.successCount + points[i - 1].failures.successCount === 0
        ? [LOWEST_ERROR_RATE, LOWEST_ERROR_RATE]
        : [Math.max(failures.lowest, LOWEST_ERROR_RATE), failures.highest],
    ),
    ...style,
  };
}

function curvesOf(entries: readonly DeliveryEntry[], xOf: (entry: DeliveryEntry) => number): LineSeries[] {
  return bySubject(entries).map(([name, points]) =>
    failureSeries(
      name,
      points.map((entry) => {
        const { runCount, successCount } = entry.delivery;
        return { x: xOf(entry), failures: rateOf(runCount - successCount, runCount) };
      }),
    ),
  );
}

function microphoneCurves(points: readonly DeliveryEntry[]): LineSeries[] {
  return Object.keys(MICROPHONE_VARIANTS).flatMap((variant) => {
    const [[, shown] = []] = bySubject(points.filter((entry) => variantOf(entry) === variant));
    return (shown ? curvesOf(shown, ({ psnrDb }) => psnrDb) : []).map((series) => ({ ...series, name: variant }));
  });
}

/** For each profile all losses, and dashed in the same colour those of the preamble. */
function detectorCurves(entries: readonly DeliveryEntry[]): LineSeries[] {
  return bySubject(entries).flatMap(([name, points], color) => {
    const lost = points.map(({ psnrDb, delivery: { runCount, successCount } }) => ({
      x: psnrDb,
      failures: rateOf(runCount - successCount, runCount),
    }));
    const missed = points.map(({ psnrDb, delivery: { runCount }, fates = {} }) => ({
      x: psnrDb,
      failures: rateOf(fates.missed ?? 0, runCount),
    }));
    return [
      failureSeries(`${name}: not delivered`, lost, { color }),
      failureSeries(`${name}: preamble missed`, missed, { color, dashed: true }),
    ];
  });
}

/** @returns undefined where there are not even two points */
export function errorChart(title: string, xLabel: string, series: readonly LineSeries[]): string | undefined {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  if (xs.length < 2) return undefined;
  return renderLineChart({
    title,
    subtitle: 'bursts not delivered, with 95 % intervals; a point on the lower edge: none was lost',
    xLabel,
    yLabel: 'packet error rate',
    yScale: 'log',
    xRange: [Math.floor(Math.min(...xs)), Math.ceil(Math.max(...xs))],
    yRange: [LOWEST_ERROR_RATE, 1],
    series,
  });
}

/** What no modem can do better. */
function boundSeries(payloadByteCount: number): LineSeries {
  const bitCount = 8 * payloadByteCount;
  const [low, high] = BOUND_RANGE_DB;
  const xs = Array.from({ length: 61 }, (_, i) => low + (i / 60) * (high - low));
  return {
    name: `bound for ${bitCount} bits, any waveform`,
    points: xs
      .map((ebN0Db): [number, number] => [ebN0Db, lowestErrorRate(bitCount, ebN0Db)])
      .filter(([, rate]) => rate >= LOWEST_ERROR_RATE),
    dashed: true,
  };
}

function deliveryChart(part: 'near' | 'far', entries: readonly DeliveryEntry[]): string | undefined {
  if (new Set(entries.map(({ psnrDb }) => psnrDb)).size < LEAST_CURVE_POINTS) return undefined;
  return renderLineChart({
    title: part === 'near' ? 'Near: direct sound raised to +2 to +16 dB' : 'Far: rooms as measured',
    subtitle: 'single bursts delivered through measured rooms with recorded noise, with 95 % intervals',
    xLabel: PSNR_LABEL,
    yLabel: 'delivered',
    yScale: 'linear',
    yRange: [0, 1],
    series: bySubject(entries).map(([name, points]) => ({
      name,
      points: points.map(({ psnrDb, delivery }) => [psnrDb, delivery.rate]),
      intervals: points.map(({ delivery }) => [delivery.lowest, delivery.highest]),
    })),
  });
}
