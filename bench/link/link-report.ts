// The results of the link bench as tables: for the terminal and for bench/results/link.md.

import { type Limit, limitsOf, variantOf } from './limits.js';
import type { AirtimeEntry, DeliveryEntry, FalseMessageEntry, LinkEntry } from './link-entries.js';
import { percent, rateText, type Section, type Table } from './report-table.js';
import { roomSections } from './room-tables.js';
import { type Rate, rateOf } from './statistics.js';

/** Issue and design set these marks for a 92-byte burst. */
export const REPORT_HEAD =
  'Seeded, so repeatable. PSNR: power of a full-scale sine over the noise power in 0-24 kHz, for what arrives scaled to ' +
  'peak 1. Rates are given with their 95 % interval (Wilson); the PSNR of 99 % is read from a normal distribution fitted to ' +
  'the curve, with the interval of that reading.';

/** @returns the report's tables, those that have a row */
export function sectionsOf(entries: readonly LinkEntry[]): Section[] {
  const airtimes = entries.filter((entry): entry is AirtimeEntry => entry.part === 'airtime');
  const falseMessages = entries.filter((entry): entry is FalseMessageEntry => entry.part === 'false');
  const deliveries = (part: DeliveryEntry['part']) =>
    entries.filter((entry): entry is DeliveryEntry => entry.part === part);
  const limits = limitsOf(entries);
  const sections = [
    { title: 'Airtime', table: airtimeTable(airtimes) },
    { title: 'White noise: 99 % of single bursts', table: limitTable(limits) },
    { title: 'White noise: repeats add up', table: repeatLimitTable(limits) },
    { title: 'White noise: several microphones', table: microphoneTable(limits) },
    { title: 'White noise: single bursts', table: deliveryTable(ours(deliveries('white'))) },
    { title: 'White noise: where single bursts are lost', table: fateTable(ours(deliveries('white'))) },
    { title: 'White noise: repeats', table: repeatTable(deliveries('repeats')) },
    { title: 'Near rooms', table: roomTable(deliveries('near')) },
    ...roomSections('Near rooms', deliveries('near')),
    { title: 'Far rooms', table: roomTable(deliveries('far')) },
    ...roomSections('Far rooms', deliveries('far')),
    { title: `One thing at a time${psnrsOf(deliveries('stress'))}`, table: stressTable(deliveries('stress')) },
    { title: 'No transmission', table: falseMessageTable(falseMessages) },
    { title: 'Measured with', table: provenanceTable(entries) },
  ];
  return sections.filter(({ table }) => table.length > 1);
}

/** Peers' curves are in the results file; the page tells where they reach 99 %. */
function ours(entries: readonly DeliveryEntry[]): DeliveryEntry[] {
  return entries.filter(({ fates }) => fates !== undefined);
}

/** As in `, at 12 dB`. */
function psnrsOf(entries: readonly DeliveryEntry[]): string {
  const psnrs = [...new Set(entries.map(({ psnrDb }) => `${psnrDb} dB`))];
  return psnrs.length > 0 ? `, at ${psnrs.join(', ')}` : '';
}

function airtimeTable(entries: readonly AirtimeEntry[]): Table {
  return [
    ['', 'payload', 'airtime', 'peak to average'],
    ...entries.map(({ subject, payloadByteCount, airtimeSeconds, energySeconds }) => [
      subject,
      `${payloadByteCount} bytes`,
      `${airtimeSeconds.toFixed(3)} s`,
      `${(-10 * Math.log10(energySeconds / airtimeSeconds)).toFixed(1)} dB`,
    ]),
  ];
}

