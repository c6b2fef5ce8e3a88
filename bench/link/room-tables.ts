// Which room, which noise, which device: one table each, a column a subject, the worst named below.

import type { DeliveryEntry } from './link-entries.js';
import type { Section } from './report-table.js';
import { rateOf } from './statistics.js';

const KINDS = ['room', 'noise', 'device'] as const;
/** A room met less often than this is not called the worst. */
const LEAST_RUNS = 5;

/** @returns tables of delivery by room, by noise and by device, for each PSNR */
export function roomSections(title: string, entries: readonly DeliveryEntry[]): Section[] {
  const names = [...new Set(entries.map(({ name }) => name))];
  return names.flatMap((name) => {
    const columns = entries.filter((entry) => entry.name === name && entry.breakdown !== undefined);
    return columns.length === 0 ? [] : KINDS.map((kind) => sectionOf(`${title} at ${name}: by ${kind}`, kind, columns));
  });
}

/** Delivered within the first burst / within all / sent. */
function cellOf({ breakdown = {}, within }: DeliveryEntry, key: string): string {
  const counts = breakdown[key];
  if (!counts) return '';
  const [first, all, sent] = counts;
  return within ? `${first}/${all}/${sent}` : `${first}/${sent}`;
}

function sectionOf(title: string, kind: (typeof KINDS)[number], columns: readonly DeliveryEntry[]): Section {
  const keys = [...new Set(columns.flatMap(({ breakdown = {} }) => Object.keys(breakdown)))]
    .filter((key) => key.startsWith(`${kind} `))
    .sort();
  const rows = keys.map((key) => [key.slice(kind.length + 1), ...columns.map((entry) => cellOf(entry, key))]);
  const worst = columns.flatMap((entry) => {
    const text = worstOf(entry, kind);
    return text ? [`${entry.subject}: ${text}`] : [];
  });
  return {
    title,
    table: [[kind, ...columns.map(({ subject }) => subject)], ...rows],
    note: `Delivered within the first burst / within all / sent. Worst ${kind} for single bursts: ${worst.join('; ')}.`,
  };
}

/** The one with the lowest rate of single bursts, as in `stairwell 12/40 = 30 %`. */
function worstOf({ breakdown = {} }: DeliveryEntry, kind: string): string | undefined {
  const rates = Object.entries(breakdown)
    .filter(([key, [, , sent]]) => key.startsWith(`${kind} `) && sent >= LEAST_RUNS)
    .map(([key, [first, , sent]]) => ({ name: key.slice(kind.length + 1), ...rateOf(first, sent) }))
    .sort((a, b) => a.rate - b.rate);
  if (rates.length === 0 || rates[0].rate === 1) return undefined;
  const { name, successCount, runCount, rate } = rates[0];
  return `${name} ${successCount}/${runCount} = ${(100 * rate).toFixed(0)} %`;
}
