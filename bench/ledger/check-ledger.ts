// Holds a ledger against what the fleet says must be in it. Every line of the table is a claim of payment.md's rules 17 to 21.

import { verifyFraudProof } from 'tillsong';
import type { SqlLedgerStore } from 'tillsong/node';
import type { ExpectedPayment, Fleet } from './fleet.js';
import type { SqlReader } from './sql-reader.js';
import { ISSUER_KEYS } from './world.js';

export interface Claim {
  readonly claim: string;
  readonly expected: number | string;
  readonly got: number | string;
}

interface Transfer {
  readonly key: string;
  readonly kind: string;
  readonly subject: string;
  readonly minorUnits: number;
  readonly debit: string;
  readonly credit: string;
}

/** @returns every claim with what was expected and what was found; the proof holds when they are equal */
export async function checkLedger(fleet: Fleet, store: SqlLedgerStore, sql: SqlReader): Promise<readonly Claim[]> {
  const number = async (text: string) => Number(Object.values((await sql.rows(text))[0])[0]);
  const transfers = await allTransfers(sql);
  const firsts = await firstContents(sql);
  const wrong = wrongTransfers(fleet.expected, firsts, transfers);
  const counters = new Set(fleet.expected.map(({ key }) => key)).size;
  const doubles = fleet.expected.length - counters;
  const entryCount = fleet.tills.reduce((total, { entries }) => total + entries.length, 0);
  return [
    { claim: 'debits less credits, all currencies', expected: 0, got: await number(BALANCE) },
    { claim: 'currencies that do not balance', expected: 0, got: await number(UNBALANCED) },
    { claim: 'payments, one row a counter', expected: counters, got: await number('select count(*) from payments') },
    { claim: 'counters of the fleet without a payment', expected: 0, got: missing(fleet.expected, firsts) },
    { claim: 'payments charged more than once', expected: 0, got: await number(CHARGED_TWICE) },
    { claim: 'payments charged, refunded or lost otherwise than their outcome says', expected: 0, got: wrong },
    { claim: 'double spends', expected: doubles, got: await number('select count(*) from double_spends') },
    { claim: 'proofs of double spends that convince a stranger', expected: doubles, got: await goodProofs(store) },
    { claim: 'certificates of double spenders not denied', expected: 0, got: await number(NOT_DENIED) },
    { claim: 'owed to machines, minor units', expected: owed(fleet.expected), got: await number(OWED) },
    { claim: 'held payments (unknown)', expected: held(fleet.expected, firsts), got: await number(HELD) },
    { claim: 'payments without an outcome', expected: 0, got: await number(OPEN) },
    { claim: 'journal entries', expected: entryCount, got: await number('select count(*) from journal_entries') },
    { claim: 'journals whose chain ends elsewhere', expected: 0, got: await wrongHeads(fleet, store) },
    { claim: 'journal entries refused', expected: 0, got: await number(REFUSED) },
  ];
}

const BALANCE = 'select coalesce(sum(minor_units), 0) from postings';
const UNBALANCED =
  'select count(*) from (select currency from postings group by currency having sum(minor_units) <> 0) as p';
const CHARGED_TWICE = `select count(*) from (select certificate_id from transfers where kind = 'charge'
  group by certificate_id, counter having count(*) > 1) as p`;
const NOT_DENIED = `select count(*) from double_spends d
  where not exists (select 1 from denials n where n.certificate_id = d.certificate_id)`;
const OWED = `select coalesce(-sum(minor_units), 0) from postings where account like 'machine:%'`;
const HELD = `select count(*) from payments where outcome = 'unknown'`;
const OPEN = `select count(*) from payments where outcome = 'none'`;
const REFUSED = `select count(*) from journal_entries where result = 'refused'`;

async function allTransfers(sql: SqlReader): Promise<readonly Transfer[]> {
  const rows = await sql.rows('select * from transfers');
  return rows.map((row) => ({
    key: `${row.certificate_id}:${row.counter}`,
    kind: String(row.kind),
    subject: String(row.subject),
    minorUnits: Number(row.minor_units),
    debit: String(row.debit_account),
    credit: String(row.credit_account),
  }));
}

