// How long after its last sample a message is out, when a receiver is fed as a microphone feeds it.

import { PROFILE_NAMES, type ProfileName, Receiver, SeededRandom, Transmitter } from 'tillsong';
import { CHUNK_SAMPLES } from './listen.js';
import { noise, PAYLOAD_BYTES, SAMPLE_RATE_HZ } from './scene.js';

const BURST_COUNT = 20;
/** Each burst is heard so often; the quickest counts, since a busy machine can only slow it down. */
const HEARINGS = 3;
const LEVEL = 0.9;

export interface Latency {
  readonly profile: ProfileName;
  readonly bursts: number;
  readonly heard: number;
  /** From the arrival of the burst's last sample to the return of the push that gave the message; waiting for the chunk included. */
  readonly medianMs: number;
  readonly worstMs: number;
  /** Of it, what the processor took after the last sample had arrived. */
  readonly medianComputingMs: number;
}

/** Bursts at times that fall anywhere in a chunk, in noise at PSNR 15 dB, heard by a receiver of all four profiles. */
export function latencyOf(profile: ProfileName): Latency {
  const random = new SeededRandom(2);
  const transmitter = new Transmitter({ profile });
  const delays = Array.from({ length: BURST_COUNT }, () => {
    const burst = transmitter.modulate(random.bytes(PAYLOAD_BYTES));
    const start = 4800 + random.below(4800);
    const end = start + burst.length;
    const samples = noise(Math.ceil(end / SAMPLE_RATE_HZ + 0.5), random.below(1e6));
    for (let n = start; n < end; n++) samples[n] += LEVEL * burst[n - start];
    const hearings = Array.from({ length: HEARINGS }, () => delayOf(samples, end));
    return hearings.reduce((a, b) => (a.totalMs <= b.totalMs ? a : b));
  }).filter(({ totalMs }) => Number.isFinite(totalMs));
  const sorted = delays.map(({ totalMs }) => totalMs).sort((a, b) => a - b);
  const computing = delays.map(({ computingMs }) => computingMs).sort((a, b) => a - b);
  return {
    profile,
    bursts: BURST_COUNT,
    heard: delays.length,
    medianMs: sorted[sorted.length >> 1],
    worstMs: sorted[sorted.length - 1],
    medianComputingMs: computing[computing.length >> 1],
  };
}

export function latencies(): Latency[] {
  return PROFILE_NAMES.map(latencyOf);
}

/** Chunks arrive in real time; each is taken when it has arrived and the one before is done with. */
function delayOf(samples: Float32Array, burstEnd: number): { totalMs: number; computingMs: number } {
  const receiver = new Receiver({ sampleRateHz: SAMPLE_RATE_HZ });
  const burstEndMs = (1000 * burstEnd) / SAMPLE_RATE_HZ;
  let doneMs = 0;
  for (let at = 0; at + CHUNK_SAMPLES <= samples.length; at += CHUNK_SAMPLES) {
    const arrivedMs = (1000 * (at + CHUNK_SAMPLES)) / SAMPLE_RATE_HZ;
    const began = performance.now();
    const events = receiver.push(samples.subarray(at, at + CHUNK_SAMPLES));
    const tookMs = performance.now() - began;
    doneMs = Math.max(doneMs, arrivedMs) + tookMs;
    if (events.some(({ type }) => type === 'message'))
      return { totalMs: doneMs - burstEndMs, computingMs: doneMs - arrivedMs };
  }
  return { totalMs: Number.POSITIVE_INFINITY, computingMs: Number.POSITIVE_INFINITY };
}
