// A recording through a receiver, in chunks as a microphone gives them.

import { Receiver } from 'tillsong';
import { SAMPLE_RATE_HZ, type Scene } from './scene.js';

/** 10 ms. */
export const CHUNK_SAMPLES = 480;
/** What a flush adds. */
const FLUSH_SECONDS = 1;

export function audioSeconds({ samples }: Scene): number {
  return samples.length / SAMPLE_RATE_HZ + FLUSH_SECONDS;
}

/** @returns how many messages came out */
export function listen({ samples, profiles }: Scene): number {
  const receiver = new Receiver({ sampleRateHz: SAMPLE_RATE_HZ, profiles });
  let messages = 0;
  const count = (events: readonly { type: string }[]) => {
    for (const { type } of events) if (type === 'message') messages++;
  };
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES)
    count(receiver.push(samples.subarray(at, at + CHUNK_SAMPLES)));
  count(receiver.flush());
  return messages;
}
