// A hand that comes to the microphone, holds still, and leaves.

import type { Trajectory } from 'tillsong/dsp';

/** Time the hand takes to stop or to start: at 0.5 m/s this is 5 m/s^2. */
const TURN_SECONDS = 0.1;
/** A visit is no shorter than this: a short burst meets one part of it, or a turn. */
export const LEAST_VISIT_SECONDS = 1.2;
/** It never gets nearer than this, in metres. */
const NEAREST_METERS = 0.05;

/**
 * Distance by time: a third of the time towards the microphone, a third at rest, a third away from it, the speed changing
 * evenly over a tenth of a second.
 *
 * @param speedMetersPerSecond - at which the hand comes and leaves
 * @param durationSeconds - of the whole visit, at least LEAST_VISIT_SECONDS; it goes on leaving after that
 */
export function visitOf(speedMetersPerSecond: number, durationSeconds: number): Trajectory {
  const third = durationSeconds / 3;
  const turn = TURN_SECONDS;
  const fallSeconds = third + turn / 2;
  const nearest = NEAREST_METERS;
  /** Distance covered since a hand at rest began to move, as it gains speed over `turn`. */
  const covered = (seconds: number) => {
    if (seconds <= 0) return 0;
    if (seconds < turn) return (speedMetersPerSecond * seconds * seconds) / (2 * turn);
    return speedMetersPerSecond * (seconds - turn / 2);
  };
  return (seconds) => nearest + covered(fallSeconds - seconds) + covered(seconds - (2 * third - turn / 2));
}
