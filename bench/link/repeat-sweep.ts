// Bursts that add up: delivery within 1, 2, 4 ... bursts over PSNR, in white noise. Each trial goes on until the message is
// there, so one trial tells for every number of bursts.

import type { PlannedPoint, Sweep } from '../run/campaign.js';
import type { BurstCondition, Singing } from '../trial/burst-trial.js';
import { WHITE_NOISE_RECIPE } from '../trial/channel-recipe.js';
import { followCurve } from './curve.js';
import type { Subject } from './subject.js';
import { decibels, type SweepContext } from './sweep-context.js';
import { isDelivered, whiteStartDb } from './white-sweep.js';

/** Pause between two bursts of a phone. */
export const GAP_SECONDS = 0.1;

/** Ways to repeat, by the name they have in tables. */
export const REPEAT_VARIANTS: Readonly<Record<string, Singing>> = {
  'from the start': { burstCount: 16, gapSeconds: GAP_SECONDS },
  'from mid-burst': { burstCount: 4, gapSeconds: GAP_SECONDS, startsMidBurst: true },
  'two phones in turn': { burstCount: 4, gapSeconds: GAP_SECONDS, isAlternating: true },
};

/** The first burst alone is followed up to where it mostly succeeds, all of them down to where they mostly fail. */
const CURVE = { stepDb: 1, lowRate: 0.1, highRate: 0.98 };

/** Delivery by number of bursts over PSNR: the given points, or down from where one burst suffices. */
export function repeatSweep(subject: Subject, context: SweepContext, variant: string): Sweep {
  const { payloadByteCount, psnrsDb, runCount } = context;
  const pointAt = (psnrDb: number): PlannedPoint<BurstCondition> => ({
    labels: { part: 'repeats', subject: subject.name, name: `${variant}, ${decibels(psnrDb)}` },
    condition: {
      kind: 'burst',
      sender: subject.sender,
      payloadByteCount,
      psnrDb,
      recipe: WHITE_NOISE_RECIPE,
      singing: REPEAT_VARIANTS[variant],
    },
    runCount,
  });
  if (psnrsDb) return () => psnrsDb.map((psnrDb) => pointAt(psnrDb));
  return (resultsOf) => [
    ...new Map(
      [
        followCurve({ ...CURVE, startDb: whiteStartDb(subject), pointAt, isSuccess: isDelivered }, resultsOf),
        followCurve(
          {
            ...CURVE,
            lowRate: CURVE.highRate,
            startDb: whiteStartDb(subject),
            pointAt,
            isSuccess: (result) => result.kind === 'burst' && result.isDelivered && result.burstCount === 1,
          },
          resultsOf,
        ),
      ]
        .flat()
        .map((point) => [point.labels.name, point]),
    ).values(),
  ];
}
