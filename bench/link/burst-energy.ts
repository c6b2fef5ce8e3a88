// Length and energy of bursts of peak 1: what airtime and Eb/N0 follow from.

import { type ProfileName, SeededRandom, Transmitter } from 'tillsong';
import { scaleToPeak } from 'tillsong/dsp';
import { CHANNEL_RATE_HZ } from '../rooms/sound-source.js';
import type { AirtimeEntry } from './link-results.js';

/** First to last sample above -50 dB of the peak. */
export function airtimeSeconds(burst: Float32Array, sampleRateHz: number): number {
  const floor = burst.reduce((most, x) => Math.max(most, Math.abs(x)), 0) * 10 ** (-50 / 20);
  const first = burst.findIndex((x) => Math.abs(x) > floor);
  let last = burst.length - 1;
  while (last > first && Math.abs(burst[last]) <= floor) last--;
  return first < 0 ? 0 : (last - first + 1) / sampleRateHz;
}

/** Airtime and peak-to-average ratio of bursts of the two common sizes and of the one asked for. */
export function measureAirtimes(profile: ProfileName, payloadByteCount: number): AirtimeEntry[] {
  return [...new Set([payloadByteCount, 92, 211])].map((byteCount) => {
    const burst = exampleBurst(profile, byteCount);
    return {
      part: 'airtime',
      profile,
      name: `${byteCount} bytes`,
      payloadByteCount: byteCount,
      airtimeSeconds: airtimeSeconds(burst, CHANNEL_RATE_HZ),
      peakToAverageDb: -10 * Math.log10(burstEnergySeconds(burst) / airtimeSeconds(burst, CHANNEL_RATE_HZ)),
    };
  });
}

/** @returns Eb/N0 in dB at a PSNR of 0 dB: P_signal / P_noise * airtime * 24000 / bits, with PSNR = 0.5 / P_noise */
export function ebN0OverPsnrDb(profile: ProfileName, payloadByteCount: number): number {
  const energySeconds = burstEnergySeconds(exampleBurst(profile, payloadByteCount));
  return 10 * Math.log10((energySeconds / 0.5) * (24000 / (8 * payloadByteCount)));
}

function exampleBurst(profile: ProfileName, payloadByteCount: number): Float32Array {
  return scaleToPeak(new Transmitter({ profile }).modulate(new SeededRandom(1).bytes(payloadByteCount)));
}

/** Sum of the squares over the sample rate: mean power times airtime. */
function burstEnergySeconds(burst: Float32Array): number {
  return burst.reduce((sum, x) => sum + x * x, 0) / CHANNEL_RATE_HZ;
}
