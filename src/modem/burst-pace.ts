// When a phone that repeats its message sings next: bursts follow one another at an even pace, each with the next redundancy version.

import { REDUNDANCY_VERSION_COUNT } from '../../codec/frame/limits.js';

/** Bursts of one phone are this evenly spaced: playing may stutter by a buffer. */
export const PACE_TOLERANCE_SECONDS = 0.012;
/** Bursts remembered; the oldest makes room. */
const MAX_HEARD = 4;
/** A pace is not believed for longer than so many bursts. */
const MOST_STEPS = 4;

interface HeardBurst {
  readonly startSeconds: number;
  readonly redundancyVersion: number;
}

/** The bursts of one message that were heard, and where others of it are to be expected. */
export class BurstPace {
  // state: in order of their being heard
  private heard: HeardBurst[] = [];

  /** @returns whether it is one that was not heard before, by another microphone or path */
  add(startSeconds: number, redundancyVersion: number): boolean {
    const isKnown = this.heard.some(
      (burst) =>
        burst.redundancyVersion === redundancyVersion &&
        Math.abs(burst.startSeconds - startSeconds) <= PACE_TOLERANCE_SECONDS,
    );
    if (isKnown) return false;
    this.heard.push({ startSeconds, redundancyVersion });
    if (this.heard.length > MAX_HEARD) this.heard.shift();
    return true;
  }

  /** Whether two bursts that were heard tell that one of this version starts at a time, before, between or after them. */
  expects(startSeconds: number, redundancyVersion: number): boolean {
    const { heard } = this;
    return heard.some((first) =>
      heard.some((second) => {
        const steps = versionsBetween(first.redundancyVersion, second.redundancyVersion);
        const paceSeconds = (second.startSeconds - first.startSeconds) / steps;
        if (!(paceSeconds > PACE_TOLERANCE_SECONDS && Number.isFinite(paceSeconds))) return false;
        const sinceSecond = Math.round((startSeconds - second.startSeconds) / paceSeconds);
        if (sinceSecond === 0 || Math.abs(sinceSecond) > MOST_STEPS) return false;
        const expectedSeconds = second.startSeconds + sinceSecond * paceSeconds;
        if (Math.abs(startSeconds - expectedSeconds) > PACE_TOLERANCE_SECONDS) return false;
        return versionAfter(second.redundancyVersion, sinceSecond) === redundancyVersion;
      }),
    );
  }
}

/** Redundancy version of the burst that is sent `steps` bursts after one of this version; before it if negative. */
export function versionAfter(redundancyVersion: number, steps: number): number {
  return (
    (((redundancyVersion + steps) % REDUNDANCY_VERSION_COUNT) + REDUNDANCY_VERSION_COUNT) % REDUNDANCY_VERSION_COUNT
  );
}

/** Bursts from one version to the other, 0..3. */
function versionsBetween(first: number, second: number): number {
  return versionAfter(second, -first);
}
