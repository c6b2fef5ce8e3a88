import { describe, expect, test } from '@jest/globals';
import { applyClockOffset, applyMotion } from '../../dsp/channel/motion.js';
import { addWhiteNoise } from '../../dsp/channel/noise.js';
import { SeededRandom } from '../shared/seeded-random.js';
import { parseProfile } from './parse-profile.js';
import { PROFILE_NAMES, type Profile, type ProfileName } from './profiles.js';
import { Receiver, type ReceiverEvent } from './receiver.js';
import { Transmitter } from './transmitter.js';

const PAYLOAD = Uint8Array.of(0x74, 0x69, 0x6c, 0x6c);
const OTHER = Uint8Array.of(0x73, 0x6f, 0x6e, 0x67);

/** Bursts are made once: most of this file's time would go into making them. */
const BURSTS = new Map<string, Float32Array>();

function burst(profile: ProfileName = 'audible-fast', payload: Uint8Array = PAYLOAD): Float32Array {
  const key = `${profile} ${payload.join()}`;
  const known = BURSTS.get(key) ?? new Transmitter({ profile }).modulate(payload);
  BURSTS.set(key, known);
  return known;
}

/** Redundancy version 0, 1, ... of one message. */
function repeats(count: number, profile: ProfileName = 'audible-fast'): Float32Array[] {
  const bursts = new Transmitter({ profile }).repeat(PAYLOAD);
  return Array.from({ length: count }, () => bursts.next().value);
}

function silence(seconds: number, sampleRateHz = 48000): Float32Array {
  return new Float32Array(Math.round(seconds * sampleRateHz));
}

function joined(...parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A burst with a little silence around it. */
function inSilence(samples: Float32Array): Float32Array {
  return joined(silence(0.1), samples, silence(0.1));
}

/** A burst with noise before, over and behind it. */
function inNoise(samples: Float32Array, psnrDb: number, seed: number): Float32Array {
  return addWhiteNoise(inSilence(samples), psnrDb, new SeededRandom(seed));
}

function hear(samples: Float32Array, profile: ProfileName | Profile = 'audible-fast', piece = 4800): ReceiverEvent[] {
  return hearWith(new Receiver({ sampleRateHz: 48000, profiles: [profile] }), samples, piece);
}

function hearWith(receiver: Receiver, samples: Float32Array, piece = 4800): ReceiverEvent[] {
  const events: ReceiverEvent[] = [];
  for (let start = 0; start < samples.length; start += piece)
    events.push(...receiver.push(samples.subarray(start, start + piece)));
  return [...events, ...receiver.flush()];
}

/** What came out, in short: payloads in hex, and reasons of losses. */
function summary(events: readonly ReceiverEvent[]): string[] {
  return events.map((event) =>
    event.type === 'message' ? Array.from(event.payload, (byte) => byte.toString(16)).join('') : event.reason,
  );
}

const HEARD = ['74696c6c'];
const HEARD_OTHER = ['736f6e67'];

describe('one message', () => {
  test.each(PROFILE_NAMES)('in %s is heard once, with a report of how (seed 1)', (name) => {
    const receiver = new Receiver({ sampleRateHz: 48000 });
    const samples = burst(name);
    const events = hearWith(receiver, inNoise(samples, 15, 1));
    expect(summary(events)).toEqual(HEARD);
    const { report } = events[0];
    expect(report).toMatchObject({ profile: name, burstsCombined: 1, speedMetersPerSecond: 0 });
    expect(report.startSeconds).toBeCloseTo(0.1, 2);
    expect(report.endSeconds).toBeCloseTo(0.1 + samples.length / 48000, 2);
    expect(Math.abs(report.clockOffsetPpm)).toBeLessThan(150);
    expect(report.snrDb).toBeGreaterThan(3);
  });

  test('comes out soon after its last sample (seed 2)', () => {
    const receiver = new Receiver({ sampleRateHz: 48000, profiles: ['audible-fast'] });
    const samples = inNoise(burst(), 15, 2);
    const end = 4800 + burst().length;
    receiver.push(samples.subarray(0, end));
    let heardAt = Number.POSITIVE_INFINITY;
    for (let at = end; at < samples.length; at += 48)
      if (receiver.push(samples.subarray(at, at + 48)).length > 0) heardAt = Math.min(heardAt, at + 48);
    expect((heardAt - end) / 48000).toBeLessThan(0.03);
  });

  test('repeated six times is one event', () => {
    expect(summary(hear(joined(silence(0.1), ...repeats(6).flatMap((samples) => [samples, silence(0.05)]))))).toEqual(
      HEARD,
    );
  });

  test('sent without any pause between its repeats is one event', () => {
    expect(summary(hear(inSilence(joined(...repeats(4)))))).toEqual(HEARD);
  });

  test.each([1, 2, 91, 92, 300])('of %i bytes comes out as it went in (seed 3)', (byteCount) => {
    const payload = new SeededRandom(3).bytes(byteCount);
    const [event, ...others] = hear(inNoise(new Transmitter().modulate(payload), 15, 3));
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'message', payload });
  });
});

