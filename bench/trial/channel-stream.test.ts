import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from 'tillsong';
import { noiseRmsAtPsnr, peakOf, rms } from 'tillsong/dsp';
import { simulatedChannelSet, sourcesFor } from '../rooms/channel-set.js';
import { SoundLibrary } from '../rooms/sound-source.js';
import { type ChannelRecipe, drawChannel, WHITE_NOISE_RECIPE } from './channel-recipe.js';
import { ChannelStream } from './channel-stream.js';

const SOUNDS = new SoundLibrary();
const CHANNELS = simulatedChannelSet();
const ROOMS: ChannelRecipe = {
  rooms: sourcesFor(CHANNELS.rooms, [2000, 8000]),
  noises: sourcesFor(CHANNELS.noises, [2000, 8000]),
  devices: sourcesFor(CHANNELS.devices, [2000, 8000]),
  nearDrrDb: [2, 16],
  clockOffsetPpm: [-60, 60],
  speedMetersPerSecond: [-0.3, 0.3],
};
const TONE = Float32Array.from({ length: 24000 }, (_, n) => 0.1 * Math.sin(n / 3));

function open(recipe: ChannelRecipe, psnrDb: number, seed: number): Promise<ChannelStream> {
  const random = new SeededRandom(seed);
  return ChannelStream.open({ recipe, draw: drawChannel(recipe, random), psnrDb }, SOUNDS, random);
}

describe('drawChannel', () => {
  test('every seed draws a room, a noise, a device, a clock and a speed within their ranges (seeds 0 to 99)', () => {
    const draws = Array.from({ length: 100 }, (_, seed) => drawChannel(ROOMS, new SeededRandom(seed)));
    for (const draw of draws) {
      expect(Math.abs(draw.clockOffsetPpm)).toBeLessThanOrEqual(60);
      expect(Math.abs(draw.speedMetersPerSecond)).toBeLessThanOrEqual(0.3);
      expect(draw.drrDb).toBeGreaterThanOrEqual(2);
      expect(draw.drrDb).toBeLessThanOrEqual(16);
    }
    for (const part of ['room', 'noise', 'device'] as const) {
      expect(new Set(draws.map((draw) => draw[part]?.name)).size).toBe(ROOMS[`${part}s`].length);
    }
  });

  test('in turn every room meets every noise once in as many trials as there are pairs', () => {
    const recipe = { ...ROOMS, takesTurns: true, rooms: ROOMS.rooms.slice(0, 4), noises: ROOMS.noises.slice(0, 6) };
    const pairs = Array.from({ length: 24 }, (_, i) => {
      const { room, noise } = drawChannel(recipe, new SeededRandom(i), 100 + i);
      return `${room?.name}/${noise?.name}`;
    });
    expect(new Set(pairs).size).toBe(24);
  });

  test('white noise alone has no room, no device and no motion', () => {
    const { leadSeconds, tailSeconds, ...rest } = drawChannel(WHITE_NOISE_RECIPE, new SeededRandom(1));
    expect(rest).toEqual({ clockOffsetPpm: 0, speedMetersPerSecond: 0 });
    expect(Math.min(leadSeconds, tailSeconds)).toBeGreaterThanOrEqual(0.3);
  });
});

describe('ChannelStream', () => {
  test('what arrives has peak 1 and the noise around it the level of the PSNR (seed 1)', async () => {
    const stream = await open(WHITE_NOISE_RECIPE, 30, 1);
    expect(rms(stream.pause(0.5))).toBeCloseTo(noiseRmsAtPsnr(30), 3);
    expect(rms(stream.send(TONE))).toBeCloseTo(Math.SQRT1_2, 2);
    expect(stream.seconds).toBe(1);
  });

  test('the second transmission has the gain of the first, and the echoes of both ring on (seed 1)', async () => {
    const stream = await open({ ...WHITE_NOISE_RECIPE, rooms: ROOMS.rooms.slice(4, 5) }, 90, 1);
    const first = stream.send(TONE);
    const ringing = stream.pause(0.2);
    const second = stream.send(TONE.map((x) => x / 4));
    expect(peakOf(first)).toBeGreaterThan(0.7);
    expect(rms(ringing)).toBeGreaterThan(0.01);
    expect(rms(second)).toBeLessThan(rms(first) / 2);
  });

  test('with the energy kept a room changes the peak alone (seed 1)', async () => {
    const stream = await open({ ...WHITE_NOISE_RECIPE, rooms: ROOMS.rooms.slice(1, 2), hasEnergyKept: true }, 90, 1);
    const pieces = [stream.send(TONE), stream.pause(2)];
    const energy = pieces.reduce((sum, piece) => sum + rms(piece) ** 2 * piece.length, 0);
    expect(energy / (rms(TONE) ** 2 * TONE.length)).toBeCloseTo(100, 1); // the tone's peak is 0.1
  });

  test('the receiver hears its own rate, and -60 dBFS as 16-bit steps (seed 2)', async () => {
    const stream = await open({ ...WHITE_NOISE_RECIPE, receiverRateHz: 44100, levelDbfs: -60 }, 30, 2);
    const heard = stream.send(TONE);
    expect(Math.abs(heard.length - 22050)).toBeLessThan(100);
    expect(heard.every((x) => Number.isInteger(x * 32768))).toBe(true);
    expect(peakOf(heard)).toBeLessThan(0.0013);
  });

  test('a gain step of 12 dB leaves one part at full level and one at a quarter (seed 3)', async () => {
    const stream = await open({ ...WHITE_NOISE_RECIPE, gainStepDb: 12 }, 90, 3);
    const heard = stream.send(TONE);
    const levels = [rms(heard.subarray(0, 5000)), rms(heard.subarray(19000))].sort();
    expect(levels[1] / levels[0]).toBeCloseTo(10 ** (12 / 20), 1);
  });

  test('a tone, clicks and an offset are heard in the pauses too (seed 4)', async () => {
    const tone = await open({ ...WHITE_NOISE_RECIPE, tone: { amplitude: 1, frequencyHz: [3000, 4000] } }, 90, 4);
    expect(rms(tone.pause(0.5))).toBeCloseTo(Math.SQRT1_2, 2);
    const clicks = await open(
      { ...WHITE_NOISE_RECIPE, clicks: { clicksPerSecond: 10, amplitude: 0.5 }, dcOffset: 2 },
      90,
      4,
    );
    const heard = clicks.pause(1);
    expect(heard.reduce((sum, x) => sum + x, 0) / heard.length).toBeCloseTo(2, 1);
    expect(peakOf(heard)).toBeGreaterThan(2.1);
  });
});
