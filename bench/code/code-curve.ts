// Packet error of the inner code against Eb/N0: one curve, and how far it lies from the bound.

import { lowestEbN0Db } from './normal-approximation.js';
import {
  CodeLink,
  type CodeUse,
  ebN0DbAt,
  measurePacketError,
  type PacketErrorPoint,
  type StopRule,
} from './packet-error.js';

/** The packet error rate at which curves are compared with the bound. */
export const QUOTED_PACKET_ERROR = 1e-2;

/** A curve starts where the bound is at the first of these, and ends where it falls below the second itself. */
const FIRST_BOUND = 1e-3;
const LAST_PACKET_ERROR = 2e-3;
const STEP_DB = 0.2;

/** A measured curve. */
export interface CodeCurve extends CodeUse {
  /** As it is called: 1/3. */
  readonly rate: string;
  readonly points: readonly PacketErrorPoint[];
  /** Eb/N0 at `QUOTED_PACKET_ERROR`, dB; undefined when the curve does not reach it. */
  readonly ebN0Db: number | undefined;
  /** The least Eb/N0 for that packet error, dB, and how much more ours needs. */
  readonly boundEbN0Db: number;
  readonly gapDb: number | undefined;
}

/** Starts a display of progress: `step` is called after each packet of `total` at most. */
export type StartProgress = (title: string, total: number) => { step: () => void; end: () => void };

/**
 * Measures a curve upwards in Eb/N0.
 *
 * @param seed - point i of the grid (i * 0.2 dB) uses seed + i
 */
export function measureCurve(
  use: CodeUse,
  rate: string,
  stop: StopRule,
  seed: number,
  startProgress: StartProgress,
): CodeCurve {
  const { infoBitCount, codedBitCount } = use;
  const link = new CodeLink(use);
  const points: PacketErrorPoint[] = [];
  const first = Math.ceil(lowestEbN0Db(infoBitCount, codedBitCount, FIRST_BOUND) / STEP_DB);
  for (let i = first; (points.at(-1)?.packetError ?? 1) > LAST_PACKET_ERROR; i++) {
    const ebN0Db = Number((i * STEP_DB).toFixed(2));
    const progress = startProgress(`K = ${infoBitCount}, rate ${rate}, ${ebN0Db.toFixed(1)} dB`, stop.maxPackets);
    points.push(measurePacketError(link, ebN0Db, stop, seed + i, progress.step));
    progress.end();
  }
  const ebN0Db = ebN0DbAt(points, QUOTED_PACKET_ERROR);
  const boundEbN0Db = lowestEbN0Db(infoBitCount, codedBitCount, QUOTED_PACKET_ERROR);
  return { ...use, rate, points, ebN0Db, boundEbN0Db, gapDb: ebN0Db === undefined ? undefined : ebN0Db - boundEbN0Db };
}
