import { describe, expect, test } from '@jest/globals';
import { simulatedChannelSet } from '../rooms/channel-set.js';
import { SoundLibrary } from '../rooms/sound-source.js';
import { HEARD_SOUNDS, runListening } from './listening-trial.js';

const SOUNDS = new SoundLibrary();

describe('runListening', () => {
  test.each(HEARD_SOUNDS)('%s hold no message, and the preambles believed in are counted (seed 5)', async (sound) => {
    const noises = simulatedChannelSet().noises.map(({ source }) => source);
    const result = await runListening({ kind: 'listening', sound, noises, durationSeconds: 2 }, 5, SOUNDS);
    expect(result).toMatchObject({ falseMessageCount: 0, heardSeconds: 2 });
    expect(Object.keys(result.candidateCounts).length).toBe(4);
  });

  test('the same seed gives the same sounds', async () => {
    const listen = () =>
      runListening({ kind: 'listening', sound: 'sweeps', noises: [], durationSeconds: 1 }, 9, SOUNDS);
    expect({ ...(await listen()), decodeSeconds: 0 }).toEqual({ ...(await listen()), decodeSeconds: 0 });
  });
});
