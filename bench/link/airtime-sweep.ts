// Airtime and energy of one burst.

import type { Sweep } from '../run/campaign.js';
import type { Subject } from './subject.js';
import type { SweepContext } from './sweep-context.js';

/** The two common sizes: a payment, and one with its certificate. */
const PAYLOAD_BYTE_COUNTS = [92, 211];
const MAX_PEER_PAYLOAD_BYTES = 140;

/** One burst of each of the two common sizes and of the one asked for. */
export function airtimeSweep({ name, sender }: Subject, context: SweepContext): Sweep {
  const sizes = [...new Set([context.payloadByteCount, ...PAYLOAD_BYTE_COUNTS])];
  const sung = sizes.filter((size) => sender.modem === 'tillsong' || size <= MAX_PEER_PAYLOAD_BYTES);
  return () =>
    sung.map((payloadByteCount) => ({
      labels: { part: 'airtime', subject: name, name: `${payloadByteCount} bytes` },
      condition: { kind: 'airtime', sender, payloadByteCount },
      runCount: 1,
    }));
}
