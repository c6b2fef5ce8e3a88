// How a curve over PSNR is followed: from a start to where nearly all is lost, and to where nearly nothing is.

import type { PlannedPoint } from '../run/campaign.js';
import type { JobResult } from '../trial/job.js';

export interface CurvePlan {
  readonly startDb: number;
  readonly stepDb: number;
  /** Followed down to this rate of success, and up to that. */
  readonly lowRate: number;
  readonly highRate: number;
  readonly pointAt: (psnrDb: number) => PlannedPoint;
  /** Success that the curve is about. */
  readonly isSuccess: (result: JobResult) => boolean;
}

/** Within this many points either side of its start. */
const MAX_POINTS = 24;

/**
 * @param resultsOf - of a point, when they are there
 * @returns the points so far, by rising PSNR: those measured and the next on either side
 */
export function followCurve(
  plan: CurvePlan,
  resultsOf: (point: PlannedPoint) => readonly JobResult[] | undefined,
): PlannedPoint[] {
  const { startDb, stepDb, lowRate, highRate, pointAt, isSuccess } = plan;
  const rateAt = (point: PlannedPoint) => {
    const results = resultsOf(point);
    return results && results.filter(isSuccess).length / results.length;
  };
  const walk = (direction: 1 | -1, goesOn: (rate: number) => boolean): PlannedPoint[] => {
    const points: PlannedPoint[] = [];
    for (let i = 0; i < MAX_POINTS; i++) {
      const point = pointAt(startDb + direction * i * stepDb);
      points.push(point);
      const rate = rateAt(point);
      if (rate === undefined || !goesOn(rate)) break;
    }
    return points;
  };
  const below = walk(-1, (rate) => rate > lowRate);
  const above = walk(1, (rate) => rate < highRate);
  return [...below.slice(1).reverse(), ...above];
}
