// What lies between transmitter and receiver, as plain data: what may be drawn, and one draw of it. channel-stream.ts lets the
// sound through.

import type { ProfileName, SeededRandom } from 'tillsong';
import type { SoundSource } from '../rooms/sound-source.js';
import type { MicrophoneState } from './microphone-array.js';

/** From and to; equal for a fixed value. */
export type Range = readonly [number, number];

/** What channels to draw. An empty list or an absent field means that nothing of the kind happens. */
export interface ChannelRecipe {
  /** Rooms and noises come in turn instead of by chance: as many trials as there are pairs meet every pair once. */
  readonly takesTurns?: boolean;
  readonly rooms: readonly SoundSource[];
  /** Direct-to-reverberant ratio that the room's direct sound is raised to; absent: the room as measured. */
  readonly nearDrrDb?: Range;
  /** Recorded noises; none means white noise. */
  readonly noises: readonly SoundSource[];
  readonly devices: readonly SoundSource[];
  readonly clockOffsetPpm: Range;
  readonly speedMetersPerSecond: Range;
  /** A hand that comes near at this speed, holds still and leaves, within 1.2 s or the transmission's time; see visit.ts. */
  readonly visitSpeedMetersPerSecond?: number;
  /** Scales what arrives to the energy of the transmission instead of to peak 1. */
  readonly hasEnergyKept?: boolean;
  readonly clipDb?: number;
  readonly isInverted?: boolean;
  /** A tone of this amplitude, where the transmission has peak 1, at a frequency drawn from the range. */
  readonly tone?: { readonly amplitude: number; readonly frequencyHz: Range };
  readonly clicks?: { readonly clicksPerSecond: number; readonly amplitude: number };
  /** The level falls by this or rises by it, once, at a place drawn within the middle half of each transmission. */
  readonly gainStepDb?: number;
  readonly dcOffset?: number;
  /** Another phone that sings another message all the while, its level against the first. */
  readonly otherPhone?: { readonly profile: ProfileName; readonly levelDb: number };
  /** Peak of the transmission at the converter; 16 bits follow. 0 when absent. */
  readonly levelDbfs?: number;
  /** Several hear the same phone, each with noise of its own; one good microphone when absent. */
  readonly microphones?: readonly MicrophoneState[];
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

/**
 * @param turn - whose turn it is, where rooms and noises come in turn: any integer from 0
 * @returns one channel; the same recipe, randomness and turn give the same
 */
export function drawChannel(recipe: ChannelRecipe, random: SeededRandom, turn = 0): ChannelDraw {
  const { rooms, noises, takesTurns } = recipe;
  const drawnRoom = pick(rooms, random);
  const drawnNoise = pick(noises, random);
  // Of R rooms and N noises, turns r, r + R, r + 2R ... give room r with the noises r, r + 1, r + 2 ... modulo N.
  const roomTurn = turn % Math.max(1, rooms.length);
  const room = takesTurns ? rooms[roomTurn] : drawnRoom;
  const noiseTurn = roomTurn + Math.floor(turn / Math.max(1, rooms.length));
  const noise = takesTurns ? noises[noiseTurn % Math.max(1, noises.length)] : drawnNoise;
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
