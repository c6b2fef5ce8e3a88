// Hostile messages into a real till: it must never throw, never take one, and never need long for one.

import type { Till } from 'tillsong';
import { type HostileMessage, HostileMessages, MESSAGE_KINDS, type MessageKind } from './hostile-messages.js';
import { FRESH_MS, openTillUnderFire, type Sample, type TillUnderFire } from './till-under-fire.js';

/** A message that takes longer than this, each time it is heard again, is a finding. On a slow shared core a P-256 check takes 15 ms. */
export const LONGEST_MS = 100;
/** What the heap may grow by from the tenth of the run on: nothing of what was heard may be kept. */
export const MOST_GROWTH_BYTES = 64 * 1024 * 1024;
const SLOWEST_KEPT = 5;
const HEARD_AGAIN = 5;
/** Every signature is checked in one message of so many; in the others the till's own budget decides. */
const THOROUGH_SHARE = 100;
const SAMPLE_EVERY = 50_000;

/** What became of the messages of one kind. */
export interface KindCount {
  readonly kind: MessageKind;
  messages: number;
  /** refused by step: parse, certificate, payment, till, other */
  readonly refused: Record<string, number>;
}

export interface ProofReport {
  readonly messages: number;
  readonly kinds: readonly KindCount[];
  /** what is wrong, with the message in hex; empty when all is well */
  readonly violations: readonly string[];
  readonly seconds: number;
  /** of the longest message, heard again: the shortest of some times */
  readonly longestMs: number;
  readonly heapGrowthBytes: number;
}

export interface ProofOptions {
  readonly runs: number;
  readonly seed: number;
  readonly onProgress?: (done: number) => void;
}

/** Without this a till that refuses everything would prove nothing. @throws Error when a whole message is not taken */
async function assertSamplesAreTaken(): Promise<void> {
  const names = (await openTillUnderFire()).samples.map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    const { till, samples } = await openTillUnderFire();
    const verdict = await enter(till, samples[i]);
    const isForPhones = ['receipt', 'beacon', 'beacon, signed'].includes(name);
    if (isForPhones ? verdict !== 'parse: for-phones' : verdict !== undefined)
      throw new Error(`${name}: expected to be taken, got ${verdict}`);
  }
}

/** @returns why it was refused, as `step: reason`; undefined when it was taken */
async function enter(till: Till, { door, bytes }: Pick<Sample, 'door' | 'bytes'>): Promise<string | undefined> {
  if (door === 'hear') {
    const verdict = await till.hear(bytes);
    return verdict.ok ? undefined : `${verdict.step}: ${verdict.reason}`;
  }
  const outcome = await (door === 'acknowledge' ? till.acknowledge(bytes) : till.applyDenyListDelta(bytes));
  // The journal is empty, so this is how far a whole acknowledgement gets: its signature was good.
  if (!outcome.ok && outcome.reason === 'ahead') return undefined;
  return outcome.ok ? undefined : `other: ${outcome.reason}`;
}

/** One till under fire, and what has been seen of it. */
class Run {
  readonly kinds: readonly KindCount[] = MESSAGE_KINDS.map((kind) => ({ kind, messages: 0, refused: {} }));
  readonly violations: string[] = [];
  readonly slowest: { ms: number; bytes: Uint8Array }[] = [];
  private readonly byKind = new Map(this.kinds.map((count) => [count.kind, count]));

  constructor(
    private readonly fire: TillUnderFire,
    private readonly messages: HostileMessages,
  ) {}

  async one(passMs: number): Promise<void> {
    const message = this.messages.next();
    const before = performance.now();
    let refusal: string | undefined;
    try {
      refusal = await enter(this.fire.till, { door: doorOf(message), bytes: message.bytes });
    } catch (error) {
      this.violation('threw', message, String(error));
      return;
    }
    const ms = performance.now() - before;
    this.fire.pass(passMs);
    if (refusal === undefined) this.violation('was taken', message, '');
    const count = this.byKind.get(message.kind) as KindCount;
    const step = refusal?.slice(0, refusal.indexOf(':')) ?? 'taken';
    count.messages++;
    count.refused[step] = (count.refused[step] ?? 0) + 1;
    if (ms > (this.slowest.at(-1)?.ms ?? 0) || this.slowest.length < SLOWEST_KEPT) this.keep(ms, message.bytes);
  }

