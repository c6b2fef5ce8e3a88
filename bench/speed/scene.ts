// What the speed bench lets the receiver hear: noise, bursts without a pause, and the worst that a neighbour could play.

import { PROFILE_NAMES, PROFILES, type ProfileName, SeededRandom, Transmitter } from 'tillsong';
import { addWhiteNoise, writeChirpTrain } from 'tillsong/dsp';

export const SAMPLE_RATE_HZ = 48000;
export const PAYLOAD_BYTES = 92;
const PSNR_DB = 15;
const SEED = 1;
const STORM_SECONDS = 4;

/** A recording and who listens to it. */
export interface Scene {
  readonly name: string;
  readonly samples: Float32Array;
  readonly profiles: readonly ProfileName[];
  /** Messages sent in it; undefined where nobody could be expected to hear them. */
  readonly sentMessages?: number;
}

/** @returns noise alone, heard by a receiver of all four profiles and by one of each */
export function idleScenes(): Scene[] {
  const samples = noise(4);
  const each = PROFILE_NAMES.map((profile) => ({ name: `${profile} alone`, samples, profiles: [profile] }));
  return [{ name: 'all four profiles', samples, profiles: PROFILE_NAMES }, ...each];
}

export function noise(seconds: number, seed = SEED): Float32Array {
  return addWhiteNoise(new Float32Array(seconds * SAMPLE_RATE_HZ), PSNR_DB, new SeededRandom(seed));
}

/** @returns for each profile bursts of different payloads, one straight after the other, in white noise, heard by all four */
export function burstScenes(): Scene[] {
  return PROFILE_NAMES.map((profile) => {
    const sentMessages = profile.endsWith('fast') ? 12 : 3;
    const bursts = burstsOf(profile, PAYLOAD_BYTES, sentMessages);
    const samples = new Float32Array(bursts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const burst of bursts) {
      samples.set(burst, at);
      at += burst.length;
    }
    const heard = addWhiteNoise(samples, PSNR_DB, new SeededRandom(SEED));
    return { name: profile, samples: heard, profiles: PROFILE_NAMES, sentMessages };
  });
}

/** @returns audio made to keep a receiver busy */
export function stormScenes(): Scene[] {
  const fast: readonly ProfileName[] = ['audible-fast', 'ultrasonic-fast'];
  return [
    { name: 'chirps without end in both bands', samples: chirpsWithoutEnd() },
    { name: 'preambles of all profiles, each begun anew every 50 ms', samples: preambles(0.05) },
    { name: 'bursts of all profiles over one another, each every 250 ms', samples: overlaid(PROFILE_NAMES, 92, 0.25) },
    { name: 'bursts of the fast profiles over one another, every 120 ms', samples: overlaid(fast, 92, 0.12) },
    { name: 'headers of long messages, cut off, every 300 ms', samples: overlaid(PROFILE_NAMES, 600, 0.3, 0.4) },
    { name: 'fast headers of the longest messages, one after the other', samples: overlaid(fast, 4096, 0.13, 0.125) },
  ].map((scene) => ({ ...scene, profiles: PROFILE_NAMES }));
}

function burstsOf(profile: ProfileName, payloadBytes: number, count: number): Float32Array[] {
  const random = new SeededRandom(SEED);
  const transmitter = new Transmitter({ profile });
  return Array.from({ length: count }, () => transmitter.modulate(random.bytes(payloadBytes)));
}

function chirpTrain(profile: ProfileName, sampleCount: number): Float32Array {
  const { lowHz, highHz, chirpSamples } = PROFILES[profile].preamble;
  const samples = new Float32Array(sampleCount);
  writeChirpTrain({ lowHz, highHz, chirpSeconds: chirpSamples / SAMPLE_RATE_HZ }, SAMPLE_RATE_HZ, samples);
  return samples;
}

/** Adds a sound as often as it begins within the recording. */
function addEvery(to: Float32Array, sounds: readonly Float32Array[], everySamples: number, gain: number): void {
  let turn = 0;
  for (let start = 0; start < to.length; start += everySamples) {
    const sound = sounds[turn++ % sounds.length];
    const end = Math.min(to.length, start + sound.length);
    for (let n = start; n < end; n++) to[n] += gain * sound[n - start];
  }
}

function chirpsWithoutEnd(): Float32Array {
  const samples = noise(STORM_SECONDS).map((x) => 0.1 * x);
  for (const profile of ['audible-fast', 'ultrasonic-fast'] as const)
    addEvery(samples, [chirpTrain(profile, samples.length)], samples.length, 0.4);
  return samples;
}

function preambles(everySeconds: number): Float32Array {
  const samples = noise(STORM_SECONDS).map((x) => 0.1 * x);
  for (const profile of PROFILE_NAMES) {
    const { chirpSamples, pairCount } = PROFILES[profile].preamble;
    addEvery(samples, [chirpTrain(profile, 2 * chirpSamples * pairCount)], everySeconds * SAMPLE_RATE_HZ, 0.3);
  }
  return samples;
}

function overlaid(
  profiles: readonly ProfileName[],
  payloadBytes: number,
  everySeconds: number,
  cutSeconds = Number.POSITIVE_INFINITY,
): Float32Array {
  const samples = noise(STORM_SECONDS).map((x) => 0.1 * x);
  for (const profile of profiles) {
    const bursts = burstsOf(profile, payloadBytes, 3).map((burst) => burst.subarray(0, cutSeconds * SAMPLE_RATE_HZ));
    addEvery(samples, bursts, everySeconds * SAMPLE_RATE_HZ, 0.25);
  }
  return samples;
}
