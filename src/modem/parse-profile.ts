// A strict reader of profiles from JSON: a bad one is refused with the field's name, what was expected and what was found.

import { MAX_FRAME_CODED_BITS, MAX_HEADER_CODED_BITS, MAX_PAYLOAD_BYTES } from '../../codec/frame/limits.js';
import type { FskWaveform } from '../../dsp/fsk-grid.js';
import type { OfdmWaveform } from '../../dsp/ofdm-grid.js';
import { TillsongError } from '../shared/errors.js';
import { burstLayout, occupiedBand, waveformWidthHz } from './burst-layout.js';
import { PROFILE_NAMES, PROFILES, type PreambleProfile, type Profile, type ProfileName } from './profiles.js';

type Fields = Readonly<Record<string, unknown>>;

function fail(path: string, expected: string, found: unknown): never {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found);
  throw new TillsongError('ERR_PROFILE', `${path}: expected ${expected}, got ${shown}`);
}

function fieldsOf(path: string, value: unknown, names: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path, 'an object', value);
  for (const name of Object.keys(value))
    if (!names.includes(name)) fail(`${path}.${name}`, 'no such field', (value as Fields)[name]);
  for (const name of names) if (!(name in value)) fail(`${path}.${name}`, 'a value', undefined);
  return value as Fields;
}

function integer(path: string, fields: Fields, name: string, min: number, max: number): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    fail(`${path}.${name}`, `integer in [${min}, ${max}]`, value);
  return value;
}

function powerOfTwo(path: string, fields: Fields, name: string, min: number, max: number): number {
  const value = integer(path, fields, name, min, max);
  if ((value & (value - 1)) !== 0) fail(`${path}.${name}`, `power of two in [${min}, ${max}]`, value);
  return value;
}

function codeRate(path: string, fields: Fields): number {
  const value = fields.codeRate;
  if (typeof value !== 'number' || !(value >= 0.1 && value <= 0.6))
    fail(`${path}.codeRate`, 'number in [0.1, 0.6]', value);
  return value;
}

function parsePreamble(value: unknown, profile: { centerHz: number; decimation: number }): PreambleProfile {
  const path = 'profile.preamble';
  const fields = fieldsOf(path, value, ['lowHz', 'highHz', 'chirpSamples', 'pairCount']);
  const basebandRateHz = 48000 / profile.decimation;
  const lowHz = integer(path, fields, 'lowHz', 100, 23000);
  const highHz = integer(path, fields, 'highHz', lowHz + 500, 23500);
  const widthHz = 2 * Math.max(highHz - profile.centerHz, profile.centerHz - lowHz);
  if (widthHz * 1.8 > basebandRateHz)
    fail(`${path}.highHz`, `a band within ${basebandRateHz / 3.6} Hz of centerHz (baseband rate / 3.6)`, highHz);
  const chirpSamples = integer(path, fields, 'chirpSamples', 240, 9600);
  if (chirpSamples % profile.decimation !== 0) fail(`${path}.chirpSamples`, 'a multiple of decimation', chirpSamples);
  return { lowHz, highHz, chirpSamples, pairCount: integer(path, fields, 'pairCount', 1, 8) };
}

/** QPSK cells that hold a header so that it outlasts the payload: 120 coded bits. */
const LEAST_HEADER_CELLS = 60;

function parseOfdm(value: unknown): OfdmWaveform {
  const path = 'profile.waveform';
  const names = ['kind', 'fftSize', 'cyclicPrefixSamples', 'rampSamples', 'carrierCount', 'headerSpacing', 'codeRate'];
  const fields = fieldsOf(path, value, names);
  const fftSize = powerOfTwo(path, fields, 'fftSize', 64, 4096);
  const cyclicPrefixSamples = integer(path, fields, 'cyclicPrefixSamples', 4, fftSize / 2);
  const carrierCount = integer(path, fields, 'carrierCount', 24, fftSize / 1.8);
  if (carrierCount % 2 !== 0) fail(`${path}.carrierCount`, 'an even number', carrierCount);
  const headerSpacing = fields.headerSpacing;
  if (headerSpacing !== 2 && headerSpacing !== 4) fail(`${path}.headerSpacing`, '2 or 4', headerSpacing);
  if (carrierCount / headerSpacing < LEAST_HEADER_CELLS)
    fail(`${path}.carrierCount`, `at least ${LEAST_HEADER_CELLS * headerSpacing} for this headerSpacing`, carrierCount);
  return {
    kind: 'ofdm',
    fftSize,
    cyclicPrefixSamples,
    rampSamples: integer(path, fields, 'rampSamples', 1, cyclicPrefixSamples / 2),
    carrierCount,
    headerSpacing,
    codeRate: codeRate(path, fields),
  };
}

function parseFsk(value: unknown): FskWaveform {
  const path = 'profile.waveform';
  const names = ['kind', 'fftSize', 'rampSamples', 'groupCount', 'tonesPerGroup', 'headerSymbolCount', 'codeRate'];
  const fields = fieldsOf(path, value, names);
  const fftSize = powerOfTwo(path, fields, 'fftSize', 64, 4096);
  const tonesPerGroup = powerOfTwo(path, fields, 'tonesPerGroup', 2, 256);
  const groupCount = integer(path, fields, 'groupCount', 1, Math.floor(fftSize / 1.8 / tonesPerGroup));
  const bitsPerSymbol = groupCount * Math.log2(tonesPerGroup);
  const headerSymbolCount = integer(
    path,
    fields,
    'headerSymbolCount',
    1,
    Math.min(128, Math.floor(MAX_HEADER_CODED_BITS / bitsPerSymbol)),
  );
  if (bitsPerSymbol * headerSymbolCount < 100)
    fail(`${path}.headerSymbolCount`, `at least ${Math.ceil(100 / bitsPerSymbol)} for these tones`, headerSymbolCount);
  return {
    kind: 'fsk',
    fftSize,
    rampSamples: integer(path, fields, 'rampSamples', 1, fftSize / 8),
    groupCount,
    tonesPerGroup,
    headerSymbolCount,
    codeRate: codeRate(path, fields),
  };
}

