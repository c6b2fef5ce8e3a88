import { describe, expect, test } from '@jest/globals';
import { applyRoom, directToReverberantDb, findDirectSound, nearRoom } from './room.js';
import { syntheticRoom } from './synthetic-room.js';

/** A direct sound of 1 at sample 240 and one echo 10 ms later. */
function oneEcho(echo: number): Float32Array {
  const room = new Float32Array(1000);
  room[240] = 1;
  room[720] = echo;
  return room;
}

function energyDb(samples: Float32Array): number {
  return 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0));
}

describe('findDirectSound', () => {
  test('it lies from 24 samples before the peak to 120 after it at 48 kHz', () => {
    expect(findDirectSound(oneEcho(0.5))).toEqual({ startSamples: 216, peakSamples: 240, endSamples: 361 });
  });

  test('a later, stronger echo is not taken for it as long as it is below four times as high', () => {
    expect(findDirectSound(oneEcho(-3)).peakSamples).toBe(240);
    expect(findDirectSound(oneEcho(-5)).peakSamples).toBe(720);
  });

  test('a rising flank is followed to its peak', () => {
    const room = oneEcho(0.2);
    room.set([0.3, 0.5, 0.8], 237);
    expect(findDirectSound(room).peakSamples).toBe(240);
  });
});

describe('nearRoom', () => {
  test('an echo of 0.5 is 6 dB below the direct sound', () => {
    expect(directToReverberantDb(oneEcho(0.5))).toBeCloseTo(6.02, 2);
  });

  test.each([-5, 2, 9, 16])('sets the direct sound %i dB over all that follows and leaves that alone', (drrDb) => {
    const near = nearRoom(oneEcho(0.5), drrDb);
    expect(directToReverberantDb(near)).toBeCloseTo(drrDb, 3);
    expect(near[720]).toBe(0.5);
  });

  test('a room without echo is passed on', () => {
    expect(nearRoom(oneEcho(0), 10)).toEqual(oneEcho(0));
  });

  test('an empty response and a ratio that is no number are refused', () => {
    expect(() => nearRoom(new Float32Array(0), 3)).toThrow(/^impulseResponse: expected length/);
    expect(() => nearRoom(oneEcho(1), Number.NaN)).toThrow(/^drrDb: expected number/);
  });
});

describe('applyRoom', () => {
  test('an echo comes back after its delay', () => {
    const heard = applyRoom(Float32Array.of(1, 2), oneEcho(0.5));
    expect(heard.length).toBe(1001);
    [0, 1, 2, 0].forEach((x, i) => {
      expect(heard[239 + i]).toBeCloseTo(x, 6);
    });
    [0, 0.5, 1, 0].forEach((x, i) => {
      expect(heard[719 + i]).toBeCloseTo(x, 6);
    });
  });
});

describe('syntheticRoom', () => {
  test.each([
    [1, 2],
    [2, 10],
    [3, 16],
  ])('seed %i: the direct sound is 1 at 5 ms, %i dB over what follows', (seed, drrDb) => {
    const room = syntheticRoom({ t60Seconds: 0.5, drrDb, seed });
    expect(findDirectSound(room).peakSamples).toBe(240);
    expect(room[240]).toBeCloseTo(1, 6);
    expect(directToReverberantDb(room)).toBeCloseTo(drrDb, 3);
  });

  test.each([0.3, 0.6, 1.2])('a tail of %f s falls by 60 dB in that time (seed 5)', (t60Seconds) => {
    const room = syntheticRoom({ t60Seconds, drrDb: 3, seed: 5 });
    const quarter = Math.round((t60Seconds / 4) * 48000);
    const early = energyDb(room.subarray(240 + quarter, 240 + 2 * quarter));
    const late = energyDb(room.subarray(240 + 2 * quarter, 240 + 3 * quarter));
    // A white tail has half of its energy above 9 kHz, which falls faster: 15 dB a quarter in the middle, more above.
    expect(early - late).toBeGreaterThan(14);
    expect(early - late).toBeLessThan(20);
  });

  test('the same seed gives the same room and another seed another', () => {
    const config = { t60Seconds: 0.4, drrDb: 5, seed: 6 };
    expect(syntheticRoom(config)).toEqual(syntheticRoom(config));
    expect(syntheticRoom({ ...config, seed: 7 })).not.toEqual(syntheticRoom(config));
  });

  test('a decay time out of range is refused by name', () => {
    expect(() => syntheticRoom({ t60Seconds: 60, drrDb: 5, seed: 1 })).toThrow(/^t60Seconds: expected number/);
  });
});