describe('two messages', () => {
  test('in one stream are two events, in order (seed 4)', () => {
    const stream = joined(burst('audible-fast', PAYLOAD), silence(0.2), burst('audible-fast', OTHER));
    expect(summary(hear(inNoise(stream, 20, 4)))).toEqual([...HEARD, ...HEARD_OTHER]);
  });

  test('in two bands at once are both heard (seed 5)', () => {
    const [low, high] = [burst('audible-fast'), burst('ultrasonic-fast', OTHER)];
    const mixed = new Float32Array(Math.max(low.length, high.length)).map(
      (_, n) => ((low[n] ?? 0) + (high[n] ?? 0)) / 2,
    );
    const profiles: ProfileName[] = ['audible-fast', 'ultrasonic-fast'];
    const events = hearWith(new Receiver({ sampleRateHz: 48000, profiles }), inNoise(mixed, 20, 5));
    expect(summary(events).sort()).toEqual([...HEARD, ...HEARD_OTHER].sort());
  });
});

describe('bursts that fail alone', () => {
  /** Ever weaker, until two bursts of one message fail alone. */
  const attempts = [-6, -7, -8, -9, -10].flatMap((psnrDb) => [1, 2, 3, 4].map((seed) => ({ psnrDb, seed })));

  test('are added up: two of them give the message together (seeds 1 to 4 at five levels)', () => {
    const pair = repeats(2);
    for (const { psnrDb, seed } of attempts) {
      const noisy = pair.map((samples, i) => inNoise(samples, psnrDb, 100 * seed + i));
      const failsAlone = (samples: Float32Array) => summary(hear(samples)).join() === 'payload';
      if (!noisy.every(failsAlone)) continue;
      const events = hear(joined(...noisy));
      if (events.every(({ type }) => type !== 'message')) continue;
      expect(summary(events)).toEqual(['payload', ...HEARD]);
      expect(events.map(({ report }) => report.burstsCombined)).toEqual([1, 2]);
      return;
    }
    throw new Error('expected two bursts that fail alone and decode together, found none');
  });
});

describe('a burst that is cut in half', () => {
  const half = burst('audible-fast', new SeededRandom(6).bytes(92)).subarray(0, 7000);

  test('by the end of the input is lost', () => {
    const events = hear(joined(silence(0.1), half.subarray(0, 6000)));
    expect(events).toMatchObject([{ type: 'lost', report: { profile: 'audible-fast' } }]);
  });

  test('by the end of the input, more than a second before its own end, is lost as cut off', () => {
    const long = new Transmitter().modulate(new SeededRandom(6).bytes(1000));
    const events = hear(joined(silence(0.1), long.subarray(0, 24000)));
    expect(events).toMatchObject([{ type: 'lost', reason: 'cut-off', report: { burstsCombined: 1 } }]);
  });

  test('a little before its end is heard all the same: the code fills the gap', () => {
    const whole = burst();
    expect(summary(hear(joined(silence(0.1), whole.subarray(0, whole.length - 1000))))).toEqual(HEARD);
  });

  test('leaves the receiver hearing: a whole burst right behind it is heard (seed 7)', () => {
    const events = hear(inNoise(joined(half, burst()), 20, 7));
    expect(summary(events.filter(({ type }) => type === 'message'))).toEqual(HEARD);
  });

  test('under a stronger one that starts within it does not keep that from being heard (seed 8)', () => {
    const whole = burst('audible-fast', new SeededRandom(6).bytes(92));
    const second = burst();
    const mixed = joined(whole, silence(0.3)).map(
      (x, n) => 0.15 * x + (n >= 7000 && n < 7000 + second.length ? second[n - 7000] : 0),
    );
    const messages = hear(inNoise(mixed, 25, 8)).filter(({ type }) => type === 'message');
    expect(summary(messages)).toContain(HEARD[0]);
  });
});

