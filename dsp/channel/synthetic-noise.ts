// Noise of our own making, for where no recording is at hand or none may be shipped: machines, coins, electronics.
// Every function gives `count` samples at an RMS of 0.1 (-20 dBFS), the level of the recorded sets.

import { assertInteger } from '../../src/shared/assert.js';
import type { SeededRandom } from '../../src/shared/seeded-random.js';
import { rms } from './noise.js';

const LEVEL_RMS = 0.1;

/** A maker of noise: how many samples, from which randomness, at which rate (48000 when not given). */
export type NoiseMaker = (count: number, random: SeededRandom, sampleRateHz?: number) => Float32Array;

/** @returns the samples scaled to an RMS of 0.1; silence stays as it is */
export function toNoiseLevel(samples: Float32Array): Float32Array {
  const present = rms(samples);
  return present > 0 ? samples.map((x) => (x * LEVEL_RMS) / present) : samples;
}

/** Pole of a one-pole low-pass filter, y += (1 - pole) (x - y), with its -3 dB point at about cornerHz. */
function onePole(cornerHz: number, sampleRateHz: number): number {
  return Math.exp((-2 * Math.PI * cornerHz) / sampleRateHz);
}

/** A sine that dies away; `secondsToE` is the time in which it falls to 1/e, Infinity for a steady one. */
interface Ringing {
  readonly frequencyHz: number;
  readonly amplitude: number;
  readonly phaseRad: number;
  readonly secondsToE: number;
}

/** Adds a sine from a sample on, by the recurrence y[n] = 2 r cos(w) y[n-1] - r^2 y[n-2]: no sine call a sample. */
function addRinging(out: Float32Array, start: number, ringing: Ringing, sampleRateHz: number): void {
  const { frequencyHz, amplitude, phaseRad, secondsToE } = ringing;
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
  const radius = Math.exp(-1 / (secondsToE * sampleRateHz));
  const end = Math.min(out.length, start + Math.ceil(7 * secondsToE * sampleRateHz)); // 60 dB down
  const feedback = 2 * radius * Math.cos(step);
  let last = (amplitude * Math.sin(phaseRad - step)) / radius;
  let beforeLast = (amplitude * Math.sin(phaseRad - 2 * step)) / (radius * radius);
  for (let n = start; n < end; n++) {
    const y = feedback * last - radius * radius * beforeLast;
    out[n] += y;
    beforeLast = last;
    last = y;
  }
}

/** Electronics: white up to 7 kHz, then falling gently. */
export const hiss: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const pole = onePole(7000, sampleRateHz);
  let y = 0;
  return toNoiseLevel(
    Float32Array.from({ length: count }, () => {
      y += (1 - pole) * (random.normal() - y);
      return y;
    }),
  );
};

/**
 * A compressor, as in a vending machine: harmonics of 50 Hz that beat slowly, a rumble below 300 Hz and a fan whose noise is
 * 40 dB lower at 18 kHz than at the bottom.
 */
export const compressorHum: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const mainsHz = random.between(49.8, 50.2);
  const out = new Float32Array(count);
  for (let harmonic = 1; harmonic <= 40; harmonic++) {
    const amplitude = random.between(0.3, 1) * harmonic ** -0.9 * (harmonic % 2 === 0 ? 1.6 : 1);
    const beatHz = random.between(0.3, 3);
    for (const [part, offsetHz] of [
      [1, 0],
      [0.2, beatHz],
    ]) {
      const frequencyHz = harmonic * mainsHz + offsetHz;
      const phaseRad = random.between(0, 2 * Math.PI);
      const steady = { frequencyHz, amplitude: part * amplitude, phaseRad, secondsToE: Number.POSITIVE_INFINITY };
      addRinging(out, 0, steady, sampleRateHz);
    }
  }
  addRumbleAndFan(out, random, sampleRateHz);
  return toNoiseLevel(out);
};

function addRumbleAndFan(out: Float32Array, random: SeededRandom, sampleRateHz: number): void {
  const rumblePole = onePole(300, sampleRateHz);
  const fanPole = onePole(1500, sampleRateHz);
  let [rumbleFirst, rumble, fanFirst, fan] = [0, 0, 0, 0];
  for (let n = 0; n < out.length; n++) {
    rumbleFirst += (1 - rumblePole) * (random.normal() - rumbleFirst);
    rumble += (1 - rumblePole) * (rumbleFirst - rumble);
    fanFirst += (1 - fanPole) * (random.normal() - fanFirst);
    fan += (1 - fanPole) * (fanFirst - fan);
    out[n] += 4 * rumble + 1.5 * fan;
  }
}

/**
 * Coins that drop: about two a second, each bouncing with shorter and shorter gaps and ringing in tones from 2 to 17 kHz that
 * fit no harmonic row.
 */
export const coinClicks: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const out = new Float32Array(count);
  let start = random.between(0, 0.3) * sampleRateHz;
  while (start < count) {
    const modes = Array.from({ length: 7 }, () => ({
      frequencyHz: random.between(2000, 17000),
      amplitude: random.between(0.2, 1),
      phaseRad: 0,
      secondsToE: random.between(0.004, 0.05),
    }));
    let gapSeconds = random.between(0.06, 0.15);
    let height = random.between(0.3, 1);
    for (let bounce = start; gapSeconds > 0.004; bounce += gapSeconds * sampleRateHz) {
      for (const mode of modes)
        addRinging(out, Math.floor(bounce), { ...mode, amplitude: height * mode.amplitude }, sampleRateHz);
      gapSeconds *= random.between(0.6, 0.85);
      height *= random.between(0.55, 0.85);
    }
    start += (0.1 - 0.5 * Math.log(1 - random.uniform())) * sampleRateHz;
  }
  return toNoiseLevel(out);
};

/** Music of a kind: plucked chords and a melody of sixteenths, up to 16 harmonics a note. */
export const melody: NoiseMaker = (count, random, sampleRateHz = 48000) => {
  assertInteger('count', count, 0, Number.MAX_SAFE_INTEGER);
  const out = new Float32Array(count);
  const scale = [0, 2, 4, 7, 9, 12, 14, 16]; // major pentatonic, in semitones
  const noteSamples = Math.round(random.between(0.1, 0.18) * sampleRateHz);
  for (let start = 0, note = 0; start < count; start += noteSamples, note++) {
    const pitch = scale[random.below(scale.length)];
    pluck(out, start, 440 * 2 ** (pitch / 12), sampleRateHz);
    if (note % 8 === 0) for (const chord of [0, 4, 7]) pluck(out, start, 220 * 2 ** (chord / 12), sampleRateHz);
  }
  return toNoiseLevel(out);
};

/** A plucked string: harmonic h is 1/h high and dies away h times as fast. */
function pluck(out: Float32Array, start: number, pitchHz: number, sampleRateHz: number): void {
  for (let harmonic = 1; harmonic <= 16 && harmonic * pitchHz < 0.45 * sampleRateHz; harmonic++) {
    const frequencyHz = harmonic * pitchHz;
    const ringing = { frequencyHz, amplitude: 1 / harmonic, phaseRad: 0, secondsToE: 0.5 / harmonic };
    addRinging(out, start, ringing, sampleRateHz);
  }
}