/** @returns which content of a counter came first: the order of the race is the ledger's to decide, once */
async function firstContents(sql: SqlReader): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.rows('select certificate_id, counter, content_hash from payments');
  return new Map(rows.map((row) => [`${row.certificate_id}:${row.counter}`, String(row.content_hash)]));
}

function missing(expected: readonly ExpectedPayment[], firsts: ReadonlyMap<string, string>): number {
  const contents = new Set(expected.map(({ key, contentHash }) => `${key} ${contentHash}`));
  const unknown = [...firsts].filter(([key, contentHash]) => !contents.has(`${key} ${contentHash}`)).length;
  return unknown + expected.filter(({ key }) => !firsts.has(key)).length;
}

/** @returns transfers that should be there and are not, or are there and should not be */
function wrongTransfers(
  expected: readonly ExpectedPayment[],
  firsts: ReadonlyMap<string, string>,
  transfers: readonly Transfer[],
): number {
  const wanted = new Set(expected.flatMap((payment) => transfersOf(payment, firsts.get(payment.key))));
  const got = transfers.map(shown);
  const surplus = got.filter((line) => !wanted.delete(line)).length;
  return surplus + wanted.size;
}

function transfersOf(payment: ExpectedPayment, first: string | undefined): string[] {
  const { key, contentHash, machineId, minorUnits, outcome } = payment;
  const isFirst = first === contentHash;
  const subject = isFirst ? '' : contentHash;
  const machine = `machine:${machineId}`;
  const payer = isFirst ? `certificate:${key.split(':')[0]}` : 'issuer:7';
  const [forward, back] = isFirst ? ['charge', 'refund'] : ['fraud-loss', 'fraud-refund'];
  const isDelivered = outcome === 'vended' || outcome === 'refunded';
  const charge = { key, kind: forward, subject, minorUnits, debit: payer, credit: machine };
  const refund = { key, kind: back, subject, minorUnits, debit: machine, credit: payer };
  return [...(isDelivered ? [shown(charge)] : []), ...(outcome === 'refunded' ? [shown(refund)] : [])];
}

function shown({ key, kind, subject, minorUnits, debit, credit }: Transfer): string {
  return [key, kind, subject, minorUnits, debit, credit].join(' ');
}

function owed(expected: readonly ExpectedPayment[]): number {
  return expected.reduce((total, { outcome, minorUnits }) => total + (outcome === 'vended' ? minorUnits : 0), 0);
}

function held(expected: readonly ExpectedPayment[], firsts: ReadonlyMap<string, string>): number {
  return expected.filter(({ key, contentHash, outcome }) => outcome === 'unknown' && firsts.get(key) === contentHash)
    .length;
}

async function goodProofs(store: SqlLedgerStore): Promise<number> {
  let count = 0;
  for (let after: Awaited<ReturnType<SqlLedgerStore['fraudProofs']>>[number] | undefined; ; ) {
    const page = await store.fraudProofs({ after, limit: 500 });
    for (const row of page) {
      const first = { token: row.firstToken, beacon: row.firstBeacon ?? undefined };
      const second = { token: row.secondToken, beacon: row.secondBeacon ?? undefined };
      const verdict = verifyFraudProof({ certificate: row.certificate, first, second }, ISSUER_KEYS);
      if (verdict.ok && verdict.certificateId === row.certificateId && verdict.counter === row.counter) count++;
    }
    after = page.at(-1);
    if (page.length < 500) return count;
  }
}

async function wrongHeads({ tills }: Fleet, store: SqlLedgerStore): Promise<number> {
  let count = 0;
  for (const { machineId, entries, hashes } of tills) {
    const head = await store.journalHead(machineId);
    const expected = Buffer.from(hashes[entries.length]).toString('hex');
    if (head.lastSequence !== entries.length || (entries.length > 0 && head.chainHash !== expected)) count++;
  }
  return count;
}
