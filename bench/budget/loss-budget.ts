// The loss budget of a profile: from the receiver as it is to the least energy that any modem needs, step by step, in dB.

import { burstLayout, PROFILES, type ProfileName, SeededRandom } from 'tillsong';
import { lowestEbN0Db } from '../code/normal-approximation.js';
import { lowestErrorRate } from '../link/energy-bound.js';
import { type CurveCount, fitSuccess } from '../link/success-curve.js';
import type { PointResults } from '../run/point-results.js';
import { type BudgetCondition, type BudgetResult, FSK_RUNGS, OFDM_RUNGS, type Rung } from '../trial/budget-trial.js';
import type { EnergyShares } from '../trial/energy-shares.js';

/** One step: what is ideal from here on, and what that gains. */
export interface BudgetStep {
  readonly name: string;
  readonly gainDb: number;
  /** The gain's range at 95 %, where it was measured; what is reckoned from shares of energy has none. */
  readonly interval?: readonly [number, number];
  /** PSNR at which such a receiver is quoted. */
  readonly psnrDb: number;
}

export interface LossBudget {
  readonly profile: ProfileName;
  readonly payloadByteCount: number;
  /** Rate of success at which all is read. */
  readonly rate: number;
  readonly trialCount: number;
  /** The receiver as it is. */
  readonly psnrDb: number;
  readonly steps: readonly BudgetStep[];
  /** Least PSNR of any modem with the burst's energy: what is left after all steps. */
  readonly boundPsnrDb: number;
  /** Peak to average beyond that of a sine: what a constant envelope would gain beside all this. */
  readonly peakDb: number;
}

/** What each receiver knows or has that the one before has not. */
const RUNG_NAMES: Readonly<Record<Rung, string>> = {
  receiver: 'the receiver as it is',
  preamble: 'start and speed known',
  header: 'header known',
  noise: 'noise known',
  channel: 'channel and time known',
  levels: 'noise and tone levels known',
  code: 'ideal inner code',
  checks: 'no outer code, no CRC',
  phase: 'phase of each tone known',
};

const REPLICATES = 200;

interface Trials {
  readonly psnrDb: number;
  readonly results: readonly BudgetResult[];
}

/** @param points - of one profile and payload */
export function lossBudgetOf(points: readonly PointResults[], rate: number): LossBudget | undefined {
  const { condition } = points[0].point;
  if (condition.kind !== 'budget') return undefined;
  const { profile, payloadByteCount } = condition;
  const trials = points.map(({ point, results }): Trials => {
    const { psnrDb } = point.condition as typeof condition;
    return { psnrDb, results: results.map(({ result }) => result as BudgetResult) };
  });
  const { successes, shares } = trials[0].results[0];
  const rungs = (successes.levels === undefined ? OFDM_RUNGS : FSK_RUNGS) as readonly Rung[];
  const wholes = trials.map(({ results }) => results.map((_, i) => i));
  const limits = rungs.map((rung) => limitOf(trials, wholes, rung, rate));
  if (limits.some((limit) => limit === undefined)) return undefined;
  const replicas = replicatesOf(trials, rungs, rate);
  const measured = rungs.slice(1).map((rung, i): BudgetStep => {
    const [before, after] = [limits[i] as number, limits[i + 1] as number];
    const gains = replicas.map((replica) => replica[i] - replica[i + 1]).sort((a, b) => a - b);
    const interval = [gains[Math.floor(0.025 * gains.length)], gains[Math.ceil(0.975 * gains.length) - 1]] as const;
    return { name: RUNG_NAMES[rung], gainDb: before - after, interval, psnrDb: after };
  });
  const reckoned = energySteps(shares, limits[limits.length - 1] as number);
  const boundPsnrDb = boundOf(shares, payloadByteCount, points, rate);
  const rest = restSteps(points, reckoned[reckoned.length - 1].psnrDb, boundPsnrDb, rate);
  return {
    profile,
    payloadByteCount,
    rate,
    trialCount: trials.reduce((sum, { results }) => sum + results.length, 0),
    psnrDb: limits[0] as number,
    steps: [...measured, ...reckoned, ...rest],
    boundPsnrDb,
    peakDb: shares.peakToAverageDb - 10 * Math.log10(2),
  };
}

