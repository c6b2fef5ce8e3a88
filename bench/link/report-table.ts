// Tables of texts, for a page and for a terminal.

import type { Rate } from './statistics.js';

/** The first row is the head. */
export type Table = readonly (readonly string[])[];

export interface Section {
  readonly title: string;
  readonly table: Table;
  /** A sentence below the table. */
  readonly note?: string;
}

export function percent(rate: number): string {
  return `${(100 * rate).toFixed(1)} %`;
}

/** As in `198/200 = 99.0 % (96.4-99.7)`. */
export function rateText({ successCount, runCount, rate, lowest, highest }: Rate): string {
  return `${successCount}/${runCount} = ${percent(rate)} (${(100 * lowest).toFixed(1)}-${(100 * highest).toFixed(1)})`;
}

/** @returns a page: one chapter a section */
export function markdownOf(title: string, head: string, sections: readonly Section[]): string {
  const chapters = sections.map(
    ({ title: name, table, note }) => `## ${name}\n\n${markdownTable(table)}\n${note ? `\n${note}\n` : ''}`,
  );
  return `# ${title}\n\n${head}\n\n${chapters.join('\n')}`;
}

/** @returns the same tables for a terminal */
export function textOf(sections: readonly Section[]): string {
  return sections
    .map(({ title, table, note }) => `${title}\n\n${alignedTable(table)}\n${note ? `${note}\n` : ''}`)
    .join('\n');
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