  /** The slowest messages once more: what is slow by itself is slow every time, what the machine did meanwhile is not. */
  async longestMs(): Promise<number> {
    let longest = 0;
    for (const { bytes } of this.slowest) {
      const times: number[] = [];
      for (let i = 0; i < HEARD_AGAIN; i++) {
        const before = performance.now();
        await this.fire.till.hear(bytes);
        times.push(performance.now() - before);
      }
      longest = Math.max(longest, Math.min(...times));
    }
    return longest;
  }

  conclude(): void {
    const { journal, vend } = this.fire;
    if (journal.lastSequence > 0) this.violations.push(`the journal has ${journal.lastSequence} entries`);
    if (vend.vends.length > 0) this.violations.push(`the machine has vended ${vend.vends.length} times`);
  }

  private keep(ms: number, bytes: Uint8Array): void {
    this.slowest.push({ ms, bytes });
    this.slowest.sort((a, b) => b.ms - a.ms);
    this.slowest.length = Math.min(this.slowest.length, SLOWEST_KEPT);
  }

  private violation(what: string, { kind, bytes }: HostileMessage, detail: string): void {
    if (this.violations.length < 20)
      this.violations.push(`${what} (${kind}) ${Buffer.from(bytes).toString('hex')} ${detail}`.trim());
  }
}

/** By its first byte; what is none of theirs comes by sound. */
function doorOf({ bytes }: HostileMessage): Sample['door'] {
  if (bytes[0] >> 4 === 6) return 'acknowledge';
  return bytes[0] >> 4 === 7 ? 'deny-list' : 'hear';
}

/**
 * @param runs - messages in all; of these one in a hundred into a till that checks every signature
 */
export async function proveParsers({ runs, seed, onProgress }: ProofOptions): Promise<ProofReport> {
  await assertSamplesAreTaken();
  const thoroughRuns = Math.ceil(runs / THOROUGH_SHARE);
  const own = await openTillUnderFire();
  const everything = { commonChecks: runs, commonChecksPerSecond: 1, reservedChecks: runs, reservedChecksPerSecond: 1 };
  const thorough = await openTillUnderFire(everything);
  const ownRun = new Run(own, messagesFor(own, seed));
  const thoroughRun = new Run(thorough, messagesFor(thorough, seed + 1));
  const started = performance.now();
  let warmBytes: number | undefined;
  let mostBytes = 0;
  for (let done = 0; done < runs; done++) {
    const isThorough = done % THOROUGH_SHARE === 0;
    await (isThorough ? thoroughRun.one(FRESH_MS / thoroughRuns) : ownRun.one(FRESH_MS / runs));
    if (done % SAMPLE_EVERY !== 0) continue;
    onProgress?.(done);
    const used = heapAfterCollection();
    if (done >= runs / 10) warmBytes ??= used;
    if (warmBytes !== undefined) mostBytes = Math.max(mostBytes, used);
  }
  const seconds = (performance.now() - started) / 1000;
  const longestMs = Math.max(await ownRun.longestMs(), await thoroughRun.longestMs());
  for (const run of [ownRun, thoroughRun]) run.conclude();
  const heapGrowthBytes = warmBytes === undefined ? 0 : mostBytes - warmBytes;
  const violations = [...ownRun.violations, ...thoroughRun.violations];
  if (longestMs > LONGEST_MS) violations.push(`a message takes ${longestMs.toFixed(1)} ms every time`);
  if (heapGrowthBytes > MOST_GROWTH_BYTES) violations.push(`memory grew by ${heapGrowthBytes} bytes`);
  const kinds = ownRun.kinds.map((count, i) => sumOf(count, thoroughRun.kinds[i]));
  return { messages: runs, kinds, violations, seconds, longestMs, heapGrowthBytes };
}

/** What servers sign comes rarely: no budget limits its checks, since nobody can sing it. */
export function messagesFor({ samples }: TillUnderFire, seed: number): HostileMessages {
  const bytesOf = (isSung: boolean) =>
    samples.filter(({ door }) => (door === 'hear') === isSung).map(({ bytes }) => bytes);
  return new HostileMessages(seed, bytesOf(true), bytesOf(false));
}

/** The young generation grows and shrinks by tens of megabytes meanwhile; with `--expose-gc` only what is kept is counted. */
function heapAfterCollection(): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  return process.memoryUsage().heapUsed;
}

function sumOf(one: KindCount, other: KindCount): KindCount {
  const refused = { ...one.refused };
  for (const [step, count] of Object.entries(other.refused)) refused[step] = (refused[step] ?? 0) + count;
  return { kind: one.kind, messages: one.messages + other.messages, refused };
}