/**
 * Reads a profile, for a custom band.
 *
 * @param json - a parsed JSON value with exactly the fields of `Profile`
 * @returns a frozen profile
 * @throws TillsongError `ERR_PROFILE` naming the field, what was expected and what was found
 */
export function parseProfile(json: unknown): Profile {
  const names = ['formatVersion', 'name', 'sampleRateHz', 'centerHz', 'decimation', 'skirtHz', 'preamble', 'waveform'];
  const fields = fieldsOf('profile', json, names);
  if (fields.formatVersion !== 1) fail('profile.formatVersion', '1', fields.formatVersion);
  if (typeof fields.name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(fields.name))
    fail('profile.name', 'a name of 1 to 40 lower-case letters, digits and dashes', fields.name);
  if (fields.sampleRateHz !== 48000) fail('profile.sampleRateHz', '48000', fields.sampleRateHz);
  const centerHz = integer('profile', fields, 'centerHz', 300, 22000);
  const decimation = integer('profile', fields, 'decimation', 1, 32);
  const skirtHz = integer('profile', fields, 'skirtHz', 0, 3000);
  const preamble = parsePreamble(fields.preamble, { centerHz, decimation });
  const kind = (fields.waveform as Fields | null)?.kind;
  if (kind !== 'ofdm' && kind !== 'fsk') fail('profile.waveform.kind', '"ofdm" or "fsk"', kind);
  const waveform = kind === 'ofdm' ? parseOfdm(fields.waveform) : parseFsk(fields.waveform);
  const profile: Profile = Object.freeze({
    formatVersion: 1,
    name: fields.name,
    sampleRateHz: 48000,
    centerHz,
    decimation,
    skirtHz,
    preamble: Object.freeze(preamble),
    waveform: Object.freeze(waveform),
  });
  assertWaveformFits(profile);
  return profile;
}

/**
 * How much wider than the preamble's band a waveform may be: the receiver's filters are made for that band, and pass this much
 * more because a profile's baseband rate is at least 1.8 times its width (`DownConverter`).
 */
const MOST_WIDENING = 1.125;

/** The waveform must lie about in the preamble's band, and the longest payload within what a frame may be coded to. */
function assertWaveformFits(profile: Profile): void {
  const { waveform, preamble, centerHz, sampleRateHz } = profile;
  const widthHz = waveformWidthHz(profile);
  const roomHz = MOST_WIDENING * 2 * Math.min(preamble.highHz - centerHz, centerHz - preamble.lowHz);
  if (widthHz > roomHz)
    fail(
      `profile.waveform.${waveform.kind === 'ofdm' ? 'carrierCount' : 'groupCount'}`,
      `a width of at most ${roomHz} Hz, ${MOST_WIDENING} times the preamble's around centerHz`,
      `${widthHz} Hz`,
    );
  const edgeHz = widthHz / 2 + profile.skirtHz;
  if (centerHz - edgeHz < 0 || centerHz + edgeHz > sampleRateHz / 2)
    fail('profile.skirtHz', `skirts between 0 and ${sampleRateHz / 2} Hz`, profile.skirtHz);
  if (burstLayout(profile, MAX_PAYLOAD_BYTES).payloadBitCount > MAX_FRAME_CODED_BITS)
    fail(
      'profile.waveform.codeRate',
      `a rate at which ${MAX_PAYLOAD_BYTES} bytes take at most ${MAX_FRAME_CODED_BITS} bits`,
      waveform.codeRate,
    );
}

/** The profile of that name, or the given one after a check. @throws TillsongError `ERR_PROFILE` */
export function resolveProfile(profile: ProfileName | Profile): Profile {
  if (typeof profile !== 'string') return parseProfile(profile);
  if (!PROFILE_NAMES.includes(profile)) fail('profile', `one of ${PROFILE_NAMES.join(', ')}`, profile);
  return PROFILES[profile];
}

/** Highest share of the sample rate at which a converter still passes a band: 44.1 kHz carries 20 kHz. */
export const USABLE_SHARE = 0.46;

/** Lowest sample rate of audio that can carry the profile's band, Hz. */
export function neededRateHz(profile: Profile): number {
  return Math.ceil(occupiedBand(profile).highHz / USABLE_SHARE);
}

/** @throws TillsongError `ERR_PROFILE` when audio of this rate cannot carry the profile's band */
export function assertBandFits(profile: Profile, sampleRateHz: number): void {
  if (bandFits(profile, sampleRateHz)) return;
  throw new TillsongError(
    'ERR_PROFILE',
    `sampleRateHz: expected at least ${neededRateHz(profile)} for the band of ${profile.name} (up to ${Math.ceil(occupiedBand(profile).highHz)} Hz), got ${sampleRateHz}`,
  );
}

/** Whether audio of this rate can carry the profile's band. */
export function bandFits(profile: Profile, sampleRateHz: number): boolean {
  return occupiedBand(profile).highHz <= sampleRateHz * USABLE_SHARE;
}
