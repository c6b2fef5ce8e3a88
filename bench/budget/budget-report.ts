// The loss budget as tables, a picture and data.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownOf, type Section, textOf } from '../link/report-table.js';
import { renderStackedBars } from '../plot/stacked-bars.js';
import { type PointResults, pointResultsOf } from '../run/point-results.js';
import type { BenchRecord } from '../run/records.js';
import { type LossBudget, lossBudgetOf } from './loss-budget.js';

const HEAD =
  'White noise. Each row makes one more stage ideal and keeps those above: the PSNR such a receiver needs, and what that gains. ' +
  'All receivers hear the same noise. Gains have their 95 % interval (bootstrap over trials); what energy does not carry payload ' +
  'is reckoned from its share of the burst. An ideal code is the dependence testing bound with the information that the soft ' +
  'bits, or soft tones, were measured to carry.';

/** Writes `budget.json`, `budget.md` and `budget.svg`, and prints the tables; nothing when there are no records of it. */
export function writeBudgetReport(folder: string, records: readonly BenchRecord[], rate: number): void {
  const groups = new Map<string, PointResults[]>();
  for (const group of pointResultsOf(records)) {
    const { labels, condition } = group.point;
    if (condition.kind !== 'budget') continue;
    const key = `${labels.subject}/${condition.payloadByteCount}`;
    groups.set(key, [...(groups.get(key) ?? []), group]);
  }
  const budgets: { budget: LossBudget; run: PointResults['run'] }[] = [];
  for (const points of groups.values()) {
    const budget = lossBudgetOf(points, rate);
    if (budget) budgets.push({ budget, run: points[0].run });
    else process.stderr.write(`${points[0].point.labels.subject}: too few points for a loss budget\n`);
  }
  if (budgets.length === 0) return;
  const sections = budgets.map(({ budget, run }) =>
    sectionOf(budget, `${run.commit}${run.isClean ? '' : ' with changes'}`),
  );
  process.stdout.write(textOf(sections));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'budget.md'), markdownOf('Loss budget', HEAD, sections));
  writeFileSync(join(folder, 'budget.svg'), drawBudgets(budgets.map(({ budget }) => budget)));
  const data = budgets.map(({ budget, run: { commit, isClean, node, cpu } }) => ({
    ...budget,
    provenance: { commit, isClean, node, cpu },
  }));
  writeFileSync(join(folder, 'budget.json'), `${JSON.stringify({ budgets: data }, undefined, 1)}\n`);
}

function sectionOf(budget: LossBudget, commit: string): Section {
  const { profile, payloadByteCount, rate, psnrDb, steps, peakDb, trialCount } = budget;
  return {
    title: `${profile}, ${payloadByteCount} bytes, ${100 * rate} %`,
    table: [
      ['ideal from here on', 'gain', '95 %', 'PSNR needed'],
      ['the receiver as it is', '', '', `${psnrDb.toFixed(2)} dB`],
      ...steps.map(({ name, gainDb, interval, psnrDb: at }) => [
        name,
        `${gainDb.toFixed(2)} dB`,
        interval ? `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}` : '',
        `${at.toFixed(2)} dB`,
      ]),
    ],
    note:
      `Besides, the burst's peak stands ${peakDb.toFixed(2)} dB higher over its mean power than a sine's. ` +
      `${trialCount} trials, commit ${commit}.`,
  };
}

function drawBudgets(budgets: readonly LossBudget[]): string {
  return renderStackedBars({
    title: 'Where each decibel goes',
    subtitle: `from the bound on energy (left) to the receiver as it is, ${100 * budgets[0].rate} % of bursts, white noise`,
    xLabel: 'loss (dB)',
    bars: budgets.map(({ profile, steps }) => ({
      name: profile,
      parts: [...steps]
        .reverse()
        .map(({ name, gainDb }) => ({ name, value: Math.max(0, Math.round(100 * gainDb) / 100) })),
    })),
  });
}
