// The results of the link bench as data: one entry a point; summary.ts makes them from the records of runs.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { BurstFate } from '../trial/burst-trial.js';
import type { Rate } from './statistics.js';

/** The parts of the bench. */
export const LINK_PARTS = ['airtime', 'white', 'repeats', 'microphones', 'near', 'far', 'stress', 'false'] as const;
export type LinkPart = (typeof LINK_PARTS)[number];

/** How it was measured. */
export interface Provenance {
  readonly commit: string;
  /** Nothing was changed since that commit. */
  readonly isClean: boolean;
  readonly channelSet: string;
  /** The first seed and the last. */
  readonly seeds: readonly [number, number];
}

/** What every entry has. */
export interface EntryHead {
  readonly subject: string;
  /** Tells the point from others of its part and subject. */
  readonly name: string;
  readonly provenance: Provenance;
}

/** Length and power of a burst. */
export interface AirtimeEntry extends EntryHead {
  readonly part: 'airtime';
  readonly payloadByteCount: number;
  readonly airtimeSeconds: number;
  /** Mean power times airtime, for a peak of 1. */
  readonly energySeconds: number;
}

/** Delivery at one point: a PSNR, a kind of channel. */
export interface DeliveryEntry extends EntryHead {
  readonly part: 'white' | 'repeats' | 'microphones' | 'near' | 'far' | 'stress';
  readonly payloadByteCount: number;
  readonly psnrDb: number;
  /** Energy of one whole burst over the payload's bits, over the noise density; for white noise only. */
  readonly ebN0Db?: number;
  /** Delivered within the first burst. */
  readonly delivery: Rate;
  /** Delivered within so many bursts, for trials with several. */
  readonly within?: Readonly<Record<string, Rate>>;
  /** What became of the first bursts; not for peers. */
  readonly fates?: Readonly<Partial<Record<BurstFate, number>>>;
  /** Time to the message in seconds, of those delivered: half had it by then, nine in ten. */
  readonly seconds?: { readonly median: number; readonly ninetieth: number };
  readonly falseMessageCount: number;
  /** Seconds heard per second of computing on one core, channel not included. */
  readonly realTimeFactor: number;
  /** [delivered within the first burst, within all, sent], by room, noise and device. */
  readonly breakdown?: Readonly<Record<string, readonly [number, number, number]>>;
  /** Seeds of what was not delivered, for replay; the first twenty. */
  readonly failedSeeds: readonly number[];
  /** How often each reason was given for a lost burst. */
  readonly lostReasons: Readonly<Record<string, number>>;
}

/** Messages heard where there were none. */
export interface FalseMessageEntry extends EntryHead {
  readonly part: 'false';
  readonly heardMinutes: number;
  readonly falseMessageCount: number;
  readonly lostCount: number;
  /** Preambles the detectors believed in, by profile. */
  readonly candidateCounts: Readonly<Record<string, number>>;
  readonly realTimeFactor: number;
}

/** Layout of the results file. */
const FILE_VERSION = 2;

export type LinkEntry = AirtimeEntry | DeliveryEntry | FalseMessageEntry;

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Order of entries in the report: by part, subject, PSNR and name. */
export function compareEntries(a: LinkEntry, b: LinkEntry): number {
  const psnrOf = (entry: LinkEntry) => ('psnrDb' in entry ? entry.psnrDb : 0);
  return (
    LINK_PARTS.indexOf(a.part) - LINK_PARTS.indexOf(b.part) ||
    compareText(a.subject, b.subject) ||
    psnrOf(a) - psnrOf(b) ||
    compareText(a.name, b.name)
  );
}

/** @returns the entries of a results file; none when there is no such file, or one of an older layout */
export function readLinkEntries(path: string): LinkEntry[] {
  if (!existsSync(path)) return [];
  const { version, entries } = JSON.parse(readFileSync(path, 'utf8')) as { version?: number; entries: LinkEntry[] };
  return version === FILE_VERSION ? entries : [];
}

/** Writes the entries as JSON, one a line, so that a change shows as a change of lines. */
export function writeLinkEntries(path: string, entries: readonly LinkEntry[]): void {
  const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n');
  writeFileSync(path, `{ "version": ${FILE_VERSION}, "entries": [\n${lines}\n] }\n`);
}

/**
 * @param known - entries of earlier reports
 * @param measured - entries of this one: they replace those of the same part, subject and payload
 */
export function mergeLinkEntries(known: readonly LinkEntry[], measured: readonly LinkEntry[]): LinkEntry[] {
  const keyOf = (entry: LinkEntry) =>
    `${entry.part}/${entry.subject}/${'psnrDb' in entry ? entry.payloadByteCount : ''}`;
  const replaced = new Set(measured.map(keyOf));
  return [...known.filter((entry) => !replaced.has(keyOf(entry))), ...measured].sort(compareEntries);
}
