// A hand that comes to the microphone, holds still, and leaves.

import type { Trajectory } from 'tillsong/dsp';

/** Time the hand takes to stop and to turn away: at 0.5 m/s this is 5 m/s^2. */
const TURN_SECONDS = 0.1;
/** It never gets nearer than this, in metres. */
const NEAREST_METERS = 0.05;

/**
 * Distance by time: a third of the time towards the microphone, a third at rest, a third away from it, the speed changing
 * evenly over a tenth of a second (or a quarter of a third, if that is less).
 *
 * @param speedMetersPerSecond - at which the hand comes and leaves
 * @param durationSeconds - of the whole visit; it goes on leaving after that
 */
export function visitOf(speedMetersPerSecond: number, durationSeconds: number): Trajectory {
  const third = durationSeconds / 3;
  const turn = Math.min(TURN_SECONDS, third / 4);
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
