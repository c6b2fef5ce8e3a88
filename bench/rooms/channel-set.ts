// A set of rooms, noises and devices to draw channels from: the measured one where it is at hand, else a simulated one.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedNoise, SoundSource } from './sound-source.js';

/** A source and the band in which it can be trusted. */
export interface ChannelPart {
  readonly source: SoundSource;
  readonly validBandHz: readonly [number, number];
  /** Permits that our transmissions sent through it are published. */
  readonly isPermissive: boolean;
  readonly licence: string;
  readonly attribution: string;
  readonly description: string;
}

/** What channels are drawn from. */
export interface ChannelSet {
  readonly name: string;
  readonly rooms: readonly ChannelPart[];
  readonly noises: readonly ChannelPart[];
  readonly devices: readonly ChannelPart[];
}

/** An entry of the manifest of a measured set, as far as it is used here. */
interface ManifestEntry {
  readonly file: string;
  readonly kind: 'rir' | 'noise' | 'device' | 'recording';
  readonly licence: string;
  readonly attribution: string;
  readonly description: string;
  readonly near_ultrasonic_usable?: boolean;
  readonly valid_band_hz?: readonly [number, number];
}

/** Where the near-ultrasonic band ends: what is usable there is usable up to this. */
const NEAR_ULTRASONIC_END_HZ = 20500;
/** What is not usable there is so in the audible band at least. */
const AUDIBLE_END_HZ = 12000;

/** CC0, public domain, CC BY, MIT and Apache-2.0 let the result be published under a licence of its own; others do not. */
export function isPermissiveLicence(licence: string): boolean {
  return /^(CC0|Public domain|CC BY(?!-)|MIT|Apache-2\.0)/.test(licence);
}

/**
 * Reads the manifest of a measured set.
 *
 * @param folder - holds `manifest.json` and the WAV files it names
 * @returns undefined when there is no manifest
 */
export function readChannelSet(folder: string): ChannelSet | undefined {
  const manifestPath = join(folder, 'manifest.json');
  if (!existsSync(manifestPath)) return undefined;
  const { files, set } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { files: ManifestEntry[]; set: string };
  const partsOf = (kind: ManifestEntry['kind']): ChannelPart[] =>
    files.filter((entry) => entry.kind === kind).map((entry) => partOf(folder, entry));
  return { name: `measured (${set})`, rooms: partsOf('rir'), noises: partsOf('noise'), devices: partsOf('device') };
}

function partOf(folder: string, entry: ManifestEntry): ChannelPart {
  const name = entry.file.replace(/^.*\//, '').replace(/\.wav$/, '');
  const endHz = entry.near_ultrasonic_usable ? NEAR_ULTRASONIC_END_HZ : AUDIBLE_END_HZ;
  return {
    source: { kind: 'file', name, path: join(folder, entry.file) },
    validBandHz: entry.valid_band_hz ?? [0, endHz],
    isPermissive: isPermissiveLicence(entry.licence),
    licence: entry.licence,
    attribution: entry.attribution,
    description: entry.description,
  };
}

function simulated(source: SoundSource, description: string): ChannelPart {
  return {
    source,
    validBandHz: [0, 24000],
    isPermissive: true,
    licence: 'MIT',
    attribution: 'tillsong',
    description,
  };
}

/** Rooms, noises and devices that need no files. */
export function simulatedChannelSet(): ChannelSet {
  const rooms = [
    ['booth', 0.15, 8, 8],
    ['kitchen', 0.45, -3, 40],
    ['office', 0.6, -5, 120],
    ['corridor', 1.0, -8, 200],
    ['platform', 1.6, -6, 3000],
    ['hall', 2.2, -4, 8000],
  ] as const;
  const noises: readonly SimulatedNoise[] = [
    'compressorHum',
    'coinClicks',
    'hiss',
    'babble',
    'syntheticSpeech',
    'melody',
  ];
  return {
    name: 'simulated',
    rooms: rooms.map(([name, t60Seconds, drrDb, volumeCubicMeters], i) =>
      simulated(
        { kind: 'room', name, room: { t60Seconds, drrDb, volumeCubicMeters, seed: i + 1 } },
        `${name}, simulated`,
      ),
    ),
    noises: noises.map((name, i) => simulated({ kind: 'noise', name, seed: i + 1 }, `${name}, simulated`)),
    devices: [
      simulated({ kind: 'device', name: 'phone' }, 'telephone, simulated'),
      simulated({ kind: 'device', name: 'smallSpeaker' }, 'small loudspeaker, simulated'),
    ],
  };
}

/** @returns a set in which each kind of part that a file is given for is that file alone */
export function withFiles(
  set: ChannelSet,
  files: { readonly room?: string; readonly noise?: string; readonly device?: string },
): ChannelSet {
  const fileOr = (path: string | undefined, parts: readonly ChannelPart[]): readonly ChannelPart[] =>
    path === undefined ? parts : [{ ...simulated({ kind: 'file', name: path, path }, path), isPermissive: false }];
  return {
    name: set.name,
    rooms: fileOr(files.room, set.rooms),
    noises: fileOr(files.noise, set.noises),
    devices: fileOr(files.device, set.devices),
  };
}

/** @returns the sources that can be trusted over a whole band */
export function sourcesFor(parts: readonly ChannelPart[], bandHz: readonly [number, number]): SoundSource[] {
  return parts
    .filter(({ validBandHz }) => validBandHz[0] <= bandHz[0] && validBandHz[1] >= bandHz[1])
    .map(({ source }) => source);
}
