// Sounds that are made like ours but are not ours: what a receiver must not take for a message.

import type { SeededRandom } from 'tillsong';
import { GGWAVE_PROTOCOLS, openGgwave } from '../peers/ggwave-modem.js';
import { CHANNEL_RATE_HZ } from '../rooms/sound-source.js';

/** Keys of a telephone: a low and a high tone each (ITU-T Q.23). */
const DTMF_LOW_HZ = [697, 770, 852, 941];
const DTMF_HIGH_HZ = [1209, 1336, 1477, 1633];

/** Fills a stretch with sounds, one after the other with pauses between. */
async function inTurn(
  sampleCount: number,
  random: SeededRandom,
  pauseSeconds: readonly [number, number],
  make: () => Float32Array | Promise<Float32Array>,
): Promise<Float32Array> {
  const out = new Float32Array(sampleCount);
  let at = Math.round(random.between(...pauseSeconds) * CHANNEL_RATE_HZ);
  while (at < sampleCount) {
    const sound = await make();
    out.set(sound.subarray(0, sampleCount - at), at);
    at += sound.length + Math.round(random.between(...pauseSeconds) * CHANNEL_RATE_HZ);
  }
  return out;
}

/** Messages of the npm `ggwave`, any protocol, 1 to 140 bytes. */
export function ggwaveMessages(sampleCount: number, random: SeededRandom): Promise<Float32Array> {
  return inTurn(sampleCount, random, [0.1, 1], async () => {
    const protocol = GGWAVE_PROTOCOLS[random.below(GGWAVE_PROTOCOLS.length)];
    const singer = (await openGgwave()).singer(protocol, random.bytes(1 + random.below(140)));
    return singer.next();
  });
}

/** Somebody dials: keys of 40 to 200 ms. */
export function dialling(sampleCount: number, random: SeededRandom): Promise<Float32Array> {
  return inTurn(sampleCount, random, [0.04, 0.4], () => {
    const lowHz = DTMF_LOW_HZ[random.below(4)];
    const highHz = DTMF_HIGH_HZ[random.below(4)];
    const step = (2 * Math.PI) / CHANNEL_RATE_HZ;
    return Float32Array.from(
      { length: Math.round(random.between(0.04, 0.2) * CHANNEL_RATE_HZ) },
      (_, n) => (Math.sin(step * lowHz * n) + Math.sin(step * highHz * n)) / 2,
    );
  });
}

/**
 * Sweeps as measuring instruments, bats and other modems make them: straight or exponential, up or down, 5 ms to 2 s, single
 * or in rows. One in four has the slope and about the band of a chirp of ours.
 */
export function sweeps(sampleCount: number, random: SeededRandom): Promise<Float32Array> {
  return inTurn(sampleCount, random, [0.01, 0.3], () => {
    const isLikeOurs = random.below(4) === 0;
    const isHigh = random.below(2) === 1;
    const [lowHz, highHz, seconds] = isLikeOurs
      ? isHigh
        ? [17600, 20000, 0.03]
        : [2000, 8000, 0.015]
      : [random.between(100, 10000), random.between(10000, 22000), random.between(0.005, 2)];
    const isExponential = !isLikeOurs && random.below(2) === 1;
    const repeats = 1 + random.below(6);
    const length = Math.round(seconds * CHANNEL_RATE_HZ);
    const out = new Float32Array(repeats * length);
    let cycles = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const isUp = random.below(2) === 1;
      for (let n = 0; n < length; n++) {
        const part = isUp ? n / length : 1 - n / length;
        cycles +=
          (isExponential ? lowHz * (highHz / lowHz) ** part : lowHz + (highHz - lowHz) * part) / CHANNEL_RATE_HZ;
        out[repeat * length + n] = Math.sin(2 * Math.PI * (cycles - Math.floor(cycles)));
      }
    }
    return out;
  });
}
