// What listening costs in memory: bytes allocated a chunk while nothing is heard, and the heap after a long time.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Receiver, SeededRandom, Transmitter } from 'tillsong';
import { CHUNK_SAMPLES } from './listen.js';
import { noise, PAYLOAD_BYTES, SAMPLE_RATE_HZ } from './scene.js';

const WINDOW_CHUNKS = 1000;
const WINDOWS = 31;
/** Enough for the optimising compiler to have seen every loop. */
const WARM_UP_CHUNKS = 12000;
/** Noise is made once and heard from ever other places. */
const NOISE_SECONDS = 20;

export interface HeapPoint {
  readonly minutes: number;
  /** After a full collection. */
  readonly heapBytes: number;
  /** Memory of typed arrays, outside of the heap. */
  readonly arrayBufferBytes: number;
}

export interface Soak {
  readonly minutes: number;
  readonly messagesSent: number;
  readonly messagesHeard: number;
  readonly points: readonly HeapPoint[];
}

/**
 * @param sampleRateHz - other than 48000 goes through the resampler
 * @returns bytes allocated for a chunk of 10 ms of noise, median over windows of 1,000 chunks between collections
 */
export function idleBytesPerChunk(sampleRateHz: number): number {
  const samples = noise(NOISE_SECONDS);
  const chunkSamples = sampleRateHz / 100;
  const chunks: Float32Array[] = [];
  for (let at = 0; at + chunkSamples <= samples.length; at += chunkSamples)
    chunks.push(samples.subarray(at, at + chunkSamples));
  const receiver = new Receiver({ sampleRateHz });
  for (let i = 0; i < WARM_UP_CHUNKS; i++) receiver.push(chunks[i % chunks.length]);
  const grown = new Float64Array(WINDOWS);
  for (let window = 0; window < WINDOWS; window++) {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < WINDOW_CHUNKS; i++) receiver.push(chunks[(window * WINDOW_CHUNKS + i) % chunks.length]);
    grown[window] = process.memoryUsage().heapUsed - before;
  }
  return Math.round(grown.sort()[WINDOWS >> 1] / WINDOW_CHUNKS);
}

/** Listens to noise with one message a minute. @param onMinute - told of every minute heard */
export function soak(minutes: number, onMinute: (point: HeapPoint) => void = () => {}): Soak {
  const receiver = new Receiver({ sampleRateHz: SAMPLE_RATE_HZ });
  const transmitter = new Transmitter();
  const random = new SeededRandom(3);
  const air = noise(NOISE_SECONDS);
  const heard = new Float32Array(SAMPLE_RATE_HZ);
  const collect = garbageCollector();
  const points: HeapPoint[] = [];
  let messagesHeard = 0;
  for (let minute = 1; minute <= minutes; minute++) {
    const burst = transmitter.modulate(random.bytes(PAYLOAD_BYTES));
    for (let second = 0; second < 60; second++) {
      const at = random.below((NOISE_SECONDS - 1) * SAMPLE_RATE_HZ);
      heard.set(air.subarray(at, at + SAMPLE_RATE_HZ));
      if (second === 0) for (let n = 0; n < burst.length; n++) heard[n] += 0.5 * burst[n];
      for (let start = 0; start < heard.length; start += CHUNK_SAMPLES)
        for (const { type } of receiver.push(heard.subarray(start, start + CHUNK_SAMPLES)))
          if (type === 'message') messagesHeard++;
    }
    collect();
    collect(); // what the first one found to be free is swept by now
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const point = { minutes: minute, heapBytes: heapUsed, arrayBufferBytes: arrayBuffers };
    points.push(point);
    onMinute(point);
  }
  return { minutes, messagesSent: minutes, messagesHeard, points };
}

/** V8's own full collection, without a flag on the command line. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
