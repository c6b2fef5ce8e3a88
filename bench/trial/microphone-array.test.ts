import { describe, expect, test } from '@jest/globals';
import { SeededRandom } from 'tillsong';
import { rms } from 'tillsong/dsp';
import { SoundLibrary } from '../rooms/sound-source.js';
import { type ChannelRecipe, drawChannel, WHITE_NOISE_RECIPE } from './channel-recipe.js';
import { ChannelStream } from './channel-stream.js';
import { MicrophoneArray, type MicrophoneState } from './microphone-array.js';

const SOUNDS = new SoundLibrary();
const TONE = Float32Array.from({ length: 4800 }, (_, n) => Math.sin(n / 5));

function configOf(microphones?: readonly MicrophoneState[], psnrDb = 20) {
  const recipe: ChannelRecipe = { ...WHITE_NOISE_RECIPE, ...(microphones && { microphones }) };
  return { recipe, draw: drawChannel(recipe, new SeededRandom(1)), psnrDb };
}

function open(microphones: readonly MicrophoneState[] | undefined, seed: number): Promise<MicrophoneArray> {
  return MicrophoneArray.open(configOf(microphones), SOUNDS, new SeededRandom(seed));
}

describe('MicrophoneArray', () => {
  test('a single microphone hears what its stream gives, sample for sample (seed 2)', async () => {
    const alone = await ChannelStream.open(configOf(), SOUNDS, new SeededRandom(2));
    const [heard] = (await open(undefined, 2)).send(TONE);
    expect(heard).toEqual(alone.send(TONE));
  });

  test('two hear the same phone and noises of their own (seed 3)', async () => {
    const array = await open(['good', 'good'], 3);
    const [first, second] = array.pause(0.1);
    expect(rms(first)).toBeCloseTo(rms(second), 2);
    const product = first.reduce((sum, x, n) => sum + x * second[n], 0) / first.length;
    expect(Math.abs(product)).toBeLessThan(0.1 * rms(first) ** 2);
    const sung = array.send(TONE);
    for (const heard of sung) expect(rms(heard)).toBeGreaterThan(6 * rms(first));
    expect(array.seconds).toBeCloseTo(0.2, 9);
  });

  test('a dead one gives zeros; a howling one full scale, at no break between two pieces (seed 4)', async () => {
    const array = await open(['dead', 'howling', 'good'], 4);
    const [dead, howling, good] = array.pause(0.1);
    expect(dead.every((x) => x === 0)).toBe(true);
    expect(Math.max(...howling)).toBe(1);
    expect(rms(howling)).toBeGreaterThan(0.8);
    expect(rms(good)).toBeLessThan(0.2);
    const whole = (await open(['dead', 'howling', 'good'], 4)).pause(0.2)[1];
    expect(Float32Array.of(...howling, ...array.pause(0.1)[1])).toEqual(whole);
  });
});
