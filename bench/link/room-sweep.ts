// Delivery in rooms with recorded noise, near and far, within one burst and within several.

import type { Sweep } from '../run/campaign.js';
import { sourcesFor } from '../rooms/channel-set.js';
import type { ChannelRecipe } from '../trial/channel-recipe.js';
import { GAP_SECONDS } from './repeat-sweep.js';
import type { Subject } from './subject.js';
import { decibels, type SweepContext } from './sweep-context.js';

/** PSNRs and bursts of the two kinds of rooms. */
export const ROOM_TESTS = {
  near: { psnrsDb: [10, 15], burstCount: 2 },
  far: { psnrsDb: [15], burstCount: 4 },
} as const;

/**
 * Rooms and noises in turn, a device drawn, +-60 ppm, +-0.3 m/s; near (direct sound raised) or as measured. Peers sing once.
 * With all pairs there are as many runs as it takes for every room to meet every noise once.
 */
export function roomSweep(part: 'near' | 'far', subject: Subject, context: SweepContext): Sweep {
  const { channels, payloadByteCount, runCount, hasEnergyKept } = context;
  const { bandHz, sender } = subject;
  const recipe: ChannelRecipe = {
    takesTurns: true,
    rooms: sourcesFor(channels.rooms, bandHz),
    noises: sourcesFor(channels.noises, bandHz),
    devices: sourcesFor(channels.devices, bandHz),
    clockOffsetPpm: [-60, 60],
    speedMetersPerSecond: [-0.3, 0.3],
    ...(hasEnergyKept && { hasEnergyKept }),
    ...(part === 'near' && { nearDrrDb: [2, 16] as const }),
  };
  const { burstCount } = ROOM_TESTS[part];
  const singing = sender.modem === 'tillsong' ? { singing: { burstCount, gapSeconds: GAP_SECONDS } } : {};
  return () =>
    (context.psnrsDb ?? ROOM_TESTS[part].psnrsDb).map((psnrDb) => ({
      labels: { part, subject: subject.name, name: `${decibels(psnrDb)}${hasEnergyKept ? ', energy kept' : ''}` },
      condition: { kind: 'burst', sender, payloadByteCount, psnrDb, recipe, ...singing },
      runCount: context.hasAllPairs ? recipe.rooms.length * Math.max(1, recipe.noises.length) : runCount,
    }));
}
