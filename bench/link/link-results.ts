// The results of the link bench as data: one entry a measurement, kept in one JSON file that later runs update.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Rate } from './statistics.js';

/** The parts of the bench. */
export const LINK_PARTS = ['airtime', 'white', 'near', 'far', 'stress', 'false'] as const;
export type LinkPart = (typeof LINK_PARTS)[number];

/** How it was measured. */
export interface Provenance {
  readonly seed: number;
  readonly commit: string;
  readonly channelSet: string;
}

/** Length and power of a burst. */
export interface AirtimeEntry {
  readonly part: 'airtime';
  readonly profile: string;
  readonly name: string;
  readonly payloadByteCount: number;
  readonly airtimeSeconds: number;
  readonly peakToAverageDb: number;
}

/** Delivery at one point: a PSNR, a kind of channel. */
export interface DeliveryEntry {
  readonly part: 'white' | 'near' | 'far' | 'stress';
  readonly profile: string;
  /** Tells the point from others of the part: a PSNR, or the name of a stress. */
  readonly name: string;
  readonly payloadByteCount: number;
  readonly psnrDb: number;
  /** Energy of the whole burst over the payload's bits, over the noise density; for white noise only. */
  readonly ebN0Db?: number;
  /** The point at which 99 % are claimed, measured for itself. */
  readonly isQuoted?: boolean;
  readonly delivery: Rate;
  readonly falseMessageCount: number;
  /** Seconds heard per second of computing on one core, channel not included. */
  readonly realTimeFactor: number;
  /** Delivered / sent by room, noise and device. */
  readonly breakdown?: Readonly<Record<string, string>>;
  /** Seeds of what was not delivered, for replay; the first twenty. */
  readonly failedSeeds: readonly number[];
  /** How often each reason was given for a lost burst. */
  readonly lostReasons: Readonly<Record<string, number>>;
}

/** Messages heard where there were none. */
export interface FalseMessageEntry {
  readonly part: 'false';
  readonly profile: 'all';
  readonly name: string;
  readonly heardMinutes: number;
  readonly falseMessageCount: number;
  readonly lostCount: number;
  readonly realTimeFactor: number;
}

export type LinkEntry = (AirtimeEntry | DeliveryEntry | FalseMessageEntry) & { readonly provenance?: Provenance };

function keyOf(entry: LinkEntry): string {
  return `${entry.part}/${entry.profile}/${entry.name}`;
}

/** @returns the entries of a results file; none when there is no such file */
export function readLinkResults(path: string): LinkEntry[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { entries: LinkEntry[] }).entries : [];
}

/**
 * @param known - entries of earlier runs
 * @param measured - entries of this run: they replace those of the same part and profile
 */
export function mergeLinkResults(known: readonly LinkEntry[], measured: readonly LinkEntry[]): LinkEntry[] {
  const replaced = new Set(measured.map(({ part, profile }) => `${part}/${profile}`));
  const kept = known.filter(({ part, profile }) => !replaced.has(`${part}/${profile}`));
  const order = (entry: LinkEntry) => LINK_PARTS.indexOf(entry.part);
  return [...kept, ...measured].sort((a, b) => order(a) - order(b) || compareText(a.profile, b.profile));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Writes the entries as JSON, one a line, so that a change shows as a change of lines. */
export function writeLinkResults(path: string, entries: readonly LinkEntry[]): void {
  const duplicates = entries.filter((entry, i) => entries.findIndex((other) => keyOf(other) === keyOf(entry)) !== i);
  if (duplicates.length > 0) throw new Error(`two results for ${keyOf(duplicates[0])}`);
  writeFileSync(path, `{ "entries": [\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n] }\n`);
}
