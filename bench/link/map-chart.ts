// The map: how long a message takes against how much noise it stands, all modems measured in the same run. Best is left below.

import { type LineSeries, renderLineChart } from '../plot/line-chart.js';
import { limitsOf } from './limits.js';
import type { AirtimeEntry, LinkEntry } from './link-entries.js';
import { GAP_SECONDS, REPEAT_VARIANTS } from './repeat-sweep.js';

/** The families lie close to each other. */
const LABEL_POSITIONS: Readonly<Record<string, 'top' | 'bottom'>> = {
  'ggwave audible': 'bottom',
  'ggwave ultrasound': 'top',
};
const [PLAIN] = Object.keys(REPEAT_VARIANTS);

/** Ours first. */
function orderOf(family: string): number {
  return family.startsWith('ggwave') ? 1 : 0;
}

/** @returns undefined where no curve is complete enough to read 99 % from */
export function drawMap(entries: readonly LinkEntry[], payloadByteCount: number): string | undefined {
  const airtimes = new Map(
    entries
      .filter((entry): entry is AirtimeEntry => entry.part === 'airtime')
      .filter((entry) => entry.payloadByteCount === payloadByteCount)
      .map(({ subject, airtimeSeconds }) => [subject, airtimeSeconds]),
  );
  const limits = limitsOf(entries).filter(
    (limit) => limit.payloadByteCount === payloadByteCount && (limit.variant === 'alone' || limit.variant === PLAIN),
  );
  const families = new Map<string, { x: number; y: number; interval: [number, number]; label: string }[]>();
  for (const { subject, variant, burstCount, psnrDb, lowest, highest } of limits) {
    const airtime = airtimes.get(subject);
    // One burst is known better from the curve of single bursts.
    const isKnownBetter =
      variant === PLAIN && burstCount === 1 && limits.some((l) => l.subject === subject && l.variant === 'alone');
    if (airtime === undefined || isKnownBetter) continue;
    const family = subject.startsWith('ggwave') ? subject.replace(/ [^ ]*$/, '') : subject;
    const label = subject.startsWith('ggwave') ? (subject.split(' ').pop() as string) : `${burstCount}`;
    const x = burstCount * airtime + (burstCount - 1) * GAP_SECONDS;
    families.set(family, [...(families.get(family) ?? []), { x, y: psnrDb, interval: [lowest, highest], label }]);
  }
  if (families.size === 0) return undefined;
  const ys = [...families.values()].flatMap((points) => points.map(({ y }) => y));
  const series = [...families]
    .sort(([a], [b]) => orderOf(a) - orderOf(b))
    .map(([name, points]): LineSeries => {
      const sorted = points.sort((a, b) => a.x - b.x);
      return {
        name: name.startsWith('ggwave') ? name : `${name}: 1, 2, 4 ... bursts`,
        points: sorted.map(({ x, y }) => [x, y]),
        intervals: sorted.map(({ interval }) => interval),
        labels: sorted.map(({ label }) => label),
        ...(name.startsWith('ggwave') && { dotted: true, labelPosition: LABEL_POSITIONS[name] ?? 'right' }),
      };
    });
  return renderLineChart({
    title: `Airtime and noise: ${payloadByteCount} bytes, 99 % delivered, white noise`,
    subtitle:
      'left: quicker, below: more noise; gaps of 0.1 s between bursts counted; 95 % intervals; the same noises for all',
    xLabel: 'time on the air (seconds)',
    yLabel: 'PSNR of 99 % (dB)',
    xScale: 'log',
    yScale: 'linear',
    yRange: [Math.floor(Math.min(...ys) - 1), Math.ceil(Math.max(...ys) + 1)],
    series,
  });
}
