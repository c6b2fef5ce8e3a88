// What can be said of a recording as a whole: profiles that its rate or its bandwidth cannot carry, whistles, silence, and what a
// phone would have to bring to be heard in it.

import { occupiedBand } from '../burst-layout.js';
import { bandFits, neededRateHz, USABLE_SHARE } from '../parse-profile.js';
import type { Profile } from '../profiles.js';
import { interferer } from './burst-findings.js';
import type { Finding, Interferer, NoiseFloor, ProfileOutlook } from './inspection.js';
import type { LinkNeed } from './link-need.js';
import { decibel, kilohertz } from './words.js';

/** Less is no sound. */
const SILENCE_DBFS = -90;
/** A fall of the noise by this much within 1 kHz, for good, is a filter. */
const CLIFF_DB = 20;
/** A telephone call reaches this far; what falls lower is the noise's own slope. */
const LEAST_CUTOFF_HZ = 3200;
const CLIFF_REACH_HZ = 800;
const CLIFF_EDGE_HZ = 300;
/** Below a filter's edge there is noise, above it next to none (-142 dBFS/Hz is what 16 bits leave). */
const LOWEST_NOISE_DB = -112;
const NOTHING_DB = -118;
const NOISE_BANDWIDTH_HZ = 24000;

/** What a profile meets in noise of these densities. */
export function outlookFor(
  { name, preamble: { lowHz, highHz } }: Profile,
  floor: NoiseFloor,
  interferers: readonly Interferer[],
  { psnrDb }: LinkNeed,
): ProfileOutlook {
  const within = interferers.filter(({ frequencyHz }) => frequencyHz >= lowHz && frequencyHz <= highHz);
  const binHz = floor.frequenciesHz[1];
  let sum = 0;
  let count = 0;
  for (let k = Math.ceil(lowHz / binHz); k * binHz <= highHz && k < floor.noiseDb.length; k++) {
    if (within.some(({ frequencyHz }) => Math.abs(frequencyHz - k * binHz) < 5 * binHz)) continue;
    sum += 10 ** (floor.noiseDb[k] / 10);
    count++;
  }
  const noiseDbfsPerHz = 10 * Math.log10(sum / Math.max(1, count) || 1e-18);
  const fullScalePsnrDb = -(noiseDbfsPerHz + 10 * Math.log10(NOISE_BANDWIDTH_HZ));
  return {
    profile: name,
    lowHz,
    highHz,
    noiseDbfsPerHz,
    fullScalePsnrDb,
    neededPsnrDb: psnrDb,
    neededPeakDbfs: psnrDb - fullScalePsnrDb,
    interferers: within,
  };
}

export interface JudgedRecording {
  readonly sampleRateHz: number;
  readonly peakDbfs: number;
  /** Profiles asked for, and those of them that the rate can carry. */
  readonly wanted: readonly Profile[];
  readonly profiles: readonly Profile[];
  readonly floor: NoiseFloor;
  readonly interferers: readonly Interferer[];
}

export function findInRecording(recording: JudgedRecording): Finding[] {
  const { sampleRateHz, peakDbfs, profiles, wanted, floor, interferers } = recording;
  const isInUse = ({ frequencyHz }: Interferer) =>
    profiles.some(({ preamble }) => frequencyHz >= preamble.lowHz && frequencyHz <= preamble.highHz);
  return [
    silence(peakDbfs),
    ...bandsBeyond(wanted, sampleRateHz),
    cliff(floor, profiles),
    ...interferers.filter(isInUse).map(interferer),
  ].filter((finding) => finding !== undefined);
}

function silence(peakDbfs: number): Finding | undefined {
  if (peakDbfs > SILENCE_DBFS) return undefined;
  return {
    kind: 'silence',
    value: peakDbfs,
    threshold: SILENCE_DBFS,
    unit: 'dBFS',
    measure: 'loudest sample',
    text: `Silence: no sample is above ${decibel(Math.max(peakDbfs, -180))}FS.`,
    remedy: 'The microphone is off, muted or another one than was thought.',
  };
}

/** Bands that the sample rate cannot carry. */
function bandsBeyond(wanted: readonly Profile[], sampleRateHz: number): Finding[] {
  const beyond = wanted.filter((profile) => !bandFits(profile, sampleRateHz));
  const byBand = new Map<number, Profile[]>();
  for (const profile of beyond) {
    const { highHz } = profile.preamble;
    byBand.set(highHz, [...(byBand.get(highHz) ?? []), profile]);
  }
  return [...byBand.values()].map((profiles) => {
    const highHz = Math.max(...profiles.map((profile) => occupiedBand(profile).highHz));
    const neededHz = Math.max(...profiles.map(neededRateHz));
    const names = profiles.map(({ name }) => name).join(' and ');
    return {
      kind: 'sample-rate' as const,
      value: sampleRateHz,
      threshold: neededHz,
      unit: 'Hz',
      measure: 'sample rate of the recording',
      text: `Sample rate: ${kilohertz(sampleRateHz)} carries sound up to ${kilohertz(USABLE_SHARE * sampleRateHz)}; ${names} reach up to ${kilohertz(highHz)}.`,
      remedy: `Record at ${kilohertz(neededHz > 44100 ? 48000 : 44100)} or more.`,
    };
  });
}

/** The noise ends at a frequency as no noise does by itself: a codec, a call, a converter of a lower rate. */
function cliff({ frequenciesHz, quietDb }: NoiseFloor, profiles: readonly Profile[]): Finding | undefined {
  const binHz = frequenciesHz[1];
  const prefix = new Float64Array(quietDb.length + 1);
  for (let k = 0; k < quietDb.length; k++) prefix[k + 1] = prefix[k] + quietDb[k];
  const mean = (fromHz: number, toHz: number) => {
    const [a, b] = [fromHz, toHz].map((hz) => Math.max(0, Math.min(quietDb.length, Math.round(hz / binHz))));
    return (prefix[b] - prefix[a]) / Math.max(1, b - a);
  };
  const endHz = frequenciesHz[frequenciesHz.length - 1];
  let bestHz = 0;
  let bestFall = 0;
  for (let hz = LEAST_CUTOFF_HZ; hz < endHz - 1.5 * CLIFF_REACH_HZ; hz += binHz) {
    const before = mean(hz - CLIFF_REACH_HZ, hz - CLIFF_EDGE_HZ);
    const fall = before - mean(hz + CLIFF_EDGE_HZ, hz + CLIFF_REACH_HZ);
    const rest = mean(hz + CLIFF_EDGE_HZ, endHz);
    const isFilter = before > LOWEST_NOISE_DB && rest < NOTHING_DB && before - rest > CLIFF_DB;
    if (isFilter && fall > bestFall) [bestHz, bestFall] = [hz, fall];
  }
  const lost = profiles.filter(({ preamble }) => preamble.highHz > bestHz).map(({ name }) => name);
  if (bestFall < CLIFF_DB || lost.length === 0) return undefined;
  return {
    kind: 'band-missing',
    value: bestFall,
    threshold: CLIFF_DB,
    unit: 'dB',
    measure: `fall of the noise at ${kilohertz(bestHz)}`,
    text: `Band missing above ${kilohertz(bestHz)}: even the noise falls by ${decibel(bestFall)} there, so the recording holds nothing above it; ${lost.join(', ')} would need it.`,
    remedy: 'Record without a codec or a call in between, at 44.1 kHz or more.',
  };
}
