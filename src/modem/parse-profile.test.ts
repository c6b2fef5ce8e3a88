import { describe, expect, test } from '@jest/globals';
import { TillsongError } from '../shared/errors.js';
import { assertBandFits, bandFits, parseProfile, resolveProfile } from './parse-profile.js';
import { PROFILE_NAMES, PROFILES } from './profiles.js';

type Json = Record<string, unknown>;

function json(name: (typeof PROFILE_NAMES)[number] = 'audible-fast'): Json {
  return JSON.parse(JSON.stringify(PROFILES[name]));
}

/** The profile with one field replaced, given by its path; `undefined` takes the field away. */
function changed(path: string, value: unknown, name: (typeof PROFILE_NAMES)[number] = 'audible-fast'): Json {
  const profile = json(name);
  const keys = path.split('.');
  const last = keys.pop() as string;
  const owner = keys.reduce((at, key) => at[key] as Json, profile);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return profile;
}

/** Every field of a profile by its path. */
function pathsOf(value: Json, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' ? [prefix + key, ...pathsOf(inner as Json, `${prefix}${key}.`)] : [prefix + key],
  );
}

function refusalOf(profile: unknown): string {
  try {
    parseProfile(profile);
  } catch (error) {
    if (error instanceof TillsongError && error.code === 'ERR_PROFILE') return error.message;
    throw error;
  }
  return '';
}

describe('the built-in profiles', () => {
  test.each(PROFILE_NAMES)('survive JSON: %s', (name) => {
    expect(parseProfile(json(name))).toEqual(PROFILES[name]);
    expect(resolveProfile(name)).toBe(PROFILES[name]);
    expect(PROFILES[name].name).toBe(name);
  });

  test('are frozen to the last field, read or built-in', () => {
    for (const profile of [PROFILES['audible-fast'], parseProfile(json('audible-robust'))])
      for (const part of [profile, profile.preamble, profile.waveform]) expect(Object.isFrozen(part)).toBe(true);
  });

  test('of one band are told apart by their pairs', () => {
    for (const band of ['audible', 'ultrasonic'] as const)
      expect(PROFILES[`${band}-fast`].preamble.pairCount).not.toBe(PROFILES[`${band}-robust`].preamble.pairCount);
  });
});

describe('a bad profile is refused', () => {
  test('with the name of the field, what was expected and what was found', () => {
    expect(refusalOf(changed('preamble.pairCount', 9))).toBe(
      'profile.preamble.pairCount: expected integer in [1, 8], got 9',
    );
    expect(refusalOf(changed('formatVersion', 2))).toBe('profile.formatVersion: expected 1, got 2');
  });

  const everyPath = PROFILE_NAMES.flatMap((name) => pathsOf(json(name)).map((path) => ({ name, path })));

  test.each(everyPath)('when $path of $name is missing', ({ name, path }) => {
    expect(refusalOf(changed(path, undefined, name))).toMatch(`profile.${path}`);
  });

  test.each(everyPath)('when $path of $name is of a wrong type', ({ name, path }) => {
    for (const value of [null, true, 'x', -1, 1.5, [], {}, Number.NaN, '1024']) {
      if (path === 'name' && typeof value === 'string') continue; // a good name
      expect(refusalOf(changed(path, value, name))).toMatch(`profile.${path}`);
    }
  });

  test.each(['extra', 'preamble.extra', 'waveform.extra'])('when it has a field it should not have: %s', (path) => {
    expect(refusalOf(changed(path, 5))).toBe(`profile.${path}: expected no such field, got 5`);
  });

  test.each([
    ['waveform.fftSize', 1000],
    ['waveform.fftSize', 8192],
    ['waveform.cyclicPrefixSamples', 2],
    ['waveform.carrierCount', 513],
    ['waveform.carrierCount', 100000],
    ['waveform.headerSpacing', 3],
    ['waveform.codeRate', 0.61],
    ['waveform.codeRate', 0.05],
    ['preamble.chirpSamples', 769],
    ['preamble.highHz', 2100],
    ['preamble.highHz', 12000],
    ['preamble.lowHz', 0],
    ['centerHz', 100],
    ['decimation', 0],
    ['sampleRateHz', 44100],
    ['skirtHz', 100000],
    ['name', ''],
    ['name', 'Has Capitals'],
    ['name', 'x'.repeat(41)],
  ])('when %s is %p', (path, value) => {
    expect(refusalOf(changed(path, value))).toMatch('expected');
  });

  test.each([
    ['waveform.tonesPerGroup', 24],
    ['waveform.groupCount', 100],
    ['waveform.headerSymbolCount', 1],
    ['waveform.rampSamples', 512],
  ])('when %s of an FSK waveform is %p', (path, value) => {
    expect(refusalOf(changed(path, value, 'audible-robust'))).toMatch(`profile.${path}`);
  });

  test.each([null, undefined, 5, 'audible-fast', [], new Date(0)])(
    'when it is no object of fields at all: %p',
    (value) => {
      expect(refusalOf(value)).toMatch('profile');
    },
  );

  test('when its waveform has the fields of the other kind', () => {
    expect(refusalOf({ ...json(), waveform: json('audible-robust').waveform })).toBe(''); // a good mixture
    expect(refusalOf(changed('waveform.kind', 'fsk'))).toMatch('profile.waveform');
    expect(refusalOf(changed('waveform.kind', 'psk'))).toBe(
      'profile.waveform.kind: expected "ofdm" or "fsk", got "psk"',
    );
  });

  test('when its carriers are more than an eighth wider than its preamble', () => {
    const narrower = { ...json(), preamble: { lowHz: 2041, highHz: 7959, chirpSamples: 720, pairCount: 1 } };
    expect(refusalOf(narrower)).toBe(''); // 6656.25 Hz of carriers, 5918 Hz of preamble
    const tooNarrow = { ...json(), preamble: { lowHz: 2042, highHz: 7958, chirpSamples: 720, pairCount: 1 } };
    expect(refusalOf(tooNarrow)).toBe(
      'profile.waveform.carrierCount: expected a width of at most 6655.5 Hz, 1.125 times the preamble\'s around centerHz, got "6656.25 Hz"',
    );
  });

  test('by name when there is no such profile', () => {
    expect(() => resolveProfile('audible' as never)).toThrow(/^profile: expected one of audible-fast, /);
  });
});

describe('the band of a profile', () => {
  test.each([
    ['audible-fast', 16000, false],
    ['audible-fast', 18000, false], // the preamble would fit, the carriers do not
    ['audible-robust', 18000, true],
    ['audible-fast', 22050, true],
    ['ultrasonic-fast', 32000, false],
    ['ultrasonic-fast', 44100, true],
    ['ultrasonic-robust', 48000, true],
    ['ultrasonic-robust', 192000, true],
  ] as const)('of %s fits audio of %i Hz: %p', (name, sampleRateHz, fits) => {
    expect(bandFits(PROFILES[name], sampleRateHz)).toBe(fits);
    if (fits) expect(() => assertBandFits(PROFILES[name], sampleRateHz)).not.toThrow();
    else
      expect(() => assertBandFits(PROFILES[name], sampleRateHz)).toThrow(
        expect.objectContaining({ code: 'ERR_PROFILE', message: expect.stringContaining(`got ${sampleRateHz}`) }),
      );
  });
});