function readingText({ psnrDb, lowest, highest }: Limit): string {
  return `${psnrDb.toFixed(2)} dB (${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
}

function limitTable(limits: readonly Limit[]): Table {
  return [
    ['', 'payload', 'PSNR of 99 %', 'measured there'],
    ...limits
      .filter(({ variant }) => variant === 'alone')
      .map((limit) => [
        limit.subject,
        `${limit.payloadByteCount} bytes`,
        readingText(limit),
        limit.quoted ? `${limit.quoted.psnrDb.toFixed(1)} dB: ${rateText(limit.quoted.delivery)}` : '',
      ]),
  ];
}

function repeatLimitTable(limits: readonly Limit[]): Table {
  const repeated = limits.filter(({ part }) => part === 'repeats');
  return [
    ['', 'till listens', 'within', 'PSNR of 99 %', 'against one burst'],
    ...repeated.map((limit) => {
      const { subject, variant, burstCount, psnrDb } = limit;
      const alone = limits.find(
        (other) =>
          other.subject === subject && other.variant === 'alone' && other.payloadByteCount === limit.payloadByteCount,
      );
      const single = alone ?? repeated.find((other) => other.subject === subject && other.burstCount === 1);
      return [
        subject,
        variant,
        `${burstCount} ${burstCount === 1 ? 'burst' : 'bursts'}`,
        readingText(limit),
        single ? `${(psnrDb - single.psnrDb).toFixed(2)} dB` : '',
      ];
    }),
  ];
}

/** Against one microphone, measured with the same noise. */
function microphoneTable(limits: readonly Limit[]): Table {
  const measured = limits.filter(({ part }) => part === 'microphones');
  return [
    ['', 'microphones', 'PSNR of 99 %', 'against one'],
    ...measured.map((limit) => {
      const { subject, variant, psnrDb } = limit;
      const one = measured.find((other) => other.subject === subject && other.variant === 'one');
      const isCompared = one !== undefined && one !== limit;
      return [subject, variant, readingText(limit), isCompared ? `${(psnrDb - one.psnrDb).toFixed(2)} dB` : ''];
    }),
  ];
}

function deliveryTable(entries: readonly DeliveryEntry[]): Table {
  const hasEbN0 = entries.some(({ ebN0Db }) => ebN0Db !== undefined);
  return [
    ['', 'point', 'PSNR', ...(hasEbN0 ? ['Eb/N0'] : []), 'delivered', 'false', 'decoding'],
    ...entries.map((entry) => [
      entry.subject,
      entry.name,
      `${entry.psnrDb.toFixed(1)} dB`,
      ...(hasEbN0 ? [entry.ebN0Db === undefined ? '' : `${entry.ebN0Db.toFixed(1)} dB`] : []),
      rateText(entry.delivery),
      String(entry.falseMessageCount),
      `${entry.realTimeFactor.toFixed(0)} x real time`,
    ]),
  ];
}

/** A row a stress, a column a profile. */
function stressTable(entries: readonly DeliveryEntry[]): Table {
  const subjects = [...new Set(entries.map(({ subject }) => subject))];
  const names = [...new Set(entries.map(({ name }) => name))];
  return [
    ['', ...subjects],
    ...names.map((name) => [
      name,
      ...subjects.map((subject) => {
        const entry = entries.find((candidate) => candidate.name === name && candidate.subject === subject);
        if (!entry) return '';
        const { delivery, falseMessageCount } = entry;
        return `${rateText(delivery)}${falseMessageCount > 0 ? `, ${falseMessageCount} false` : ''}`;
      }),
    ]),
  ];
}

/** What share of bursts found, of those found, and so on, was lost at each step. */
function fateTable(entries: readonly DeliveryEntry[]): Table {
  return [
    ['', 'point', 'preamble missed', 'header lost', 'payload lost', 'delivered'],
    ...entries
      .filter(({ fates }) => fates !== undefined)
      .map(({ subject, name, fates = {}, delivery }) => [
        subject,
        name,
        ...[fates.missed, fates.header, fates.payload].map((count = 0) => rateText(rateOf(count, delivery.runCount))),
        percent(delivery.rate),
      ]),
  ];
}

function withinTexts(within: Readonly<Record<string, Rate>>, counts: readonly number[]): string[] {
  return counts.map((count) => (within[count] ? percent(within[count].rate) : ''));
}

function repeatTable(entries: readonly DeliveryEntry[]): Table {
  const counts = [1, 2, 4, 8, 16];
  return [
    ['', 'till listens', 'PSNR', 'trials', ...counts.map((n) => `within ${n}`), 'half have it', '90 % have it'],
    ...entries.map((entry) => [
      entry.subject,
      variantOf(entry),
      `${entry.psnrDb.toFixed(1)} dB`,
      String(entry.delivery.runCount),
      ...withinTexts(entry.within ?? {}, counts),
      entry.seconds ? `${entry.seconds.median.toFixed(2)} s` : '',
      entry.seconds ? `${entry.seconds.ninetieth.toFixed(2)} s` : '',
    ]),
  ];
}

function roomTable(entries: readonly DeliveryEntry[]): Table {
  return [
    ['', 'PSNR', 'one burst', 'within 2', 'within 4', 'false', 'decoding'],
    ...entries.map((entry) => [
      entry.subject,
      entry.name,
      rateText(entry.delivery),
      ...[2, 4].map((count) => (entry.within?.[count] ? rateText(entry.within[count]) : '')),
      String(entry.falseMessageCount),
      `${entry.realTimeFactor.toFixed(0)} x real time`,
    ]),
  ];
}

function falseMessageTable(entries: readonly FalseMessageEntry[]): Table {
  const profiles = [...new Set(entries.flatMap(({ candidateCounts }) => Object.keys(candidateCounts)))];
  return [
    [
      'sounds',
      'heard',
      'messages',
      'bursts reported lost',
      ...profiles.map((profile) => `preambles of ${profile} a minute`),
      'listening',
    ],
    ...entries.map((entry) => [
      entry.name,
      `${entry.heardMinutes.toFixed(0)} min`,
      String(entry.falseMessageCount),
      String(entry.lostCount),
      ...profiles.map((profile) => ((entry.candidateCounts[profile] ?? 0) / entry.heardMinutes).toFixed(1)),
      `${entry.realTimeFactor.toFixed(0)} x real time`,
    ]),
  ];
}

/** The peer once, whatever its protocols. */
function subjectsText(subjects: readonly string[]): string {
  const names = subjects.map((subject) => (subject.startsWith('ggwave') ? 'ggwave' : subject));
  return [...new Set(names)].join(', ');
}

/** Which commit each part was measured with. */
function provenanceTable(entries: readonly LinkEntry[]): Table {
  const rows = entries.map(({ part, subject, provenance: { commit, isClean, channelSet, seeds } }) => ({
    key: `${part}/${commit}`,
    row: [part, subject, `${commit}${isClean ? '' : ' with changes'}`, channelSet, `${seeds[0]} to ${seeds[1]}`],
  }));
  const byKey = new Map<string, string[][]>();
  for (const { key, row } of rows) byKey.set(key, [...(byKey.get(key) ?? []), row]);
  return [
    ['part', '', 'commit', 'rooms and noises', 'seeds'],
    ...[...byKey.values()].map((group) => [
      group[0][0],
      subjectsText([...new Set(group.map((row) => row[1]))]),
      group[0][2],
      group[0][3],
      [...new Set(group.map((row) => row[4]))].sort((a, b) => b.length - a.length)[0],
    ]),
  ];
}
