import { describe, expect, test } from '@jest/globals';
import {
  addTone,
  addWhiteNoise,
  applyDevice,
  applyMotion,
  applyRoom,
  clip,
  deviceFilter,
  resample,
  scaleToPeak,
  syntheticRoom,
} from '../../../dsp/index.js';
import { SeededRandom } from '../../shared/seeded-random.js';
import { PROFILE_NAMES, type ProfileName } from '../profiles.js';
import { Receiver } from '../receiver.js';
import { Transmitter } from '../transmitter.js';
import type { BurstInspection, FindingKind, Inspection } from './inspection.js';
import { Inspector, inspectSamples } from './inspector.js';

const RATE_HZ = 48000;
const START = 36000;
const PAYLOAD = new SeededRandom(5).bytes(92);
/** The bursts of PAYLOAD, each made once. */
const BURSTS = new Map<ProfileName, Float32Array>();

function burstOf(profile: ProfileName, payload = PAYLOAD): Float32Array {
  if (payload !== PAYLOAD) return new Transmitter({ profile }).modulate(payload);
  const made = BURSTS.get(profile) ?? new Transmitter({ profile }).modulate(PAYLOAD);
  BURSTS.set(profile, made);
  return made.slice();
}

/** A burst with silence around it. */
function song(burst: Float32Array): Float32Array {
  const samples = new Float32Array(burst.length + 2 * START);
  samples.set(burst, START);
  return samples;
}

function noisy(samples: Float32Array, psnrDb = 15): Float32Array {
  return addWhiteNoise(samples, psnrDb, new SeededRandom(9));
}

function lowPass(burst: Float32Array, edgeHz: number): Float32Array {
  const response = [
    { frequencyHz: edgeHz, levelDb: 0 },
    { frequencyHz: edgeHz + 400, levelDb: -60 },
  ];
  return applyDevice(burst, deviceFilter({ response }));
}

function collided(profile: ProfileName): Float32Array {
  const first = burstOf(profile);
  const second = burstOf(profile, new SeededRandom(6).bytes(92));
  const mixed = new Float32Array(first.length + second.length);
  mixed.set(first);
  for (let n = 0; n < second.length; n++) mixed[n + (first.length >> 1)] += second[n];
  return mixed;
}

function withGap(samples: Float32Array): Float32Array {
  return samples.fill(0, START + 8000, START + 8000 + 1200);
}

function inspect(samples: Float32Array, sampleRateHz = RATE_HZ): Inspection {
  return inspectSamples(samples, { sampleRateHz });
}

/** With the profiles of one band alone: half the time. */
function inspectBand(samples: Float32Array, band: 'audible' | 'ultrasonic'): Inspection {
  return inspectSamples(samples, { sampleRateHz: RATE_HZ, profiles: [`${band}-fast`, `${band}-robust`] });
}

/** The burst at the place where one was sung. */
function theBurst({ bursts }: Inspection, profile: ProfileName): BurstInspection {
  const found = bursts.filter(
    (burst) => burst.profile === profile && Math.abs(burst.startSeconds - START / RATE_HZ) < 0.05 && burst.score > 26,
  );
  expect(found).toHaveLength(1);
  return found[0];
}

function kindsOf({ findings, bursts }: Inspection): FindingKind[] {
  const all = [...findings, ...bursts.flatMap((burst) => burst.findings)].map(({ kind }) => kind);
  return [...new Set(all)].sort();
}

/** What is wrong with each recording, made with exactly that defect. */
const DEFECTS: readonly (readonly [kind: FindingKind, make: (profile: ProfileName) => Float32Array])[] = [
  ['too-quiet', (profile) => noisy(song(burstOf(profile)), profile.endsWith('fast') ? -10 : -18)],
  ['clipped', (profile) => clip(noisy(song(burstOf(profile))), 12)],
  ['band-missing', (profile) => noisy(song(lowPass(burstOf(profile), profile.startsWith('a') ? 5500 : 18700)))],
  ['motion', (profile) => noisy(song(applyMotion(burstOf(profile), -3)))],
  [
    'interferer',
    (profile) =>
      noisy(addTone(song(burstOf(profile)), { frequencyHz: profile.startsWith('a') ? 4321 : 18765, amplitude: 0.5 })),
  ],
  [
    'reverberation',
    (profile) => {
      const room = syntheticRoom({ t60Seconds: 1.2, drrDb: -8, seed: 3 });
      return noisy(song(scaleToPeak(applyRoom(burstOf(profile), room))));
    },
  ],
  ['collision', (profile) => noisy(song(collided(profile)))],
  [
    'cut-off',
    (profile) => noisy(song(burstOf(profile))).subarray(0, START + Math.round(0.4 * burstOf(profile).length)),
  ],
  [
    'cut-off',
    (profile) => {
      const burst = burstOf(profile);
      return noisy(song(burst.fill(0, Math.round(0.6 * burst.length))));
    },
  ],
  ['gap', (profile) => withGap(noisy(song(burstOf(profile))))],
];