describe('a receiver', () => {
  test('says the same for any pieces: single samples, 128, 480, 4,801 and all at once (seed 9)', () => {
    const samples = inNoise(burst(), 12, 9);
    const whole = hear(samples, 'audible-fast', samples.length);
    expect(summary(whole)).toEqual(HEARD);
    for (const piece of [1, 128, 480, 4801]) expect(hear(samples, 'audible-fast', piece)).toEqual(whole);
  });

  test('after a reset and after a flush is as newly made (seed 10)', () => {
    const samples = inNoise(burst(), 12, 10);
    const receiver = new Receiver({ sampleRateHz: 48000, profiles: ['audible-fast'] });
    const first = hearWith(receiver, samples);
    expect(summary(first)).toEqual(HEARD);
    expect(hearWith(receiver, samples)).toEqual(first); // a flush ended the first
    receiver.push(samples.subarray(0, 15000));
    receiver.reset();
    expect(hearWith(receiver, samples)).toEqual(first);
  });

  test('hears nothing in silence, and flushes to nothing as often as it is asked', () => {
    const receiver = new Receiver({ sampleRateHz: 48000 });
    expect(receiver.push(silence(1))).toEqual([]);
    expect(receiver.push(new Float32Array(0))).toEqual([]);
    expect(receiver.flush()).toEqual([]);
    expect(receiver.flush()).toEqual([]);
  });

  test('hears nothing in white noise, and the burst behind it (seed 11)', () => {
    const noise = addWhiteNoise(silence(2), 0, new SeededRandom(11)).map((x) => x / 4);
    const behind = addWhiteNoise(inSilence(burst()), 12, new SeededRandom(12));
    const events = hearWith(new Receiver({ sampleRateHz: 48000 }), joined(noise, behind));
    expect(summary(events)).toEqual(HEARD);
  });

  test.each([
    ['not a number', () => Number.NaN],
    ['infinity', (n: number) => (n % 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY)],
    ['a full-scale square wave', (n: number) => (n % 24 < 12 ? 1 : -1)],
    ['a constant', () => 1],
    ['single clicks', (n: number) => (n % 4000 === 7 ? 1 : 0)],
  ])('that was fed %s gives nothing, does not throw, and hears the next burst (seed 13)', (_, sampleAt) => {
    const receiver = new Receiver({ sampleRateHz: 48000, profiles: ['audible-fast'] });
    const bad = silence(0.3).map((_, n) => sampleAt(n));
    expect(summary(receiver.push(bad))).toEqual([]);
    expect(summary(hearWith(receiver, joined(silence(0.2), inNoise(burst(), 20, 13))))).toEqual(HEARD);
  });

  test.each([
    [{ sampleRateHz: 7999 }, 'ERR_RANGE'],
    [{ sampleRateHz: '48000' }, 'ERR_TYPE'],
    [{ sampleRateHz: 8000 }, 'ERR_PROFILE'],
    [{ sampleRateHz: 16000, profiles: ['audible-fast'] }, 'ERR_PROFILE'],
    [{ sampleRateHz: 32000, profiles: ['audible-fast', 'ultrasonic-fast'] }, 'ERR_PROFILE'],
    [{ sampleRateHz: 48000, profiles: [] }, 'ERR_PROFILE'],
    [{ sampleRateHz: 48000, profiles: 'audible-fast' }, 'ERR_PROFILE'],
    [{ sampleRateHz: 48000, profiles: [{}] }, 'ERR_PROFILE'],
  ])('refuses the options %j', (options, code) => {
    expect(() => new Receiver(options as never)).toThrow(expect.objectContaining({ code }));
  });

  test('at a rate that carries only the lower band listens there', () => {
    const samples = new Transmitter({ sampleRateHz: 22050 }).modulate(PAYLOAD);
    const stream = joined(silence(0.1, 22050), samples, silence(0.1, 22050));
    expect(summary(hearWith(new Receiver({ sampleRateHz: 22050 }), stream))).toEqual(HEARD);
  });

  test('refuses samples that are no Float32Array', () => {
    const receiver = new Receiver({ sampleRateHz: 48000, profiles: ['audible-fast'] });
    for (const bad of [[0, 1], new Float64Array(2), undefined])
      expect(() => receiver.push(bad as never)).toThrow(expect.objectContaining({ code: 'ERR_TYPE' }));
  });

  test('does not grow in a storm of preambles, and hears the burst at its end (seed 14)', () => {
    const preamble = burst().subarray(0, 1440);
    const storm = silence(1);
    for (let start = 0; start + 1440 < storm.length; start += 2400) storm.set(preamble, start);
    const receiver = new Receiver({ sampleRateHz: 48000, profiles: ['audible-fast'] });
    const { microphones } = receiver as unknown as { microphones: { listeners: { receptions: unknown[] }[] }[] };
    const { listeners } = microphones[0];
    const noisy = addWhiteNoise(storm, 25, new SeededRandom(14));
    let most = 0;
    for (let start = 0; start < noisy.length; start += 480) {
      expect(receiver.push(noisy.subarray(start, start + 480))).toEqual([]);
      for (const { receptions } of listeners) most = Math.max(most, receptions.length);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(8);
    expect(summary(hearWith(receiver, inSilence(burst())))).toEqual(HEARD);
  });
});

describe('a custom profile', () => {
  const custom = parseProfile({
    formatVersion: 1,
    name: 'middle-band',
    sampleRateHz: 48000,
    centerHz: 11500,
    decimation: 8,
    skirtHz: 300,
    preamble: { lowHz: 10000, highHz: 13000, chirpSamples: 1200, pairCount: 1 },
    waveform: {
      kind: 'ofdm',
      fftSize: 512,
      cyclicPrefixSamples: 32,
      rampSamples: 8,
      carrierCount: 250,
      headerSpacing: 4,
      codeRate: 0.4,
    },
  });

  test('for 10 to 13 kHz works from end to end (seed 15)', () => {
    const samples = new Transmitter({ profile: custom }).modulate(PAYLOAD);
    const events = hear(inNoise(samples, 15, 15), custom);
    expect(summary(events)).toEqual(HEARD);
    expect(events[0].report.profile).toBe('middle-band');
  });

  test('is not heard by those who do not have it (seed 16)', () => {
    const samples = new Transmitter({ profile: custom }).modulate(PAYLOAD);
    expect(hearWith(new Receiver({ sampleRateHz: 48000 }), inNoise(samples, 15, 16))).toEqual([]);
  });
});

/** Style guide 2.9: what a room, a phone and a machine do to a burst. Each must give the message, and it alone. */
const CHANNELS: Readonly<Record<string, (samples: Float32Array) => Float32Array>> = {
  'inverted polarity': (x) => x.map((value) => -value),
  'a gain of 0.001': (x) => x.map((value) => value * 0.001),
  'a gain of 0.03': (x) => x.map((value) => value * 0.03),
  'a constant on top': (x) => x.map((value) => value + 0.2),
  'a clock 150 ppm fast': (x) => applyClockOffset(x, 150),
  'a clock 150 ppm slow': (x) => applyClockOffset(x, -150),
  'an approach at 0.5 m/s': (x) => applyMotion(x, 0.5),
  'a retreat at 1.5 m/s': (x) => applyMotion(x, -1.5),
  'an echo of half the strength after 2 ms': (x) => x.map((value, n) => value + (n >= 96 ? 0.5 * x[n - 96] : 0)),
  'clipping by 6 dB': (x) => x.map((value) => Math.max(-0.5, Math.min(0.5, value))),
  'a band-pass response': (x) =>
    x.map((value, n) => value - 0.4 * (n >= 1 ? x[n - 1] : 0) - 0.3 * (n >= 2 ? x[n - 2] : 0)),
};

describe('audible-fast at PSNR 15 dB', () => {
  test.each(Object.keys(CHANNELS))('stands %s (seed 17)', (channel) => {
    expect(summary(hear(CHANNELS[channel](inNoise(burst(), 15, 17))))).toEqual(HEARD);
  });
});

describe('ultrasonic-fast at PSNR 15 dB', () => {
  const channels = ['inverted polarity', 'an approach at 0.5 m/s', 'a retreat at 1.5 m/s', 'clipping by 6 dB'];
  test.each(channels)('stands %s (seed 17)', (channel) => {
    const noisy = inNoise(burst('ultrasonic-fast'), 15, 17);
    expect(summary(hear(CHANNELS[channel](noisy), 'ultrasonic-fast'))).toEqual(HEARD);
  });
});

describe.each([
  { name: 'audible-fast', sampleRateHz: 44100 },
  { name: 'ultrasonic-fast', sampleRateHz: 44100 },
  { name: 'ultrasonic-fast', sampleRateHz: 96000 },
] as const)('$name at $sampleRateHz Hz', ({ name, sampleRateHz }) => {
  test('is heard (seed 18)', () => {
    const samples = new Transmitter({ profile: name, sampleRateHz }).modulate(PAYLOAD);
    const around = silence(0.1, sampleRateHz);
    const noisy = addWhiteNoise(joined(around, samples, around), 15, new SeededRandom(18), sampleRateHz);
    expect(summary(hearWith(new Receiver({ sampleRateHz, profiles: [name] }), noisy))).toEqual(HEARD);
  });
});

describe.each(['audible-robust', 'ultrasonic-robust'] as const)('%s at PSNR 15 dB', (name) => {
  const channels = ['a retreat at 1.5 m/s', 'an echo of half the strength after 2 ms'];
  test.each(channels)('stands %s (seed 19)', (channel) => {
    const noisy = inNoise(burst(name, Uint8Array.of(7)), 15, 19);
    expect(summary(hear(CHANNELS[channel](noisy), name))).toEqual(['7']);
  });
});

test('audible-robust is heard where audible-fast is not: PSNR -7 dB (seed 20)', () => {
  const noisy = inNoise(burst('audible-robust', Uint8Array.of(7)), -7, 20);
  expect(summary(hear(noisy, 'audible-robust'))).toEqual(['7']);
});
