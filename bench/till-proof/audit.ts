// What must hold between the journal, the machine's log and what buyers were told, whenever and however the till was stopped.

import { type JournalEntry, parseJournalEntry, type StoredEntry } from 'tillsong';
import type { Machine } from './machine.js';
import type { Said } from './till-process.js';

/** What an audit counted; every violation is one line. */
export interface Audit {
  readonly accepted: number;
  readonly vended: number;
  readonly failed: number;
  readonly unknown: number;
  /** vended and journaled as unknown: held, though the product is out; the machine's log is how a person finds out */
  readonly unknownButVended: number;
  readonly violations: readonly string[];
}

interface SaleTrace {
  readonly item: number;
  readonly outcomes: string[];
}

/**
 * @param entries - the whole journal
 * @param told - every verdict that any life of the till has said
 * @param killCount - how often it was killed
 */
export function audit(
  entries: Iterable<StoredEntry>,
  machine: Pick<Machine, 'vended'>,
  told: readonly Said[],
  killCount: number,
): Audit {
  const violations: string[] = [];
  const sales = readSales(entries, violations);
  const byItem = new Map<number, SaleTrace>();
  for (const sale of sales.values()) {
    if (byItem.has(sale.item)) violations.push(`item ${sale.item} was accepted twice`);
    byItem.set(sale.item, sale);
  }
  const out = new Set<number>();
  for (const item of machine.vended) {
    if (out.has(item)) violations.push(`item ${item} was vended twice`);
    out.add(item);
    if (!byItem.has(item)) violations.push(`item ${item} was vended and is not in the journal`);
  }
  for (const { item, outcomes } of byItem.values()) {
    const last = outcomes.at(-1);
    if (last === undefined) violations.push(`item ${item} has no outcome`);
    if (last === 'vended' && !out.has(item)) violations.push(`item ${item} is journaled as vended and was not`);
    if (last === 'failed' && out.has(item)) violations.push(`item ${item} is journaled as failed and was vended`);
  }
  for (const { item, outcome, repeated } of told) {
    if (item === undefined || outcome === undefined) continue;
    const journaled = byItem.get(item)?.outcomes;
    if (journaled === undefined) violations.push(`item ${item} was told as ${outcome} and is lost`);
    else if (!journaled.includes(outcome))
      violations.push(`item ${item} was told as ${outcome}, journaled as ${journaled}`);
    if (!repeated && outcome === 'unknown') violations.push(`item ${item} became unknown without a kill`);
  }
  const all = [...byItem.values()];
  const count = (outcome: string) => all.filter(({ outcomes }) => outcomes.at(-1) === outcome).length;
  const unknown = count('unknown');
  if (unknown > killCount)
    violations.push(`${unknown} sales are unknown after ${killCount} kills: a vend was not in flight`);
  const unknownButVended = all.filter(({ item, outcomes }) => outcomes.at(-1) === 'unknown' && out.has(item)).length;
  return {
    accepted: all.length,
    vended: count('vended'),
    failed: count('failed'),
    unknown,
    unknownButVended,
    violations,
  };
}

function readSales(entries: Iterable<StoredEntry>, violations: string[]): Map<number, SaleTrace> {
  const sales = new Map<number, SaleTrace>();
  for (const { sequence, packed } of entries) {
    const parsed = parseJournalEntry(packed);
    if (parsed.ok) take(parsed.entry, sales, violations);
    else violations.push(`entry ${sequence} cannot be read: ${parsed.reason}`);
  }
  return sales;
}

function take(entry: JournalEntry, sales: Map<number, SaleTrace>, violations: string[]): void {
  if (entry.kind === 'accepted') {
    sales.set(entry.sequence, { item: entry.item, outcomes: [] });
    return;
  }
  const sale = sales.get(entry.acceptedSequence);
  if (sale === undefined) violations.push(`entry ${entry.sequence} closes a sale that is not there`);
  else if (sale.outcomes.length > 0) violations.push(`item ${sale.item} was closed twice`);
  else sale.outcomes.push(entry.outcome);
}
