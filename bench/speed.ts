// `npm run bench`: how many times faster than real time the receiver listens and decodes, on one core.
// Benchmark.js times the runs; ratios within one run are what counts, since machines and their load differ.

import Benchmark from 'benchmark';
import { PROFILE_NAMES, type ProfileName, Receiver, SeededRandom, Transmitter } from 'tillsong';
import { addWhiteNoise } from 'tillsong/dsp';

const SAMPLE_RATE_HZ = 48000;
/** A microphone's usual chunk. */
const CHUNK_SAMPLES = 480;
const PAYLOAD_BYTES = 92;
const PSNR_DB = 15;
const SEED = 1;

/** Feeds samples in chunks; returns how many messages came out. */
function listen(samples: Float32Array, profiles: readonly ProfileName[]): number {
  const receiver = new Receiver({ sampleRateHz: SAMPLE_RATE_HZ, profiles });
  let messages = 0;
  const count = (events: readonly { type: string }[]) => {
    messages += events.filter(({ type }) => type === 'message').length;
  };
  for (let at = 0; at < samples.length; at += CHUNK_SAMPLES)
    count(receiver.push(samples.subarray(at, at + CHUNK_SAMPLES)));
  count(receiver.flush());
  return messages;
}

/** Bursts of different payloads, one straight after the other, in white noise. */
function continuousBursts(profile: ProfileName, burstCount: number): Float32Array {
  const random = new SeededRandom(SEED);
  const transmitter = new Transmitter({ profile });
  const bursts = Array.from({ length: burstCount }, () => transmitter.modulate(random.bytes(PAYLOAD_BYTES)));
  const samples = new Float32Array(bursts.reduce((sum, burst) => sum + burst.length, 0));
  let at = 0;
  for (const burst of bursts) {
    samples.set(burst, at);
    at += burst.length;
  }
  return addWhiteNoise(samples, PSNR_DB, random);
}

interface Scene {
  readonly name: string;
  readonly samples: Float32Array;
  readonly profiles: readonly ProfileName[];
  readonly expectedMessages: number;
}

function scenes(): Scene[] {
  const noise = addWhiteNoise(new Float32Array(10 * SAMPLE_RATE_HZ), PSNR_DB, new SeededRandom(SEED));
  const idle: Scene[] = [
    { name: 'noise, all four profiles', samples: noise, profiles: PROFILE_NAMES, expectedMessages: 0 },
    { name: 'noise, audible-fast alone', samples: noise, profiles: ['audible-fast'], expectedMessages: 0 },
  ];
  const busy = PROFILE_NAMES.map((profile): Scene => {
    const burstCount = profile.endsWith('fast') ? 12 : 4;
    return {
      name: `${profile} bursts without a pause, all four profiles`,
      samples: continuousBursts(profile, burstCount),
      profiles: PROFILE_NAMES,
      expectedMessages: burstCount,
    };
  });
  return [...idle, ...busy];
}

for (const { name, samples, profiles, expectedMessages } of scenes()) {
  const heard = listen(samples, profiles);
  const benchmark = new Benchmark(name, () => listen(samples, profiles), { maxTime: 3 });
  benchmark.run();
  const audioSeconds = samples.length / SAMPLE_RATE_HZ + 1; // flush adds a second of silence
  const timesRealTime = audioSeconds / benchmark.stats.mean;
  const spread = `+-${benchmark.stats.rme.toFixed(0)} %`;
  console.log(
    `${timesRealTime.toFixed(0).padStart(5)} x real time ${spread.padStart(7)}  ${name}: ${heard} of ${expectedMessages} messages`,
  );
}
