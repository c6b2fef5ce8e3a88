import { describe, expect, test } from '@jest/globals';
import { addWhiteNoise } from '../../dsp/channel/index.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { Receiver, type ReceiverEvent } from './receiver.js';
import { Transmitter } from './transmitter.js';

const RATE_HZ = 48000;
const FAST = ['audible-fast', 'ultrasonic-fast'] as const;

/** Hears pieces one after the other in noise, in chunks of 10 ms. @returns events, each with when it came */
function hear(
  pieces: readonly Float32Array[],
  psnrDb: number,
  seed: number,
): (ReceiverEvent & { atSeconds: number })[] {
  const samples = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  const heard = addWhiteNoise(samples, psnrDb, new SeededRandom(seed));
  const receiver = new Receiver({ sampleRateHz: RATE_HZ });
  const events: (ReceiverEvent & { atSeconds: number })[] = [];
  for (let start = 0; start < heard.length; start += 480)
    for (const event of receiver.push(heard.subarray(start, start + 480)))
      events.push({ ...event, atSeconds: (start + 480) / RATE_HZ });
  return events;
}

const silence = (seconds: number) => new Float32Array(Math.round(seconds * RATE_HZ));

describe('a long burst that breaks off', () => {
  test.each(FAST)('is told lost a second later, long before its header said: %s (seed 1)', (profile) => {
    const burst = new Transmitter({ profile }).modulate(new SeededRandom(1).bytes(2000));
    const cut = burst.subarray(0, RATE_HZ);
    const [event, ...others] = hear([silence(0.5), cut, silence(3)], 15, 2);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'lost', reason: 'cut-off' });
    expect(event.atSeconds).toBeLessThan(2.5);
    expect(event.report.endSeconds).toBeLessThan(event.atSeconds);
    expect(burst.length / RATE_HZ).toBeGreaterThan(4);
  });

  test('helps the one that follows (seed 3)', () => {
    const payload = new SeededRandom(3).bytes(700);
    const bursts = new Transmitter({ profile: 'audible-fast' }).repeat(payload);
    const [first, second] = [bursts.next().value, bursts.next().value] as [Float32Array, Float32Array];
    const pieces = [silence(0.5), first.subarray(0, 0.8 * first.length), silence(1.2), second, silence(0.5)];
    const events = hear(pieces, -4.8, 4);
    expect(events.map(({ type }) => type)).toEqual(['lost', 'message']);
    expect(events[1].report.burstsCombined).toBe(2);
  });
});

describe('a long burst', () => {
  test.each([
    ['audible-fast', -2.5],
    ['ultrasonic-fast', -5.5],
  ] as const)('is followed to its end at the limit of hearing: %s at %d dB (seeds 5 to 7)', (profile, psnrDb) => {
    for (let seed = 5; seed < 8; seed++) {
      const payload = new SeededRandom(seed).bytes(1500);
      const burst = new Transmitter({ profile }).modulate(payload);
      const events = hear([silence(0.4), burst, silence(0.4)], psnrDb, seed);
      expect(events.filter((event) => event.type === 'lost' && event.reason === 'cut-off')).toEqual([]);
      expect(events).toHaveLength(1);
    }
  });

  test('outlives half a second of noise as loud as itself (seed 8)', () => {
    const payload = new SeededRandom(8).bytes(2000);
    const burst = new Transmitter({ profile: 'audible-fast' }).modulate(payload);
    const random = new SeededRandom(9);
    const from = Math.round(0.4 * burst.length);
    for (let n = from; n < from + RATE_HZ / 2; n++) burst[n] += 0.7 * random.normal();
    const [event] = hear([silence(0.4), burst, silence(0.4)], 12, 10);
    expect(event).toMatchObject({ type: 'message' });
  });
});

describe('a recorder that sets its own gain', () => {
  test.each(FAST)('steps by 12 dB anywhere in the middle of a burst: %s (seed 11)', (profile) => {
    const payload = new SeededRandom(11).bytes(92);
    const burst = new Transmitter({ profile }).modulate(payload);
    for (let at = 0.25; at <= 0.75; at += 0.05) {
      for (const [before, after] of [
        [1, 0.25],
        [0.25, 1],
      ]) {
        const lead = 0.3 * RATE_HZ;
        const samples = new Float32Array(burst.length + 2 * lead);
        samples.set(burst, lead);
        const noisy = addWhiteNoise(samples, 12, new SeededRandom(12));
        const stepAt = lead + at * burst.length;
        const receiver = new Receiver({ sampleRateHz: RATE_HZ, profiles: [profile] });
        const heard = noisy.map((x, n) => x * (n < stepAt ? before : after));
        const events = [...receiver.push(heard), ...receiver.flush()];
        expect(events).toMatchObject([{ type: 'message', payload }]);
      }
    }
  });
});

describe('bursts that were begun and stopped', () => {
  test.each(['audible-robust', 'ultrasonic-robust'] as const)(
    'do not keep the next one out, however many and loud: %s (seed 11)',
    (profile) => {
      const transmitter = new Transmitter({ profile });
      const begun = transmitter.modulate(new SeededRandom(12).bytes(400)).subarray(0, Math.round(1.2 * RATE_HZ));
      const payload = new SeededRandom(11).bytes(20);
      const whole = transmitter.modulate(payload).map((x) => 0.3 * x);
      const stopped = Array.from({ length: 7 }, () => [begun, silence(0.6)]).flat();
      const events = hear([silence(0.5), ...stopped, whole, silence(0.5)], 15, 20);
      const messages = events.flatMap((event) => (event.type === 'message' ? [event.payload] : []));
      expect(messages).toEqual([payload]);
      const delivered = hear([silence(0.5), transmitter.modulate(new SeededRandom(12).bytes(400)), ...stopped], 15, 20);
      expect(delivered.map(({ type }) => type)).toEqual(['message']);
      const reasons = events.flatMap((event) => (event.type === 'lost' ? [event.reason] : []));
      expect(reasons.length).toBeGreaterThan(3);
      expect(new Set(reasons)).toEqual(new Set(['displaced']));
    },
  );
});
