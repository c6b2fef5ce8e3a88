// The report of the link bench: results file, page, pictures, and the tables for the terminal.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRecord } from '../run/records.js';
import { drawLinkCharts } from './link-charts.js';
import { mergeLinkEntries, readLinkEntries, writeLinkEntries } from './link-entries.js';
import { REPORT_HEAD, sectionsOf } from './link-report.js';
import { markdownOf, textOf } from './report-table.js';
import { linkEntriesOf } from './summary.js';

/**
 * Writes `link.json`, `link.md` and `link-*.svg`, and prints what the records tell.
 *
 * @param folder - what an earlier report there tells of other parts and subjects is kept
 */
export function writeLinkReport(folder: string, records: readonly BenchRecord[]): void {
  const measured = linkEntriesOf(records);
  if (measured.length === 0) return;
  process.stdout.write(textOf(sectionsOf(measured)));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'link.json');
  const entries = mergeLinkEntries(readLinkEntries(file), measured);
  writeLinkEntries(file, entries);
  writeFileSync(join(folder, 'link.md'), markdownOf('Link bench', REPORT_HEAD, sectionsOf(entries)));
  drawLinkCharts(folder, entries);
}
