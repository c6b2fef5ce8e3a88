// The results of the link bench as tables: for the terminal and for bench/results/link.md.

import type { AirtimeEntry, DeliveryEntry, FalseMessageEntry, LinkEntry } from './link-results.js';
import type { Rate } from './statistics.js';

/** A table of texts; the first row is its head. */
type Table = readonly (readonly string[])[];

/** Issue and design set these marks for a 92-byte burst. */
const HEAD =
  'Seeded, so repeatable. PSNR: power of a full-scale sine over the noise power in 0-24 kHz, for what arrives scaled to ' +
  'peak 1. Rates are given with their 95 % interval (Wilson).';

/** @returns a page of tables, one a part of the bench */
export function markdownOf(entries: readonly LinkEntry[]): string {
  const sections = sectionsOf(entries).map(({ title, table }) => `## ${title}\n\n${markdownTable(table)}\n`);
  return `# Link bench\n\n${HEAD}\n\n${sections.join('\n')}`;
}

/** @returns the same tables for a terminal */
export function textOf(entries: readonly LinkEntry[]): string {
  return sectionsOf(entries)
    .map(({ title, table }) => `${title}\n\n${alignedTable(table)}\n`)
    .join('\n');
}

function sectionsOf(entries: readonly LinkEntry[]): { title: string; table: Table }[] {
  const airtimes = entries.filter((entry): entry is AirtimeEntry => entry.part === 'airtime');
  const falseMessages = entries.filter((entry): entry is FalseMessageEntry => entry.part === 'false');
  const deliveries = (part: DeliveryEntry['part']) =>
    entries.filter((entry): entry is DeliveryEntry => entry.part === part);
  const quoted = deliveries('white').filter(({ isQuoted }) => isQuoted);
  const sections = [
    { title: 'Airtime', table: airtimeTable(airtimes) },
    { title: 'White noise: the point of 99 %', table: deliveryTable(quoted) },
    { title: 'White noise', table: deliveryTable(deliveries('white').filter(({ isQuoted }) => !isQuoted)) },
    { title: 'Near rooms', table: deliveryTable(deliveries('near')) },
    { title: 'Far rooms', table: deliveryTable(deliveries('far')) },
    { title: 'One thing at a time', table: deliveryTable(deliveries('stress')) },
    { title: 'No transmission', table: falseMessageTable(falseMessages) },
  ];
  return sections.filter(({ table }) => table.length > 1);
}

function airtimeTable(entries: readonly AirtimeEntry[]): Table {
  return [
    ['profile', 'payload', 'airtime', 'peak to average'],
    ...entries.map((entry) => [
      entry.profile,
      `${entry.payloadByteCount} bytes`,
      `${entry.airtimeSeconds.toFixed(3)} s`,
      `${entry.peakToAverageDb.toFixed(1)} dB`,
    ]),
  ];
}

function deliveryTable(entries: readonly DeliveryEntry[]): Table {
  const hasEbN0 = entries.some(({ ebN0Db }) => ebN0Db !== undefined);
  return [
    ['profile', 'point', 'PSNR', ...(hasEbN0 ? ['Eb/N0'] : []), 'delivered', '95 %', 'false', 'decoding'],
    ...entries.map((entry) => [
      entry.profile,
      entry.name,
      `${entry.psnrDb.toFixed(1)} dB`,
      ...(hasEbN0 ? [`${entry.ebN0Db?.toFixed(1) ?? ''} dB`] : []),
      `${entry.delivery.successCount}/${entry.delivery.runCount} = ${percent(entry.delivery.rate)}`,
      intervalText(entry.delivery),
      String(entry.falseMessageCount),
      `${entry.realTimeFactor.toFixed(0)} x real time`,
    ]),
  ];
}

function falseMessageTable(entries: readonly FalseMessageEntry[]): Table {
  return [
    ['sounds', 'heard', 'messages', 'bursts reported lost', 'listening'],
    ...entries.map((entry) => [
      entry.name,
      `${entry.heardMinutes.toFixed(0)} min`,
      String(entry.falseMessageCount),
      String(entry.lostCount),
      `${entry.realTimeFactor.toFixed(0)} x real time`,
    ]),
  ];
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(1)} %`;
}

function intervalText({ lowest, highest }: Rate): string {
  return `${(100 * lowest).toFixed(1)}-${(100 * highest).toFixed(1)} %`;
}

function markdownTable([head, ...rows]: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function alignedTable(rows: Table): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
