// Diagnoses of one burst: each compares a figure that was measured with a threshold, and says what would have helped.

import type { Profile } from '../profiles.js';
import type { BurstSound, Finding, Interferer, SoftBits } from './inspection.js';
import { INTERFERER_THRESHOLD_DB } from './interferers.js';
import { findMissingBand, MISSING_SHARE } from './missing-band.js';
import { usableEchoSeconds } from './room-echo.js';
import { decibel, percent } from './words.js';

/** Share of samples at the very top, and how many times more than just below it; see sample-faults.ts. */
export const CLIPPED_SHARE = 0.002;
export const CLIPPED_RATIO = 2;
const FAST_METERS_PER_SECOND = 0.5;
const CHANGING_METERS_PER_SECOND = 0.6;
const LATE_ECHO_DB = -4;
const LONGEST_GAP_SECONDS = 0.002;
const CUT_OFF_SECONDS = 0.005;
/** Beyond this the receiver does not look. */
export const FASTEST_METERS_PER_SECOND = 1.7;

/** What is known of a burst when it is judged. */
export interface JudgedBurst {
  readonly profile: Profile;
  readonly isDelivered: boolean;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly durationSeconds: number;
  readonly speedMetersPerSecond: number;
  readonly speedChangeMetersPerSecond: number;
  readonly softBits: SoftBits | undefined;
  readonly sound: BurstSound | undefined;
  readonly interferers: readonly Interferer[];
}

/** @returns the diagnoses of a burst but for collisions, which take two */
export function findInBurst(burst: JudgedBurst): Finding[] {
  const { sound } = burst;
  const findings = [cutOff(burst), motion(burst), ...burst.interferers.map(interferer)];
  if (sound)
    findings.push(
      tooQuiet(sound, burst),
      clipped(sound),
      findMissingBand(sound, burst.profile, MISSING_SHARE),
      reverberation(sound, burst),
      gap(sound),
      brokenOff(sound, burst),
    );
  return findings.filter((finding) => finding !== undefined);
}

function tooQuiet({ snrDb, neededSnrDb }: BurstSound, { isDelivered, softBits }: JudgedBurst): Finding | undefined {
  if (isDelivered || !(snrDb < neededSnrDb)) return undefined;
  const more = Math.max(1, Math.ceil(Math.max(neededSnrDb - snrDb, softBits?.missingDb ?? 0)));
  return {
    kind: 'too-quiet',
    value: snrDb,
    threshold: neededSnrDb,
    unit: 'dB',
    measure: 'signal over noise in the band',
    text: `Too quiet: ${decibel(snrDb)} over the noise in the band, where ${decibel(neededSnrDb)} are needed.`,
    remedy: `${more} dB more: louder, nearer, or repeated bursts, whose soft bits add up.`,
  };
}

function clipped({ clippedShare, clippedRatio, peakDbfs }: BurstSound): Finding | undefined {
  if (clippedShare < CLIPPED_SHARE || clippedRatio < CLIPPED_RATIO) return undefined;
  return {
    kind: 'clipped',
    value: clippedShare,
    threshold: CLIPPED_SHARE,
    unit: 'share',
    measure: 'samples at the very top',
    text: `Clipped: ${percent(clippedShare)} of the samples lie at the very top (${decibel(peakDbfs)}FS), ${clippedRatio.toFixed(0)} times more than just below it.`,
    remedy: 'Less gain at the microphone, or the phone farther away.',
  };
}

function motion({ speedMetersPerSecond, speedChangeMetersPerSecond }: JudgedBurst): Finding | undefined {
  const changes = Math.abs(speedChangeMetersPerSecond) > CHANGING_METERS_PER_SECOND;
  const speed = Math.abs(speedMetersPerSecond);
  if (!changes && !(speed > FAST_METERS_PER_SECOND)) return undefined;
  const way = speedMetersPerSecond > 0 ? 'comes nearer' : 'moves away';
  return {
    kind: 'motion',
    value: changes ? Math.abs(speedChangeMetersPerSecond) : speed,
    threshold: changes ? CHANGING_METERS_PER_SECOND : FAST_METERS_PER_SECOND,
    unit: 'm/s',
    measure: changes ? 'change of speed within the burst' : 'speed by the chirps',
    text: changes
      ? `Motion: the speed changes by ${Math.abs(speedChangeMetersPerSecond).toFixed(2)} m/s within the burst.`
      : `Motion: the phone ${way} at ${speed.toFixed(2)} m/s; the receiver follows up to ${FASTEST_METERS_PER_SECOND} m/s.`,
    remedy: 'Hold the phone still while it sings.',
  };
}

