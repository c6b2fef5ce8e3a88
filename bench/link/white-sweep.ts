// Single bursts in white noise: the curve of each profile and protocol, and the point of 99 % measured for itself.

import type { PlannedPoint, Sweep } from '../run/campaign.js';
import type { BurstCondition } from '../trial/burst-trial.js';
import { WHITE_NOISE_RECIPE } from '../trial/channel-recipe.js';
import type { JobResult } from '../trial/job.js';
import { followCurve } from './curve.js';
import { fitSuccess } from './success-curve.js';
import type { Subject } from './subject.js';
import { decibels, type SweepContext } from './sweep-context.js';

/** Rate at which a link is quoted. */
export const QUOTED_RATE = 0.99;
const CURVE = { stepDb: 0.5, lowRate: 0.1, highRate: 0.995 };
/** Farther down it is only the detector that is followed, from where it misses nothing to where it misses nearly all. */
const DETECTOR_CURVE = { stepDb: 1, lowRate: 0.1, highRate: 0 };
/** The quoted point is raised this often before giving up on it. */
const MAX_QUOTED_STEPS = 8;
const QUOTED_STEP_DB = 0.1;
/** Where to begin looking. */
const START_DB: Readonly<Record<string, number>> = {
  'audible-fast': -2,
  'ultrasonic-fast': -5,
  'audible-robust': -12,
  'ultrasonic-robust': -12.5,
};
const PEER_START_DB = 2;

/** @returns where a subject's curve for single bursts in white noise is looked for */
export function whiteStartDb({ name }: Subject): number {
  return START_DB[name] ?? PEER_START_DB;
}

export function isDelivered(result: JobResult): boolean {
  return result.kind === 'burst' && result.isDelivered;
}

/** The first preamble was found, whatever became of the rest. */
function isFound(result: JobResult): boolean {
  return result.kind === 'burst' && result.fate !== 'missed';
}

function distinct(points: readonly PlannedPoint[]): PlannedPoint[] {
  return [...new Map(points.map((point) => [point.labels.name, point])).values()];
}

/** Delivery in white noise over PSNR: the given points, or a curve from 10 to 99.5 % and the quoted point. */
export function whiteSweep(subject: Subject, context: SweepContext): Sweep {
  const { payloadByteCount, psnrsDb, runCount, quotedRunCount, isShare } = context;
  const isPeer = subject.sender.modem !== 'tillsong';
  const pointAt = (psnrDb: number, runs = runCount): PlannedPoint<BurstCondition> => ({
    labels: { part: 'white', subject: subject.name, name: decibels(psnrDb) },
    condition: { kind: 'burst', sender: subject.sender, payloadByteCount, psnrDb, recipe: WHITE_NOISE_RECIPE },
    runCount: runs,
  });
  if (psnrsDb) return () => psnrsDb.map((psnrDb) => pointAt(psnrDb));
  const startDb = whiteStartDb(subject);
  const plan = { ...CURVE, startDb, pointAt, isSuccess: isDelivered };
  const detectorPlan = { ...DETECTOR_CURVE, startDb, pointAt, isSuccess: isFound };
  return (resultsOf) => {
    const delivery = followCurve(plan, resultsOf);
    const curve = isPeer ? delivery : distinct([...delivery, ...followCurve(detectorPlan, resultsOf)]);
    if (isShare || isPeer || curve.some((point) => !resultsOf(point))) return curve;
    const counts = curve.map((point) => {
      const results = resultsOf(point) ?? [];
      const { psnrDb } = point.condition as BurstCondition;
      return { psnrDb, successCount: results.filter(isDelivered).length, runCount: results.length };
    });
    return [...curve, ...quotedPoints(fitSuccess(counts)?.at(QUOTED_RATE).psnrDb)];
    function quotedPoints(limitDb: number | undefined): PlannedPoint[] {
      if (limitDb === undefined) return [];
      const points: PlannedPoint[] = [];
      for (let step = 0; step < MAX_QUOTED_STEPS; step++) {
        const psnrDb = Math.round(Math.ceil(limitDb * 10) + step * 10 * QUOTED_STEP_DB) / 10;
        const point = pointAt(psnrDb, Math.max(runCount, quotedRunCount));
        points.push(point);
        const results = resultsOf(point);
        if (!results || results.filter(isDelivered).length >= QUOTED_RATE * results.length) break;
      }
      return points;
    }
  };
}
