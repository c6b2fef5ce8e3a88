// What a settlement server counts, in the text format of Prometheus. No label is made of what strangers send.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Settlement } from '../payment/settlement.js';
import type { UploadAnswer } from '../payment/upload-answer.js';

/** Counters of one server; each server has its own registry. */
export interface SettlementMetrics {
  readonly contentType: string;
  /** @returns the exposition */
  text(): Promise<string>;
  /** An answered upload. */
  countAnswer(answer: UploadAnswer): void;
  /** An upload of which nothing was taken. */
  countRefusal(kind: 'journal' | 'bill' | 'unreadable', reason: string): void;
  /** A transaction that was repeated; pass it to `openLedger` as `onRetry`. */
  countRetry(code: string): void;
  observeRequest(seconds: number, route: string, status: number): void;
}

/** @param settlement - asked for the deny list's version at every scrape; what is costly to count is left to the report */
export function settlementMetrics(settlement: Settlement): SettlementMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const results = new Counter({
    name: 'tillsong_upload_results_total',
    help: 'Entries and payments by what became of them',
    labelNames: ['kind', 'result'],
    registers,
  });
  const refusals = new Counter({
    name: 'tillsong_upload_refusals_total',
    help: 'Uploads of which nothing was taken',
    labelNames: ['kind', 'reason'],
    registers,
  });
  const retries = new Counter({
    name: 'tillsong_transaction_retries_total',
    help: 'Transactions that were repeated',
    labelNames: ['code'],
    registers,
  });
  const requests = new Histogram({
    name: 'tillsong_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  new Gauge({
    name: 'tillsong_deny_list_version',
    help: 'Version of the deny list',
    registers,
    async collect() {
      this.set(await settlement.store.denyListVersion());
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countAnswer: ({ kind, results: all }) => {
      for (const { result } of all) results.inc({ kind, result });
    },
    countRefusal: (kind, reason) => refusals.inc({ kind, reason }),
    countRetry: (code) => retries.inc({ code }),
    observeRequest: (seconds, route, status) => requests.observe({ route, status: String(status) }, seconds),
  };
}
