// A simulated room, for where no measured one is at hand: a direct path, sparse reflections that grow dense, and a diffuse
// tail that decays exponentially and loses its treble first.
// Reference: Kuttruff, "Room Acoustics", ch. 4 (echo density 4 pi c^3 t^2 / V) and ch. 6 (air absorption).

import { assertInteger, assertNumber } from '../../src/shared/assert.js';
import { SeededRandom } from '../../src/shared/seeded-random.js';
import { nearRoom } from './room.js';

const SPEED_OF_SOUND_METERS_PER_SECOND = 343;

/** The direct sound lies here, as far in as in measured sets, so that delays are alike. */
const DIRECT_SECONDS = 0.005;

/** Treble decays this much faster than the middle: measured rooms have 0.46 s at 1-8 kHz and 0.24 s at 16-20 kHz. */
const TREBLE_DECAY_RATIO = 2;
/** Above this frequency the faster decay has set in. */
const TREBLE_CORNER_HZ = 9000;

/** What kind of room. */
export interface SyntheticRoomConfig {
  /** Time in which the middle frequencies decay by 60 dB, in [0.05, 6]. */
  readonly t60Seconds: number;
  /** Direct sound over all that follows, in [-40, 60]. */
  readonly drrDb: number;
  /** Picks one room of the kind: any integer. */
  readonly seed: number;
  /** Volume, which sets how soon the reflections are dense, in [5, 1e6]; 80 when not given. */
  readonly volumeCubicMeters?: number;
  /** 48000 when not given. */
  readonly sampleRateHz?: number;
}

/**
 * @returns an impulse response that ends where the tail is 60 dB down, at 1.5 s at the latest; the direct sound is 1 and at
 *   5 ms, as in measured sets
 * @throws TillsongError `ERR_TYPE` or `ERR_RANGE` for a value outside its range
 */
export function syntheticRoom(config: SyntheticRoomConfig): Float32Array {
  const { t60Seconds, drrDb, seed, volumeCubicMeters = 80, sampleRateHz = 48000 } = config;
  assertNumber('t60Seconds', t60Seconds, 0.05, 6);
  assertNumber('volumeCubicMeters', volumeCubicMeters, 5, 1e6);
  assertInteger('sampleRateHz', sampleRateHz, 8000, 192000);
  const random = new SeededRandom(seed);
  const direct = Math.round(DIRECT_SECONDS * sampleRateHz);
  const room = new Float32Array(direct + Math.ceil(Math.min(t60Seconds, 1.5) * sampleRateHz));
  const reflections = reflectionTrain(room.length - direct, volumeCubicMeters, sampleRateHz, random);
  dampen(reflections, t60Seconds, sampleRateHz);
  room.set(reflections, direct);
  // As high as the highest reflection, so that it is what counts as the direct sound while the ratio is set.
  room[direct] = reflections.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
  const near = nearRoom(room, drrDb, sampleRateHz);
  const scale = 1 / near[direct];
  return near.map((x) => x * scale);
}

/** Reflections of random sign as a Poisson process whose rate grows with t^2, each as high as its path leaves it (1 / t). */
function reflectionTrain(
  count: number,
  volumeCubicMeters: number,
  sampleRateHz: number,
  random: SeededRandom,
): Float64Array {
  const train = new Float64Array(count);
  const meanPath = volumeCubicMeters ** (1 / 3);
  const densityFactor = (4 * Math.PI * SPEED_OF_SOUND_METERS_PER_SECOND ** 3) / volumeCubicMeters / sampleRateHz;
  const first = Math.ceil((0.5 * meanPath * sampleRateHz) / SPEED_OF_SOUND_METERS_PER_SECOND);
  for (let n = first; n < count; n++) {
    const seconds = n / sampleRateHz;
    const expected = densityFactor * seconds * seconds; // arrivals within this sample
    // Energy per sample stays constant once arrivals are dense (1 / t^2 spreading times t^2 arrivals).
    if (expected < 1) {
      if (random.uniform() < expected) train[n] = Math.sign(random.uniform() - 0.5) / Math.sqrt(expected);
    } else {
      train[n] = random.normal();
    }
  }
  return train;
}

/** Splits the train at the treble corner by a one-pole filter and lets each part decay at its own rate. */
function dampen(train: Float64Array, t60Seconds: number, sampleRateHz: number): void {
  const decayPerSample = Math.log(1000) / (t60Seconds * sampleRateHz); // 60 dB
  const pole = Math.exp((-2 * Math.PI * TREBLE_CORNER_HZ) / sampleRateHz);
  let low = 0;
  for (let n = 0; n < train.length; n++) {
    low = pole * low + (1 - pole) * train[n];
    const high = train[n] - low;
    train[n] = Math.exp(-decayPerSample * n) * (low + high * Math.exp(-decayPerSample * (TREBLE_DECAY_RATIO - 1) * n));
  }
}