/** Where a rung reaches the rate, with the given trials of each point. */
function limitOf(
  trials: readonly Trials[],
  chosen: readonly (readonly number[])[],
  rung: Rung,
  rate: number,
): number | undefined {
  const counts = trials.map(({ psnrDb, results }, p): CurveCount => {
    const successCount = chosen[p].reduce((sum, i) => sum + (results[i].successes[rung] ?? 0), 0);
    return { psnrDb, successCount, runCount: chosen[p].length };
  });
  return fitSuccess(counts)?.at(rate).psnrDb;
}

/** Limits of all rungs for trials drawn with replacement: the rungs of a replicate see the same trials (Efron's bootstrap). */
function replicatesOf(trials: readonly Trials[], rungs: readonly Rung[], rate: number): number[][] {
  const random = new SeededRandom(1);
  return Array.from({ length: REPLICATES }, () => {
    const chosen = trials.map(({ results }) => results.map(() => random.below(results.length)));
    return rungs.map((rung) => limitOf(trials, chosen, rung, rate) ?? Number.NaN);
  }).filter((replica) => replica.every(Number.isFinite));
}

/** What would be gained if the energy of each part went into the payload. */
function energySteps(shares: EnergyShares, psnrDb: number): BudgetStep[] {
  const parts = [
    ['energy of the preamble', shares.preamble],
    ['energy of the header', shares.header],
    ['energy of prefixes and ramps', shares.prefix],
    ['energy beside carriers and tones', shares.beside],
    ['energy of pilots', shares.pilots],
  ] as const;
  const steps: BudgetStep[] = [];
  let left = 1;
  let at = psnrDb;
  for (const [name, share] of parts) {
    if (share <= 0) continue;
    const gainDb = 10 * Math.log10(left / (left - share));
    left -= share;
    at -= gainDb;
    steps.push({ name, gainDb, psnrDb: at });
  }
  return steps;
}

/**
 * What is left to the bound on energy. For OFDM what QPSK at the burst's rate costs against unlimited bandwidth is known; the
 * remainder is what the peak limiter does to the cells.
 */
function restSteps(points: readonly PointResults[], fromDb: number, boundPsnrDb: number, rate: number): BudgetStep[] {
  const { payloadByteCount, profile } = points[0].point.condition as BudgetCondition;
  const whole = { name: 'any waveform, any bandwidth', gainDb: fromDb - boundPsnrDb, psnrDb: boundPsnrDb };
  if (PROFILES[profile].waveform.kind !== 'ofdm') return [whole];
  const bitCount = 8 * payloadByteCount;
  const { payloadBitCount } = burstLayout(PROFILES[profile], payloadByteCount);
  const rateLossDb = lowestEbN0Db(bitCount, payloadBitCount, 1 - rate) - energyBoundDb(bitCount, rate);
  return [
    { name: 'no distortion by the peak limiter', gainDb: whole.gainDb - rateLossDb, psnrDb: boundPsnrDb + rateLossDb },
    { ...whole, gainDb: rateLossDb },
  ];
}

/** Eb/N0 in dB at which the bound on energy alone reaches the rate. */
function energyBoundDb(bitCount: number, rate: number): number {
  let low = -3;
  let high = 10;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (lowestErrorRate(bitCount, middle) > 1 - rate) low = middle;
    else high = middle;
  }
  return low;
}

/** PSNR at which the bound on energy alone reaches the rate, with all the burst's energy. */
function boundOf(
  shares: EnergyShares,
  payloadByteCount: number,
  points: readonly PointResults[],
  rate: number,
): number {
  const bitCount = 8 * payloadByteCount;
  const { burstSeconds } = points[0].results[0].result as BudgetResult;
  const energySeconds = burstSeconds * 10 ** (-shares.peakToAverageDb / 10);
  // Eb/N0 at a PSNR of 0 dB; PSNR = 0.5 / P_noise.
  return energyBoundDb(bitCount, rate) - 10 * Math.log10((energySeconds / 0.5) * (24000 / bitCount));
}
