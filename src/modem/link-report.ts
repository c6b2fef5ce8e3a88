// What a receiver says of a burst besides its payload.

/** Speed of sound in air at 20 degrees Celsius. */
export const SPEED_OF_SOUND_METERS_PER_SECOND = 343;

/** Largest time dilation that is taken for two clocks' difference; what is more is taken for motion. */
const MAX_CLOCK_OFFSET = 150e-6;

/** How a message came in. */
export interface LinkReport {
  /** Name of the profile of the last burst. */
  readonly profile: string;
  /** Signal over noise in the profile's band, mean over the last burst. */
  readonly snrDb: number;
  /** The sender's clock against ours; positive when it runs fast. */
  readonly clockOffsetPpm: number;
  /** Positive when the sender approaches. */
  readonly speedMetersPerSecond: number;
  /** Bytes that Reed-Solomon decoding changed. */
  readonly correctedByteCount: number;
  /** Bursts whose soft bits were added for this result. */
  readonly burstsCombined: number;
  /** Start of the last burst, since the first sample pushed. */
  readonly startSeconds: number;
  /** End of the last burst. */
  readonly endSeconds: number;
}

/**
 * Splits a time dilation into clock offset and speed. One burst cannot tell them apart: up to 150 ppm (0.05 m/s) all is
 * taken for the clock, beyond that all for motion.
 */
export function splitDilation(dilation: number): { clockOffsetPpm: number; speedMetersPerSecond: number } {
  if (Math.abs(dilation) <= MAX_CLOCK_OFFSET) return { clockOffsetPpm: dilation * 1e6, speedMetersPerSecond: 0 };
  return { clockOffsetPpm: 0, speedMetersPerSecond: dilation * SPEED_OF_SOUND_METERS_PER_SECOND };
}
