// What lies between transmitter and receiver in one trial: a recipe of what may be drawn, the draw, and the sound through it.
//
//   transmission -> [48 kHz] -> overdrive -> room -> device -> motion and clock -> level -> noise before, during and after
//                -> polarity, gain -> [receiver's rate] -> 16 bits
//
// Level: after room, device and motion the sound is scaled to peak 1 again, then noise of RMS sqrt(0.5 / 10^(PSNR / 10)) in
// 0-24 kHz is added. So PSNR holds at the microphone: distance, and what room and device take of the whole band, are in it. What
// they add to the ratio of peak to average is paid, 4 to 10 dB in the measured rooms. With `hasEnergyKept` the sound is scaled to
// the energy of the transmission at peak 1 instead, so that rooms cost only what they do to the shape of the signal.

import type { SeededRandom } from 'tillsong';
import {
  addNoise,
  addWhiteNoise,
  applyClockOffset,
  applyDevice,
  applyGain,
  applyMotion,
  applyRoom,
  clip,
  invertPolarity,
  nearRoom,
  quantise,
  resample,
  rms,
  scaleToPeak,
} from 'tillsong/dsp';
import { CHANNEL_RATE_HZ, type SoundLibrary, type SoundSource } from '../rooms/sound-source.js';

/** From and to; equal for a fixed value. */
export type Range = readonly [number, number];

/** What channels to draw. An empty list or an absent field means that nothing of the kind happens. */
export interface ChannelRecipe {
  readonly rooms: readonly SoundSource[];
  /** Direct-to-reverberant ratio that the room's direct sound is raised to; absent: the room as measured. */
  readonly nearDrrDb?: Range;
  /** Recorded noises; none means white noise. */
  readonly noises: readonly SoundSource[];
  readonly devices: readonly SoundSource[];
  readonly clockOffsetPpm: Range;
  readonly speedMetersPerSecond: Range;
  /** Scales what arrives to the energy of the transmission instead of to peak 1. */
  readonly hasEnergyKept?: boolean;
  readonly clipDb?: number;
  readonly isInverted?: boolean;
  /** Peak of the transmission at the converter; 16 bits follow. 0 when absent. */
  readonly levelDbfs?: number;
  /** 48000 when absent. */
  readonly transmitterRateHz?: number;
  /** 48000 when absent. */
  readonly receiverRateHz?: number;
}

/** White noise alone. */
export const WHITE_NOISE_RECIPE: ChannelRecipe = {
  rooms: [],
  noises: [],
  devices: [],
  clockOffsetPpm: [0, 0],
  speedMetersPerSecond: [0, 0],
};

/** One channel, drawn from a recipe. */
export interface ChannelDraw {
  readonly room?: SoundSource;
  readonly drrDb?: number;
  readonly noise?: SoundSource;
  readonly device?: SoundSource;
  readonly clockOffsetPpm: number;
  readonly speedMetersPerSecond: number;
  /** Noise alone before and after the transmission. */
  readonly leadSeconds: number;
  readonly tailSeconds: number;
}

function pick<T>(choices: readonly T[], random: SeededRandom): T | undefined {
  const index = random.below(Math.max(1, choices.length)); // always one draw, so that seeds stay comparable
  return choices[index];
}

/** @returns one channel; the same recipe and randomness give the same */
export function drawChannel(recipe: ChannelRecipe, random: SeededRandom): ChannelDraw {
  const room = pick(recipe.rooms, random);
  const noise = pick(recipe.noises, random);
  const device = pick(recipe.devices, random);
  const drrDb = random.between(...(recipe.nearDrrDb ?? [0, 0]));
  return {
    ...(room && { room }),
    ...(room && recipe.nearDrrDb && { drrDb }),
    ...(noise && { noise }),
    ...(device && { device }),
    clockOffsetPpm: random.between(...recipe.clockOffsetPpm),
    speedMetersPerSecond: random.between(...recipe.speedMetersPerSecond),
    leadSeconds: random.between(0.3, 1),
    tailSeconds: random.between(0.3, 1),
  };
}

/**
 * Sends one transmission through a channel.
 *
 * @param transmission - at the recipe's transmitter rate
 * @param psnrDb - full-scale sine over noise in 0-24 kHz, for what arrives scaled as the recipe says
 * @returns what a receiver hears at its rate
 */
export async function throughChannel(
  transmission: Float32Array,
  psnrDb: number,
  recipe: ChannelRecipe,
  draw: ChannelDraw,
  sounds: SoundLibrary,
  random: SeededRandom,
): Promise<Float32Array> {
  const sound = await throughAir(transmission, recipe, draw, sounds);
  const arrived = recipe.hasEnergyKept ? scaleToEnergy(sound, transmission, recipe) : scaleToPeak(sound);
  const padded = new Float32Array(Math.round((draw.leadSeconds + draw.tailSeconds) * CHANNEL_RATE_HZ) + arrived.length);
  padded.set(arrived, Math.round(draw.leadSeconds * CHANNEL_RATE_HZ));
  const noisy = draw.noise
    ? addNoise(padded, await sounds.load(draw.noise), psnrDb, random)
    : addWhiteNoise(padded, psnrDb, random);
  const turned = recipe.isInverted ? invertPolarity(noisy) : noisy;
  const levelled = recipe.levelDbfs === undefined ? turned : applyGain(turned, recipe.levelDbfs);
  const heard = resample(levelled, CHANNEL_RATE_HZ, recipe.receiverRateHz ?? CHANNEL_RATE_HZ);
  return recipe.levelDbfs === undefined ? heard : quantise(heard, 16);
}

function scaleToEnergy(sound: Float32Array, transmission: Float32Array, recipe: ChannelRecipe): Float32Array {
  const sentSeconds = transmission.length / (recipe.transmitterRateHz ?? CHANNEL_RATE_HZ);
  const sentEnergy = rms(scaleToPeak(transmission)) ** 2 * sentSeconds;
  const energy = rms(sound) ** 2 * (sound.length / CHANNEL_RATE_HZ);
  return applyGain(sound, 10 * Math.log10(sentEnergy / energy));
}

async function throughAir(
  transmission: Float32Array,
  recipe: ChannelRecipe,
  draw: ChannelDraw,
  sounds: SoundLibrary,
): Promise<Float32Array> {
  let sound = resample(transmission, recipe.transmitterRateHz ?? CHANNEL_RATE_HZ, CHANNEL_RATE_HZ);
  if (recipe.clipDb !== undefined) sound = clip(sound, recipe.clipDb);
  if (draw.room) {
    const room = await sounds.load(draw.room);
    sound = applyRoom(sound, draw.drrDb === undefined ? room : nearRoom(room, draw.drrDb));
  }
  if (draw.device) sound = applyDevice(sound, await sounds.load(draw.device));
  if (draw.speedMetersPerSecond !== 0) sound = applyMotion(sound, draw.speedMetersPerSecond);
  if (draw.clockOffsetPpm !== 0) sound = applyClockOffset(sound, draw.clockOffsetPpm);
  return sound;
}
