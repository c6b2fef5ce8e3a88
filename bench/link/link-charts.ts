// The results of the link bench as pictures.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LineSeries, renderLineChart } from '../plot/line-chart.js';
import { lowestErrorRate } from './energy-bound.js';
import type { DeliveryEntry, LinkEntry } from './link-results.js';

const PSNR_LABEL = 'PSNR, 0-24 kHz (dB)';
const LOWEST_ERROR_RATE = 1e-3;
/** Bit/error curves of the bound are drawn over this stretch of Eb/N0, in dB. */
const BOUND_RANGE_DB: readonly [number, number] = [-2, 1];

/** Draws `link-white.svg`, `link-ebn0.svg`, `link-near.svg` and `link-far.svg`, each when there are points for it. */
export function drawLinkCharts(folder: string, entries: readonly LinkEntry[]): void {
  const deliveries = (part: DeliveryEntry['part']) =>
    entries.filter((entry): entry is DeliveryEntry => entry.part === part && !('isQuoted' in entry));
  const white = deliveries('white');
  const payload = `${[...new Set(white.map(({ payloadByteCount }) => payloadByteCount))].join(', ')} bytes`;
  const save = (name: string, svg: string | undefined) => svg && writeFileSync(join(folder, `link-${name}.svg`), svg);
  save(
    'white',
    errorChart(`White noise, ${payload}`, PSNR_LABEL, white, ({ psnrDb }) => psnrDb),
  );
  save(
    'ebn0',
    errorChart(
      `White noise, ${payload}`,
      'Eb/N0, all energy of the burst over the payload (dB)',
      white,
      ({ ebN0Db }) => ebN0Db ?? Number.NaN,
      boundSeries(white),
    ),
  );
  for (const part of ['near', 'far'] as const) save(part, deliveryChart(part, deliveries(part)));
}

/** @returns the entries of each profile, by rising PSNR */
function byProfile(entries: readonly DeliveryEntry[]): [string, DeliveryEntry[]][] {
  const profiles = [...new Set(entries.map(({ profile }) => profile))];
  return profiles.map((profile) => [
    profile,
    entries.filter((entry) => entry.profile === profile).sort((a, b) => a.psnrDb - b.psnrDb),
  ]);
}

function errorChart(
  title: string,
  xLabel: string,
  entries: readonly DeliveryEntry[],
  xOf: (entry: DeliveryEntry) => number,
  bound?: LineSeries,
): string | undefined {
  if (entries.length < 2) return undefined;
  const series = byProfile(entries).map(([name, points]): LineSeries => {
    // A point without failures has no place on a logarithmic axis.
    const drawn = points.filter(({ delivery }) => delivery.rate < 1);
    return {
      name,
      points: drawn.map((entry) => [xOf(entry), 1 - entry.delivery.rate]),
      intervals: drawn.map(({ delivery }) => [Math.max(1 - delivery.highest, LOWEST_ERROR_RATE), 1 - delivery.lowest]),
    };
  });
  const all = bound ? [...series, bound] : series;
  const xs = all.flatMap(({ points }) => points.map(([x]) => x));
  return renderLineChart({
    title,
    subtitle: 'bursts not delivered, with 95 % intervals',
    xLabel,
    yLabel: 'packet error rate',
    yScale: 'log',
    xRange: [Math.floor(Math.min(...xs)), Math.ceil(Math.max(...xs))],
    yRange: [LOWEST_ERROR_RATE, 1],
    series: all,
  });
}

/** What no modem can do better, for the payload of the first entry. */
function boundSeries(entries: readonly DeliveryEntry[]): LineSeries | undefined {
  if (entries.length === 0) return undefined;
  const bitCount = 8 * entries[0].payloadByteCount;
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
  if (new Set(entries.map(({ psnrDb }) => psnrDb)).size < 2) return undefined;
  return renderLineChart({
    title: part === 'near' ? 'Near: direct sound raised to +2 to +16 dB' : 'Far: rooms as measured',
    subtitle: 'bursts delivered through measured rooms with recorded noise, with 95 % intervals',
    xLabel: PSNR_LABEL,
    yLabel: 'delivered',
    yScale: 'linear',
    yRange: [0, 1],
    series: byProfile(entries).map(([name, points]) => ({
      name,
      points: points.map(({ psnrDb, delivery }) => [psnrDb, delivery.rate]),
      intervals: points.map(({ delivery }) => [delivery.lowest, delivery.highest]),
    })),
  });
}
