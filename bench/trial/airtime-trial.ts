// Length and energy of a burst of peak 1: what airtime, Eb/N0 and the ratio of peak to average follow from.

import { SeededRandom } from 'tillsong';
import { CHANNEL_RATE_HZ } from '../rooms/sound-source.js';
import { type ModemName, openSinger } from './modem.js';

export interface AirtimeCondition {
  readonly kind: 'airtime';
  readonly sender: ModemName;
  readonly payloadByteCount: number;
}

export interface AirtimeResult {
  readonly kind: 'airtime';
  /** From the first to the last sample above -50 dB of the peak. */
  readonly airtimeSeconds: number;
  /** Sum of the squares over the sample rate: mean power times airtime, for a peak of 1. */
  readonly energySeconds: number;
}

/** First to last sample above -50 dB of the peak. */
export function airtimeSeconds(burst: Float32Array, sampleRateHz: number): number {
  const floor = burst.reduce((most, x) => Math.max(most, Math.abs(x)), 0) * 10 ** (-50 / 20);
  const first = burst.findIndex((x) => Math.abs(x) > floor);
  let last = burst.length - 1;
  while (last > first && Math.abs(burst[last]) <= floor) last--;
  return first < 0 ? 0 : (last - first + 1) / sampleRateHz;
}

/** Measures one burst of a random payload. */
export async function runAirtimeTrial(condition: AirtimeCondition, seed: number): Promise<AirtimeResult> {
  const { sender, payloadByteCount } = condition;
  const singer = await openSinger(sender, new SeededRandom(seed).bytes(payloadByteCount), CHANNEL_RATE_HZ);
  const burst = singer.next();
  return {
    kind: 'airtime',
    airtimeSeconds: airtimeSeconds(burst, CHANNEL_RATE_HZ),
    energySeconds: burst.reduce((sum, x) => sum + x * x, 0) / CHANNEL_RATE_HZ,
  };
}

/** @returns Eb/N0 in dB at a PSNR of 0 dB: P_signal / P_noise * airtime * 24000 / bits, with PSNR = 0.5 / P_noise */
export function ebN0OverPsnrDb(energySeconds: number, payloadByteCount: number): number {
  return 10 * Math.log10((energySeconds / 0.5) * (24000 / (8 * payloadByteCount)));
}
