import { beforeAll, describe, expect, test } from '@jest/globals';
import { addWhiteNoise } from '../../dsp/channel/noise.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { Receiver, type ReceiverEvent } from './receiver.js';
import { Transmitter } from './transmitter.js';

const RATE_HZ = 48000;
const PAYLOAD = Uint8Array.from({ length: 92 }, (_, i) => i);

/** The burst between silence, as it reaches every microphone but for the noise. */
let sung: Float32Array;

beforeAll(() => {
  const burst = new Transmitter({ profile: 'audible-fast' }).modulate(PAYLOAD);
  sung = new Float32Array(burst.length + RATE_HZ);
  sung.set(burst, RATE_HZ / 2);
});

function receive(channels: readonly Float32Array[], chunkSamples = 4800): ReceiverEvent[] {
  const receiver = new Receiver({ sampleRateHz: RATE_HZ, profiles: ['audible-fast'], channelCount: channels.length });
  const events: ReceiverEvent[] = [];
  for (let start = 0; start < channels[0].length; start += chunkSamples)
    events.push(...receiver.push(channels.map((channel) => channel.subarray(start, start + chunkSamples))));
  events.push(...receiver.flush());
  return events;
}

function noisy(psnrDb: number, seed: number): Float32Array {
  return addWhiteNoise(sung, psnrDb, new SeededRandom(seed));
}

/** The same later, as at another place. */
function delayed(samples: Float32Array, count: number): Float32Array {
  const out = new Float32Array(samples.length);
  out.set(samples.subarray(0, samples.length - count), count);
  return out;
}

describe('a receiver of several microphones', () => {
  test('hears together what neither of two hears alone (PSNR -5 dB, seeds 1 to 6)', () => {
    let together = 0;
    let alone = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const first = noisy(-5, 100 + seed);
      const second = delayed(noisy(-5, 200 + seed), 37);
      for (const one of [first, second]) alone += receive([one]).filter(({ type }) => type === 'message').length;
      const events = receive([first, second]);
      together += events.filter(({ type }) => type === 'message').length;
      for (const event of events)
        if (event.type === 'message') {
          expect(event.payload).toEqual(PAYLOAD);
          expect(event.report.burstsCombined).toBe(1);
        }
    }
    expect(alone).toBeLessThanOrEqual(2);
    expect(together).toBeGreaterThanOrEqual(5);
  });

  test('gives one event for a message all of them hear, in chunks of any size', () => {
    const channels = [noisy(10, 1), delayed(noisy(10, 2), 100), noisy(10, 3)];
    for (const chunkSamples of [480, 5000, 1 << 20]) {
      const events = receive(channels, chunkSamples);
      expect(events.map(({ type }) => type)).toEqual(['message']);
    }
  });

  test('loses nothing to one that is dead, full of noise or howls (PSNR 0 dB, seed 7)', () => {
    const good = noisy(0, 1);
    const dead = new Float32Array(good.length);
    const random = new SeededRandom(7);
    const deaf = new Float32Array(good.length).map(() => 0.5 - random.below(2));
    const howl = Float32Array.from({ length: good.length }, (_, n) => Math.sin((2 * Math.PI * 3000 * n) / RATE_HZ));
    for (const bad of [dead, deaf, howl])
      for (const channels of [
        [good, bad],
        [bad, good],
      ])
        expect(receive(channels).map(({ type }) => type)).toEqual(['message']);
  });

  test('reports a burst that all of them lose once', () => {
    const events = receive([noisy(-6, 11), noisy(-6, 12), noisy(-6, 13)].map((x) => x.fill(0, 38000, 42000)));
    expect(events.filter(({ type }) => type === 'lost').length).toBeLessThanOrEqual(1);
    expect(events.length).toBeGreaterThan(0);
  });

  test('refuses another number of arrays, unequal lengths and no arrays, with the reason', () => {
    const receiver = new Receiver({ sampleRateHz: RATE_HZ, channelCount: 2 });
    const error = { code: 'ERR_LENGTH', message: expect.stringContaining('2 arrays of the same length') };
    expect(() => receiver.push(new Float32Array(8))).toThrow(expect.objectContaining(error));
    expect(() => receiver.push([new Float32Array(8)])).toThrow(expect.objectContaining(error));
    expect(() => receiver.push([new Float32Array(8), new Float32Array(9)])).toThrow(expect.objectContaining(error));
    expect(() => receiver.push([new Float32Array(8), [1] as unknown as Float32Array])).toThrow(
      expect.objectContaining({ code: 'ERR_TYPE' }),
    );
    expect(() => new Receiver({ sampleRateHz: RATE_HZ, channelCount: 5 })).toThrow(
      expect.objectContaining({ code: 'ERR_RANGE' }),
    );
  });
});
