import { describe, expect, test } from '@jest/globals';
import { addWhiteNoise } from '../../dsp/channel/index.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { Receiver } from './receiver.js';
import type { ReceptionEnd } from './receiver-observer.js';
import { Transmitter } from './transmitter.js';

const PAYLOAD = new TextEncoder().encode('one coffee');

function watched(samples: Float32Array) {
  const ends: { end: ReceptionEnd; profile: string; startSeconds: number }[] = [];
  const receiver = new Receiver(
    { sampleRateHz: 48000 },
    {
      ended: ({ shared, startSeconds }, end) => void ends.push({ end, profile: shared.profile.name, startSeconds }),
    },
  );
  return { events: [...receiver.push(samples), ...receiver.flush()], ends };
}

/** @param keptSamples - of the burst, from its start */
function song(keptSamples: number): Float32Array {
  const samples = new Float32Array(60000);
  samples.set(new Transmitter().modulate(PAYLOAD).subarray(0, keptSamples), 24000);
  return addWhiteNoise(samples, 15, new SeededRandom(3));
}

describe('a watched receiver', () => {
  test('tells which reception gave the message, and hears the same as an unwatched one (seed 3)', () => {
    const samples = song(10000);
    const { events, ends } = watched(samples);
    const receiver = new Receiver({ sampleRateHz: 48000 });
    expect(events).toEqual([...receiver.push(samples), ...receiver.flush()]);
    expect(ends).toContainEqual({ end: 'delivered', profile: 'audible-fast', startSeconds: expect.closeTo(0.5, 3) });
  });

  test('tells of a preamble with nothing behind it (seed 3)', () => {
    const { events, ends } = watched(song(1440));
    expect(events).toEqual([]);
    expect(ends).toContainEqual({ end: 'no-header', profile: 'audible-fast', startSeconds: expect.closeTo(0.5, 2) });
  });

  test('tells that of preambles without end few are taken for a burst, and hears the burst behind them (seed 4)', () => {
    const burst = new Transmitter().modulate(PAYLOAD);
    const samples = new Float32Array(4 * 48000);
    for (let start = 0; start < 3 * 48000; start += 2400) samples.set(burst.subarray(0, 1440), start);
    samples.set(burst, 3.2 * 48000);
    const { events, ends } = watched(addWhiteNoise(samples, 25, new SeededRandom(4)));
    expect(events.map(({ type }) => type)).toEqual(['message']);
    const tried = ends.filter(({ end, profile }) => end === 'no-header' && profile === 'audible-fast');
    expect(ends.filter(({ end }) => end === 'refused').length).toBeGreaterThan(10);
    expect(tried.length).toBeLessThanOrEqual(8 + 4 * 4);
  });
});
