// Delivery under what real links do to a signal, one thing at a time, in white noise.

import type { ProfileName } from 'tillsong';
import { type BenchContext, inTurn } from './bench-context.js';
import { type ChannelRecipe, WHITE_NOISE_RECIPE } from './channel-recipe.js';
import { measureDelivery } from './delivery.js';
import type { DeliveryEntry } from './link-results.js';

/** What each stress adds to white noise. */
export const STRESSES: Readonly<Record<string, Partial<ChannelRecipe>>> = {
  'clock +150 ppm': { clockOffsetPpm: [150, 150] },
  'clock -150 ppm': { clockOffsetPpm: [-150, -150] },
  'approaching at 0.5 m/s': { speedMetersPerSecond: [0.5, 0.5] },
  'receding at 0.5 m/s': { speedMetersPerSecond: [-0.5, -0.5] },
  'up to 1.5 m/s and 150 ppm': { speedMetersPerSecond: [-1.5, 1.5], clockOffsetPpm: [-150, 150] },
  'clipped by 6 dB': { clipDb: 6 },
  'level -60 dBFS, 16 bit': { levelDbfs: -60 },
  'polarity inverted': { isInverted: true },
  '44.1 kHz to 48 kHz': { transmitterRateHz: 44100 },
  '48 kHz to 44.1 kHz': { receiverRateHz: 44100 },
};

/** Delivery under each stress. */
export async function measureStresses(
  profile: ProfileName,
  context: BenchContext,
  psnrDb: number,
): Promise<DeliveryEntry[]> {
  return inTurn(Object.entries(STRESSES), ([name, stress]) =>
    measureDelivery({ part: 'stress', profile, name, psnrDb, recipe: { ...WHITE_NOISE_RECIPE, ...stress } }, context),
  );
}