describe('an inspection', () => {
  test.each(PROFILE_NAMES)('finds nothing wrong with a clean recording in %s (seed 9)', (profile) => {
    const found = inspect(noisy(song(burstOf(profile))));
    expect(found.messages).toMatchObject([{ payload: PAYLOAD, profile }]);
    expect(kindsOf(found)).toEqual([]);
    expect(found.summary).toBe('1 message.');
    expect(theBurst(found, profile)).toMatchObject({ outcome: 'delivered', header: { payloadByteCount: 92 } });
  });

  test.each(DEFECTS)('says %s of exactly that (audible-fast, seed 9)', (kind, make) => {
    const found = inspectBand(make('audible-fast'), 'audible');
    expect(kindsOf(found)).toEqual([kind]);
    const [finding] = theBurst(found, 'audible-fast').findings;
    expect(finding).toMatchObject({ kind });
    const isBelow = kind === 'too-quiet';
    expect(isBelow ? finding.value < finding.threshold : finding.value > finding.threshold).toBe(true);
    expect(`${finding.text} ${finding.remedy}`).not.toMatch(/NaN|Infinity|undefined/);
  });

  test.each(DEFECTS)('says %s of exactly that (ultrasonic-fast, seed 9)', (kind, make) => {
    expect(kindsOf(inspectBand(make('ultrasonic-fast'), 'ultrasonic'))).toEqual([kind]);
  });
});

describe('a long burst that breaks off', () => {
  test('is told of by where it falls silent, with what was heard of it (seed 9)', () => {
    const burst = burstOf('audible-fast', new SeededRandom(7).bytes(2000)).fill(0, RATE_HZ);
    const found = inspectBand(noisy(song(burst)), 'audible');
    const told = theBurst(found, 'audible-fast');
    expect(told).toMatchObject({ outcome: 'payload', header: { payloadByteCount: 2000 } });
    expect(told.findings).toMatchObject([
      { kind: 'cut-off', text: expect.stringMatching(/falls silent (0\.9|1\.0)\d s/) },
    ]);
    expect(told.endSeconds - told.startSeconds).toBeCloseTo(burst.length / RATE_HZ, 1);
    expect(told.detail?.view).toBeDefined();
  });
});

describe('the figures', () => {
  test('say how much is missing: with that much more, the burst comes through (seed 9)', () => {
    const [quiet] = theBurst(inspectBand(noisy(song(burstOf('audible-fast')), -9), 'audible'), 'audible-fast').findings;
    const more = Number(/^(\d+) dB more/.exec(quiet.remedy)?.[1]);
    expect(more).toBeGreaterThanOrEqual(5);
    expect(more).toBeLessThanOrEqual(9);
    expect(inspectBand(noisy(song(burstOf('audible-fast')), -9 + more), 'audible').messages).toHaveLength(1);
  });

  test('tell a whistle its frequency, a hand its speed, a filter its edge (seed 9)', () => {
    const of = (kind: FindingKind) => {
      const make = DEFECTS.find(([name]) => name === kind)?.[1] as (profile: ProfileName) => Float32Array;
      return theBurst(inspectBand(make('audible-fast'), 'audible'), 'audible-fast').findings[0];
    };
    const frequencyHz = Number(/at (\d+) Hz/.exec(of('interferer').text)?.[1]);
    expect(Math.abs(frequencyHz - 4321)).toBeLessThan(8);
    expect(of('motion').value).toBeCloseTo(3, 0);
    expect(of('band-missing').text).toMatch(/above 5\.[5-9] kHz/);
  });

  test('of a lost burst tell where the decoder gave up (seed 9)', () => {
    const payload = theBurst(inspect(noisy(song(burstOf('audible-fast')), -7)), 'audible-fast');
    // Both say that the inner code left errors: more than it could settle, or than Reed-Solomon could mend.
    const reason = expect.stringMatching(/^(code|reed-solomon)$/);
    expect(payload).toMatchObject({ outcome: 'payload', detail: { decoding: { ok: false, reason } } });
    const chirps = burstOf('audible-fast').subarray(0, 1440);
    const header = theBurst(inspect(noisy(song(chirps))), 'audible-fast');
    expect(header).toMatchObject({ outcome: 'header', header: undefined, detail: { payloadBits: undefined } });
  });
});

