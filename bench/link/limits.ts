// The PSNR at which 99 % come through, read from the curves: for one burst, for several, for each way to repeat, for several
// microphones.

import type { DeliveryEntry, LinkEntry } from './link-entries.js';
import type { Rate } from './statistics.js';
import { type CurveReading, fitSuccess } from './success-curve.js';

/** Rate at which a link is quoted. */
export const QUOTED_RATE = 0.99;

/** Parts that are curves over PSNR. */
type CurvePart = 'white' | 'repeats' | 'microphones';

/** A subject's limit. */
export interface Limit extends CurveReading {
  readonly part: CurvePart;
  readonly subject: string;
  /** As in `from the start` or `two`; `alone` for single bursts. */
  readonly variant: string;
  /** Bursts within which the message comes through. */
  readonly burstCount: number;
  readonly payloadByteCount: number;
  /** The lowest PSNR at which so many runs were made that the rate itself can be quoted, and was reached. */
  readonly quoted?: { readonly psnrDb: number; readonly delivery: Rate };
}

/** A rate measured with at least this many runs may be quoted. */
const QUOTED_RUNS = 500;

function limitOf(
  points: readonly DeliveryEntry[],
  rateOf: (entry: DeliveryEntry) => Rate | undefined,
): CurveReading | undefined {
  const counts = points.flatMap((entry) => {
    const rate = rateOf(entry);
    return rate ? [{ psnrDb: entry.psnrDb, successCount: rate.successCount, runCount: rate.runCount }] : [];
  });
  return fitSuccess(counts)?.at(QUOTED_RATE);
}

/** @returns as in `from the start`, from `from the start, -2 dB` */
export function variantOf({ name }: DeliveryEntry): string {
  return name.replace(/, [^,]*$/, '');
}

function curveVariantOf(entry: DeliveryEntry): string {
  return entry.part === 'white' ? 'alone' : variantOf(entry);
}

/** @returns all limits that the curves tell */
export function limitsOf(entries: readonly LinkEntry[]): Limit[] {
  const limits: Limit[] = [];
  const curves = new Map<string, DeliveryEntry[]>();
  for (const entry of entries)
    if (entry.part === 'white' || entry.part === 'repeats' || entry.part === 'microphones') {
      const key = [entry.part, entry.subject, curveVariantOf(entry), entry.payloadByteCount].join('/');
      curves.set(key, [...(curves.get(key) ?? []), entry]);
    }
  for (const points of curves.values()) {
    const [{ subject, payloadByteCount }] = points;
    const part = points[0].part as CurvePart;
    const variant = curveVariantOf(points[0]);
    if (part !== 'repeats') {
      const reading = limitOf(points, ({ delivery }) => delivery);
      const quoted = points.find(({ delivery }) => delivery.runCount >= QUOTED_RUNS && delivery.rate >= QUOTED_RATE);
      const { psnrDb = 0, delivery } = quoted ?? {};
      if (reading)
        limits.push({
          part,
          subject,
          variant,
          burstCount: 1,
          payloadByteCount,
          ...reading,
          ...(delivery && { quoted: { psnrDb, delivery } }),
        });
      continue;
    }
    const counts = new Set(points.flatMap(({ within }) => Object.keys(within ?? {}).map(Number)));
    for (const burstCount of [...counts].sort((a, b) => a - b)) {
      const reading = limitOf(points, ({ within }) => within?.[burstCount]);
      if (reading) limits.push({ part, subject, variant, burstCount, payloadByteCount, ...reading });
    }
  }
  return limits;
}
