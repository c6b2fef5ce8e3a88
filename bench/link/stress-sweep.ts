// Delivery under what real links do to a signal, one thing at a time, in white noise.

import { PROFILES, type ProfileName } from 'tillsong';
import type { Sweep } from '../run/campaign.js';
import { type ChannelRecipe, WHITE_NOISE_RECIPE } from '../trial/channel-recipe.js';
import type { Subject } from './subject.js';
import type { SweepContext } from './sweep-context.js';

const PSNR_DB = 12;
/** A tone inside the band keeps this share of its width from the edges. */
const TONE_MARGIN = 0.1;

/** What each stress adds to white noise. */
export function stressesOf(profile: ProfileName): Readonly<Record<string, Partial<ChannelRecipe>>> {
  const { lowHz, highHz } = PROFILES[profile].preamble;
  const margin = TONE_MARGIN * (highHz - lowHz);
  const [band, kind] = profile.split('-');
  const otherBand = `${band === 'audible' ? 'ultrasonic' : 'audible'}-${kind}` as ProfileName;
  return {
    'clock +150 ppm': { clockOffsetPpm: [150, 150] },
    'clock -150 ppm': { clockOffsetPpm: [-150, -150] },
    'approaching at 1.5 m/s': { speedMetersPerSecond: [1.5, 1.5] },
    'receding at 1.5 m/s': { speedMetersPerSecond: [-1.5, -1.5] },
    'up to 1.5 m/s and 150 ppm': { speedMetersPerSecond: [-1.5, 1.5], clockOffsetPpm: [-150, 150] },
    'hand comes, stops, leaves at 0.5 m/s': { visitSpeedMetersPerSecond: 0.5 },
    'clipped by 6 dB': { clipDb: 6 },
    'clipped by 12 dB': { clipDb: 12 },
    'level -70 dBFS, 16 bit': { levelDbfs: -70 },
    'full-scale tone in the band': { tone: { amplitude: 1, frequencyHz: [lowHz + margin, highHz - margin] } },
    '10 clicks a second at half scale': { clicks: { clicksPerSecond: 10, amplitude: 0.5 } },
    'gain step of 12 dB in mid-burst': { gainStepDb: 12 },
    'offset of half scale': { dcOffset: 0.5 },
    'polarity inverted': { isInverted: true },
    '44.1 kHz to 48 kHz': { transmitterRateHz: 44100 },
    '48 kHz to 44.1 kHz': { receiverRateHz: 44100 },
    '96 kHz to 48 kHz': { transmitterRateHz: 96000 },
    '48 kHz to 96 kHz': { receiverRateHz: 96000 },
    'second phone in the other band': { otherPhone: { profile: otherBand, levelDb: 0 } },
    'second phone in the same band, 10 dB weaker': { otherPhone: { profile, levelDb: -10 } },
  };
}

/** Delivery of single bursts under each stress. */
export function stressSweep(subject: Subject, context: SweepContext): Sweep {
  const { sender } = subject;
  if (sender.modem !== 'tillsong') return () => [];
  const psnrDb = context.psnrsDb?.[0] ?? PSNR_DB;
  const { payloadByteCount, runCount } = context;
  return () =>
    Object.entries(stressesOf(sender.profile)).map(([name, stress]) => ({
      labels: { part: 'stress', subject: subject.name, name },
      condition: { kind: 'burst', sender, payloadByteCount, psnrDb, recipe: { ...WHITE_NOISE_RECIPE, ...stress } },
      runCount,
    }));
}
