// A curve of success over PSNR as a whole: a normal distribution of the level at which a burst begins to succeed. That is the
// shape the finite-blocklength bound has, and all points of the curve tell of the one at which it is quoted.

/** Points of a curve. */
export interface CurveCount {
  readonly psnrDb: number;
  readonly successCount: number;
  readonly runCount: number;
}

/** A PSNR read from a curve, with the range that the true one lies in, at 95 %. */
export interface CurveReading {
  readonly psnrDb: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface SuccessCurve {
  /** PSNR of one success in two, and the standard deviation around it. */
  readonly middleDb: number;
  readonly spreadDb: number;
  /** Where this rate of success is reached. */
  at(rate: number): CurveReading;
}

const Z_95 = 1.959964;
/** Curves of many points hardly feel this; one of two points, all or nothing, would be infinitely steep without it. */
const LIKELY_SPREAD_DB = 0.4;
const SPREAD_LOG_DEVIATION = 0.8;
const MAX_ROUNDS = 60;
/** Probabilities are kept this far from 0 and 1. */
const LEAST = 1e-9;

/** @returns Phi(z), to 7.5e-8 (Abramowitz, Stegun, 26.2.17) */
function normalBelow(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return z >= 0 ? 1 - tail : tail;
}

/** @returns z with Phi(z) = probability, by halving */
export function normalQuantile(probability: number): number {
  let low = -9;
  let high = 9;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Score and information of (middle, ln spread) at a guess. */
function scoreOf(points: readonly CurveCount[], middle: number, logSpread: number) {
  const spread = Math.exp(logSpread);
  const priorWeight = 1 / SPREAD_LOG_DEVIATION ** 2;
  const sum = {
    middle: 0,
    spread: -(logSpread - Math.log(LIKELY_SPREAD_DB)) * priorWeight,
    middle2: 0,
    cross: 0,
    spread2: priorWeight,
  };
  for (const { psnrDb, successCount, runCount } of points) {
    const z = (psnrDb - middle) / spread;
    const p = Math.min(1 - LEAST, Math.max(LEAST, normalBelow(z)));
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const pull = ((successCount - runCount * p) * density) / (p * (1 - p));
    const weight = (runCount * density * density) / (p * (1 - p));
    const [byMiddle, bySpread] = [-1 / spread, -z];
    sum.middle += pull * byMiddle;
    sum.spread += pull * bySpread;
    sum.middle2 += weight * byMiddle * byMiddle;
    sum.cross += weight * byMiddle * bySpread;
    sum.spread2 += weight * bySpread * bySpread;
  }
  return sum;
}

/**
 * Fits the curve by Fisher's scoring; readings have intervals by the delta method.
 *
 * @param points - in any order
 * @returns undefined where the points do not tell: none, or none with both successes and failures to either side
 * @see Finney, "Probit Analysis", 1947
 */
export function fitSuccess(points: readonly CurveCount[]): SuccessCurve | undefined {
  const failing = points.filter(({ successCount, runCount }) => successCount < runCount / 2);
  const passing = points.filter(({ successCount, runCount }) => successCount >= runCount / 2);
  if (failing.length === 0 || passing.length === 0) return undefined;
  let middle =
    (Math.max(...failing.map(({ psnrDb }) => psnrDb)) + Math.min(...passing.map(({ psnrDb }) => psnrDb))) / 2;
  let logSpread = Math.log(LIKELY_SPREAD_DB);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { middle: m, spread: s, middle2, cross, spread2 } = scoreOf(points, middle, logSpread);
    const determinant = middle2 * spread2 - cross * cross;
    if (!(determinant > 0)) return undefined;
    const stepMiddle = (spread2 * m - cross * s) / determinant;
    const stepSpread = (middle2 * s - cross * m) / determinant;
    const scale = Math.min(1, 0.5 / Math.max(Math.abs(stepMiddle), Math.abs(stepSpread), 1e-12));
    middle += scale * stepMiddle;
    logSpread += scale * stepSpread;
    if (scale === 1 && Math.abs(stepMiddle) + Math.abs(stepSpread) < 1e-9) break;
  }
  const { middle2, cross, spread2 } = scoreOf(points, middle, logSpread);
  const determinant = middle2 * spread2 - cross * cross;
  const spreadDb = Math.exp(logSpread);
  return {
    middleDb: middle,
    spreadDb,
    at: (rate) => {
      const z = normalQuantile(rate);
      const psnrDb = middle + z * spreadDb;
      const slope = z * spreadDb;
      const variance = (spread2 - 2 * slope * cross + slope * slope * middle2) / determinant;
      const half = Z_95 * Math.sqrt(Math.max(0, variance));
      return { psnrDb, lowest: psnrDb - half, highest: psnrDb + half };
    },
  };
}
