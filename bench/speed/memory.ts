// What listening costs in memory: what is allocated for chunks while nothing is heard, and the heap after a long time.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Receiver, SeededRandom, Transmitter } from 'tillsong';
import { CHUNK_SAMPLES } from './listen.js';
import { noise, PAYLOAD_BYTES, SAMPLE_RATE_HZ } from './scene.js';

/** Counted one by one: two minutes, with a few preambles believed in. */
const COUNTED_CHUNKS = 12000;
const CHUNKS_A_SECOND = 100;
/** Noise for the soak is made once and heard from ever other places. */
const NOISE_SECONDS = 20;

/** What a receiver allocated on the heap for chunks of noise. */
export interface IdleAllocation {
  readonly sampleRateHz: number;
  readonly chunks: number;
  readonly medianBytes: number;
  /** Preambles that were believed in: judging each takes memory. */
  readonly candidates: number;
  /** Chunks that allocated anything from the start of one of these until it was refused. */
  readonly allocatingWithCandidate: number;
  /** Chunks that allocated anything besides. */
  readonly allocatingWithout: number;
}

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
 * Allocation for chunks of 10 ms of noise. The heap is read before and after every chunk, since a median over many tells
 * nothing of the rare ones, and what reading takes by itself is taken off. The same noise is heard and counted once before, and
 * forgotten: numbers passed between functions are objects on the heap until the optimising compiler has joined these.
 *
 * @param sampleRateHz - other than 48000 goes through the resampler
 */
export function idleAllocation(sampleRateHz: number): IdleAllocation {
  const chunks = noiseChunks(sampleRateHz);
  const candidates: { readonly firstChunk: number; readonly lastChunk: number }[] = [];
  let pushed = 0;
  const receiver = new Receiver(
    { sampleRateHz },
    {
      ended({ startSeconds }) {
        candidates.push({ firstChunk: Math.floor(startSeconds * CHUNKS_A_SECOND), lastChunk: pushed });
      },
    },
  );
  const grownBytes = new Float64Array(COUNTED_CHUNKS);
  const listen = () => {
    for (let i = 0; i < COUNTED_CHUNKS; i++, pushed++) {
      const beforeReading = heapBytes();
      const before = heapBytes();
      receiver.push(chunks[i]);
      const after = heapBytes();
      grownBytes[i] = after - before - (before - beforeReading);
    }
  };
  listen();
  candidates.length = 0;
  listen();
  const isCandidateIn = (chunk: number) =>
    candidates.some(({ firstChunk, lastChunk }) => firstChunk <= chunk && chunk <= lastChunk);
  let allocatingWithCandidate = 0;
  let allocatingWithout = 0;
  grownBytes.forEach((bytes, i) => {
    if (bytes === 0) return; // less than 0 where garbage was collected
    if (isCandidateIn(COUNTED_CHUNKS + i)) allocatingWithCandidate++;
    else allocatingWithout++;
  });
  const medianBytes = grownBytes.sort()[COUNTED_CHUNKS >> 1];
  const counts = { allocatingWithCandidate, allocatingWithout, candidates: candidates.length };
  return { sampleRateHz, chunks: COUNTED_CHUNKS, medianBytes, ...counts };
}

function noiseChunks(sampleRateHz: number): Float32Array[] {
  const chunkSamples = sampleRateHz / CHUNKS_A_SECOND;
  const samples = noise(Math.ceil((COUNTED_CHUNKS * chunkSamples) / SAMPLE_RATE_HZ));
  return Array.from({ length: COUNTED_CHUNKS }, (_, i) => samples.subarray(i * chunkSamples, (i + 1) * chunkSamples));
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

/** Takes memory itself where the compiler has not joined it with its caller. */
function heapBytes(): number {
  return process.memoryUsage().heapUsed;
}

/** V8's own full collection, without a flag on the command line. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
