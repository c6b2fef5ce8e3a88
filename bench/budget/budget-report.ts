// The loss budget as tables, a picture and data.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** A budget, and what it was measured with. */
interface BudgetEntry extends LossBudget {
  readonly provenance: {
    readonly commit: string;
    readonly isClean: boolean;
    readonly node: string;
    readonly cpu: string;
  };
}

/**
 * Writes `budget.json`, `budget.md` and `budget.svg`, and prints what the records tell; nothing when they tell of no budget.
 *
 * @param folder - what an earlier report there tells of other profiles and payloads is kept
 */
export function writeBudgetReport(folder: string, records: readonly BenchRecord[], rate: number): void {
  const measured = budgetsOf(records, rate);
  if (measured.length === 0) return;
  process.stdout.write(textOf(measured.map(sectionOf)));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'budget.json');
  const budgets = mergeBudgets(readBudgets(file), measured);
  writeFileSync(join(folder, 'budget.md'), markdownOf('Loss budget', HEAD, budgets.map(sectionOf)));
  writeFileSync(join(folder, 'budget.svg'), drawBudgets(budgets));
  writeFileSync(file, `${JSON.stringify({ budgets }, undefined, 1)}\n`);
}

function budgetsOf(records: readonly BenchRecord[], rate: number): BudgetEntry[] {
  const groups = new Map<string, PointResults[]>();
  for (const group of pointResultsOf(records)) {
    const { labels, condition } = group.point;
    if (condition.kind !== 'budget') continue;
    const key = `${labels.subject}/${condition.payloadByteCount}`;
    groups.set(key, [...(groups.get(key) ?? []), group]);
  }
  return [...groups.values()].flatMap((points) => {
    const budget = lossBudgetOf(points, rate);
    const { commit, isClean, node, cpu } = points[0].run;
    if (budget) return [{ ...budget, provenance: { commit, isClean, node, cpu } }];
    process.stderr.write(`${points[0].point.labels.subject}: too few points for a loss budget\n`);
    return [];
  });
}

function readBudgets(file: string): readonly BudgetEntry[] {
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as { budgets: BudgetEntry[] }).budgets;
}

/** @returns the budgets of before with those measured now in their places, new ones behind */
export function mergeBudgets(before: readonly BudgetEntry[], measured: readonly BudgetEntry[]): readonly BudgetEntry[] {
  const keyOf = ({ profile, payloadByteCount, rate }: BudgetEntry) => `${profile}/${payloadByteCount}/${rate}`;
  const budgets = new Map([...before, ...measured].map((budget) => [keyOf(budget), budget]));
  return [...budgets.values()];
}

function sectionOf(budget: BudgetEntry): Section {
  const { commit, isClean } = budget.provenance;
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
      `${trialCount} trials, commit ${commit}${isClean ? '' : ' with changes'}.`,
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