describe('a recording without a burst', () => {
  const noise = noisy(new Float32Array(3 * RATE_HZ), 20);

  test('is told to have none, with its noise and the level that a phone must have (seed 9)', () => {
    const { summary, outlooks, bursts, messages } = inspect(noise);
    expect(summary).toMatch(/^No burst was found/);
    expect({ messages, findings: bursts.flatMap(({ findings }) => findings) }).toEqual({ messages: [], findings: [] });
    expect(outlooks.map(({ profile }) => profile)).toEqual(PROFILE_NAMES);
    for (const { fullScalePsnrDb, neededPsnrDb, neededPeakDbfs } of outlooks) {
      expect(Math.abs(fullScalePsnrDb - 20)).toBeLessThan(1);
      expect(neededPeakDbfs).toBeCloseTo(neededPsnrDb - fullScalePsnrDb, 9);
      expect(neededPeakDbfs).toBeLessThan(-15);
    }
  });

  test('shows whistles and what a codec has cut away (seed 9)', () => {
    const whistle = addTone(noise, { frequencyHz: 18900, amplitude: 0.05 });
    expect(inspect(whistle)).toMatchObject({ findings: [{ kind: 'interferer' }] });
    const found = inspect(lowPass(noise, 11000));
    expect(found.findings).toMatchObject([
      { kind: 'band-missing', text: expect.stringMatching(/above 11(\.\d)? kHz/) },
    ]);
  });

  test('of digital silence is silent', () => {
    const { summary, findings } = inspect(new Float32Array(RATE_HZ));
    expect({ summary, kinds: findings.map(({ kind }) => kind) }).toEqual({
      summary: 'Nothing was recorded: the recording is silent.',
      kinds: ['silence'],
    });
  });

  test.each([0, 1, 100])('may have %d samples', (count) => {
    expect(inspect(new Float32Array(count).fill(0.1)).durationSeconds).toBe(count / RATE_HZ);
  });
});

describe('the sample rate', () => {
  test('is told to be too low for a band, and the other is heard (seed 9)', () => {
    const found = inspect(resample(noisy(song(burstOf('audible-fast'))), RATE_HZ, 22050), 22050);
    expect(found.messages).toHaveLength(1);
    expect(found.findings).toMatchObject([{ kind: 'sample-rate', value: 22050, threshold: 43479 }]);
  });

  test('may be too low for all bands', () => {
    const found = inspect(noisy(new Float32Array(8000)), 8000);
    expect(found.profiles).toEqual([]);
    expect(found.findings.map(({ kind }) => kind)).toEqual(['sample-rate', 'sample-rate']);
  });
});

describe('an inspector', () => {
  const samples = noisy(song(burstOf('audible-fast')));
  const whole = inspect(samples);

  test('finds the same in chunks of any size (seed 9)', () => {
    const inspector = new Inspector({ sampleRateHz: RATE_HZ });
    for (let start = 0; start < samples.length; start += 999) inspector.push(samples.subarray(start, start + 999));
    const pieces = inspector.flush();
    expect(pieces.overview).toEqual(whole.overview);
    expect(pieces.messages).toEqual(whole.messages);
    expect(pieces.bursts.map(({ outcome }) => outcome)).toEqual(whole.bursts.map(({ outcome }) => outcome));
  });

  test('hears what a receiver hears (seed 9)', () => {
    const receiver = new Receiver({ sampleRateHz: RATE_HZ });
    const heard = [...receiver.push(samples), ...receiver.flush()].filter(({ type }) => type === 'message');
    expect(whole.messages.map(({ payload }) => payload)).toEqual(
      heard.map((event) => event.type === 'message' && event.payload),
    );
  });

  // Columns of 12 ms merge at 14 s and again at 28 s; inspector.slow.test.ts goes on for ten minutes.
  test('takes no more room for a long recording: columns merge, candidates are counted (seed 1)', () => {
    const random = new SeededRandom(1);
    const inspector = new Inspector({ sampleRateHz: 22050, profiles: ['audible-fast'] });
    const chunk = new Float32Array(22050);
    for (let second = 0; second < 30; second++) inspector.push(chunk.map(() => 0.1 * random.normal()));
    const { overview, scores, durationSeconds } = inspector.flush();
    expect(durationSeconds).toBe(30);
    expect(overview.width).toBeLessThanOrEqual(1200);
    expect(overview.width * overview.secondsPerColumn).toBeGreaterThan(29.9);
    expect(overview.width * overview.secondsPerColumn).toBeLessThan(31);
    expect(scores[0].scores.length).toBeLessThanOrEqual(1200);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1e30]])('stands samples of %d', (value) => {
    const { overview } = inspect(new Float32Array(9600).fill(value));
    expect(overview.values.every(Number.isFinite)).toBe(true);
  });
});
