// Delivery over PSNR in white noise, and the PSNR at which 99 % come through.

import type { ProfileName } from 'tillsong';
import { type BenchContext, inTurn } from './bench-context.js';
import { WHITE_NOISE_RECIPE } from './channel-recipe.js';
import { measureDelivery } from './delivery.js';
import type { DeliveryEntry } from './link-results.js';
import { type CurvePoint, psnrAtFailureRate } from './statistics.js';

/** Failure rate at which a link is quoted. */
const QUOTED_FAILURE_RATE = 0.01;
/** A curve is followed from this delivery rate ... */
const CURVE_LOW_RATE = 0.1;
/** ... to this one, within this many points either side of its start. */
const CURVE_HIGH_RATE = 0.995;
const MAX_CURVE_POINTS = 20;
const CURVE_STEP_DB = 0.5;
/** Where to begin looking. */
const CURVE_START_DB: Readonly<Record<ProfileName, number>> = {
  'audible-fast': -1,
  'ultrasonic-fast': -4,
  'audible-robust': -11,
  'ultrasonic-robust': -11,
};
/** The quoted point may be raised this often before giving up on it. */
const MAX_QUOTED_STEPS = 8;
const QUOTED_STEP_DB = 0.2;

/** Delivery in white noise over PSNR: the given points, or a curve from 10 to 99.5 % with its 99 % point measured apart. */
export async function measureWhiteNoise(
  profile: ProfileName,
  context: BenchContext,
  psnrsDb?: readonly number[],
): Promise<DeliveryEntry[]> {
  const at = (psnrDb: number, name = `${psnrDb} dB`) =>
    measureDelivery({ part: 'white', profile, name, psnrDb, recipe: WHITE_NOISE_RECIPE }, context);
  const points = psnrsDb ? await inTurn(psnrsDb, (psnrDb) => at(psnrDb)) : await followCurve(profile, at);
  const curve: CurvePoint[] = points.map(({ psnrDb, delivery }) => ({ psnrDb, rate: delivery }));
  const crossing = psnrsDb ? undefined : psnrAtFailureRate(curve, QUOTED_FAILURE_RATE);
  if (crossing === undefined) return points;
  let psnrDb = Math.ceil(crossing * 10) / 10;
  for (let step = 0; step < MAX_QUOTED_STEPS; step++, psnrDb = Math.round((psnrDb + QUOTED_STEP_DB) * 10) / 10) {
    const quoted = await at(psnrDb, 'quoted');
    if (quoted.delivery.rate >= 1 - QUOTED_FAILURE_RATE) return [...points, { ...quoted, isQuoted: true }];
  }
  return points;
}

async function followCurve(
  profile: ProfileName,
  at: (psnrDb: number) => Promise<DeliveryEntry>,
): Promise<DeliveryEntry[]> {
  const first = await at(CURVE_START_DB[profile]);
  const points = [first];
  for (let last = first; last.delivery.rate > CURVE_LOW_RATE && points.length < MAX_CURVE_POINTS; ) {
    last = await at(last.psnrDb - CURVE_STEP_DB);
    points.unshift(last);
  }
  const above = points[points.length - 1];
  for (let last = above; last.delivery.rate < CURVE_HIGH_RATE && points.length < 2 * MAX_CURVE_POINTS; ) {
    last = await at(last.psnrDb + CURVE_STEP_DB);
    points.push(last);
  }
  return points;
}
