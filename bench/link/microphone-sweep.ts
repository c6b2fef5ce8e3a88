// Several microphones in white noise, each with noise of its own: what a second one gains, and what a broken one costs.

import type { PlannedPoint, Sweep } from '../run/campaign.js';
import type { BurstCondition } from '../trial/burst-trial.js';
import { WHITE_NOISE_RECIPE } from '../trial/channel-recipe.js';
import type { MicrophoneState } from '../trial/microphone-array.js';
import { followCurve } from './curve.js';
import type { Subject } from './subject.js';
import { decibels, type SweepContext } from './sweep-context.js';
import { isDelivered, whiteStartDb } from './white-sweep.js';

/** What a machine has, by the name it has in tables; one good microphone is the first, measured anew for comparison. */
export const MICROPHONE_VARIANTS: Readonly<Record<string, readonly MicrophoneState[]>> = {
  one: ['good'],
  two: ['good', 'good'],
  'two, the second dead': ['good', 'dead'],
  'two, the first howling': ['howling', 'good'],
  four: ['good', 'good', 'good', 'good'],
};

const CURVE = { stepDb: 0.5, lowRate: 0.1, highRate: 0.995 };
/** Each doubling of the good ones is worth about this: where to begin looking. */
const DOUBLING_DB = 3;

/** Delivery of single bursts over PSNR: the given points, or a curve from 10 to 99.5 %. */
export function microphoneSweep(subject: Subject, context: SweepContext, variant: string): Sweep {
  const { payloadByteCount, psnrsDb, runCount } = context;
  const microphones = MICROPHONE_VARIANTS[variant];
  const goodCount = microphones.filter((state) => state === 'good').length;
  const pointAt = (psnrDb: number): PlannedPoint<BurstCondition> => ({
    labels: { part: 'microphones', subject: subject.name, name: `${variant}, ${decibels(psnrDb)}` },
    condition: {
      kind: 'burst',
      sender: subject.sender,
      payloadByteCount,
      psnrDb,
      recipe: { ...WHITE_NOISE_RECIPE, microphones },
    },
    runCount,
  });
  if (psnrsDb) return () => psnrsDb.map((psnrDb) => pointAt(psnrDb));
  const startDb = whiteStartDb(subject) - DOUBLING_DB * Math.log2(goodCount);
  return (resultsOf) => followCurve({ ...CURVE, startDb, pointAt, isSuccess: isDelivered }, resultsOf);
}
