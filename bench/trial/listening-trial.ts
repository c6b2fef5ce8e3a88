// The opposite of a transmission: a receiver listens to what holds none, and nothing may come out.

import { bandSearch, PROFILES, type ProfileName, SeededRandom } from 'tillsong';
import {
  addNoise,
  addWhiteNoise,
  applyClockOffset,
  applyGain,
  BurstDetector,
  babble,
  DownConverter,
  melody,
  scaleToPeak,
  syntheticSpeech,
} from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary, type SoundSource } from '../rooms/sound-source.js';
import { dialling, ggwaveMessages, sweeps } from './foreign-sounds.js';
import { openListener } from './modem.js';

/** What is listened to. */
export const HEARD_SOUNDS = ['recordings', 'white noise', 'speech', 'music', 'ggwave', 'DTMF', 'sweeps'] as const;
export type HeardSound = (typeof HEARD_SOUNDS)[number];

export interface ListeningCondition {
  readonly kind: 'listening';
  readonly sound: HeardSound;
  /** The recordings; others need none. */
  readonly noises: readonly SoundSource[];
  readonly durationSeconds: number;
}

/** What came out of listening to sounds without a transmission. */
export interface ListeningResult {
  readonly kind: 'listening';
  readonly falseMessageCount: number;
  /** Bursts reported lost: their headers' check sums were right by chance. */
  readonly lostReasons: readonly string[];
  /** Preambles the detectors believed in, by the profile of that preamble. */
  readonly candidateCounts: Readonly<Record<string, number>>;
  readonly heardSeconds: number;
  readonly decodeSeconds: number;
}

/** Profiles of each band, in which one detector listens. */
const BANDS: readonly (readonly ProfileName[])[] = [
  ['audible-fast', 'audible-robust'],
  ['ultrasonic-fast', 'ultrasonic-robust'],
];
const CHUNK_SAMPLES = 4800;

/** Listens; the same condition and seed give the same result, the times apart. */
export async function runListening(
  condition: ListeningCondition,
  seed: number,
  sounds: SoundLibrary,
): Promise<ListeningResult> {
  const random = new SeededRandom(seed);
  const sampleCount = Math.round(condition.durationSeconds * CHANNEL_RATE_HZ);
  const sound = await soundOf(condition, sampleCount, random, sounds);
  const heard = applyGain(scaleToPeak(sound), random.between(-40, 0));
  const listener = await openListener({ modem: 'tillsong', profile: 'audible-fast' }, CHANNEL_RATE_HZ);
  const begin = performance.now();
  let falseMessageCount = 0;
  for (let start = 0; start < heard.length; start += CHUNK_SAMPLES)
    falseMessageCount += listener.push([heard.subarray(start, start + CHUNK_SAMPLES)]).length;
  falseMessageCount += listener.flush().length;
  return {
    kind: 'listening',
    falseMessageCount,
    lostReasons: listener.lostReasons,
    candidateCounts: candidateCountsOf(heard),
    heardSeconds: condition.durationSeconds,
    decodeSeconds: (performance.now() - begin) / 1000,
  };
}

async function soundOf(
  { sound, noises }: ListeningCondition,
  sampleCount: number,
  random: SeededRandom,
  sounds: SoundLibrary,
): Promise<Float32Array> {
  const quiet = (made: Float32Array) => addWhiteNoise(made, random.between(0, 60), random);
  switch (sound) {
    case 'recordings':
      return recordings(noises, sampleCount, random, sounds);
    case 'white noise':
      return addWhiteNoise(new Float32Array(sampleCount), 0, random);
    case 'speech':
      return quiet((random.below(2) === 0 ? syntheticSpeech : babble)(sampleCount, random));
    case 'music':
      return quiet(melody(sampleCount, random));
    case 'ggwave':
      return quiet(await ggwaveMessages(sampleCount, random));
    case 'DTMF':
      return quiet(await dialling(sampleCount, random));
    case 'sweeps':
      return quiet(await sweeps(sampleCount, random));
  }
}

/**
 * Recordings are short, so each time two are drawn, played at their own speeds (within 1 %) and levels (40 dB), one over the
 * other, from random places on.
 */
async function recordings(
  noises: readonly SoundSource[],
  sampleCount: number,
  random: SeededRandom,
  sounds: SoundLibrary,
): Promise<Float32Array> {
  let heard: Float32Array = new Float32Array(sampleCount);
  for (const levelDb of [0, random.between(-20, 0)]) {
    const recording = await sounds.load(noises[random.below(noises.length)]);
    heard = addNoise(heard, applyClockOffset(recording, random.between(-10000, 10000)), -levelDb, random);
  }
  return heard;
}

/** Runs the receiver's search by itself. */
function candidateCountsOf(heard: Float32Array): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const names of BANDS) {
    const profiles = names.map((name) => PROFILES[name]);
    const { band, detector } = bandSearch(profiles);
    const converter = new DownConverter(band);
    const burstDetector = new BurstDetector(detector);
    const kinds = detector.pairCounts.map((count) => profiles.find(({ preamble }) => preamble.pairCount === count));
    for (const profile of profiles) counts[profile.name] = 0;
    for (let start = 0; start < heard.length; start += CHUNK_SAMPLES) {
      const { re, im } = converter.push(heard.subarray(start, start + CHUNK_SAMPLES));
      for (const { kind } of burstDetector.push(re, im)) counts[kinds[kind]?.name ?? '']++;
    }
  }
  return counts;
}
