// What every sweep of the link bench is told.

import type { ChannelSet } from '../rooms/channel-set.js';

export interface SweepContext {
  readonly channels: ChannelSet;
  readonly payloadByteCount: number;
  /** Trials a point. */
  readonly runCount: number;
  /** Trials at the points that are quoted. */
  readonly quotedRunCount: number;
  /** PSNRs asked for instead of a sweep's own. */
  readonly psnrsDb?: readonly number[];
  /** What arrives through rooms is scaled to the energy sent instead of to peak 1; see channel-stream.ts. */
  readonly hasEnergyKept?: boolean;
  /** In rooms: every room with every noise, once. */
  readonly hasAllPairs?: boolean;
  /** The results are a share of a sweep: points that hang on a fine reading of a curve are left to who has the whole. */
  readonly isShare?: boolean;
}

/** As in `-2.5 dB`. */
export function decibels(psnrDb: number): string {
  return `${Math.round(psnrDb * 100) / 100} dB`;
}
