// Messages heard where there are none, and how often the detectors believe in a preamble.

import type { Sweep } from '../run/campaign.js';
import { HEARD_SOUNDS } from '../trial/listening-trial.js';
import type { SweepContext } from './sweep-context.js';

/** Minutes of one job: long enough for anything to build up in a receiver, short enough to share out. */
const LISTENING_MINUTES = 1;

/** Listens for the given time in all, shared out evenly over the kinds of sounds. */
export function listeningSweep({ channels }: SweepContext, minutes: number): Sweep {
  const noises = channels.noises.map(({ source }) => source);
  return () =>
    HEARD_SOUNDS.map((sound) => ({
      labels: { part: 'false', subject: 'all', name: sound },
      condition: {
        kind: 'listening',
        sound,
        noises: sound === 'recordings' ? noises : [],
        durationSeconds: LISTENING_MINUTES * 60,
      },
      runCount: Math.ceil(minutes / LISTENING_MINUTES / HEARD_SOUNDS.length),
    }));
}