/** A steady tone within the band. */
export function interferer({ frequencyHz, levelDbfs, prominenceDb }: Interferer): Finding {
  return {
    kind: 'interferer',
    value: prominenceDb,
    threshold: INTERFERER_THRESHOLD_DB,
    unit: 'dB',
    measure: `level at ${frequencyHz.toFixed(0)} Hz over what lies around it`,
    text: `Interferer: a steady tone at ${frequencyHz.toFixed(0)} Hz, ${decibel(levelDbfs)}FS, ${decibel(prominenceDb)} over the noise around it.`,
    remedy: 'Find what whistles (a power supply, a fan, a screen), or use the other band.',
  };
}

function reverberation(
  { lateEchoDb, brokenOffAfterSeconds }: BurstSound,
  { profile }: JudgedBurst,
): Finding | undefined {
  if (!(lateEchoDb > LATE_ECHO_DB) || brokenOffAfterSeconds !== undefined) return undefined;
  const usable = (1000 * usableEchoSeconds(profile)).toFixed(0);
  return {
    kind: 'reverberation',
    value: lateEchoDb,
    threshold: LATE_ECHO_DB,
    unit: 'dB',
    measure: `echo energy later than ${usable} ms over all before`,
    text: `Reverberation: echoes later than ${usable} ms stand at ${decibel(lateEchoDb)} against all before.`,
    remedy: 'Nearer to the microphone, so that the direct sound counts more, or a robust profile.',
  };
}

function gap({ longestGapSeconds }: BurstSound): Finding | undefined {
  if (longestGapSeconds < LONGEST_GAP_SECONDS) return undefined;
  const ms = (1000 * longestGapSeconds).toFixed(0);
  return {
    kind: 'gap',
    value: longestGapSeconds,
    threshold: LONGEST_GAP_SECONDS,
    unit: 's',
    measure: 'longest stretch of equal samples within the burst',
    text: `Gap: ${ms} ms in which not one sample differs from the next.`,
    remedy: 'The recorder lost samples: larger buffers, less load.',
  };
}

function cutOff({ endSeconds, durationSeconds }: JudgedBurst): Finding | undefined {
  const missing = endSeconds - durationSeconds;
  if (missing < CUT_OFF_SECONDS) return undefined;
  return {
    kind: 'cut-off',
    value: missing,
    threshold: CUT_OFF_SECONDS,
    unit: 's',
    measure: 'what is missing at its end',
    text: `Cut off: the recording ends ${missing.toFixed(2)} s before the burst does.`,
    remedy: 'Record on until the phone has fallen silent.',
  };
}

function brokenOff(
  { brokenOffAfterSeconds, longestGapSeconds }: BurstSound,
  { startSeconds, endSeconds }: JudgedBurst,
): Finding | undefined {
  if (brokenOffAfterSeconds === undefined || longestGapSeconds >= LONGEST_GAP_SECONDS) return undefined;
  const missing = endSeconds - startSeconds - brokenOffAfterSeconds;
  return {
    kind: 'cut-off',
    value: missing,
    threshold: CUT_OFF_SECONDS,
    unit: 's',
    measure: 'silence before its end',
    text: `Broken off: the burst falls silent ${brokenOffAfterSeconds.toFixed(2)} s after its start, ${missing.toFixed(2)} s before its end.`,
    remedy: 'Let the phone sing to the end; what stopped it (a call, a locked screen) is to be found there.',
  };
}

/** @param overlapSeconds - that the two sound at once */
export function collision(overlapSeconds: number, other: { profile: string; startSeconds: number }): Finding {
  return {
    kind: 'collision',
    value: overlapSeconds,
    threshold: LEAST_OVERLAP_SECONDS,
    unit: 's',
    measure: 'overlap with another burst',
    text: `Collision: another burst (${other.profile}, ${other.startSeconds.toFixed(2)} s) sounds in the same band for ${overlapSeconds.toFixed(2)} s of it.`,
    remedy: 'One phone at a time, or the two in different bands.',
  };
}

/** Bursts that follow one another closely touch in their ramps. */
export const LEAST_OVERLAP_SECONDS = 0.02;

/** A preamble faster than the receiver looks for. */
export function tooFast(speedMetersPerSecond: number, seconds: number): Finding {
  const speed = Math.abs(speedMetersPerSecond);
  return {
    kind: 'motion',
    value: speed,
    threshold: FASTEST_METERS_PER_SECOND,
    unit: 'm/s',
    measure: 'speed by the chirps',
    text: `Motion: a preamble at ${seconds.toFixed(2)} s moves at ${speed.toFixed(1)} m/s; the receiver follows up to ${FASTEST_METERS_PER_SECOND} m/s.`,
    remedy: 'Hold the phone still while it sings.',
  };
}
