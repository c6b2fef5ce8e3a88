// Payments as a stream of bursts, 16-bit samples at 48 kHz.

import { Transmitter } from 'tillsong';

const PAUSE = new Float32Array(2400);

/** @returns the bursts of all payloads, one after the other */
export function singAll(payloads: readonly Uint8Array[]): Uint8Array {
  const transmitter = new Transmitter({ profile: 'audible-fast', sampleRateHz: 48_000 });
  const parts = payloads.flatMap((payload) => [transmitter.modulate(payload), PAUSE]);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const samples = new Int16Array(length + 48_000);
  let offset = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) samples[offset + i] = Math.round(part[i] * 20_000);
    offset += part.length;
  }
  return new Uint8Array(samples.buffer);
}
