// Lists and tables of the page.

import type { Finding } from '../../modem/inspect/inspection.js';
import { escapeXml } from '../picture/index.js';
import { figureIn } from './words.js';

/** @param nothing - said instead of an empty list */
export function findingList(findings: readonly Finding[], nothing: string): string {
  if (findings.length === 0) return `<p class="muted">${escapeXml(nothing)}</p>`;
  return `<ul class="findings">${findings.map((finding) => `<li>${findingItem(finding)}</li>`).join('')}</ul>`;
}

/** @param where - in front of it, as HTML */
export function findingItem({ text, remedy, measure, value, threshold, unit }: Finding, where = ''): string {
  const figures = `${measure}: ${figureIn(value, unit)}, threshold ${figureIn(threshold, unit)}`;
  return `<p>${where}<b>${escapeXml(text)}</b></p><p class="remedy">${escapeXml(remedy)}</p><p class="measure">${escapeXml(figures)}</p>`;
}

export function factTable(facts: readonly (readonly [string, string])[], caption: string): string {
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${escapeXml(name)}</th><td>${escapeXml(value)}</td></tr>`,
  );
  return `<table class="facts"><caption class="visually-hidden">${escapeXml(caption)}</caption><tbody>${rows.join('')}</tbody></table>`;
}

export function dataTable(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? `<th scope="row">${escapeXml(cell)}</th>` : `<td>${escapeXml(cell)}</td>`))
      .join('');
  return `<div class="scroll"><table class="data"><caption>${escapeXml(caption)}</caption>
<thead><tr>${head.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table></div>`;
}
