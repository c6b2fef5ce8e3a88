import { describe, expect, test } from '@jest/globals';
import { PROFILE_NAMES, SeededRandom } from 'tillsong';
import { applyGain, noiseRmsAtPsnr, rms } from 'tillsong/dsp';
import { simulatedChannelSet, sourcesFor } from '../rooms/channel-set.js';
import { SoundLibrary } from '../rooms/sound-source.js';
import { type BenchContext, inTurn } from './bench-context.js';
import { airtimeSeconds } from './burst-energy.js';
import { type ChannelRecipe, drawChannel, throughChannel, WHITE_NOISE_RECIPE } from './channel-recipe.js';
import { runJob } from './job.js';
import { measureRooms } from './room-tests.js';
import { runListening, runTrial } from './trial.js';

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

describe('airtimeSeconds', () => {
  test('counts from the first to the last sample above -50 dB of the peak', () => {
    const burst = new Float32Array(4800);
    burst.set([0.001, 0.5, 0, -0.2, 0.0015], 1000);
    expect(airtimeSeconds(burst, 48000)).toBeCloseTo(3 / 48000, 9);
    expect(airtimeSeconds(applyGain(burst, -40), 48000)).toBeCloseTo(3 / 48000, 9);
    expect(airtimeSeconds(new Float32Array(10), 48000)).toBe(0);
  });
});

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

  test('white noise alone has no room, no device and no motion', () => {
    const { leadSeconds, tailSeconds, ...rest } = drawChannel(WHITE_NOISE_RECIPE, new SeededRandom(1));
    expect(rest).toEqual({ clockOffsetPpm: 0, speedMetersPerSecond: 0 });
    expect(Math.min(leadSeconds, tailSeconds)).toBeGreaterThanOrEqual(0.3);
  });
});

describe('throughChannel', () => {
  const tone = Float32Array.from({ length: 24000 }, (_, n) => 0.1 * Math.sin(n / 3));

  test('what arrives has peak 1 and the noise around it the level of the PSNR (seed 1)', async () => {
    const random = new SeededRandom(1);
    const draw = drawChannel(WHITE_NOISE_RECIPE, random);
    const heard = await throughChannel(tone, 30, WHITE_NOISE_RECIPE, draw, SOUNDS, random);
    const lead = Math.round(draw.leadSeconds * 48000);
    expect(rms(heard.subarray(0, lead))).toBeCloseTo(noiseRmsAtPsnr(30), 3);
    expect(rms(heard.subarray(lead, lead + 24000))).toBeCloseTo(Math.SQRT1_2, 2);
  });

  test('a room changes the peak; with the energy kept it changes that alone (seed 1)', async () => {
    const recipe = { ...WHITE_NOISE_RECIPE, rooms: ROOMS.rooms.slice(1, 2), hasEnergyKept: true };
    const random = new SeededRandom(1);
    const heard = await throughChannel(tone, 90, recipe, drawChannel(recipe, random), SOUNDS, random);
    const energy = (samples: Float32Array) => rms(samples) ** 2 * samples.length;
    expect(energy(heard) / energy(tone)).toBeCloseTo(100, 1); // the tone's peak is 0.1
  });

  test('the receiver hears its own rate, and -60 dBFS as 16-bit steps (seed 2)', async () => {
    const recipe = { ...WHITE_NOISE_RECIPE, receiverRateHz: 44100, levelDbfs: -60 };
    const random = new SeededRandom(2);
    const draw = drawChannel(recipe, random);
    const heard = await throughChannel(tone, 30, recipe, draw, SOUNDS, random);
    const seconds = Math.round((draw.leadSeconds + draw.tailSeconds) * 48000) / 48000 + 0.5;
    expect(heard.length).toBe(Math.ceil(seconds * 44100));
    expect(heard.every((x) => Number.isInteger(x * 32768))).toBe(true);
    expect(heard.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThan(0.0013);
  });
});

describe('runTrial', () => {
  test.each(PROFILE_NAMES)(
    '%s: 12 bytes come through clean noise, once, and again the same (seed 3)',
    async (profile) => {
      const condition = { profile, payloadByteCount: 12, psnrDb: 20, recipe: WHITE_NOISE_RECIPE };
      const result = await runTrial(condition, 3, SOUNDS);
      expect(result).toMatchObject({ isDelivered: true, falseMessageCount: 0, lostReasons: [] });
      const again = await runTrial(condition, 3, SOUNDS);
      expect({ ...again, decodeSeconds: 0 }).toEqual({ ...result, decodeSeconds: 0 });
    },
  );

  test('nothing comes out of noise that is too strong, and that is told (seed 4)', async () => {
    const condition = {
      profile: 'audible-fast',
      payloadByteCount: 12,
      psnrDb: -30,
      recipe: WHITE_NOISE_RECIPE,
    } as const;
    expect(await runTrial(condition, 4, SOUNDS)).toMatchObject({ isDelivered: false, falseMessageCount: 0 });
  });
});

describe('runListening', () => {
  test('music and speech hold no message (seed 5)', async () => {
    const noises = CHANNELS.noises.map(({ source }) => source).filter(({ name }) => /Speech|melody/.test(name));
    const result = await runListening(noises, 3, 5, SOUNDS);
    expect(result).toMatchObject({ falseMessageCount: 0, heardSeconds: 3 });
  });
});

describe('measureRooms', () => {
  test('counts what came through near rooms, by room, noise and device (seeds 6 to 8)', async () => {
    const context: BenchContext = {
      run: (jobs) => inTurn(jobs, (job) => runJob(job, SOUNDS)),
      channels: { ...CHANNELS, rooms: CHANNELS.rooms.slice(0, 2), noises: CHANNELS.noises.slice(0, 1) },
      payloadByteCount: 12,
      runCount: 3,
      seed: 6,
    };
    const [entry] = await measureRooms('near', 'audible-fast', context, [25]);
    expect(entry).toMatchObject({ part: 'near', psnrDb: 25, falseMessageCount: 0, delivery: { runCount: 3 } });
    expect(entry.delivery.successCount).toBeGreaterThanOrEqual(2);
    expect(Object.keys(entry.breakdown ?? {}).some((key) => key.startsWith('room '))).toBe(true);
  });
});
