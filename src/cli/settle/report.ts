// `tillsong settle report`: what is owed to whom, what a person should look at, and the proofs of double spends.

import type { Command } from 'commander';
import {
  type BalanceRow,
  formatAmount,
  type FraudProof,
  type FraudProofRow,
  makeFraudProof,
  type PaymentQueue,
  type PaymentRow,
  verifyFraudProof,
} from 'tillsong';
import { makeAmount } from 'tillsong/codec';
import { type CommandContext, EXIT, type Finish } from '../command-context.js';
import { type OutputOptions, showResult } from '../result-output.js';
import { type OpenSettlement, withSettlement } from './settle-folder.js';

interface ReportOptions extends OutputOptions {
  readonly dir: string;
  readonly limit: number;
}

const MAX_LIMIT = 10_000;

export function addReport(settle: Command, context: CommandContext, finish: Finish): void {
  settle
    .command('report')
    .description('show balances, findings, gaps, double spends with their proofs, held and late payments')
    .requiredOption('--dir <folder>', 'settlement’s folder')
    .option('--limit <n>', 'lines of each list at most', (text) => Math.min(Number(text) || 100, MAX_LIMIT), 100)
    .option('--json', 'the whole report as one JSON object')
    .action(async (options: ReportOptions) => {
      await withSettlement(options.dir, context, (open) => report(open, options, context));
      finish(EXIT.ok);
    });
}

async function report(open: OpenSettlement, options: ReportOptions, context: CommandContext): Promise<void> {
  const { store, settlement, settings } = open;
  const { limit } = options;
  const page = { after: undefined, limit };
  const counts = await store.counts();
  const balances = await store.balances();
  const findings = await store.findings(undefined, limit);
  const gaps = [];
  for await (const gap of settlement.counterFindings()) {
    if (gaps.length === limit) break;
    gaps.push(gap);
  }
  const proofs = (await store.fraudProofs(page)).map(proofOf);
  const list = async (queue: PaymentQueue) => (await store.queue(queue, page)).map(paymentJson);
  const queues = { held: await list('held'), late: await list('late'), claimed: await list('claimed') };
  const denied = (await store.denialsAfter(0, limit)).map(({ certificateId, version, reason }) => ({
    certificateId,
    version,
    reason,
  }));
  const sums = sumsByCurrency(balances);
  const verified = proofs.map(({ proof, ...shown }) => ({
    ...shown,
    verified: verifyFraudProof(proof, settings.issuerKeys).ok,
    proof: makeFraudProof(proof),
  }));
  const value = { ok: true, counts, balances, sums, findings, gaps, fraudProofs: verified, ...queues, denied };
  showResult(context, options, value, [
    ...balances.map(({ account, ...amount }) => `${account}  ${money(amount)}`),
    ...sums.map((sum) => `sum of currency ${sum.currency}: ${sum.minorUnits}`),
    ...findings.map(({ kind, subject, detail }) => `found ${kind}: ${subject}: ${detail}`),
    ...gaps.map(
      ({ kind, certificateId, firstCounter, lastCounter, unaccountedMinorUnits }) =>
        `found ${kind}: ${certificateId}: counters ${firstCounter} to ${lastCounter}, ${unaccountedMinorUnits} minor units unaccounted for`,
    ),
    ...verified.map(
      ({ certificateId, counter, verified: isGood, proof }) =>
        `double spend: ${certificateId} counter ${counter}, proof ${isGood ? 'verified' : 'DOES NOT VERIFY'}: ${JSON.stringify(proof)}`,
    ),
    ...Object.entries(queues).flatMap(([queue, payments]) =>
      payments.map((payment) => `${queue}: ${paymentLine(payment)}`),
    ),
    `${counts.payments} payments, ${counts.vended} delivered, ${counts.failed} void, ${counts.doubleSpends} double spends`,
  ]);
}

/** Zero in every currency, or the ledger is broken. */
function sumsByCurrency(balances: readonly BalanceRow[]): readonly { currency: number; minorUnits: number }[] {
  const sums = new Map<number, number>();
  for (const { currency, minorUnits } of balances) sums.set(currency, (sums.get(currency) ?? 0) + minorUnits);
  return Array.from(sums, ([currency, minorUnits]) => ({ currency, minorUnits }));
}

function proofOf(row: FraudProofRow): { certificateId: string; counter: number; proof: FraudProof } {
  const { certificateId, counter, certificate } = row;
  const first = { token: row.firstToken, beacon: row.firstBeacon ?? undefined };
  const second = { token: row.secondToken, beacon: row.secondBeacon ?? undefined };
  return { certificateId, counter, proof: { certificate, first, second } };
}

function paymentJson(row: PaymentRow) {
  const { certificateId, counter, machineId, minorUnits, currency, item, signedAtSeconds, outcome, review } = row;
  return { certificateId, counter, machineId, minorUnits, currency, item, signedAtSeconds, outcome, review };
}

function paymentLine({
  certificateId,
  counter,
  machineId,
  minorUnits,
  currency,
}: ReturnType<typeof paymentJson>): string {
  return `${certificateId} counter ${counter}, machine ${machineId}, ${money({ minorUnits, currency })}`;
}

/** A balance may be negative, and more than one token can say. */
function money({ minorUnits, currency }: { readonly minorUnits: number; readonly currency: number }): string {
  const size = Math.abs(minorUnits);
  const sign = minorUnits < 0 ? '-' : '';
  return size <= 0xff_ff_ff
    ? `${sign}${formatAmount(makeAmount(size, currency))}`
    : `${minorUnits} minor units of ${currency}`;
}
