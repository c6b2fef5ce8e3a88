// Points of the loss budget: a grid of PSNRs that reaches from where the receiver hears nearly all to where even an ideal one
// fails.

import type { ProfileName } from 'tillsong';
import { decibels } from '../link/sweep-context.js';
import type { Sweep } from '../run/campaign.js';

/** From here down, in steps. */
const START_DB: Readonly<Record<ProfileName, number>> = {
  'audible-fast': -1.5,
  'ultrasonic-fast': -4.5,
  'audible-robust': -11,
  'ultrasonic-robust': -11.5,
};
const STEP_DB = 0.5;
/** An ideal receiver of the fast profiles is about 3.5 dB better, one of the robust profiles 6 dB. */
const STEP_COUNT: Readonly<Record<ProfileName, number>> = {
  'audible-fast': 11,
  'ultrasonic-fast': 11,
  'audible-robust': 17,
  'ultrasonic-robust': 17,
};

export interface BudgetPlan {
  readonly payloadByteCount: number;
  readonly runCount: number;
  /** Instead of the grid. */
  readonly psnrsDb?: readonly number[];
}

export function budgetSweep(profile: ProfileName, { payloadByteCount, runCount, psnrsDb }: BudgetPlan): Sweep {
  const grid = Array.from({ length: STEP_COUNT[profile] }, (_, i) => START_DB[profile] - i * STEP_DB);
  return () =>
    (psnrsDb ?? grid).map((psnrDb) => ({
      labels: { part: 'budget', subject: profile, name: decibels(psnrDb) },
      condition: { kind: 'budget', profile, payloadByteCount, psnrDb },
      runCount,
    }));
}
