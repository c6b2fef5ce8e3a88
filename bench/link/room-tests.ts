// Delivery in rooms with recorded noise, near and far.

import { PROFILES, type ProfileName } from 'tillsong';
import { sourcesFor } from '../rooms/channel-set.js';
import { type BenchContext, inTurn } from './bench-context.js';
import type { ChannelRecipe } from './channel-recipe.js';
import { measureDelivery } from './delivery.js';
import type { DeliveryEntry } from './link-results.js';

/** Delivery in rooms with recorded noise: a room, a noise and a device drawn, +-60 ppm, +-0.3 m/s; near or as measured. */
export async function measureRooms(
  part: 'near' | 'far',
  profile: ProfileName,
  context: BenchContext,
  psnrsDb: readonly number[],
): Promise<DeliveryEntry[]> {
  const { lowHz, highHz } = PROFILES[profile].preamble; // the preamble sweeps the whole band
  const bandHz = [lowHz, highHz] as const;
  const recipe: ChannelRecipe = {
    rooms: sourcesFor(context.channels.rooms, bandHz),
    noises: sourcesFor(context.channels.noises, bandHz),
    devices: sourcesFor(context.channels.devices, bandHz),
    clockOffsetPpm: [-60, 60],
    speedMetersPerSecond: [-0.3, 0.3],
    ...(context.hasEnergyKept && { hasEnergyKept: true }),
    ...(part === 'near' && { nearDrrDb: [2, 16] }),
  };
  const suffix = context.hasEnergyKept ? ', energy kept' : '';
  return inTurn(psnrsDb, (psnrDb) =>
    measureDelivery({ part, profile, name: `${psnrDb} dB${suffix}`, psnrDb, recipe }, context),
  );
}
